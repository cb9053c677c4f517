/// The voxels of one label or region, counted against the reference. Sums that no `UInt64` holds are its largest number.
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
      case (true, true): truePositives = truePositives.saturatingAdd(count)
      case (true, false): falsePositives = falsePositives.saturatingAdd(count)
      case (false, true): falseNegatives = falseNegatives.saturatingAdd(count)
      case (false, false): trueNegatives = trueNegatives.saturatingAdd(count)
      }
    }
    for (label, count) in histogram.unlabelled {
      if region.contains(label) {
        falseNegatives = falseNegatives.saturatingAdd(count)
      } else {
        trueNegatives = trueNegatives.saturatingAdd(count)
      }
    }
  }

  /// Voxels predicted.
  public var predicted: UInt64 { truePositives.saturatingAdd(falsePositives) }
  /// Voxels in the reference.
  public var referenced: UInt64 { truePositives.saturatingAdd(falseNegatives) }
  /// All voxels counted.
  public var total: UInt64 { predicted.saturatingAdd(falseNegatives).saturatingAdd(trueNegatives) }

  /// The sum over cases, from which pooled values follow.
  public static func + (left: OverlapCounts, right: OverlapCounts) -> OverlapCounts {
    OverlapCounts(
      truePositives: left.truePositives.saturatingAdd(right.truePositives),
      falsePositives: left.falsePositives.saturatingAdd(right.falsePositives),
      falseNegatives: left.falseNegatives.saturatingAdd(right.falseNegatives),
      trueNegatives: left.trueNegatives.saturatingAdd(right.trueNegatives))
  }

  /// The counts of every label that occurs in a histogram.
  public static func byLabel(_ histogram: JointHistogram) -> [UInt32: OverlapCounts] {
    let tally = LabelTally(histogram)
    return Dictionary(uniqueKeysWithValues: zip(tally.labels, tally.counts))
  }
}
