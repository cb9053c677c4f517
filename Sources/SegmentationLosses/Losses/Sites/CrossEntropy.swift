import Autodiff

/// Categorical cross-entropy: −Σ_c w_c t_c log p_c of each site, divided by the summed weight of the targets.
///
/// With one class it is binary cross-entropy.
public struct CrossEntropy: Loss {
  /// What the sum over sites is divided by.
  public enum Divisor: String, Sendable, CaseIterable {
    /// The summed weight of the unsmoothed targets (PyTorch with class indices).
    case weights
    /// The number of sites (Keras; PyTorch with soft targets).
    case sites
  }
  public var classWeights: [Double]?
  /// This much of the target is spread over all classes.
  public var labelSmoothing: Double
  public var divisor: Divisor
  public var reduction: Reduction

  public init(
    classWeights: [Double]? = nil, labelSmoothing: Double = 0, divisor: Divisor = .weights,
    reduction: Reduction = .mean
  ) {
    (self.classWeights, self.labelSmoothing) = (classWeights, labelSmoothing)
    (self.divisor, self.reduction) = (divisor, reduction)
  }

  public var name: String { "cross-entropy" }
  public var takesWeights: Bool { true }

  public func expression(_ input: LossInput) -> Expression {
    guard input.classCount > 1 else {
      return BinaryCrossEntropy(
        labelSmoothing: labelSmoothing, classWeights: classWeights, reduction: reduction
      ).expression(input)
    }
    let weights = input.classWeights(classWeights, loss: name)
    let t = input.target
    let smooth =
      labelSmoothing == 0 ? t : (1 - labelSmoothing) * t + labelSmoothing / Double(input.classCount)
    let weighted = weights.map { $0 * smooth } ?? smooth
    let site = -sum(input.logProbability(weighted), .classes)
    guard reduction == .mean, divisor == .weights else { return input.reduced(site, reduction) }
    // One-hot targets without weights: every site counts 1.
    if weights == nil, input.isOneHot { return input.reduced(site, .mean) }
    let weight = sum(weights.map { $0 * t } ?? t, .classes)
    return sum(input.counted(site)) / sum(input.counted(weight))
  }

  static let entry = LossEntry(
    "cross-entropy", .voxelwise, "Σ_sites -Σ_c w_c t_c log p_c / Σ_sites Σ_c w_c t_c",
    [
      .number("label-smoothing", 0, "how much of the target is spread over all classes"), .classWeights,
      .choice("divisor", Divisor.weights, "the summed weight of the targets, or the number of sites"),
      .reduction,
    ], source: "cross-entropy as PyTorch has it"
  ) { p in
    CrossEntropy(
      classWeights: p.numbers("class-weights"), labelSmoothing: p.number("label-smoothing"),
      divisor: p.choice("divisor", Divisor.weights), reduction: p.reduction)
  }

  public func checkParameters() throws(LossError) {
    guard (0...1).contains(labelSmoothing) else {
      throw .badParameter(loss: name, reason: "label-smoothing must be in [0, 1]")
    }
    try checkClassWeights(classWeights, name)
  }
}

/// The negative log-likelihood of each site's class, given log-probabilities: −Σ_c w_c t_c q_c.
public struct NegativeLogLikelihood: Loss {
  public var classWeights: [Double]?
  public var reduction: Reduction

  public init(classWeights: [Double]? = nil, reduction: Reduction = .mean) {
    (self.classWeights, self.reduction) = (classWeights, reduction)
  }

  public var name: String { "negative-log-likelihood" }
  public var takesWeights: Bool { true }
  public var domain: LossDomain { .reals }

  public func expression(_ input: LossInput) -> Expression {
    let weighted = input.classWeights(classWeights, loss: name).map { $0 * input.target } ?? input.target
    let site = -sum(weighted * input.prediction, .classes)
    guard reduction == .mean else { return input.reduced(site, reduction) }
    return sum(input.counted(site)) / sum(input.counted(sum(weighted, .classes)))
  }

  static let entry = LossEntry(
    "negative-log-likelihood", .voxelwise, "-Σ w_c t_c q_c / Σ w_c t_c, the prediction being q = log p",
    [.classWeights, .reduction], source: "PyTorch's NLLLoss", derivatives: .zeroAlmostEverywhere
  ) { NegativeLogLikelihood(classWeights: $0.numbers("class-weights"), reduction: $0.reduction) }

  public func checkParameters() throws(LossError) { try checkClassWeights(classWeights, name) }
}
