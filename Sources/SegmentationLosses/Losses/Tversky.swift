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

  public func expression(_ input: LossInput) -> Expression {
    region.mean(1 - index(input), loss: name)
  }

  /// The Tversky index of each class.
  func index(_ input: LossInput) -> Expression {
    let (truePositives, prediction, target) = region.sums(input)
    let errors = alpha * (prediction - truePositives) + beta * (target - truePositives)
    return (truePositives + smoothing.numerator) / (truePositives + errors + smoothing.denominator)
  }

  public func checkParameters() throws(LossError) {
    guard alpha >= 0, beta >= 0, alpha.isFinite, beta.isFinite else {
      throw .badParameter(loss: name, reason: "alpha and beta must not be negative")
    }
    try smoothing.check(name)
    try region.check(name)
  }
}

/// Focal Tversky loss: (1 − TI)^γ for each class, then the mean.
///
/// γ is the exponent itself (Abraham and Khan 2019 write 1/γ with γ = 4/3). At TI = 1 with γ < 1 the true derivatives
/// are infinite; they are given as 0 and the result says so.
public struct FocalTversky: Loss {
  public var gamma: Double
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

  public var name: String { "focal-tversky" }

  public func expression(_ input: LossInput) -> Expression {
    // Rounding of probabilities may take TI above 1 by a unit in the last place.
    tversky.region.mean(pow(max(1 - tversky.index(input), 0), gamma), loss: name)
  }

  public func checkParameters() throws(LossError) {
    guard gamma > 0, gamma.isFinite else { throw .badParameter(loss: name, reason: "gamma must be above 0") }
    try tversky.checkParameters()
  }
}
