import SegmentationMetrics
import TestSupport
import Testing

@Suite("Identities between overlap metrics")
struct OverlapIdentityTests {
  /// Random counts of all magnitudes, zeros often among them.
  static func randomCounts(_ random: inout SeededRandom, bits: Int = 40) -> OverlapCounts {
    func count() -> UInt64 {
      let width = Int.random(in: 0...bits, using: &random)
      return UInt64.random(in: 0..<(1 << UInt64(width)), using: &random)
    }
    return OverlapCounts(
      truePositives: count(), falsePositives: count(), falseNegatives: count(), trueNegatives: count())
  }

  @Test("Dice is 2 IoU / (1 + IoU), and fbeta@1, and the harmonic mean of precision and recall")
  func dice() throws {
    var random = SeededRandom(seed: 51)
    for _ in 0..<20000 {
      let counts = Self.randomCounts(&random)
      let dice = OverlapMetric.dice.value(counts)
      let iou = OverlapMetric.iou.value(counts)
      try #require(isClose(dice, 2 * iou / (1 + iou)))
      try #require(isClose(dice, OverlapMetric.fBeta(1).value(counts)))
      let (precision, recall) = (OverlapMetric.precision.value(counts), OverlapMetric.recall.value(counts))
      if precision > 0, recall > 0 {
        try #require(isClose(dice, 2 / (1 / precision + 1 / recall)))
      }
    }
  }

  @Test("fbeta lies between precision and recall, nearer to recall the larger β is")
  func fBeta() throws {
    var random = SeededRandom(seed: 52)
    for _ in 0..<5000 {
      let counts = Self.randomCounts(&random)
      let (precision, recall) = (OverlapMetric.precision.value(counts), OverlapMetric.recall.value(counts))
      guard !precision.isNaN, !recall.isNaN else { continue }
      let values = [1e-9, 0.5, 1, 2, 1e9].map { OverlapMetric.fBeta($0).value(counts) }
      let (low, high) = (min(precision, recall) - 1e-9, max(precision, recall) + 1e-9)
      try #require(values.allSatisfy { low <= $0 && $0 <= high })
      try #require(isClose(values[0], precision, within: 1e-5) || counts.truePositives == 0)
      let ordered = recall >= precision ? values : values.reversed()
      try #require(zip(ordered, ordered.dropFirst()).allSatisfy { $0 <= $1 + 1e-12 })
    }
  }

  @Test("Rates are the complements of recall and specificity, balanced accuracy their mean")
  func complements() throws {
    var random = SeededRandom(seed: 53)
    for _ in 0..<20000 {
      let counts = Self.randomCounts(&random)
      let recall = OverlapMetric.recall.value(counts)
      let specificity = OverlapMetric.specificity.value(counts)
      try #require(isClose(OverlapMetric.falseNegativeRate.value(counts), 1 - recall))
      try #require(isClose(OverlapMetric.falsePositiveRate.value(counts), 1 - specificity))
      try #require(isClose(OverlapMetric.balancedAccuracy.value(counts), (recall + specificity) / 2))
    }
  }

  @Test("Exchanging prediction and reference changes no symmetric metric, and precision with recall")
  func symmetry() throws {
    var random = SeededRandom(seed: 54)
    let symmetric: [OverlapMetric] = [
      .dice, .iou, .accuracy, .volumeSimilarity, .matthewsCorrelation, .cohenKappa,
    ]
    for _ in 0..<10000 {
      let counts = Self.randomCounts(&random)
      var swapped = counts
      (swapped.falsePositives, swapped.falseNegatives) = (counts.falseNegatives, counts.falsePositives)
      for metric in symmetric { try #require(isClose(metric.value(counts), metric.value(swapped))) }
      try #require(isClose(OverlapMetric.precision.value(counts), OverlapMetric.recall.value(swapped)))
    }
  }

  @Test("Correlation and kappa stay within -1 and 1, to the last bit", arguments: [4, 12, 40, 60])
  func correlationBounds(bits: Int) throws {
    var random = SeededRandom(seed: UInt64(bits))
    for _ in 0..<20000 {
      let counts = Self.randomCounts(&random, bits: bits)
      for metric in [OverlapMetric.matthewsCorrelation, .cohenKappa] {
        let value = metric.value(counts)
        try #require(value.isNaN || (-1...1).contains(value), "\(metric) of \(counts) is \(value)")
      }
    }
  }

  @Test("A perfect prediction has correlation and kappa 1, an inverted one of two halves -1, exactly")
  func perfect() throws {
    for n in UInt64(1)...500 {
      let perfect = OverlapCounts(truePositives: n, trueNegatives: n + 1)
      try #require(OverlapMetric.matthewsCorrelation.value(perfect) == 1)
      try #require(OverlapMetric.cohenKappa.value(perfect) == 1)
      let inverted = OverlapCounts(falsePositives: n, falseNegatives: n)
      try #require(OverlapMetric.matthewsCorrelation.value(inverted) == -1)
      try #require(OverlapMetric.cohenKappa.value(inverted) == -1)
    }
  }

  @Test("Volume similarity and relative difference follow from the two volumes")
  func volumes() throws {
    var random = SeededRandom(seed: 55)
    for _ in 0..<10000 {
      let counts = Self.randomCounts(&random, bits: 30)
      let (predicted, referenced) = (Double(counts.predicted), Double(counts.referenced))
      guard referenced > 0 else { continue }
      let difference = (predicted - referenced).magnitude / (predicted + referenced)
      try #require(isClose(OverlapMetric.volumeSimilarity.value(counts), 1 - difference))
      let relative = OverlapMetric.relativeVolumeDifference.value(counts)
      try #require(isClose(relative, (predicted - referenced) / referenced))
    }
  }

  @Test("Counts beyond 2^53 are summed exactly, and ratios of them keep 15 digits")
  func largeCounts() {
    let large: UInt64 = 1 << 60
    let one = OverlapCounts(truePositives: large + 1, falsePositives: 1, falseNegatives: 3, trueNegatives: 5)
    let sum = one + one
    #expect(sum.truePositives == 2 * large + 2)
    #expect(sum.predicted == 2 * large + 4)
    #expect(sum.total == 2 * (large + 10))
    let even = OverlapCounts(
      truePositives: large, falsePositives: large, falseNegatives: large, trueNegatives: large)
    #expect(OverlapMetric.dice.value(even) == 0.5)
    #expect(OverlapMetric.iou.value(even) == 1.0 / 3)
    #expect(OverlapMetric.matthewsCorrelation.value(even) == 0)
  }

  @Test("No value of a metric is worse than its worst")
  func worst() throws {
    var random = SeededRandom(seed: 56)
    let higherIsBetter: [OverlapMetric] = [
      .dice, .iou, .precision, .recall, .specificity, .accuracy, .balancedAccuracy, .fBeta(2),
      .volumeSimilarity, .matthewsCorrelation, .cohenKappa,
    ]
    for _ in 0..<5000 {
      let counts = Self.randomCounts(&random, bits: 30)
      for metric in higherIsBetter { try #require(!(metric.value(counts) < metric.worst), "\(metric)") }
      for metric in [OverlapMetric.falsePositiveRate, .falseNegativeRate, .relativeVolumeDifference] {
        try #require(!(metric.value(counts).magnitude > metric.worst), "\(metric)")
      }
    }
  }
}
