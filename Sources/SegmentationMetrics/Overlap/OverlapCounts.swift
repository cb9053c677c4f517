/// The voxels of one label or region, counted against the reference.
public struct OverlapCounts: Sendable, Hashable {
  /// Predicted and in the reference.
  public var truePositives: UInt64
  /// Predicted, not in the reference.
  public var falsePositives: UInt64
  /// In the reference, not predicted.
  public var falseNegatives: UInt64
  /// In neither.
  public var trueNegatives: UInt64

  public init(
    truePositives: UInt64 = 0, falsePositives: UInt64 = 0, falseNegatives: UInt64 = 0,
    trueNegatives: UInt64 = 0
  ) {
    self.truePositives = truePositives
    self.falsePositives = falsePositives
    self.falseNegatives = falseNegatives
    self.trueNegatives = trueNegatives
  }

  /// The counts of the labels in `labels`, taken as one region, in a joint histogram.
  public init(_ histogram: JointHistogram, of labels: some Sequence<UInt32>) {
    let region = Set(labels)
    self.init()
    for pair in histogram.entries {
      let count = pair.count
      switch (region.contains(pair.prediction), region.contains(pair.reference)) {
      case (true, true): truePositives += count
      case (true, false): falsePositives += count
      case (false, true): falseNegatives += count
      case (false, false): trueNegatives += count
      }
    }
    for (label, count) in histogram.unlabelled {
      if region.contains(label) { falseNegatives += count } else { trueNegatives += count }
    }
  }

  /// Voxels predicted.
  public var predicted: UInt64 { truePositives + falsePositives }
  /// Voxels in the reference.
  public var referenced: UInt64 { truePositives + falseNegatives }
  /// All voxels counted.
  public var total: UInt64 { predicted + falseNegatives + trueNegatives }

  /// The sum over cases, from which pooled values follow.
  public static func + (left: OverlapCounts, right: OverlapCounts) -> OverlapCounts {
    OverlapCounts(
      truePositives: left.truePositives + right.truePositives,
      falsePositives: left.falsePositives + right.falsePositives,
      falseNegatives: left.falseNegatives + right.falseNegatives,
      trueNegatives: left.trueNegatives + right.trueNegatives)
  }

  /// The counts of every label that occurs in a histogram.
  public static func byLabel(_ histogram: JointHistogram) -> [UInt32: OverlapCounts] {
    let tally = LabelTally(histogram)
    return Dictionary(uniqueKeysWithValues: zip(tally.labels, tally.counts))
  }
}
