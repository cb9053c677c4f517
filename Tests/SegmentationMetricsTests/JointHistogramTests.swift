import SegmentationMetrics
import TestSupport
import Testing

@Suite("JointHistogram")
struct JointHistogramTests {
  private typealias Twin = [MetricsLabelPair: UInt64]

  @Test("Entries are sorted by reference, then prediction, each pair once and none empty")
  func sortedAndUnique() throws {
    var random = SeededRandom(seed: 21)
    for _ in 0..<500 {
      let entries = Self.entries(&random)
      let histogram = JointHistogram(entries)
      let keys = histogram.entries.map { [$0.reference, $0.prediction] }
      try #require(zip(keys, keys.dropFirst()).allSatisfy { $0.lexicographicallyPrecedes($1) })
      try #require(histogram.entries.allSatisfy { $0.count > 0 })
      try #require(Self.twin(histogram) == Self.twin(of: entries))
    }
  }

  @Test("Adding gives the sum for every pair and stays sorted, in either order")
  func adding() throws {
    var random = SeededRandom(seed: 22)
    for _ in 0..<500 {
      let (left, right) = (Self.entries(&random), Self.entries(&random))
      var sum = JointHistogram(left)
      sum.add(JointHistogram(right))
      var other = JointHistogram(right)
      other.add(JointHistogram(left))
      try #require(sum == other)
      try #require(sum == JointHistogram(left + right))
      try #require(Self.twin(sum) == Self.twin(of: left + right))
    }
  }

  @Test("Totals and marginals are the sums they say they are")
  func marginals() throws {
    var random = SeededRandom(seed: 23)
    for _ in 0..<300 {
      let entries = Self.entries(&random)
      let histogram = JointHistogram(entries)
      var predictions: [UInt32: UInt64] = [:]
      var references: [UInt32: UInt64] = [:]
      for entry in entries where entry.count > 0 {
        predictions[entry.prediction, default: 0] += entry.count
        references[entry.reference, default: 0] += entry.count
      }
      try #require(histogram.predictions == predictions)
      try #require(histogram.references == references)
      try #require(histogram.total == entries.reduce(0) { $0 + $1.count })
      try #require(histogram.labels == Set(predictions.keys).union(references.keys).sorted())
    }
  }

  @Test("The count of a pair is found, and 0 for pairs that do not occur")
  func lookup() throws {
    var random = SeededRandom(seed: 24)
    for _ in 0..<300 {
      let histogram = JointHistogram(Self.entries(&random))
      let twin = Self.twin(histogram)
      for prediction in Self.palette {
        for reference in Self.palette {
          try #require(
            histogram.count(prediction: prediction, reference: reference)
              == twin[MetricsLabelPair(prediction, reference)] ?? 0)
        }
      }
    }
  }

  @Test("Mapping replaces labels on each side and adds up what becomes equal")
  func mapping() throws {
    var random = SeededRandom(seed: 25)
    for _ in 0..<300 {
      let entries = Self.entries(&random)
      let mapped = JointHistogram(entries).mapped(prediction: { $0 % 3 }, reference: { $0 / 2 })
      let twin = Self.twin(
        of: entries.map { .init(prediction: $0.prediction % 3, reference: $0.reference / 2, count: $0.count) }
      )
      try #require(Self.twin(mapped) == twin)
    }
  }

  @Test("An error of the mapping comes out")
  func mappingFails() {
    struct Fault: Error {}
    let histogram = JointHistogram([.init(prediction: 1, reference: 2, count: 3)])
    #expect(throws: Fault.self) {
      let failing: (UInt32) throws -> UInt32 = { _ in throw Fault() }
      _ = try histogram.mapped(prediction: failing, reference: { $0 })
    }
  }

  @Test("Ignoring leaves out reference labels, whatever is predicted there, and no predicted ones")
  func ignoring() throws {
    var random = SeededRandom(seed: 26)
    for _ in 0..<300 {
      let entries = Self.entries(&random)
      let ignored = Set(Self.palette.filter { _ in Bool.random(using: &random) })
      let twin = Self.twin(of: entries.filter { !ignored.contains($0.reference) })
      try #require(Self.twin(JointHistogram(entries).ignoring(reference: ignored)) == twin)
    }
  }

  @Test("Counts beyond 2^53 stay exact")
  func largeCounts() {
    let large: UInt64 = 1 << 53
    var histogram = JointHistogram([.init(prediction: 1, reference: 1, count: large)])
    histogram.add(JointHistogram([.init(prediction: 1, reference: 1, count: 1)]))
    #expect(histogram.count(prediction: 1, reference: 1) == large + 1)
    #expect(histogram.total == large + 1)
  }

  private static let palette: [UInt32] = [0, 1, 2, 3, 7, 255, 65535, 65536, .max - 1, .max]

  private static func entries(_ random: inout SeededRandom) -> [JointHistogram.Entry] {
    (0..<Int.random(in: 0...20, using: &random)).map { _ in
      .init(
        prediction: palette.randomElement(using: &random) ?? 0,
        reference: palette.randomElement(using: &random) ?? 0,
        count: UInt64.random(in: 0...5, using: &random))
    }
  }

  private static func twin(_ histogram: JointHistogram) -> Twin { twin(of: histogram.entries) }

  private static func twin(of entries: [JointHistogram.Entry]) -> Twin {
    var counts: Twin = [:]
    for entry in entries where entry.count > 0 {
      counts[MetricsLabelPair(entry.prediction, entry.reference), default: 0] += entry.count
    }
    return counts
  }
}
