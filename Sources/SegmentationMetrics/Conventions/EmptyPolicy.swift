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
  public enum Situation: Sendable, Hashable, CaseIterable {
    case both
    case referenceOnly
    case predictionOnly
  }

  /// Metrics that a rule speaks of together.
  enum Subject: Sendable, Hashable {
    case overlap(OverlapMetric)
    /// Every distance.
    case distances
    /// Percentiles below the largest distance.
    case percentiles
    /// Means of distances.
    case averages
    /// The mean distance from a surface, and its share within a tolerance.
    case fromPrediction
    case fromReference
    case surfaceDice
    case boundaryIoU
    case boundaryF
    case centrelineDice
    /// Ratios of objects.
    case objects
  }

  struct Rule: Sendable, Hashable {
    var situations: [Situation]
    var subjects: [Subject]
    var value: Double

    init(_ situations: Situation..., of subjects: [Subject], is value: Double) {
      (self.situations, self.subjects, self.value) = (situations, subjects, value)
    }
  }

  /// The value of a metric of counts, this policy applied.
  public func value(of metric: OverlapMetric, _ counts: OverlapCounts) -> Double {
    // F1 is Dice under another name.
    let metric = metric == .fBeta(1) ? .dice : metric
    var natural = metric.value(counts)
    if natural.isNaN, zeroForUndefined.contains(metric) { natural = 0 }
    return ruled(natural, [.overlap(metric)], counts)
  }

  /// The value of a metric of shape, this policy applied.
  ///
  /// - Parameter natural: what was measured; nil for a label that is on neither side.
  public func value(of metric: SegmentationMetric, _ counts: OverlapCounts, natural: Double?) -> Double {
    if metric.isCount { return natural ?? 0 }
    // Where all lesions are too small to count there is nothing to compare, as where there are none.
    if case .lesion = metric, natural?.isNaN == true {
      return ruled(.nan, Self.subjects(of: metric), in: .both)
    }
    return ruled(natural ?? .nan, Self.subjects(of: metric), counts)
  }

  /// The first rule that speaks of a situation and one of the subjects decides.
  private func ruled(_ natural: Double, _ subjects: [Subject], _ counts: OverlapCounts) -> Double {
    guard let situation = Self.situation(counts) else { return natural }
    return ruled(natural, subjects, in: situation)
  }

  private func ruled(_ natural: Double, _ subjects: [Subject], in situation: Situation) -> Double {
    let rule = rules.first {
      $0.situations.contains(situation) && subjects.contains(where: $0.subjects.contains)
    }
    return rule?.value ?? natural
  }

  private static func subjects(of metric: SegmentationMetric) -> [Subject] {
    switch metric {
    case .overlap(let metric): return [.overlap(metric)]
    case .surface(let metric):
      switch metric.quantity {
      case .hausdorff(let percent, _): return percent < 100 ? [.percentiles, .distances] : [.distances]
      case .averageFromPrediction: return [.fromPrediction, .averages, .distances]
      case .averageFromReference: return [.fromReference, .averages, .distances]
      case .averagePooled, .averageOfMeans, .largerMean: return [.averages, .distances]
      case .normalizedSurfaceDice: return [.surfaceDice]
      case .overlapOfPrediction: return [.fromPrediction]
      case .overlapOfReference: return [.fromReference]
      }
    case .boundary(.boundaryIoU): return [.boundaryIoU]
    case .boundary(.boundaryF): return [.boundaryF]
    case .boundary(.centrelineDice): return [.centrelineDice]
    case .boundary(.meanContourDistance): return [.averages, .distances]
    case .object: return [.objects]
    case .lesion: return metric.isDistance ? [.distances] : [.objects]
    }
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

  init(
    _ name: String, _ summary: String, _ rules: [Rule] = [], zeroForUndefined: [OverlapMetric] = []
  ) {
    self.zeroForUndefined = zeroForUndefined
    self.name = name
    self.summary = summary
    self.rules = rules
  }

  /// Every ratio 0/0 is NaN, everything else its formula: the default.
  public static let strict = EmptyPolicy(
    "strict",
    "0/0 is NaN, all else the formula; distances NaN if both are empty, infinite if one is, shares 0")
}
