import Foundation
import MaskIO
import TestSupport
import Testing

@Suite("Names of files")
struct FileNameTests {
  @Test("Any bytes without zero are read back from their text, which has no control characters")
  func roundTrip() {
    var random = SeededRandom(seed: 15)
    let pieces: [[UInt8]] = [
      Array("\\x".utf8), Array("\\xE9".utf8), Array("\\x5C".utf8), [0xE9], [0xC3, 0xA9], [0xC3],
      [0xF0, 0x9F, 0x98, 0x80],
      [0xC2, 0x9B], [0xE2, 0x80, 0xAE], [10], [27], [127], Array("a".utf8), Array("/".utf8),
      [0xED, 0xA0, 0x80],
    ]
    for _ in 0..<20_000 {
      var bytes: [UInt8] = []
      for _ in 0..<Int.random(in: 0...6, using: &random) {
        bytes +=
          Bool.random(using: &random)
          ? pieces[Int.random(in: 0..<pieces.count, using: &random)]
          : [UInt8.random(in: 1...255, using: &random)]
      }
      let text = FileName.text(bytes)
      #expect(FileName.bytes(text) == bytes, "\(bytes)")
      #expect(
        !text.unicodeScalars.contains {
          $0.properties.generalCategory == .control || $0.properties.generalCategory == .lineSeparator
            || $0 == "\u{202E}"
        })
    }
  }

  @Test(
    "Plain names are their own text; others show their bytes",
    arguments: [
      (Array("case_01.png".utf8), "case_01.png"), (Array("é".utf8), "é"), (Array("a\\b".utf8), "a\\b"),
      ([0x63, 0xE9], "c\\xE9"), (Array("a\\xE9".utf8), "a\\x5CxE9"), ([0x61, 10, 0x62], "a\\x0Ab"),
      (Array("\u{9B}m".utf8), "\\xC2\\x9Bm"),
      (Array("\u{202E}a".utf8), "\\xE2\\x80\\xAEa"), (Array("\u{200C}".utf8), "\u{200C}"),
    ])
  func texts(bytes: [UInt8], text: String) { #expect(FileName.text(bytes) == text) }

  @Test("Files whose names are no UTF-8 are listed and read")
  func listed() throws {
    try withTemporaryFolder { folder in
      let name: [UInt8] = Array(folder.utf8) + Array("/caf".utf8) + [0xE9] + Array(".png".utf8)
      let file = PNGBytes.file(width: 2, height: 1, depth: 8, type: 0, samples: [1, 2])
      let descriptor = (name + [0]).withUnsafeBufferPointer { bytes in
        bytes.withMemoryRebound(to: CChar.self) {
          $0.baseAddress.map { open($0, O_WRONLY | O_CREAT, 0o600) } ?? -1
        }
      }
      try #require(descriptor >= 0)
      #expect(writeBytes(descriptor, file) == file.count)
      close(descriptor)
      let listing = try FolderListing(folder)
      #expect(listing.masks == ["caf\\xE9.png"])
      #expect(try PNGReader.image(contentsOf: folder + "/" + listing.masks[0]).samples == .uint8([1, 2]))
    }
  }

  @Test("A slash before a combining mark divides folders all the same")
  func combining() {
    #expect(FileName.folder(of: "a/\u{301}b") == "a")
    #expect(FileName.last(of: "a/\u{301}b") == "\u{301}b")
    #expect(FileName.folder(of: "/a") == "/")
    #expect(FileName.folder(of: "a") == nil)
    #expect(FileName.withoutSlash("a/") == "a" && FileName.withoutSlash("/") == "/")
  }

  @Test("A name with a zero in it is no file, and none that it begins with")
  func zero() throws {
    try withTemporaryFolder { folder in
      try write("x", to: folder + "/a")
      #expect(FileKind(folder + "/a\0b") == .nothing)
      #expect(throws: MaskFileError.self) { try FileBytes.text(contentsOf: folder + "/a\0b") }
    }
  }

  @Test("A folder that several links lead to is listed once, however many ways there are")
  func diamonds() throws {
    try withTemporaryFolder { folder in
      let count = 40
      for level in 0..<count {
        try FileManager.default.createDirectory(
          atPath: "\(folder)/\(level)", withIntermediateDirectories: true)
      }
      for level in 0..<count - 1 {
        // 2⁴⁰ ways to the last.
        for link in ["a", "b"] { try #require(symlink("../\(level + 1)", "\(folder)/\(level)/\(link)") == 0) }
      }
      try #require(symlink("../0", "\(folder)/\(count - 1)/back") == 0)
      try write("x", to: "\(folder)/\(count - 1)/z.png")
      #expect(try FolderListing(folder).masks == ["39/z.png"])
    }
  }
}

private func writeBytes(_ descriptor: Int32, _ bytes: [UInt8]) -> Int {
  bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
}
