import Autodiff

/// r × the mean squared error inside the object + (1 − r) × that outside (Brosch et al. 2015).
public struct SensitivitySpecificity: Loss {
  public var r: Double
  public var smoothing: Double
  public var region: RegionOptions

  public init(r: Double = 0.1, smoothing: Double = 1e-5, region: RegionOptions = RegionOptions()) {
    (self.r, self.smoothing, self.region) = (r, smoothing, region)
  }

  public var name: String { "sensitivity-specificity" }
  public var takesWeights: Bool { true }

  public func expression(_ input: LossInput) -> Expression {
    let (p, t) = (input.prediction, input.target)
    let error = square(t - p)
    func ratio(_ side: Expression) -> (ratio: Expression, size: Expression) {
      let size = sum(input.counted(side), region.axes)
      return (sum(input.counted(error * side), region.axes) / (size + smoothing), size)
    }
    let inside = ratio(t)
    return region.mean(r * inside.ratio + (1 - r) * ratio(1 - t).ratio, target: inside.size, loss: name)
  }

  static let entry = LossEntry(
    "sensitivity-specificity", .region, "r Σ(t-p)²t / (Σt + s) + (1-r) Σ(t-p)²(1-t) / (Σ(1-t) + s)",
    [
      .number("r", 0.1, "the weight of errors inside"),
      .number("smooth", 1e-5, "added to the denominators"),
    ] + .region, source: "Brosch et al. 2015"
  ) { SensitivitySpecificity(r: $0.number("r"), smoothing: $0.number("smooth"), region: $0.region) }

  public func checkParameters() throws(LossError) {
    guard (0...1).contains(r), smoothing >= 0 else {
      throw .badParameter(loss: name, reason: "r must be in [0, 1] and smooth not negative")
    }
    try region.check(name)
  }
}
