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
  public var takesWeights: Bool { true }

  public func expression(_ input: LossInput) -> Expression {
    let (index, target) = index(input)
    return region.mean(1 - index, target: target, loss: name)
  }

  /// The Dice of each class, and its Σt (Σt² if squared).
  func index(_ input: LossInput) -> (index: Expression, target: Expression) {
    Overlap.dice(smoothing: smoothing, measure: squared ? .squares : .products).index(input, region)
  }

  static let entry = LossEntry(
    "dice", .region, "1 - (2 Σpt + s) / (Σp + Σt + s); squared: Σp² and Σt² below",
    .smoothing() + [.flag("squared", false, "squares in the denominator (V-Net)")] + .region,
    source: "Milletari et al. 2016; Drozdzal et al. 2016"
  ) { Dice($0) }

  init(_ p: LossParameters) {
    self.init(smoothing: p.smoothing, squared: p.flag("squared"))
    region = p.region
  }

  public func checkParameters() throws(LossError) {
    try smoothing.check(name)
    try region.check(name)
  }
}
