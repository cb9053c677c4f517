import Foundation
import SegmentationMetrics

/// What `fixtures/expected.json` says of the sets; a Python program that shares nothing with the package wrote it.
public struct MetricsExpected: Decodable, Sendable {
  /// One set of pairs.
  public struct MaskSet: Decodable, Sendable {
    public var cases: [String: Case]
    public var pooled: Pooled?
    public var meanDice: [String: Double?]?
    public var regions: [String: Region]?

    private enum CodingKeys: String, CodingKey {
      case cases
      case pooled
      case meanDice = "mean_dice"
      case regions
    }

    /// The histogram of all cases together.
    public var pooledHistogram: JointHistogram {
      JointHistogram(cases.values.flatMap { $0.histogram.entries })
    }
  }

  /// One pair of masks.
  public struct Case: Decodable, Sendable {
    public var shape: [Int]
    public var labels: [UInt32]
    public var joint: [[UInt64]]
    public var perLabel: [String: [String: Double?]]?

    private enum CodingKeys: String, CodingKey {
      case shape
      case labels
      case joint
      case perLabel = "per_label"
    }

    /// The counts by reference label and predicted label.
    public var histogram: JointHistogram {
      JointHistogram(
        joint.map { .init(prediction: UInt32($0[1]), reference: UInt32($0[0]), count: $0[2]) })
    }
  }

  /// Scores from the summed counts.
  public struct Pooled: Decodable, Sendable {
    public var perLabel: [String: [String: Double?]]
    public var pixelAccuracy: Double
    public var meanAccuracy: Double
    public var meanIoU: Double
    public var meanIoUWithBackground: Double
    public var frequencyWeightedIoU: Double

    private enum CodingKeys: String, CodingKey {
      case perLabel = "per_label"
      case pixelAccuracy = "pixel_accuracy"
      case meanAccuracy = "mean_accuracy"
      case meanIoU = "mean_iou"
      case meanIoUWithBackground = "mean_iou_with_background"
      case frequencyWeightedIoU = "fw_iou"
    }
  }

  /// Several labels scored as one.
  public struct Region: Decodable, Sendable {
    public var labels: [UInt32]
    public var cases: [String: [String: Double?]]
    public var pooled: [String: Double?]
    public var meanDice: Double

    private enum CodingKeys: String, CodingKey {
      case labels
      case cases
      case pooled
      case meanDice = "mean_dice"
    }
  }

  private var sets: [String: MaskSet]

  /// The sets that have scores, in order of their names.
  public static let scoredSets = [
    "binary", "black-objects", "colours", "flat-stacks", "instances", "organs", "palette", "volumes",
  ]

  /// The set of that name.
  ///
  /// - Throws: if the file cannot be read or holds no such set.
  public static func set(_ name: String) throws -> MaskSet {
    let expected = try cached.get()
    guard let found = expected.sets[name] else { throw CocoaError(.keyValueValidation) }
    return found
  }

  private static let cached = Result {
    let file = URL(filePath: TestFiles.fixture("expected.json"))
    return try JSONDecoder().decode(MetricsExpected.self, from: try Data(contentsOf: file))
  }

  /// The metric that `expected.json` calls by that name; nil for counts.
  public static func metric(_ name: String) -> OverlapMetric? {
    switch name {
    case "dice": .dice
    case "iou": .iou
    case "precision": .precision
    case "recall": .recall
    case "specificity": .specificity
    case "accuracy": .accuracy
    case "balanced_accuracy": .balancedAccuracy
    case "fbeta@2": .fBeta(2)
    case "volume_similarity": .volumeSimilarity
    case "relative_volume_difference": .relativeVolumeDifference
    case "mcc": .matthewsCorrelation
    case "kappa": .cohenKappa
    case "fpr": .falsePositiveRate
    case "fnr": .falseNegativeRate
    case "npv": .negativePredictiveValue
    case "fdr": .falseDiscoveryRate
    case "for": .falseOmissionRate
    case "informedness": .informedness
    case "markedness": .markedness
    case "fowlkes_mallows": .fowlkesMallows
    case "prevalence_threshold": .prevalenceThreshold
    case "likelihood_ratio": .likelihoodRatio
    case "absolute_volume_difference": .absoluteVolumeDifference
    case "symmetric_volume_difference": .symmetricVolumeDifference
    default: nil
    }
  }
}

/// Whether two values are the same to 1e-12 (relative above 1), or both NaN, or the same infinity.
public func isClose(_ left: Double, _ right: Double, within tolerance: Double = 1e-12) -> Bool {
  if left.isNaN || right.isNaN { return left.isNaN && right.isNaN }
  return left == right || (left - right).magnitude <= tolerance * max(1, right.magnitude)
}
