import Autodiff

/// Soft Jaccard: 1 − (Σpt + s) / (Σp + Σt − Σpt + s), for each class, then the mean.
public struct Jaccard: Loss {
  public var smoothing: Smoothing
  public var region: RegionOptions

  public init(smoothing: Smoothing = 1e-5, region: RegionOptions = RegionOptions()) {
    (self.smoothing, self.region) = (smoothing, region)
  }

  public var name: String { "jaccard" }
  public var takesWeights: Bool { true }

  public func expression(_ input: LossInput) -> Expression {
    let (index, target) = Overlap.jaccard(smoothing: smoothing).index(input, region)
    return region.mean(1 - index, target: target, loss: name)
  }

  static let entry = LossEntry(
    "jaccard", .region, "1 - (Σpt + s) / (Σp + Σt - Σpt + s)", .smoothing() + .region,
    source: "Rahman and Wang 2016"
  ) { Jaccard(smoothing: $0.smoothing, region: $0.region) }

  public func checkParameters() throws(LossError) {
    try smoothing.check(name)
    try region.check(name)
  }
}
