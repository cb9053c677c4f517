import Foundation
import MaskIO
import TestSupport
import Testing

@Suite("FileBytes")
struct FileBytesTests {
  private static func content(_ file: FileBytes) -> [UInt8] { file.withBytes { Array($0) } }

  @Test("A file's bytes are those written, in every length around a page")
  func lengths() throws {
    var random = SeededRandom(seed: 4)
    try withTemporaryFolder { folder in
      var file = FileBytes()
      for length in [0, 1, 2, 4095, 4096, 4097, 100_000, 3, 65_536, 0, 7] {
        let written = (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
        try write(written, to: folder + "/file")
        try file.load(folder + "/file")
        #expect(file.count == length)
        #expect(Self.content(file) == written)
      }
    }
  }

  @Test("A reader that was never used, or whose last file is missing, holds nothing")
  func empty() throws {
    #expect(FileBytes().count == 0)
    #expect(Self.content(FileBytes()).isEmpty)
    try withTemporaryFolder { folder in
      try write("abc", to: folder + "/file")
      var file = FileBytes()
      try file.load(folder + "/file")
      #expect(throws: MaskFileError.self) { try file.load(folder + "/missing") }
      #expect(Self.content(file).isEmpty)
    }
  }

  @Test("A missing file, a folder and a file used as a folder are told by path and remedy")
  func unusable() throws {
    try withTemporaryFolder { folder in
      try write("abc", to: folder + "/file")
      for (path, word) in [
        (folder + "/missing.png", "no such file"), (folder, "a folder where a file belongs"),
        (folder + "/file/x.png", "a file where a folder belongs"), ("", "no such file"),
        ("/dev/null", "not a regular file"),
      ] {
        var file = FileBytes()
        let error = try #require(throws: MaskFileError.self) { try file.load(path) }
        #expect(error.path == path)
        #expect(error.reason.contains(word), "\(error.description)")
        #expect(throws: MaskFileError.self) { try FileBytes.text(contentsOf: path) }
      }
    }
  }

  @Test("A file that may not be read is told so", .enabled(if: getuid() != 0, "root may read everything"))
  func unreadable() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/secret.png"
      try write("abc", to: path)
      try #require(chmod(path, 0) == 0)
      var file = FileBytes()
      let error = try #require(throws: MaskFileError.self) { try file.load(path) }
      #expect(error.reason.contains("no permission"))
    }
  }

  @Test("A pipe without a writer is refused, not waited for")
  func pipe() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/pipe.png"
      try #require(mkfifo(path, 0o600) == 0)
      let isDone = DispatchSemaphore(value: 0)
      Thread.detachNewThread {
        var file = FileBytes()
        #expect(throws: MaskFileError.self) { try file.load(path) }
        isDone.signal()
      }
      guard isDone.wait(timeout: .now() + 10) == .timedOut else { return }
      Issue.record("still waiting for somebody to write into the pipe")
      // Lets the reader go.
      let writer = open(path, O_WRONLY | O_NONBLOCK)
      close(writer)
      isDone.wait()
    }
  }

  @Test("Text loses its byte order mark and nothing else")
  func text() throws {
    try withTemporaryFolder { folder in
      for text in [
        "", "case,label\r\n1,2\n", "Größe µm 肝臓 🫀", " \n", "\u{FEFF}", "a\u{FEFF}b", "\u{FEFF}\r\nx",
      ] {
        try write(text, to: folder + "/plain")
        try write([0xEF, 0xBB, 0xBF] + Array(text.utf8), to: folder + "/marked")
        #expect(try Array(FileBytes.text(contentsOf: folder + "/marked").utf8) == Array(text.utf8))
        guard !text.hasPrefix("\u{FEFF}") else { continue }
        #expect(try Array(FileBytes.text(contentsOf: folder + "/plain").utf8) == Array(text.utf8))
      }
    }
  }

  @Test("Text that is not UTF-8 is refused by name")
  func notText() throws {
    try withTemporaryFolder { folder in
      for bytes: [UInt8] in [[0xFF], [0x61, 0xC3], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xE4, 0x20]] {
        try write(bytes, to: folder + "/file.csv")
        let error = try #require(throws: MaskFileError.self) {
          try FileBytes.text(contentsOf: folder + "/file.csv")
        }
        #expect(error.description.hasPrefix(folder + "/file.csv: not UTF-8"))
      }
    }
  }
}
