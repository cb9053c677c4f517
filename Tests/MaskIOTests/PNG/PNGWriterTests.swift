import Foundation
import MaskIO
import TestSupport
import Testing

@Suite("PNGWriter")
struct PNGWriterTests {
  @Test("What is written is read again, in every size, interlaced or not", arguments: PNGVariant.all)
  func roundTrip(variant: PNGVariant) throws {
    var random = SeededRandom(seed: UInt64(variant.type * 31 + variant.depth))
    var sizes = [(1, 1), (1, 9), (9, 1), (7, 5), (8, 8), (13, 9), (2, 3), (5, 33)]
    for _ in 0..<40 {
      sizes.append((Int.random(in: 1...40, using: &random), Int.random(in: 1...40, using: &random)))
    }
    for (width, height) in sizes {
      for isInterlaced in [false, true] {
        let (samples, header) = try Self.image(variant, width, height, isInterlaced, &random)
        let level = Int.random(in: 0...9, using: &random)
        let file = try PNGWriter.encode(samples, header, compression: level)
        let image = try PNGReader.image(from: file)
        try #require(image.header == header)
        try #require(image.samples == samples)
      }
    }
  }

  @Test(
    "A written file has whole chunks, the header asked for and the palette given", arguments: PNGVariant.all)
  func chunks(variant: PNGVariant) throws {
    var random = SeededRandom(seed: 12)
    for isInterlaced in [false, true] {
      let (samples, header) = try Self.image(variant, 11, 6, isInterlaced, &random)
      let file = try PNGWriter.encode(samples, header)
      #expect(Array(file.prefix(8)) == PNGBytes.signature)
      let chunks = PNGBytes.chunks(of: file)
      #expect(chunks.allSatisfy { $0.isWhole })
      #expect(chunks.last?.name == "IEND")
      let fields = [variant.depth, variant.type, 0, 0, isInterlaced ? 1 : 0].map { UInt8($0) }
      #expect(chunks.first?.data == PNGBytes.bigEndian(11) + PNGBytes.bigEndian(6) + fields)
      let colours = header.palette.flatMap { [$0.red, $0.green, $0.blue] }
      #expect(chunks.filter { $0.name == "PLTE" }.flatMap(\.data) == colours)
    }
  }

