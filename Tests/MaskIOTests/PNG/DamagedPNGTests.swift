import LabelMaps
import MaskIO
import TestSupport
import Testing

@Suite("Damaged PNG files")
struct DamagedPNGTests {
  /// What a message must say of each file to be of use.
  private static let keyWords: [String: String] = [
    "bad-adler.png": "incorrect data check", "bad-crc.png": "CRC", "bad-depth.png": "3 bits",
    "bad-ihdr-crc.png": "CRC", "bomb.png": "65535×65535", "empty.png": "empty",
    "extra-rows-missing.png": "image data", "jpeg-named.png": "JPEG", "missing-iend.png": "ends too early",
    "no-idat.png": "damaged or invalid", "no-palette.png": "PLTE",
    "palette-index-beyond.png": "palette index 9",
    "text.png": "text", "truncated-header.png": "ends inside the PNG header",
    "truncated.png": "ends too early",
    "zero-size.png": "0×12",
  ]

  @Test(
    "PNGReader, MaskPlane and LabelMap refuse it in one line that names the file and the fault",
    arguments: ExpectedFile.damagedNames)
  func refused(name: String) throws {
    let path = TestFiles.fixture("damaged/" + name)
    let word = try #require(Self.keyWords[name])
    var file = FileBytes()
    try file.load(path)
    var plane = MaskPlane()
    var errors: [MaskFileError?] = [
      #expect(throws: MaskFileError.self) { try plane.decode(file, path: path) },
      #expect(throws: MaskFileError.self) { try LabelMap(contentsOf: path) },
      #expect(throws: MaskFileError.self) { try LabelMap(contentsOf: path, colours: .ids) },
    ]
    // The samples of this one are whole; only as labels they are wrong.
    if name != "palette-index-beyond.png" {
      errors.append(#expect(throws: MaskFileError.self) { try PNGReader.image(contentsOf: path) })
    }
    for error in errors {
      let error = try #require(error)
      #expect(error.path == path)
      #expect(error.description == "\(path): \(error.reason)")
      #expect(error.reason.contains(word), "\(error.reason)")
      #expect(!error.description.contains("\n"))
    }
  }

  @Test("A header that claims more than its file could hold is refused before anything is allocated")
  func bomb() throws {
    let bomb = try bytes(of: TestFiles.fixture("damaged/bomb.png"))
    let errors = [
      #expect(throws: PNGError.self) { try PNGReader.image(from: bomb) },
      #expect(throws: PNGError.self) { try MaskPlane(decoding: bomb) },
    ]
    for error in errors {
      guard case .tooLarge(let reason) = error else {
        Issue.record("not .tooLarge but \(String(describing: error))")
        continue
      }
      #expect(reason.contains("65535×65535") && reason.contains("\(bomb.count) bytes"))
    }
  }

  @Test(
    "Every header beyond what deflate can shrink is too large, whatever its numbers",
    arguments: [0xFFFF_FFFF, 0x7FFF_FFFF, 0x8000_0000, 65_535],
    [0xFFFF_FFFF, 0x7FFF_FFFF, 0x8000_0000, 65_535])
  func hugeHeaders(width: Int, height: Int) throws {
    for variant in PNGVariant.all {
      let file =
        PNGBytes.signature + PNGBytes.header(width, height, variant.depth, variant.type)
        + PNGBytes.chunk("IDAT", PNGBytes.zlib([0, 0])) + PNGBytes.end
      let error = #expect(throws: PNGError.self) { try PNGReader.image(from: file) }
      guard case .tooLarge = error else {
        Issue.record("\(variant.testDescription): not .tooLarge but \(String(describing: error))")
        continue
      }
    }
  }

  @Test("An image of more pixels than the limit is refused though its file could hold it")
  func aboveTheLimit() throws {
    // One bit a pixel: 300 kB can inflate to 2^31 pixels and some.
    let start = PNGBytes.signature + PNGBytes.header(65_536, 32_769, 1, 0)
    let file = start + [UInt8](repeating: 0, count: 300_000)
    let error = #expect(throws: PNGError.self) { try PNGReader.image(from: file) }
    guard case .tooLarge(let reason) = error else {
      Issue.record("not .tooLarge but \(String(describing: error))")
      return
    }
    #expect(reason.contains("65536×32769") && reason.contains("\(1 << 31)"))
  }

  @Test("Combinations of colour type and bit depth that PNG does not have are refused")
  func impossibleDepths() throws {
    let allowed = Set(PNGVariant.all.map { [$0.type, $0.depth] })
    for type in 0...7 {
      for depth in 0...20 where !allowed.contains([type, depth]) {
        let file = PNGBytes.file(
          width: 2, height: 2, depth: max(1, depth), type: type, samples: [Int](repeating: 0, count: 16))
        let bad = PNGBytes.signature + PNGBytes.header(2, 2, depth, type) + file[33...]
        #expect(throws: PNGError.self, "type \(type), \(depth) bits") { try PNGReader.image(from: bad) }
        #expect(throws: PNGError.self, "type \(type), \(depth) bits") { try MaskPlane(decoding: bad) }
      }
    }
  }

  @Test(
    "What is no PNG is called by its name",
    arguments: [
      ("GIF89a..........", "GIF"), ("BM..............", "BMP"), ("II*\0............", "TIFF"),
      ("MM\0*............", "TIFF"), ("RIFF....WEBPVP8 ", "WebP"), ("PK\u{3}\u{4}............", "zip"),
      ("case,label\r\n\tx", "text"), ("\r\nPNG", "text"), ("\u{1}\u{2}\u{3}\u{4}", "does not begin with"),
    ])
  func otherFormats(start: String, word: String) throws {
    let error = #expect(throws: PNGError.self) { try PNGReader.image(from: Array(start.utf8)) }
    #expect(try #require(error).description.contains(word))
  }

  @Test("Bytes above 127 at the start name their format too")
  func binaryFormats() throws {
    let starts: [([UInt8], String)] = [
      ([0xFF, 0xD8, 0xFF, 0xDB], "JPEG"), ([0x1F, 0x8B, 8, 0], "gzip"),
      ([0x93] + Array("NUMPY".utf8), "NumPy"), ([0x3F] + Array("PNG\r\n".utf8), "signature is damaged"),
      ([0x89] + Array("PNG\n\u{1A}\n\0\0".utf8), "signature is damaged"),
    ]
    for (start, word) in starts {
      let error = #expect(throws: PNGError.self) { try PNGReader.image(from: start) }
      #expect(try #require(error).description.contains(word), "\(word)")
    }
  }
}
