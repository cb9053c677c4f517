import Autodiff

/// Binary focal loss: −α t (1 − p)^γ log p − (1 − α)(1 − t) p^γ log(1 − p), mean over sites and classes (Lin et al. 2017).
public struct BinaryFocal: Loss {
  public var gamma: Double
  /// What positives count, negatives counting 1 − α; `nil`: both 1.
  public var alpha: Double?
  public var reduction: Reduction

  public init(gamma: Double = 2, alpha: Double? = 0.25, reduction: Reduction = .mean) {
    (self.gamma, self.alpha, self.reduction) = (gamma, alpha, reduction)
  }

  public var name: String { "binary-focal" }
  public var takesWeights: Bool { true }

  public func expression(_ input: LossInput) -> Expression {
    let (p, t) = (input.prediction, input.target)
    let positive = pow(input.complement, gamma) * input.logProbability(t)
    let negative = pow(p, gamma) * input.logComplement(1 - t)
    return input.reduced(
      (alpha.map { -$0 } ?? -1) * positive + (alpha.map { $0 - 1 } ?? -1) * negative, reduction)
  }

  static let entry = LossEntry(
    "binary-focal", .voxelwise, "-α t (1-p)^γ log p - (1-α)(1-t) p^γ log(1-p)",
    [
      .number("gamma", 2, "how much well classified sites are passed over"),
      .number("alpha", 0.25, "what positives count; none: no weights"), .reduction,
    ], source: "Lin et al. 2017"
  ) { p in
    BinaryFocal(gamma: p.number("gamma"), alpha: p.optionalNumber("alpha"), reduction: p.reduction)
  }

  public func checkParameters() throws(LossError) {
    guard gamma >= 0, alpha.map({ (0...1).contains($0) }) ?? true else {
      throw .badParameter(loss: name, reason: "gamma must not be negative, and alpha must be in [0, 1]")
    }
  }
}

/// Categorical focal loss: −Σ_c w_c t_c (1 − p_c)^γ log p_c, mean over sites.
public struct Focal: Loss {
  public var gamma: Double
  public var classWeights: [Double]?
  public var reduction: Reduction

  public init(gamma: Double = 2, classWeights: [Double]? = nil, reduction: Reduction = .mean) {
    (self.gamma, self.classWeights, self.reduction) = (gamma, classWeights, reduction)
  }

  public var name: String { "focal" }
  public var takesWeights: Bool { true }

  public func expression(_ input: LossInput) -> Expression {
    guard input.classCount > 1 else {
      return BinaryFocal(gamma: gamma, alpha: nil, reduction: reduction).expression(input)
    }
    let weighted = input.classWeights(classWeights, loss: name).map { $0 * input.target } ?? input.target
    let site = -sum(pow(input.complement, gamma) * input.logProbability(weighted), .classes)
    return input.reduced(site, reduction)
  }

  static let entry = LossEntry(
    "focal", .voxelwise, "-Σ_c w_c t_c (1-p_c)^γ log p_c",
    [.number("gamma", 2, "how much well classified sites are passed over"), .classWeights, .reduction],
    source: "Lin et al. 2017"
  ) { p in
    Focal(gamma: p.number("gamma"), classWeights: p.numbers("class-weights"), reduction: p.reduction)
  }

  public func checkParameters() throws(LossError) {
    guard gamma >= 0 else { throw .badParameter(loss: name, reason: "gamma must not be negative") }
    try checkClassWeights(classWeights, name)
  }
}
