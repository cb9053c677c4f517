import Autodiff

/// 1 − F_β of the soft counts; β above 1 weighs false negatives more: the asymmetric similarity loss (Hashemi et al. 2018).
public struct FBeta: Loss {
  public var beta: Double
  public var smoothing: Smoothing
  public var region: RegionOptions

  public init(beta: Double = 1.5, smoothing: Smoothing = 1e-5, region: RegionOptions = RegionOptions()) {
    (self.beta, self.smoothing, self.region) = (beta, smoothing, region)
  }

  public var name: String { "f-beta" }
  public var takesWeights: Bool { true }

  public func expression(_ input: LossInput) -> Expression {
    let sums = region.sums(input)
    let weight = beta * beta
    let index =
      ((1 + weight) * sums.product + smoothing.numerator)
      / (sums.prediction + weight * sums.target + smoothing.denominator)
    return region.mean(1 - index, target: sums.target, loss: name)
  }

  static let entry = LossEntry(
    "f-beta", .region, "1 - ((1+β²) Σpt + s) / (Σp + β² Σt + s)",
    [.number("beta", 1.5, "above 1, false negatives weigh more")] + .smoothing() + .region,
    source: "Hashemi et al. 2018"
  ) { FBeta(beta: $0.number("beta"), smoothing: $0.smoothing, region: $0.region) }

  public func checkParameters() throws(LossError) {
    guard beta > 0 else { throw .badParameter(loss: name, reason: "beta must be above 0") }
    try smoothing.check(name)
    try region.check(name)
  }
}
