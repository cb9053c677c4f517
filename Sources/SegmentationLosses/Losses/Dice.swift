import Autodiff

/// Soft Dice: 1 − (2 Σpt + s) / (Σp + Σt + s), for each class, then the mean.
///
/// With `squared` the denominator has Σp² + Σt² (Milletari et al. 2016, V-Net), whose curvature at p = t is that of a
/// mean squared error.
public struct Dice: Loss {
  public var smoothing: Smoothing
  public var squared: Bool
  public var region: RegionOptions

  public init(
    smoothing: Smoothing = 1e-5, squared: Bool = false, over: RegionExtent = .sample,
    classWeights: [Double]? = nil, includesBackground: Bool = true
  ) {
    (self.smoothing, self.squared) = (smoothing, squared)
    region = RegionOptions(over: over, classWeights: classWeights, includesBackground: includesBackground)
  }

  public var name: String { squared ? "squared-dice" : "dice" }

  public func expression(_ input: LossInput) -> Expression {
    let sums = region.sums(input, squared: squared)
    let dice =
      (2 * sums.product + smoothing.numerator) / (sums.prediction + sums.target + smoothing.denominator)
    return region.mean(1 - dice, loss: name)
  }

  public func checkParameters() throws(LossError) {
    try smoothing.check(name)
    try region.check(name)
  }
}
