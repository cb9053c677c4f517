import Autodiff

/// Dice that is zero at p = t for soft targets too: 1 − (Σp + Σt − Σ|p − t| + s) / (Σp + Σt + s) (Wang et al. 2023).
///
/// With `jaccard`, the Jaccard metric loss of the same authors. |p − t| has no curvature, so that at p = t the second
/// derivative is one side's.
public struct SoftLabelDice: Loss {
  public var isJaccard: Bool
  public var smoothing: Smoothing
  public var region: RegionOptions

  public init(
    jaccard isJaccard: Bool = false, smoothing: Smoothing = 1e-5, region: RegionOptions = RegionOptions()
  ) {
    (self.isJaccard, self.smoothing, self.region) = (isJaccard, smoothing, region)
  }

  public var name: String { "soft-label-dice" }
  public var takesWeights: Bool { true }

  public func expression(_ input: LossInput) -> Expression {
    let errors = isJaccard ? 1 : 0.5
    let overlap = Overlap(
      alpha: errors, beta: errors, doubled: true, measure: .differences, smoothing: smoothing)
    let (index, target) = overlap.index(input, region)
    return region.mean(1 - index, target: target, loss: name)
  }

  static let entry = LossEntry(
    "soft-label-dice", .region, "1 - (Σp + Σt - Σ|p-t| + s) / (Σp + Σt [+ Σ|p-t|] + s)",
    [.flag("jaccard", false, "the Jaccard metric loss")] + .smoothing() + .region,
    source: "Wang et al. 2023"
  ) { SoftLabelDice(jaccard: $0.flag("jaccard"), smoothing: $0.smoothing, region: $0.region) }

  public func checkParameters() throws(LossError) {
    try smoothing.check(name)
    try region.check(name)
  }
}
