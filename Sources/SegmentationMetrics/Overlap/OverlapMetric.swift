/// An overlap metric: a number from the counts of one label or region.
public enum OverlapMetric: Sendable, Hashable {
  /// 2TP / (2TP + FP + FN) (Dice 1945, Sørensen 1948).
  case dice
  /// TP / (TP + FP + FN), the Jaccard index.
  case iou
  /// TP / (TP + FP).
  case precision
  /// TP / (TP + FN), also sensitivity.
  case recall
  /// TN / (TN + FP).
  case specificity
  /// (TP + TN) / all.
  case accuracy
  /// The mean of recall and specificity.
  case balancedAccuracy
  /// (1 + β²) TP / ((1 + β²) TP + β² FN + FP) (van Rijsbergen 1979).
  case fBeta(Double)
  /// 1 − |FN − FP| / (2TP + FP + FN).
  case volumeSimilarity
  /// (predicted − reference) / reference, signed.
  case relativeVolumeDifference
  /// Matthews' correlation coefficient (1975).
  case matthewsCorrelation
  /// Cohen's kappa (1960) of the 2×2 table.
  case cohenKappa
  /// FP / (FP + TN).
  case falsePositiveRate
  /// FN / (FN + TP).
  case falseNegativeRate
  /// TN / (TN + FN).
  case negativePredictiveValue
  /// FP / (FP + TP), 1 − precision.
  case falseDiscoveryRate
  /// FN / (FN + TN).
  case falseOmissionRate
  /// Recall + specificity − 1 (Youden 1950).
  case informedness
  /// Precision + negative predictive value − 1.
  case markedness
  /// √(precision · recall) (Fowlkes and Mallows 1983).
  case fowlkesMallows
  /// (√(recall · FPR) − FPR) / (recall − FPR): the prevalence below which a positive is mostly false (Balayla 2020).
  case prevalenceThreshold
  /// Recall / FPR, the positive likelihood ratio.
  case likelihoodRatio
  /// |predicted − reference| / reference.
  case absoluteVolumeDifference
  /// 2 (predicted − reference) / (predicted + reference), from −2 to 2: what SimpleITK and seg-metrics call volume similarity.
  case symmetricVolumeDifference

  /// The value for one mask, 0/0 being NaN.
  public func value(_ counts: OverlapCounts) -> Double {
    let tp = Double(counts.truePositives)
    let fp = Double(counts.falsePositives)
    let fn = Double(counts.falseNegatives)
    let tn = Double(counts.trueNegatives)
    switch self {
    case .dice: return 2 * tp / (2 * tp + fp + fn)
    case .iou: return tp / (tp + fp + fn)
    case .precision: return tp / (tp + fp)
    case .recall: return tp / (tp + fn)
    case .specificity: return tn / (tn + fp)
    case .accuracy: return (tp + tn) / (tp + fp + fn + tn)
    case .balancedAccuracy: return (tp / (tp + fn) + tn / (tn + fp)) / 2
    case .fBeta(let beta):
      let weight = beta * beta
      return (1 + weight) * tp / ((1 + weight) * tp + weight * fn + fp)
    case .volumeSimilarity: return 1 - (fn - fp).magnitude / (2 * tp + fp + fn)
    case .relativeVolumeDifference:
      // 0/0 is "no data"; a reference without any voxel makes every difference infinite.
      return (fp - fn) / (tp + fn)
    case .matthewsCorrelation: return Self.matthews(tp, fp, fn, tn)
    case .cohenKappa:
      // (observed − expected) / (1 − expected) for two raters, with the total multiplied out.
      return 2 * (tp * tn - fn * fp) / ((tp + fp) * (fp + tn) + (tp + fn) * (fn + tn))
    case .falsePositiveRate: return fp / (fp + tn)
    case .falseNegativeRate: return fn / (fn + tp)
    case .negativePredictiveValue: return tn / (tn + fn)
    case .falseDiscoveryRate: return fp / (fp + tp)
    case .falseOmissionRate: return fn / (fn + tn)
    case .informedness: return tp / (tp + fn) + tn / (tn + fp) - 1
    case .markedness: return tp / (tp + fp) + tn / (tn + fn) - 1
    case .fowlkesMallows: return (tp / (tp + fp)).squareRoot() * (tp / (tp + fn)).squareRoot()
    case .prevalenceThreshold:
      let (recall, rate) = (tp / (tp + fn), fp / (fp + tn))
      // Without the differences, in which digits are lost; the formula has none where the two are equal.
      return recall == rate ? .nan : rate.squareRoot() / (recall.squareRoot() + rate.squareRoot())
    case .likelihoodRatio: return tp / (tp + fn) / (fp / (fp + tn))
    case .absoluteVolumeDifference: return ((fp - fn) / (tp + fn)).magnitude
    case .symmetricVolumeDifference: return 2 * (fp - fn) / (2 * tp + fp + fn)
    }
  }

  /// What a prediction that is missing or cannot be read gets: no prediction can do worse.
  public var worst: Double {
    switch self {
    case .matthewsCorrelation, .cohenKappa, .informedness, .markedness: -1
    case .falsePositiveRate, .falseNegativeRate, .falseDiscoveryRate, .falseOmissionRate,
      .prevalenceThreshold:
      1
    case .relativeVolumeDifference, .absoluteVolumeDifference: .infinity
    case .symmetricVolumeDifference: 2
    default: 0
    }
  }

  /// Whether only the sizes of the two masks count, so that voxels that are wrong on both sides balance.
  public var comparesSizesOnly: Bool {
    [
      .volumeSimilarity, .relativeVolumeDifference, .absoluteVolumeDifference, .symmetricVolumeDifference,
    ].contains(self)
  }

  private static func matthews(_ tp: Double, _ fp: Double, _ fn: Double, _ tn: Double) -> Double {
    let root = ((tp + fp) * (tp + fn)).squareRoot() * ((tn + fp) * (tn + fn)).squareRoot()
    let value = (tp * tn - fp * fn) / root
    // Rounding may carry a perfect value past its bound; NaN stays.
    return value > 1 ? 1 : value < -1 ? -1 : value
  }
}
