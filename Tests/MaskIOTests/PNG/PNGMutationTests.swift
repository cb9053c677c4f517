import MaskIO
import TestSupport
import Testing

@Suite("PNG files changed byte by byte")
struct PNGMutationTests {
  /// Files of every colour type, and one with chunks whose checksums are of no weight.
  private static let files = [
    "grey-1-interlaced.png", "grey-8-plain.png", "grey-16-plain.png", "grey-alpha-8-interlaced.png",
    "palette-4-plain.png", "palette-8-interlaced.png", "rgb-8-plain.png", "rgba-16-interlaced.png", "",
  ]

  private static func load(_ name: String) throws -> [UInt8] {
    guard name.isEmpty else { return try bytes(of: TestFiles.fixture("png/" + name)) }
    return PNGBytes.file(
      width: 5, height: 4, depth: 8, type: 2, samples: (0..<60).map { $0 * 4 },
      extra: [
        PNGBytes.chunk("gAMA", PNGBytes.bigEndian(45_455)), PNGBytes.chunk("PLTE", [1, 2, 3, 4, 5, 6]),
        PNGBytes.chunk("tRNS", [0, 1, 0, 2, 0, 3]), PNGBytes.chunk("tEXt", Array("Title\0mask".utf8)),
      ])
  }

  @Test("A file cut off anywhere is refused", arguments: files)
  func truncation(name: String) throws {
    let whole = try Self.load(name)
    #expect(throws: Never.self) { try PNGReader.image(from: whole) }
    var accepted: [Int] = []
    for length in 0..<whole.count {
      let part = Array(whole.prefix(length))
      if (try? PNGReader.image(from: part)) != nil { accepted.append(length) }
      if (try? MaskPlane(decoding: part)) != nil { accepted.append(length) }
    }
    #expect(accepted.isEmpty)
  }

  @Test("A file with a byte changed is refused or gives the very same samples", arguments: files)
  func flippedBytes(name: String) throws {
    let whole = try Self.load(name)
    let image = try PNGReader.image(from: whole)
    let numbers = try MaskPlane(decoding: whole).numbers
    var wrong: [Int] = []
    var refusals = 0
    for index in whole.indices {
      for mask: UInt8 in [1, 2, 4, 8, 16, 32, 64, 128, 255] {
        var changed = whole
        changed[index] ^= mask
        if let other = try? PNGReader.image(from: changed) {
          if other.samples != image.samples || other.header.palette != image.header.palette {
            wrong.append(index)
          }
        } else {
          refusals += 1
        }
        if let other = try? MaskPlane(decoding: changed), other.numbers != numbers { wrong.append(index) }
      }
    }
    #expect(wrong.isEmpty)
    // Signature, header and pixels alone are half of every file here.
    #expect(refusals > 9 * whole.count / 2)
  }

  @Test("A byte put in or taken out anywhere is refused or changes no sample", arguments: files)
  func shiftedBytes(name: String) throws {
    let whole = try Self.load(name)
    let samples = try PNGReader.image(from: whole).samples
    var wrong: [Int] = []
    for index in whole.indices {
      var longer = whole
      longer.insert(whole[index] ^ 0x55, at: index)
      var shorter = whole
      shorter.remove(at: index)
      for changed in [longer, shorter] {
        if let other = try? PNGReader.image(from: changed), other.samples != samples { wrong.append(index) }
      }
    }
    #expect(wrong.isEmpty)
  }

  @Test("Garbage after a valid signature or header is refused, never a crash")
  func garbage() {
    var random = SeededRandom(seed: 99)
    var accepted = 0
    for round in 0..<4000 {
      let length = Int.random(in: 0...200, using: &random)
      let noise = (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
      let variant = PNGVariant.all[round % PNGVariant.all.count]
      let header = round % 3 == 0 ? [] : PNGBytes.header(4, 4, variant.depth, variant.type)
      let file = PNGBytes.signature + header + noise
      if (try? PNGReader.image(from: file)) != nil { accepted += 1 }
      if (try? MaskPlane(decoding: file)) != nil { accepted += 1 }
    }
    #expect(accepted == 0)
  }

  @Test("Chunks in disorder with right checksums never crash, and what is read keeps PNG's bounds")
  func shuffledChunks() throws {
    var random = SeededRandom(seed: 1234)
    var accepted = 0
    for round in 0..<6000 {
      let variant = PNGVariant.all[round % PNGVariant.all.count]
      let (width, height) = (Int.random(in: 1...9, using: &random), Int.random(in: 1...9, using: &random))
      let interlace = Int.random(in: 0...1, using: &random)
      let samples = (0..<width * height * variant.channels).map { _ in
        Int.random(in: 0..<1 << variant.depth, using: &random)
      }
      var raw = PNGBytes.rows(samples, height: height, depth: variant.depth)
      for _ in 0..<Int.random(in: 0...2, using: &random) {
        raw[Int.random(in: 0..<raw.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
      }
      var data = PNGBytes.zlib(raw)
      if Int.random(in: 0..<4, using: &random) == 0 {
        data[Int.random(in: 0..<data.count, using: &random)] ^= UInt8.random(in: 1...255, using: &random)
      }
      let entries = Int.random(in: 0...min(260, 2 << variant.depth), using: &random)
      var chunks = [
        PNGBytes.chunk("PLTE", [UInt8](repeating: 9, count: 3 * entries)), PNGBytes.chunk("IDAT", data),
        PNGBytes.chunk("tRNS", [UInt8](repeating: 1, count: Int.random(in: 0...8, using: &random))),
      ]
      if Int.random(in: 0..<3, using: &random) == 0 { chunks.shuffle(using: &random) }
      let file =
        PNGBytes.signature + PNGBytes.header(width, height, variant.depth, variant.type, interlace: interlace)
        + chunks.joined() + PNGBytes.end
      let plane = try? MaskPlane(decoding: file)
      guard let image = try? PNGReader.image(from: file) else {
        #expect(plane == nil)
        continue
      }
      accepted += 1
      try #require(image.samples.numbers.count == samples.count)
      try #require(image.samples.numbers.allSatisfy { $0 < 1 << variant.depth })
      let areLabels =
        variant.type != 3 || image.samples.numbers.allSatisfy { $0 < image.header.palette.count }
      try #require(plane?.count == (areLabels ? width * height : nil))
    }
    // Some of these files are whole: else this would test nothing.
    #expect(accepted > 300)
  }
}
