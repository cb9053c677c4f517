import Autodiff

/// A loss that is a formula of one prediction and one target, at each site and class, and its mean.
public struct PointwiseLoss: Loss {
  public let name: String
  public var takesWeights: Bool { true }
  public let domain: LossDomain
  public var reduction: Reduction
  private let isDefined: Bool
  private let reason: String
  private let formula: @Sendable (Expression, Expression, LossInput) -> Expression

  init(
    _ name: String, domain: LossDomain = .reals, reduction: Reduction, isDefined: Bool = true,
    reason: String = "", _ formula: @escaping @Sendable (Expression, Expression, LossInput) -> Expression
  ) {
    (self.name, self.domain, self.reduction) = (name, domain, reduction)
    (self.isDefined, self.reason, self.formula) = (isDefined, reason, formula)
  }

  public func expression(_ input: LossInput) -> Expression {
    input.reduced(formula(input.prediction, input.target, input), reduction)
  }

  public func checkParameters() throws(LossError) {
    if !isDefined { throw .badParameter(loss: name, reason: reason) }
  }
}

extension LossEntry {
  /// An entry for a pointwise loss without parameters but the reduction.
  static func pointwise(
    _ name: String, _ formula: String, source: String, derivatives: DerivativeStatus = .exact,
    domain: LossDomain = .reals, family: Family = .general,
    _ make: @escaping @Sendable (Expression, Expression, LossInput) -> Expression
  ) -> LossEntry {
    LossEntry(name, family, formula, [.reduction], source: source, derivatives: derivatives) { p in
      PointwiseLoss(name, domain: domain, reduction: p.reduction, make)
    }
  }
}
