import Foundation
import MaskIO
import TestSupport
import Testing

@Suite("OutputFile")
struct OutputFileTests {
  @Test("The file holds what was written, a longer or shorter one before it is gone, nothing else is left")
  func replacing() throws {
    var random = SeededRandom(seed: 6)
    try withTemporaryFolder { folder in
      let path = folder + "/result.csv"
      for length in [10, 100_000, 0, 3, 5_000_000, 1] {
        let content = (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
        try OutputFile.replace(path, with: content)
        #expect(try bytes(of: path) == content)
        #expect(try names(in: folder) == ["result.csv"])
      }
      try OutputFile.replace(path, with: "Größe,µm\n")
      #expect(try bytes(of: path) == Array("Größe,µm\n".utf8))
    }
  }

  @Test("A missing folder is refused with the remedy, and not made")
  func missingFolder() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/missing/result.csv"
      for attempt in [
        { try OutputFile.replace(path, with: "x") }, { try OutputFile.checkWritable(path) },
        { _ = try LineFile(appendingTo: path) },
      ] {
        let error = try #require(throws: MaskFileError.self) { try attempt() }
        #expect(error.path == path)
        #expect(error.reason.contains("mkdir -p \(folder)/missing"))
      }
      #expect(try names(in: folder).isEmpty)
    }
  }

  @Test("A path that is a folder is refused, and the folder keeps its files")
  func pathIsFolder() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/results"
      try write("kept", to: path + "/old.csv")
      for attempt in [
        { try OutputFile.replace(path, with: "x") }, { try OutputFile.checkWritable(path) },
        { _ = try LineFile(appendingTo: path) },
      ] {
        let error = try #require(throws: MaskFileError.self) { try attempt() }
        #expect(error.path == path)
        #expect(error.reason.contains("a folder where a file belongs"), "\(error.reason)")
      }
      #expect(try bytes(of: path + "/old.csv") == Array("kept".utf8))
      #expect(try names(in: folder) == ["results"])
      #expect(try names(in: path) == ["old.csv"])
    }
  }

  @Test("Below a file there is no folder to write to")
  func belowFile() throws {
    try withTemporaryFolder { folder in
      try write("kept", to: folder + "/file")
      #expect(throws: MaskFileError.self) { try OutputFile.replace(folder + "/file/x.csv", with: "x") }
      #expect(throws: MaskFileError.self) { try OutputFile.checkWritable(folder + "/file/x.csv") }
      #expect(try bytes(of: folder + "/file") == Array("kept".utf8))
    }
  }

  @Test(
    "A folder that may not be written to is refused, and the old file survives",
    .enabled(if: getuid() != 0, "root may write everywhere"))
  func unwritableFolder() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/locked/result.csv"
      try write("old", to: path)
      try #require(chmod(folder + "/locked", 0o500) == 0)
      defer { chmod(folder + "/locked", 0o700) }
      let error = try #require(throws: MaskFileError.self) { try OutputFile.replace(path, with: "new") }
      #expect(error.reason.contains("no permission"))
      #expect(throws: MaskFileError.self) { try OutputFile.checkWritable(path) }
      #expect(try bytes(of: path) == Array("old".utf8))
      #expect(try names(in: folder + "/locked") == ["result.csv"])
    }
  }

  @Test("A name too long for the file system is refused, and nothing is left behind")
  func nameTooLong() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/" + String(repeating: "x", count: 300)
      #expect(throws: MaskFileError.self) { try OutputFile.replace(path, with: "x") }
      let left = try names(in: folder)
      #expect(left.isEmpty)
    }
  }

  @Test("Checking a path that could be written leaves everything as it is")
  func checkWritable() throws {
    try withTemporaryFolder { folder in
      try OutputFile.checkWritable(folder + "/new.csv")
      #expect(try names(in: folder).isEmpty)
      try write("old", to: folder + "/old.csv")
      try OutputFile.checkWritable(folder + "/old.csv")
      #expect(try bytes(of: folder + "/old.csv") == Array("old".utf8))
    }
  }

  @Test("Text written piece by piece is the pieces joined, however many and long they are")
  func pieces() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/result.csv"
      for (count, length) in [(0, 0), (1, 5), (1000, 0), (3, 65_536), (70_000, 1), (500, 999), (2, 200_000)] {
        let pieces = (0..<count).map { String(repeating: "\($0 % 10)", count: length) }
        try OutputFile.replace(path) { write in for piece in pieces { try write(piece) } }
        #expect(try bytes(of: path) == Array(pieces.joined().utf8), "\(count) of \(length)")
        #expect(try names(in: folder) == ["result.csv"])
      }
    }
  }

  @Test(
    "A writer that fails half way leaves the old file whole and nothing else", arguments: [0, 10, 500_000])
  func failingWriter(length: Int) throws {
    struct Fault: Error, CustomStringConvertible { let description = "the scorer gave up" }
    try withTemporaryFolder { folder in
      let path = folder + "/result.csv"
      try write("old", to: path)
      for target in [path, folder + "/new.csv"] {
        let error = try #require(throws: MaskFileError.self) {
          try OutputFile.replace(target) { write in
            try write(String(repeating: "x", count: length))
            throw Fault()
          }
        }
        #expect(error.description == "\(target): the scorer gave up")
      }
      #expect(try bytes(of: path) == Array("old".utf8))
      #expect(try names(in: folder) == ["result.csv"])
    }
  }

  @Test("A link to a file stays a link, and the file it names is replaced")
  func linkToFile() throws {
    try withTemporaryFolder { folder in
      try write("old", to: folder + "/real/result.csv")
      let link = folder + "/latest.csv"
      try #require(symlink("real/result.csv", link) == 0)
      try OutputFile.replace(link, with: "new")
      #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == "real/result.csv")
      #expect(try bytes(of: folder + "/real/result.csv") == Array("new".utf8))
      #expect(try names(in: folder) == ["latest.csv", "real"])
      #expect(try names(in: folder + "/real") == ["result.csv"])
    }
  }

  @Test("A link to a pipe is written through, not replaced by a file")
  func linkToPipe() throws {
    try withTemporaryFolder { folder in
      let pipe = folder + "/pipe"
      try #require(mkfifo(pipe, 0o600) == 0)
      // As /dev/stdout is one.
      try #require(symlink("pipe", folder + "/stdout") == 0)
      let reader = open(pipe, O_RDWR | O_NONBLOCK)
      defer { close(reader) }
      try OutputFile.replace(folder + "/stdout", with: "a,b\n")
      var received = [UInt8](repeating: 0, count: 100)
      let count = received.withUnsafeMutableBytes { read(reader, $0.baseAddress, $0.count) }
      #expect(Array(received.prefix(max(0, count))) == Array("a,b\n".utf8))
      #expect(try FileManager.default.destinationOfSymbolicLink(atPath: folder + "/stdout") == "pipe")
      #expect(try names(in: folder) == ["pipe", "stdout"])
    }
  }

  @Test(
    "A device in a folder that may not be written to can be written to",
    .enabled(if: getuid() != 0, "root may write everywhere, and would spoil the device if this failed"))
  func deviceInLockedFolder() {
    #expect(throws: Never.self) { try OutputFile.checkWritable("/dev/null") }
    #expect(throws: Never.self) { try OutputFile.replace("/dev/null", with: "x") }
  }
}
