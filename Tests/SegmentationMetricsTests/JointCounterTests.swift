import SegmentationMetrics
import TestSupport
import Testing

@Suite("JointCounter")
struct JointCounterTests {
  /// The width in which a side's labels are handed over.
  enum Width: CaseIterable {
    case uint8
    case uint16
    case uint32

    var palettes: [[UInt32]] {
      switch self {
      case .uint8: [[0], [0, 1], [0, 1, 2, 3], [0, 255], Array(0...255)]
      case .uint16: [[0, 1], [0, 255, 256], [0, 65535], Array(300...900)]
      case .uint32: [[0, 1], [0, 65535, 65536], [0, 1, .max - 1], [0, 255, 1 << 24 - 1]]
      }
    }

    func plane(_ labels: [UInt32]) -> JointCounter.Plane {
      switch self {
      case .uint8: .uint8(labels.map { UInt8($0) }[...])
      case .uint16: .uint16(labels.map { UInt16($0) }[...])
      case .uint32: .uint32(labels[...])
      }
    }
  }

  @Test(
    "Every pair of widths counts as voxel by voxel, one counter used for all sizes",
    arguments: Width.allCases, Width.allCases)
  func widths(prediction: Width, reference: Width) throws {
    var random = SeededRandom(seed: 11)
    var counter = JointCounter()
    var lengths = Array(0...70) + [127, 511, 513, 4096, 4097, 65535, 65537, 3, 5000, 1]
    lengths.shuffle(using: &random)
    for length in lengths {
      let texture = MetricsRandomMaps.Texture.allCases.randomElement(using: &random) ?? .noise
      let left = prediction.palettes.randomElement(using: &random) ?? []
      let right = reference.palettes.randomElement(using: &random) ?? []
      let p = MetricsRandomMaps.map(texture, count: length, of: left, using: &random)
      let r = MetricsRandomMaps.map(.regions, count: length, of: right, using: &random)
      var histogram = JointHistogram()
      counter.add(prediction.plane(p), reference.plane(r), to: &histogram)
      try #require(Self.dictionary(histogram) == MetricsLabelPair.counts(p, r))
    }
  }

  @Test("Thousands of random pairs of planes add up to the counts of all voxels")
  func manyPlanes() throws {
    var random = SeededRandom(seed: 12)
    var counter = JointCounter()
    var histogram = JointHistogram()
    var expected: [MetricsLabelPair: UInt64] = [:]
    for _ in 0..<3000 {
      let length = Int.random(in: 0...300, using: &random)
      let width = Width.allCases.randomElement(using: &random) ?? .uint8
      let palette = width.palettes.randomElement(using: &random) ?? [0]
      let texture = MetricsRandomMaps.Texture.allCases.randomElement(using: &random) ?? .noise
      let reference = MetricsRandomMaps.map(texture, count: length, of: palette, using: &random)
      let prediction = MetricsRandomMaps.disturbed(reference, of: palette, using: &random)
      counter.add(width.plane(prediction), width.plane(reference), to: &histogram)
      expected.merge(MetricsLabelPair.counts(prediction, reference), uniquingKeysWith: +)
    }
    #expect(Self.dictionary(histogram) == expected)
    #expect(histogram.total == expected.values.reduce(0, +))
  }

  @Test("Slices of larger arrays count only what they show")
  func slices() {
    let storage: [UInt8] = [9, 9, 0, 1, 1, 0, 9]
    var counter = JointCounter()
    var histogram = JointHistogram()
    counter.add(.uint8(storage[2..<6]), .uint16([4, 4, 4, 5, 5, 5][1..<5]), to: &histogram)
    #expect(
      Self.dictionary(histogram)
        == MetricsLabelPair.counts([0, 1, 1, 0] as [UInt8], [4, 4, 5, 5] as [UInt8]))
  }

  @Test("Very many different pairs are all kept apart")
  func manyPairs() {
    var random = SeededRandom(seed: 13)
    let count = 50000
    let prediction = (0..<count).map { _ in UInt32.random(in: 0..<(.max), using: &random) }
    let reference = (0..<count).map { UInt32($0) << 16 }
    var counter = JointCounter()
    var histogram = JointHistogram()
    for _ in 0..<2 { counter.add(.uint32(prediction[...]), .uint32(reference[...]), to: &histogram) }
    #expect(histogram.entries.count == count)
    #expect(Self.dictionary(histogram) == MetricsLabelPair.counts(prediction, reference).mapValues { $0 * 2 })
  }

  @Test("A mask of any width leaves out exactly the voxels where it is 0", arguments: Width.allCases)
  func masks(width: Width) throws {
    var random = SeededRandom(seed: 14)
    var counter = JointCounter()
    for length in [0, 1, 2, 63, 64, 65, 300, 5000] {
      for own in Width.allCases {
        let palette = own.palettes[1]
        let p = MetricsRandomMaps.map(.speckles, count: length, of: palette, using: &random)
        let r = MetricsRandomMaps.map(.regions, count: length, of: palette, using: &random)
        let mask = MetricsRandomMaps.map(.regions, count: length, of: width.palettes[1], using: &random)
        let kept = (0..<length).filter { mask[$0] != 0 }
        var histogram = JointHistogram()
        counter.add(
          own.plane(p).masked(by: width.plane(mask)), own.plane(r).masked(by: width.plane(mask)),
          to: &histogram)
        try #require(
          Self.dictionary(histogram) == MetricsLabelPair.counts(kept.map { p[$0] }, kept.map { r[$0] }))
      }
    }
  }

  private static func dictionary(_ histogram: JointHistogram) -> [MetricsLabelPair: UInt64] {
    Dictionary(
      uniqueKeysWithValues: histogram.entries.map {
        (MetricsLabelPair($0.prediction, $0.reference), $0.count)
      })
  }
}
