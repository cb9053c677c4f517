import Foundation
import MaskIO
import TestSupport
import Testing

@Suite("Results spare what is there")
struct OutputGuardTests {
  @Test("Two results for one file are refused, whatever leads to it")
  func doubled() throws {
    try withTemporaryFolder { folder in
      try write("x", to: folder + "/a")
      try #require(symlink("a", folder + "/link") == 0)
      try #require(link(folder + "/a", folder + "/hard") == 0)
      try #require(symlink("later", folder + "/dangling") == 0)
      for (one, other) in [
        ("a", "a"), ("a", "./a"), ("a", "link"), ("a", "hard"), ("new", "x/../new"), ("later", "dangling"),
      ] {
        try FileManager.default.createDirectory(atPath: folder + "/x", withIntermediateDirectories: true)
        #expect(throws: MaskFileError.self, "\(one) and \(other)") {
          try PlannedOutputs([folder + "/" + one, folder + "/" + other])
        }
      }
      _ = try PlannedOutputs([folder + "/a", folder + "/b", folder + "/later", "/dev/null", "/dev/stdout"])
    }
  }

  @Test("A result over a file that is read is refused, also over what a header or a name points to")
  func overInputs() throws {
    try withTemporaryFolder { folder in
      let header = """
        NDims = 3
        DimSize = 1 1 1
        ElementType = MET_UCHAR
        ElementDataFile = voxels.bin

        """
      try write(header, to: folder + "/a.mhd")
      try write([1], to: folder + "/voxels.bin")
      try write("1,1,1", to: folder + "/a.spacing.txt")
      let source = try MaskSource.at(folder + "/a.mhd")
      for name in ["a.mhd", "voxels.bin", "a.spacing.txt"] {
        let planned = try PlannedOutputs([folder + "/" + name, folder + "/other"])
        let error = #expect(throws: MaskFileError.self) { try planned.checkSpared { source.inputFiles } }
        #expect(error?.path == folder + "/" + name)
      }
      // A result that is not there yet can be nothing that is read, and no header is looked at.
      try PlannedOutputs([folder + "/new"]).checkSpared {
        Issue.record("asked for the inputs")
        return []
      }
    }
  }

  @Test("Names of 255 bytes are written, and what stands beside under any name is left alone")
  func longNames() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/" + String(repeating: "x", count: 255)
      try OutputFile.checkWritable(path)
      try OutputFile.replace(path, with: "result")
      #expect(try bytes(of: path) == Array("result".utf8))
      #expect(try names(in: folder).count == 1)
      // What an earlier version wrote beside.
      let old = folder + "/r.json.\(getpid()).part"
      try #require(symlink("victim", old) == 0)
      try write("kept", to: folder + "/victim")
      try OutputFile.replace(folder + "/r.json", with: "result")
      #expect(try bytes(of: folder + "/victim") == Array("kept".utf8))
    }
  }

  /// In a process of its own: what is discarded is all that the process has not finished, other tests' files too.
  @Test("What is not finished can be discarded, and the old file stays")
  func discarded() async {
    await #expect(processExitsWith: .success) {
      try withTemporaryFolder { folder in
        try write("old", to: folder + "/r")
        let error = #expect(throws: MaskFileError.self) {
          try OutputFile.replace(folder + "/r") { write in
            try write("new")
            OutputFile.discardUnfinished()
          }
        }
        #expect(error?.isAboutOutput == true)
        #expect(try names(in: folder) == ["r"])
        #expect(try bytes(of: folder + "/r") == Array("old".utf8))
      }
    }
  }

  @Test(
    "A file of lines that is moved or removed while it is written is missed at its end",
    arguments: [true, false])
  func vanished(isRemoved: Bool) throws {
    try withTemporaryFolder { folder in
      let file = try LineFile(appendingTo: folder + "/lines")
      try file.append("{}")
      try file.finish()
      if isRemoved { unlink(folder + "/lines") } else { rename(folder + "/lines", folder + "/elsewhere") }
      #expect(throws: MaskFileError.self) { try file.finish() }
      try write("another", to: folder + "/lines")
      #expect(throws: MaskFileError.self) { try file.finish() }
    }
  }

  @Test("Arrays are added to an archive that has others, and the others stay, stored or packed")
  func archives() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/a.npz"
      try FileManager.default.copyItem(
        atPath: URL(filePath: #filePath).deletingLastPathComponent().path
          + "/../../../fixtures/arrays/packed.npz",
        toPath: path)
      let packed = try NPYFile(path).numbers(as: Double.self)
      let key = try #require(ZIPArchive(path).entries.first?.key)
      try NPYFile.write([1.0, 2], shape: [2], to: path + "::g")
      try NPYFile.write([3.0], shape: [1], to: path + "::h")
      try NPYFile.write([4.0], shape: [1], to: path + "::g")
      #expect(try NPYFile(path + "::" + key).numbers(as: Double.self) == packed)
      #expect(try NPYFile(path + "::g").numbers(as: Double.self) == [4])
      #expect(try NPYFile(path + "::h").numbers(as: Double.self) == [3])
      // Two arrays for one place, and an archive that is none.
      let doubled = [
        NPYFile.Output(path + "::x", [1.0], shape: [1]), NPYFile.Output(path + "::x", [2.0], shape: [1]),
      ]
      #expect(throws: MaskFileError.self) { try NPYFile.write(doubled) }
      try write("junk", to: folder + "/b.npz")
      #expect(throws: MaskFileError.self) { try NPYFile.write([1.0], shape: [1], to: folder + "/b.npz::g") }
      #expect(try bytes(of: folder + "/b.npz") == Array("junk".utf8))
    }
  }

  @Test("Folders are made however many of them, and a path beyond any system's is refused")
  func folders() throws {
    try withTemporaryFolder { folder in
      try OutputFile.makeFolder(folder + "/a//b/./c/")
      #expect(FileKind(folder + "/a/b/c") == .folder)
      try OutputFile.makeFolder(folder + "/a/b")
      try write("x", to: folder + "/file")
      #expect(throws: MaskFileError.self) { try OutputFile.makeFolder(folder + "/file/d") }
      let long = folder + "/x" + String(repeating: "/", count: 130_000) + "y"
      #expect(throws: MaskFileError.self) { try OutputFile.makeFolder(long) }
      let deep = folder + String(repeating: "/d", count: 4000)
      #expect(throws: MaskFileError.self) { try OutputFile.makeFolder(deep) }
    }
  }

  @Test(
    "A key that leads out of its archive, or that no archive has, is refused",
    arguments: [
      "a.npz::", "a.npz::../b", "a.npz::a/../b", "a.npz::/a", "a.npz::a//b", "a.npz::a\nb", "a.npz::.",
      "a::b",
    ])
  func keys(path: String) throws {
    try withTemporaryFolder { folder in
      #expect(throws: MaskFileError.self) { try NPYFile.checkKey(folder + "/" + path) }
      if path.contains(".npz") {
        #expect(throws: MaskFileError.self) { try NPYFile.write([1.0], shape: [1], to: folder + "/" + path) }
        #expect(try names(in: folder) == [])
      }
      try NPYFile.checkKey(folder + "/a.npz::layer1/gradient..x")
      try NPYFile.checkKey(folder + "/a:b.npy")
    }
  }

  @Test(
    "A shape that is not that of the numbers is not written",
    arguments: [[2], [], [-1], [1, -1, -1], [1 << 40, 1 << 40], [0], [Int](repeating: 1, count: 30_000)])
  func shapes(shape: [Int]) throws {
    try withTemporaryFolder { folder in
      let numbers: [Double] = shape.isEmpty ? [] : [1]
      for path in ["/a.npy", "/a.npz::k"] {
        #expect(throws: MaskFileError.self) { try NPYFile.write(numbers, shape: shape, to: folder + path) }
      }
      let found = try names(in: folder)
      #expect(found == [])
    }
  }
}
