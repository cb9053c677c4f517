import Autodiff

/// The mean over sites and classes of Σ_axes |p_(i+1) − p_i|: how ragged a prediction is (Rudin et al. 1992). The target does
/// not count; it is added to another loss.
public struct TotalVariation: Loss {
  /// Differences are squared instead.
  public var isSquared: Bool
  public init(squared isSquared: Bool = false) { self.isSquared = isSquared }

  public var name: String { "total-variation" }
  public var domain: LossDomain { .reals }

  public func expression(_ input: LossInput) -> Expression {
    let p = input.masked(input.prediction)
    if p.failure != nil { return p }
    let sums = p.spaceAxes.map { axis -> Expression in
      let difference = p.differences(along: axis)
      return sum(isSquared ? square(difference) : abs(difference))
    }
    return sums.reduce(0, +) / Double(p.shape.count)
  }

  static let entry = LossEntry(
    "total-variation", .shape, "mean Σ_axes |p_(i+1) - p_i|", [.flag("squared", false, "squares instead")],
    source: "Rudin et al. 1992", derivatives: .structureEnds
  ) { TotalVariation(squared: $0.flag("squared")) }
}