  @Test("Every compression level gives the same samples; levels beyond 0 to 9 count as the nearest")
  func levels() throws {
    let header = PNGHeader(width: 64, height: 64)
    let samples = PNGReader.Samples.uint8((0..<4096).map { UInt8($0 / 64 % 5) })
    let files = try (-3...12).map { try PNGWriter.encode(samples, header, compression: $0) }
    for file in files { #expect(try PNGReader.image(from: file).samples == samples) }
    // Stored as they are at level 0, rows that hardly differ shrink at any other.
    #expect(files[3].count > 4096 + 64)
    #expect(files[4...].allSatisfy { $0.count < 2048 })
    #expect(files[0] == files[3])
    #expect(files[15] == files[12])
  }

  @Test("Samples that need more bits than the depth are refused", arguments: [1, 2, 4])
  func samplesTooLarge(depth: Int) throws {
    let header = PNGHeader(width: 2, height: 1, bitDepth: depth)
    let largest = UInt8(1 << depth - 1)
    #expect(throws: Never.self) { try PNGWriter.encode(.uint8([0, largest]), header) }
    let error = #expect(throws: PNGError.self) { try PNGWriter.encode(.uint8([0, largest + 1]), header) }
    #expect(try #require(error).description.contains("\(largest + 1)"))
  }

  @Test("A count of samples that does not fill the image is refused", arguments: PNGVariant.all)
  func wrongCount(variant: PNGVariant) throws {
    let count = 3 * 2 * variant.channels
    let palette = variant.type == 3 ? [RGB(1, 2, 3)] : []
    let type = try #require(PNGHeader.ColourType(rawValue: UInt8(variant.type)))
    let header = PNGHeader(width: 3, height: 2, bitDepth: variant.depth, colourType: type, palette: palette)
    func samples(_ count: Int) -> PNGReader.Samples {
      variant.depth == 16
        ? .uint16([UInt16](repeating: 0, count: count)) : .uint8([UInt8](repeating: 0, count: count))
    }
    #expect(throws: Never.self) { try PNGWriter.encode(samples(count), header) }
    for wrong in [0, 1, count - 1, count + 1, 2 * count] {
      #expect(throws: PNGError.self, "\(wrong)") { try PNGWriter.encode(samples(wrong), header) }
    }
  }

  @Test("A palette index beyond the palette is refused")
  func indexBeyondPalette() throws {
    let palette = [RGB(0, 0, 0), RGB(9, 9, 9), RGB(8, 8, 8)]
    let header = PNGHeader(width: 2, height: 1, colourType: .palette, palette: palette)
    #expect(throws: Never.self) { try PNGWriter.encode(.uint8([0, 2]), header) }
    #expect(throws: PNGError.indexBeyondPalette(index: 3, paletteCount: 3)) {
      try PNGWriter.encode(.uint8([3, 0]), header)
    }
    var empty = header
    empty.palette = []
    #expect(throws: PNGError.indexBeyondPalette(index: 0, paletteCount: 0)) {
      try PNGWriter.encode(.uint8([0, 0]), empty)
    }
  }

  @Test("A palette longer than the bit depth can index is refused", arguments: [1, 2, 4, 8])
  func paletteTooLong(depth: Int) {
    func header(_ entries: Int) -> PNGHeader {
      PNGHeader(
        width: 1, height: 1, bitDepth: depth, colourType: .palette,
        palette: [RGB](repeating: RGB(1, 2, 3), count: entries))
    }
    #expect(throws: Never.self) { try PNGWriter.encode(.uint8([0]), header(1 << depth)) }
    #expect(throws: PNGError.self) { try PNGWriter.encode(.uint8([0]), header(1 << depth + 1)) }
  }

  @Test("Widths of samples, depths and sizes that PNG does not have are refused")
  func impossibleHeaders() {
    let one = PNGHeader(width: 1, height: 1)
    func with(_ change: (inout PNGHeader) -> Void) -> PNGHeader {
      var header = one
      change(&header)
      return header
    }
    #expect(throws: PNGError.self) { try PNGWriter.encode(.uint16([1]), one) }
    #expect(throws: PNGError.self) { try PNGWriter.encode(.uint8([1]), with { $0.bitDepth = 16 }) }
    for depth in [-1, 0, 3, 5, 32] {
      #expect(throws: PNGError.self) { try PNGWriter.encode(.uint8([0]), with { $0.bitDepth = depth }) }
    }
    for size in [Int.min, -1, 0, 1 << 32, Int.max] {
      #expect(throws: PNGError.self) { try PNGWriter.encode(.uint8([0]), with { $0.width = size }) }
      #expect(throws: PNGError.self) { try PNGWriter.encode(.uint8([0]), with { $0.height = size }) }
    }
    let shallow = PNGHeader(width: 1, height: 1, bitDepth: 4, colourType: .rgb)
    #expect(throws: PNGError.self) { try PNGWriter.encode(.uint8([1, 2, 3]), shallow) }
    // 2147549185 · 2147418113 · 4 is 4 in 64 bits.
    let wrapping = PNGHeader(width: 2_147_549_185, height: 2_147_418_113, colourType: .rgbWithAlpha)
    #expect(throws: PNGError.self) { try PNGWriter.encode(.uint8([1, 2, 3, 4]), wrapping) }
  }

  static func image(
    _ variant: PNGVariant, _ width: Int, _ height: Int, _ isInterlaced: Bool, _ random: inout SeededRandom
  ) throws -> (PNGReader.Samples, PNGHeader) {
    let type = try #require(PNGHeader.ColourType(rawValue: UInt8(variant.type)))
    let entries = variant.type == 3 ? Int.random(in: 1...(1 << variant.depth), using: &random) : 0
    let palette = (0..<entries).map { _ in RGB(packed: UInt32.random(in: 0..<1 << 24, using: &random)) }
    let header = PNGHeader(
      width: width, height: height, bitDepth: variant.depth, colourType: type, palette: palette,
      isInterlaced: isInterlaced)
    let end = variant.type == 3 ? entries : 1 << variant.depth
    let numbers = (0..<width * height * variant.channels).map { _ in Int.random(in: 0..<end, using: &random) }
    if variant.depth == 16 { return (.uint16(numbers.map { UInt16($0) }), header) }
    return (.uint8(numbers.map { UInt8($0) }), header)
  }
}
