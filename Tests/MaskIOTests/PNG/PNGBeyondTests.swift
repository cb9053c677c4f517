import MaskIO
import Testing

/// What libpng passes over, and no label should come from.
@Suite("PNG files that go on where they should end")
struct PNGBeyondTests {
  private static let samples = [0, 1, 2, 3, 4, 5]
  private static let stream = PNGBytes.zlib(PNGBytes.rows(samples, height: 2, depth: 8))
  private static let header = PNGBytes.header(3, 2, 8, 0)

  private static func file(_ chunks: [[UInt8]]) -> [UInt8] {
    PNGBytes.signature + chunks.joined() + PNGBytes.end
  }
  private static func data(_ bytes: some Collection<UInt8>) -> [UInt8] {
    PNGBytes.chunk("IDAT", Array(bytes))
  }

  @Test("Image data in several chunks, and empty ones anywhere among them, are read")
  func several() throws {
    for split in 0...Self.stream.count {
      let chunks = [
        Self.header, Self.data([]), Self.data(Self.stream.prefix(split)), Self.data([]),
        Self.data(Self.stream.dropFirst(split)), Self.data([]),
      ]
      #expect(
        try PNGReader.image(from: Self.file(chunks)).samples.numbers == Self.samples, "split at \(split)")
    }
  }

  @Test("Data behind the image, in the same chunk or a later one, is refused")
  func behind() {
    for behind in [[0], [1, 2, 3], Self.stream] as [[UInt8]] {
      for chunks in [
        [Self.header, Self.data(Self.stream + behind)],
        [Self.header, Self.data(Self.stream), Self.data(behind)],
        [Self.header, Self.data(Self.stream), Self.data([]), Self.data(behind)],
      ] {
        #expect(throws: PNGError.self, "\(behind.count) bytes") {
          try PNGReader.image(from: Self.file(chunks))
        }
        #expect(throws: PNGError.self) { try MaskPlane(decoding: Self.file(chunks)) }
      }
    }
  }

  @Test("Image data that another chunk splits is refused, wherever it is split")
  func split() {
    let other = PNGBytes.chunk("tEXt", Array("a\0b".utf8))
    for split in 0...Self.stream.count {
      let chunks = [
        Self.header, Self.data(Self.stream.prefix(split)), other, Self.data(Self.stream.dropFirst(split)),
      ]
      #expect(throws: PNGError.self, "split at \(split)") { try PNGReader.image(from: Self.file(chunks)) }
    }
  }

  @Test("iPhones' own form of PNG is told by its name")
  func cgbi() {
    let before = Self.file([PNGBytes.chunk("CgBI", [0x50, 0, 0x20, 6]), Self.header, Self.data(Self.stream)])
    let error = #expect(throws: PNGError.self) { try PNGReader.image(from: before) }
    #expect(error?.description.contains("CgBI") == true)
    let after = Self.file([Self.header, PNGBytes.chunk("CgBI", [0x50, 0, 0x20, 6]), Self.data(Self.stream)])
    #expect(throws: PNGError.self) { try PNGReader.image(from: after) }
  }
}
