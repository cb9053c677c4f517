import MaskIO
import TestSupport
import Testing

@Suite("MaskPlane")
struct MaskPlaneTests {
  @Test(
    "The numbers of every colour type follow from an independent decoder's samples",
    arguments: ExpectedFile.pictureNames)
  func fixtures(name: String) throws {
    let expected = try #require(try ExpectedFile.loaded.get().png[name])
    let plane = try MaskPlane(decoding: bytes(of: TestFiles.fixture("png/" + name)))
    let truth = Truth(expected.samples, type: Int(expected.colourType), depth: expected.bitDepth)
    #expect(plane.numbers == truth.numbers)
    #expect(plane.kind == truth.kind)
    #expect(plane.width == truth.width)
    #expect(plane.header.width == expected.width)
    #expect(plane.header.height == expected.height)
    #expect(plane.header.palette.map { [$0.red, $0.green, $0.blue] } == expected.palette)
  }

  @Test("Only the array of the plane's own width holds numbers", arguments: ExpectedFile.pictureNames)
  func oneArray(name: String) throws {
    let plane = try MaskPlane(decoding: bytes(of: TestFiles.fixture("png/" + name)))
    #expect(plane.count == 13 * 9)
    #expect(plane.uint8.map { UInt32($0) } == (plane.width == .uint8 ? plane.numbers : []))
    #expect(plane.uint16.map { UInt32($0) } == (plane.width == .uint16 ? plane.numbers : []))
    #expect(Array(plane.uint32) == (plane.width == .uint32 ? plane.numbers : []))
  }

  @Test("A plane that is used again holds what a fresh one would")
  func reuse() throws {
    var random = SeededRandom(seed: 5)
    var files = try ExpectedFile.pictureNames.map { try bytes(of: TestFiles.fixture("png/" + $0)) }
    // Larger and smaller ones, so that old numbers could shine through.
    for (side, depth, type) in [(40, 8, 0), (3, 8, 0), (50, 16, 0), (2, 16, 0), (30, 8, 6), (2, 8, 2)] {
      let count = side * side * [0: 1, 2: 3, 6: 4][type, default: 1]
      let samples = (0..<count).map { _ in Int.random(in: 0..<1 << depth, using: &random) }
      files.append(PNGBytes.file(width: side, height: side, depth: depth, type: type, samples: samples))
    }
    try #require(files.count == 36)
    var reused = MaskPlane()
    for file in (0..<20).flatMap({ _ in files.shuffled(using: &random) }) {
      try file.withUnsafeBytes { try reused.decode($0) }
      let fresh = try MaskPlane(decoding: file)
      try #require(reused.numbers == fresh.numbers)
      try #require(reused.kind == fresh.kind)
      try #require(reused.width == fresh.width)
      try #require(reused.header == fresh.header)
      try #require(reused.uint8 == fresh.uint8)
      try #require(reused.uint16 == fresh.uint16)
      try #require(reused.uint32 == fresh.uint32)
    }
  }

  @Test("A damaged file between two good ones leaves no trace")
  func afterDamage() throws {
    let good = try bytes(of: TestFiles.fixture("png/rgb-8-plain.png"))
    let fresh = try MaskPlane(decoding: good)
    for name in ExpectedFile.damagedNames {
      let damaged = try bytes(of: TestFiles.fixture("damaged/" + name))
      var plane = MaskPlane()
      #expect(throws: PNGError.self) { try damaged.withUnsafeBytes { try plane.decode($0) } }
      try good.withUnsafeBytes { try plane.decode($0) }
      #expect(plane.numbers == fresh.numbers)
    }
  }

  @Test("16-bit colours are grey, doubled 8-bit colours or deep, by the least that holds all pixels")
  func deepColours() throws {
    var random = SeededRandom(seed: 77)
    var seen: Set<String> = []
    for round in 0..<600 {
      let (width, height) = (Int.random(in: 1...5, using: &random), Int.random(in: 1...5, using: &random))
      let type = round % 2 == 0 ? 2 : 6
      var samples: [Int] = []
      for _ in 0..<width * height {
        let low = Int.random(in: 0...255, using: &random)
        var pixel: [Int]
        switch round % 5 {
        case 0: pixel = [Int](repeating: Int.random(in: 0...65_535, using: &random), count: 3)
        case 1: pixel = [Int](repeating: low * 257, count: 3)
        case 2: pixel = (0..<3).map { _ in Int.random(in: 0...255, using: &random) * 257 }
        case 3: pixel = [low * 257, 0, Bool.random(using: &random) ? 1 : 257]
        default: pixel = (0..<3).map { _ in Int.random(in: 0...65_535, using: &random) }
        }
        if type == 6 { pixel.append(Int.random(in: 0...65_535, using: &random)) }
        samples += pixel
      }
      let file = PNGBytes.file(width: width, height: height, depth: 16, type: type, samples: samples)
      let plane = try MaskPlane(decoding: file)
      let truth = Truth(samples, type: type, depth: 16)
      seen.insert("\(truth.kind)")
      try #require(plane.kind == truth.kind)
      try #require(plane.width == truth.width)
      try #require(plane.numbers == truth.numbers)
    }
    #expect(seen == ["grey", "colour", "deepColour"])
  }

  /// What a plane must hold, worked out from samples by the rules in MaskPlane's comments.
  private struct Truth {
    let numbers: [UInt32]
    let kind: MaskPlane.Kind
    let width: MaskPlane.Width

    init(_ samples: [Int], type: Int, depth: Int) {
      let channels = [0: 1, 2: 3, 3: 1, 4: 2, 6: 4][type, default: 1]
      let pixels = stride(from: 0, to: samples.count, by: channels).map { Array(samples[$0..<$0 + channels]) }
      let packed = pixels.map {
        $0.count < 3 ? 0 : UInt32($0[0] % 256 + $0[1] % 256 * 256 + $0[2] % 256 * 65_536)
      }
      let firsts = pixels.map { UInt32($0[0]) }
      switch (type, depth) {
      case (2, 8), (6, 8): (numbers, kind, width) = (packed, .colour, .uint32)
      case (2, 16), (6, 16):
        let colours = pixels.map { Array($0.prefix(3)) }
        if colours.allSatisfy({ Set($0).count == 1 }) {
          (numbers, kind, width) = (firsts, .grey, .uint16)
        } else if colours.joined().allSatisfy({ $0 % 257 == 0 }) {
          (numbers, kind, width) = (packed, .colour, .uint32)
        } else {
          (numbers, kind, width) = (colours.map { UInt32($0.max() ?? 0) }, .deepColour, .uint16)
        }
      default:
        (numbers, kind, width) = (firsts, type == 3 ? .palette : .grey, depth == 16 ? .uint16 : .uint8)
      }
    }
  }
}
