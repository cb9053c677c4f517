/// What a metric is where a mask is empty. Tools disagree; each named policy is one tool's answer.
public struct EmptyPolicy: Sendable, Hashable {
  /// The name a user asks for.
  public let name: String
  /// Whose rule it is.
  public let summary: String
  private let rules: [Rule]
  /// Metrics that are 0 for 0/0.
  private let zeroForUndefined: [OverlapMetric]

  /// Which of the two masks of a label are empty.
  public enum Situation: Sendable, Hashable {
    case both
    case referenceOnly
    case predictionOnly
  }

  private struct Rule: Hashable {
    var situation: Situation
    var metrics: [OverlapMetric]
    var value: Double
  }

  /// The value of `metric`, this policy applied.
  public func value(of metric: OverlapMetric, _ counts: OverlapCounts) -> Double {
    // F1 is Dice under another name.
    let metric = metric == .fBeta(1) ? .dice : metric
    var natural = metric.value(counts)
    if natural.isNaN, zeroForUndefined.contains(metric) { natural = 0 }
    guard let situation = Self.situation(counts) else { return natural }
    let rule = rules.first {
      $0.situation == situation && ($0.metrics.isEmpty || $0.metrics.contains(metric))
    }
    return rule.map(\.value) ?? natural
  }

  /// Which masks are empty; nil if neither is.
  public static func situation(_ counts: OverlapCounts) -> Situation? {
    switch (counts.predicted == 0, counts.referenced == 0) {
    case (true, true): .both
    case (true, false): .predictionOnly
    case (false, true): .referenceOnly
    case (false, false): nil
    }
  }

  /// The policy of that name, nil if there is none.
  public init?(named name: String) {
    guard let policy = Self.all.first(where: { $0.name == name.lowercased() }) else { return nil }
    self = policy
  }

  private init(
    _ name: String, _ summary: String, _ rules: [Rule] = [], zeroForUndefined: [OverlapMetric] = []
  ) {
    self.zeroForUndefined = zeroForUndefined
    self.name = name
    self.summary = summary
    self.rules = rules
  }

  /// Every ratio 0/0 is NaN, everything else its formula: the default.
  public static let strict = EmptyPolicy("strict", "0/0 is NaN, all else the formula")

  /// All policies, the default first.
  public static let all: [EmptyPolicy] = [
    strict,
    EmptyPolicy("nnunet", "nnU-Net v2: Dice and IoU NaN if both are empty, else 0"),
    EmptyPolicy(
      "monai", "MONAI's defaults: Dice and IoU NaN wherever the reference is empty",
      [Rule(situation: .referenceOnly, metrics: [.dice, .iou], value: .nan)]),
    EmptyPolicy(
      "metrics-reloaded", "MetricsReloaded: Dice 1 but IoU NaN if both are empty",
      [Rule(situation: .both, metrics: [.dice], value: 1)]),
    EmptyPolicy("surface-distance", "surface-distance: Dice NaN if both are empty, else 0"),
    EmptyPolicy(
      "medpy", "medpy: Dice and IoU 1 if both are empty; precision, recall, specificity 0 for 0/0",
      [Rule(situation: .both, metrics: [.dice, .iou], value: 1)],
      zeroForUndefined: [.precision, .recall, .specificity]),
    EmptyPolicy(
      "brats", "BraTS: Dice 1 if both are empty, else 0",
      [Rule(situation: .both, metrics: [.dice, .iou], value: 1)]),
    EmptyPolicy(
      "seg-metrics", "seg-metrics: Dice and IoU 1 if both are empty, else 0",
      [Rule(situation: .both, metrics: [.dice, .iou], value: 1)]),
    EmptyPolicy(
      "davis", "DAVIS 2017: J (IoU) 1 if both are empty, else 0",
      [Rule(situation: .both, metrics: [.dice, .iou], value: 1)]),
    EmptyPolicy("cityscapes", "cityscapesScripts: a class without any voxel is NaN and left out"),
    EmptyPolicy("panoptica", "panoptica's evaluator: Dice and IoU NaN if both are empty, else 0"),
    EmptyPolicy("grand-challenge", "grand-challenge-metrics: 0/0 is NaN"),
  ]
}
