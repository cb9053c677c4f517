import Autodiff

/// Tversky loss: 1 − TI with TI = (TP + s) / (TP + α FP + β FN + s), for each class, then the mean.
///
/// α weighs false positives, β false negatives (Salehi et al. 2017).
public struct Tversky: Loss {
  public var alpha, beta: Double
  public var smoothing: Smoothing
  public var region: RegionOptions

  public init(
    alpha: Double = 0.3, beta: Double = 0.7, smoothing: Smoothing = 1e-5, over: RegionExtent = .sample,
    classWeights: [Double]? = nil, includesBackground: Bool = true
  ) {
    (self.alpha, self.beta, self.smoothing) = (alpha, beta, smoothing)
    region = RegionOptions(over: over, classWeights: classWeights, includesBackground: includesBackground)
  }

  public var name: String { "tversky" }
  public var takesWeights: Bool { true }

  public func expression(_ input: LossInput) -> Expression {
    let (index, target) = index(input)
    return region.mean(1 - index, target: target, loss: name)
  }

  /// The Tversky index of each class, and its Σt.
  func index(_ input: LossInput) -> (index: Expression, target: Expression) {
    Overlap(alpha: alpha, beta: beta, smoothing: smoothing).index(input, region)
  }

  static let parameters: [LossParameter] = [
    .number("alpha", 0.3, "weighs false positives"), .number("beta", 0.7, "weighs false negatives"),
  ]
  static let entry = LossEntry(
    "tversky", .region, "1 - (TP + s) / (TP + α FP + β FN + s)",
    Tversky.parameters + .smoothing() + .region, source: "Salehi et al. 2017"
  ) { Tversky($0) }

  init(_ p: LossParameters) {
    self.init(alpha: p.number("alpha"), beta: p.number("beta"), smoothing: p.smoothing)
    region = p.region
  }

  public func checkParameters() throws(LossError) {
    try Overlap(alpha: alpha, beta: beta, smoothing: smoothing).check(name)
    try region.check(name)
  }
}

/// Focal Tversky loss: (1 − TI)^γ for each class, then the mean.
///
/// γ is the exponent itself (Abraham and Khan 2019 write 1/γ with γ = 4/3). At TI = 1 with γ < 1 the true derivatives
/// are infinite; they are given as 0 and the result says so.
public struct FocalTversky: Loss {
  public var gamma: Double
  /// Whether the exponent is applied to the mean over classes instead of to each.
  public var isAfterMean = false
  public var tversky: Tversky

  public init(
    alpha: Double = 0.3, beta: Double = 0.7, gamma: Double = 0.75, smoothing: Smoothing = 1e-5,
    over: RegionExtent = .sample, classWeights: [Double]? = nil, includesBackground: Bool = true
  ) {
    self.gamma = gamma
    tversky = Tversky(
      alpha: alpha, beta: beta, smoothing: smoothing, over: over, classWeights: classWeights,
      includesBackground: includesBackground)
  }

  public var name: String { isAfterMean ? "focal-tversky-after" : "focal-tversky" }
  public var takesWeights: Bool { true }

  public func expression(_ input: LossInput) -> Expression {
    // Rounding of probabilities may take TI above 1 by a unit in the last place.
    let (index, target) = tversky.index(input)
    let distance = max(1 - index, 0)
    guard isAfterMean else { return tversky.region.mean(pow(distance, gamma), target: target, loss: name) }
    return pow(tversky.region.mean(distance, target: target, loss: name), gamma)
  }

  static let entries = [entry(isAfterMean: false), entry(isAfterMean: true)]

  private static func entry(isAfterMean: Bool) -> LossEntry {
    var parameters = Tversky.parameters
    parameters.append(.number("gamma", 0.75, "the exponent itself"))
    return LossEntry(
      isAfterMean ? "focal-tversky-after" : "focal-tversky", .region,
      isAfterMean ? "(mean of 1 - TI)^γ" : "(1 - TI)^γ, for each class before the mean",
      parameters + .smoothing() + .region,
      source: "Abraham and Khan 2019 (who write 1/γ with γ = 4/3)"
    ) { p in
      var loss = FocalTversky(gamma: p.number("gamma"))
      loss.tversky = Tversky(p)
      loss.isAfterMean = isAfterMean
      return loss
    }
  }

  public func checkParameters() throws(LossError) {
    guard gamma > 0, gamma.isFinite else { throw .badParameter(loss: name, reason: "gamma must be above 0") }
    try tversky.checkParameters()
  }
}
