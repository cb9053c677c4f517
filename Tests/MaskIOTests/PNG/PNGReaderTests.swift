import Foundation
import MaskIO
import TestSupport
import Testing

@Suite("PNGReader")
struct PNGReaderTests {
  @Test("expected.json names thirty images and sixteen damaged files, each of which is there")
  func fixturesAreThere() throws {
    let expected = try ExpectedFile.loaded.get()
    #expect(expected.png.count == 30)
    #expect(expected.damaged.count == 16)
    #expect(try names(in: TestFiles.fixture("png")) == ExpectedFile.pictureNames)
    #expect(try names(in: TestFiles.fixture("damaged")) == ExpectedFile.damagedNames)
  }

  @Test(
    "Every sample, the palette and the header are those of an independent decoder",
    arguments: ExpectedFile.pictureNames)
  func fixtures(name: String) throws {
    let expected = try #require(try ExpectedFile.loaded.get().png[name])
    let path = TestFiles.fixture("png/" + name)
    let fromFile = try PNGReader.image(contentsOf: path)
    let fromMemory = try PNGReader.image(from: bytes(of: path))
    for image in [fromFile, fromMemory] {
      #expect(image.samples.numbers == expected.samples)
      #expect(image.header.width == expected.width)
      #expect(image.header.height == expected.height)
      #expect(image.header.bitDepth == expected.bitDepth)
      #expect(image.header.colourType.rawValue == expected.colourType)
      #expect(image.header.isInterlaced == expected.interlaced)
      #expect(image.header.palette.map { [$0.red, $0.green, $0.blue] } == expected.palette)
      #expect(!image.header.hasTransparency)
      if case .uint16 = image.samples { #expect(expected.bitDepth == 16) }
      if case .uint8 = image.samples { #expect(expected.bitDepth < 16) }
    }
  }

  @Test("The header alone says what the decoded image says", arguments: ExpectedFile.pictureNames)
  func headerAlone(name: String) throws {
    let expected = try #require(try ExpectedFile.loaded.get().png[name])
    // 29 bytes hold everything up to the interlace method.
    let start = try bytes(of: TestFiles.fixture("png/" + name)).prefix(29)
    let header = try Array(start).withUnsafeBytes { try PNGReader.header(of: $0) }
    #expect(header.width == expected.width)
    #expect(header.height == expected.height)
    #expect(header.bitDepth == expected.bitDepth)
    #expect(header.colourType.rawValue == expected.colourType)
    #expect(header.isInterlaced == expected.interlaced)
  }

  @Test("Files built by hand from random samples are read as those", arguments: PNGVariant.all)
  func handMade(variant: PNGVariant) throws {
    var random = SeededRandom(seed: UInt64(100 * variant.type + variant.depth))
    for (width, height) in [(1, 1), (1, 17), (17, 1), (7, 5), (8, 8), (9, 3), (300, 2), (2, 300)] {
      let samples = (0..<width * height * variant.channels).map { _ in
        Int.random(in: 0..<1 << variant.depth, using: &random)
      }
      let colours = (0..<3 << variant.depth).map { _ in UInt8.random(in: 0...255, using: &random) }
      let file = PNGBytes.file(
        width: width, height: height, depth: variant.depth, type: variant.type, samples: samples,
        extra: variant.type == 3 ? [PNGBytes.chunk("PLTE", colours)] : [])
      let image = try PNGReader.image(from: file)
      #expect(image.samples.numbers == samples, "\(width)×\(height)")
      #expect(
        image.header.palette.flatMap { [$0.red, $0.green, $0.blue] } == (variant.type == 3 ? colours : []))
    }
  }

  @Test("A palette may be shorter than its bit depth allows, and an index beyond it is a sample but no label")
  func shortPalette() throws {
    func file(_ samples: [Int], entries: Int) -> [UInt8] {
      let palette = PNGBytes.chunk("PLTE", (0..<3 * entries).map { UInt8($0) })
      return PNGBytes.file(width: 3, height: 1, depth: 8, type: 3, samples: samples, extra: [palette])
    }
    #expect(try PNGReader.image(from: file([0, 6, 3], entries: 7)).samples.numbers == [0, 6, 3])
    #expect(try PNGReader.image(from: file([0, 7, 3], entries: 7)).samples.numbers == [0, 7, 3])
    #expect(throws: PNGError.indexBeyondPalette(index: 7, paletteCount: 7)) {
      try MaskPlane(decoding: file([0, 7, 3], entries: 7))
    }
  }

  @Test("Transparency, text, gamma and significant bits change no sample", arguments: PNGVariant.all)
  func ancillaryChunks(variant: PNGVariant) throws {
    var random = SeededRandom(seed: 8)
    let samples = (0..<12 * variant.channels).map { _ in
      Int.random(in: 0..<1 << variant.depth, using: &random)
    }
    var chunks = [
      PNGBytes.chunk("gAMA", PNGBytes.bigEndian(100_000)),
      PNGBytes.chunk("sBIT", [UInt8](repeating: 1, count: variant.type == 3 ? 3 : variant.channels)),
      PNGBytes.chunk("tEXt", Array("Comment\0a mask".utf8)),
    ]
    let colours = (0..<3 << variant.depth).map { UInt8(truncatingIfNeeded: $0) }
    if variant.type == 3 { chunks.append(PNGBytes.chunk("PLTE", colours)) }
    let transparent = [0: [0, 1], 2: [0, 1, 0, 1, 0, 1], 3: [0, 128]][variant.type]
    if let transparent { chunks.append(PNGBytes.chunk("tRNS", transparent.map { UInt8($0) })) }
    let file = PNGBytes.file(
      width: 4, height: 3, depth: variant.depth, type: variant.type, samples: samples, extra: chunks)
    let image = try PNGReader.image(from: file)
    #expect(image.samples.numbers == samples)
    #expect(image.header.hasTransparency == (transparent != nil))
  }

  @Test("Pixels may be spread over many chunks, some of them empty")
  func manyChunks() throws {
    let samples = (0..<35).map { $0 * 7 }
    let stream = PNGBytes.zlib(PNGBytes.rows(samples, height: 5, depth: 8))
    let single = stream.map { PNGBytes.chunk("IDAT", [$0]) + PNGBytes.chunk("IDAT", []) }
    let file = PNGBytes.signature + PNGBytes.header(7, 5, 8, 0) + single.joined() + PNGBytes.end
    #expect(try PNGReader.image(from: file).samples.numbers == samples)
  }
}
