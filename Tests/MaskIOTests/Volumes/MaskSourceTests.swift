import Foundation
import MaskIO
import TestSupport
import Testing

@Suite("MaskSource")
struct MaskSourceTests {
  private static func inFolder(_ files: [String], _ body: (String) throws -> Void) throws {
    try withTemporaryFolder { folder in
      for name in files { try write("x", to: folder + "/" + name) }
      try body(folder)
    }
  }

  @Test("An image is one file and no volume")
  func image() {
    let source = MaskSource.image("some/mask.png")
    #expect(source.path == "some/mask.png")
    #expect(source.files == ["some/mask.png"])
    #expect(!source.isVolume)
    #expect(source.missingSlices == nil)
  }

  @Test(
    "A folder's slices stand in natural order; other files and folders below do not count",
    arguments: ["", "/"])
  func stack(end: String) throws {
    let files = ["s10.png", "s9.png", "s8.PNG", "s11.png", "notes.txt", "sub/s12.png", ".s7.png"]
    try Self.inFolder(files) { folder in
      for source in [try MaskSource.stack(folder + end), try MaskSource.at(folder + end)] {
        #expect(source.path == folder + end)
        #expect(source.files == ["s8.PNG", "s9.png", "s10.png", "s11.png"].map { folder + "/" + $0 })
        #expect(source.isVolume)
        #expect(source.missingSlices == nil)
      }
    }
  }

  @Test("The fixture volumes stand in the order of their numbers, zeros or not")
  func fixtureVolumes() throws {
    for (folder, digits) in [("predictions/patient_01", 1), ("references/patient_02", 2)] {
      let path = TestFiles.fixture("volumes/" + folder)
      let source = try MaskSource.at(path)
      let expected = (0..<12).map { number in
        let text = String(number)
        return path + "/slice_" + String(repeating: "0", count: max(0, digits - text.count)) + text + ".png"
      }
      #expect(source.files == expected)
      #expect(source.missingSlices == nil)
    }
  }

  @Test("A gap is told, two slices of one number are refused")
  func order() throws {
    try Self.inFolder(["s1.png", "s2.png", "s4.png"]) { folder in
      let source = try MaskSource.stack(folder)
      #expect(source.files.count == 3)
      #expect(try #require(source.missingSlices).contains("slice 3 missing"))
    }
    try Self.inFolder(["s1.png", "s01.png", "s2.png"]) { folder in
      let error = try #require(throws: MaskFileError.self) { try MaskSource.stack(folder) }
      #expect(error.path == folder)
      #expect(error.reason.contains("slice number 1 stands twice"))
    }
  }

  @Test("Numbers that a pattern found count instead of those in the names")
  func givenNumbers() throws {
    let slices = ["a_z1_t5.png", "a_z2_t6.png", "a_z4_t5.png"]
    #expect(throws: MaskFileError.self) { try MaskSource.volume("a", slices: slices) }
    let source = try MaskSource.volume("a", slices: slices, numbers: [1, 2, 4])
    #expect(source.files == slices)
    #expect(source.isVolume)
    #expect(try #require(source.missingSlices).contains("slice 3 missing"))
    #expect(throws: MaskFileError.self) { try MaskSource.volume("a", slices: slices, numbers: [1, 2, 1]) }
  }

  @Test("A folder without slices and a missing path are refused by name")
  func unusable() throws {
    try Self.inFolder(["notes.txt", "sub/s1.png"]) { folder in
      let empty = try #require(throws: MaskFileError.self) { try MaskSource.at(folder) }
      #expect(empty.path == folder)
      #expect(empty.reason.contains("no PNG slices"))
      let missing = try #require(throws: MaskFileError.self) { try MaskSource.at(folder + "/gone.png") }
      #expect(missing.path == folder + "/gone.png")
      #expect(missing.reason.contains("no such file"))
      #expect(try MaskSource.at(folder + "/notes.txt") == .image(folder + "/notes.txt"))
    }
  }
}
