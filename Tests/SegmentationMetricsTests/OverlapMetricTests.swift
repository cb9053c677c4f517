import SegmentationMetrics
import TestSupport
import Testing

@Suite("Overlap metrics against the independent values of expected.json")
struct OverlapMetricTests {
  @Test("Every metric of every label of every case", arguments: MetricsExpected.scoredSets)
  func cases(set name: String) throws {
    var compared = 0
    for (id, expected) in try MetricsExpected.set(name).cases {
      let histogram = expected.histogram
      #expect(histogram.labels == expected.labels)
      #expect(histogram.total <= UInt64(expected.shape.reduce(1, *)))
      for (label, values) in try #require(expected.perLabel) {
        let counts = OverlapCounts(histogram, of: [try #require(UInt32(label))])
        compared += try compare(counts, values, "\(name) \(id) label \(label)")
      }
    }
    // Fourteen metrics and four counts for each of at least two labels.
    #expect(compared >= 2 * 18)
  }

  @Test("Every metric from pooled counts", arguments: MetricsExpected.scoredSets)
  func pooled(set name: String) throws {
    let set = try MetricsExpected.set(name)
    let pooled = try #require(set.pooled)
    for (label, values) in pooled.perLabel {
      let labels = [try #require(UInt32(label))]
      let summed = set.cases.values.map { OverlapCounts($0.histogram, of: labels) }
        .reduce(OverlapCounts(), +)
      let compared = try compare(summed, values, "\(name) pooled label \(label)")
      #expect(compared == 28)
      #expect(summed == OverlapCounts(set.pooledHistogram, of: labels))
    }
  }

  @Test("Regions count as the set of their labels, for each case and pooled")
  func regions() throws {
    let set = try MetricsExpected.set("organs")
    let regions = try #require(set.regions)
    #expect(!regions.isEmpty)
    for (name, region) in regions {
      for (id, expected) in region.cases {
        let histogram = try #require(set.cases[id]).histogram
        _ = try compare(OverlapCounts(histogram, of: region.labels), expected, "\(name) \(id)")
      }
      let pooled = OverlapCounts(set.pooledHistogram, of: region.labels)
      _ = try compare(pooled, region.pooled, "\(name) pooled")
    }
  }

  @Test("Counting all labels in one pass gives what counting each alone gives")
  func byLabel() throws {
    for name in MetricsExpected.scoredSets {
      for expected in try MetricsExpected.set(name).cases.values {
        let histogram = expected.histogram
        let counts = OverlapCounts.byLabel(histogram)
        #expect(counts.keys.sorted() == expected.labels)
        for (label, one) in counts { #expect(one == OverlapCounts(histogram, of: [label])) }
      }
    }
  }

  @Test("The totals of a label's counts are those of the masks")
  func totals() throws {
    var random = SeededRandom(seed: 41)
    for _ in 0..<1000 {
      let counts = OverlapCounts(
        truePositives: .random(in: 0...9, using: &random), falsePositives: .random(in: 0...9, using: &random),
        falseNegatives: .random(in: 0...9, using: &random), trueNegatives: .random(in: 0...9, using: &random))
      try #require(counts.predicted == counts.truePositives + counts.falsePositives)
      try #require(counts.referenced == counts.truePositives + counts.falseNegatives)
      try #require(counts.total == counts.predicted + counts.falseNegatives + counts.trueNegatives)
    }
  }

  /// Compares counts and metrics; returns how many there were.
  private func compare(_ counts: OverlapCounts, _ expected: [String: Double?], _ place: String) throws -> Int
  {
    for (name, value) in expected {
      switch name {
      case "tp": #expect(Double(counts.truePositives) == value, "\(place)")
      case "fp": #expect(Double(counts.falsePositives) == value, "\(place)")
      case "fn": #expect(Double(counts.falseNegatives) == value, "\(place)")
      case "tn": #expect(Double(counts.trueNegatives) == value, "\(place)")
      default:
        let metric = try #require(MetricsExpected.metric(name), "\(name) is in no metric")
        let found = metric.value(counts)
        // A reference without voxels divides by 0; expected.json writes null for x/0 as for 0/0.
        guard let value else {
          #expect(!found.isFinite, "\(name) of \(place) is \(found)")
          continue
        }
        #expect(isClose(found, value), "\(name) of \(place): \(found), expected \(value)")
      }
    }
    return expected.count
  }
}
