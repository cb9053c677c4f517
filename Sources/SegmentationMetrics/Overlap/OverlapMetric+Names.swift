import TextFormats

extension OverlapMetric {
  /// Every metric with its canonical name, other names it goes by, and its formula; `fbeta` takes `@β`.
  public static let catalogue: [(metric: OverlapMetric, name: String, aliases: [String], formula: String)] = [
    (.dice, "dice", ["dsc", "f1"], "2TP/(2TP+FP+FN)"),
    (.iou, "iou", ["jaccard", "csi", "ts"], "TP/(TP+FP+FN)"),
    (.precision, "precision", ["ppv"], "TP/(TP+FP)"),
    (.recall, "recall", ["sensitivity", "tpr"], "TP/(TP+FN)"),
    (.specificity, "specificity", ["tnr"], "TN/(TN+FP)"),
    (.accuracy, "accuracy", ["acc"], "(TP+TN)/all"),
    (.balancedAccuracy, "balanced-accuracy", ["ba"], "(recall+specificity)/2"),
    (.fBeta(1), "fbeta", [], "(1+β²)TP/((1+β²)TP+β²FN+FP), as fbeta@2"),
    (.volumeSimilarity, "volume-similarity", ["vs"], "1−|FN−FP|/(2TP+FP+FN)"),
    (.relativeVolumeDifference, "relative-volume-difference", ["rvd"], "(pred−ref)/ref"),
    (.matthewsCorrelation, "mcc", [], "Matthews' correlation"),
    (.cohenKappa, "kappa", ["cohen-kappa"], "Cohen's kappa"),
    (.falsePositiveRate, "fpr", [], "FP/(FP+TN)"),
    (.falseNegativeRate, "fnr", [], "FN/(FN+TP)"),
    (.negativePredictiveValue, "npv", [], "TN/(TN+FN)"),
    (.falseDiscoveryRate, "fdr", [], "FP/(FP+TP)"),
    (.falseOmissionRate, "for", [], "FN/(FN+TN)"),
    (.informedness, "informedness", ["youden", "bm"], "recall+specificity−1"),
    (.markedness, "markedness", ["mk"], "precision+npv−1"),
    (.fowlkesMallows, "fowlkes-mallows", ["fm"], "√(precision·recall)"),
    (.prevalenceThreshold, "prevalence-threshold", ["pt"], "(√(recall·fpr)−fpr)/(recall−fpr)"),
    (.likelihoodRatio, "likelihood-ratio", ["plr"], "recall/fpr"),
    (.absoluteVolumeDifference, "absolute-volume-difference", ["avd"], "|pred−ref|/ref"),
    (.symmetricVolumeDifference, "symmetric-volume-difference", ["svd"], "2(pred−ref)/(pred+ref)"),
  ]

  /// Reads a metric's name: `dice`, `sensitivity`, `fbeta@0.5`; underscores count as hyphens.
  ///
  /// - Throws: `MetricNameError`.
  public init(named text: String) throws(MetricNameError) {
    let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    let name = String(parts[0].lowercased().map { $0 == "_" || $0 == " " ? "-" : $0 })
    guard let entry = Self.catalogue.first(where: { $0.name == name || $0.aliases.contains(name) }) else {
      throw .unknown(text)
    }
    guard case .fBeta = entry.metric else {
      guard parts.count == 1 else { throw .noParameter(entry.name) }
      self = entry.metric
      return
    }
    guard parts.count == 2 else {
      self = .fBeta(1)
      return
    }
    guard let beta = Double(decimal: parts[1]), beta > 0, beta <= 1e6 else { throw .badParameter(text) }
    self = .fBeta(beta)
  }
}

/// What is wrong with the name of a metric.
public enum MetricNameError: Error, Equatable, CustomStringConvertible {
  case unknown(String)
  case noParameter(String)
  case badParameter(String)
  case badNumber(String, String)
  case unknownSuffix(String, String)
  case ambiguous(String, String)

  public var description: String {
    switch self {
    case .unknown(let name):
      "no metric is called '\(name)'; there are "
        + (OverlapMetric.catalogue.map { $0.name == "fbeta" ? "fbeta@β" : $0.name }
        + SegmentationMetric.shapeCatalogue.map(\.name) + ObjectMetric.allCases.map(\.rawValue)
        + LesionMetric.catalogue.map(\.name))
        .joined(separator: ", ")
    case .noParameter(let name): "metric '\(name)' takes no parameter; leave out the @"
    case .badNumber(let text, let range): "metric '\(text)': the number after @ must be \(range)"
    case .unknownSuffix(let text, let suffix):
      "metric '\(text)': it has no form '\(suffix)'; see segkit list metrics"
    case .ambiguous(let text, let forms): "metric '\(text)' has more than one meaning; say \(forms)"
    case .badParameter(let text):
      "metric '\(text)': the number after @ must be above 0 and at most 1e6, as in fbeta@2"
    }
  }
}
