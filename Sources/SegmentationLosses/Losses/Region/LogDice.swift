import Autodiff

/// −log of the Dice of each class, then the mean.
public struct LogDice: Loss {
  public var dice: Dice
  public init(dice: Dice = Dice()) { self.dice = dice }

  public var name: String { "log-dice" }
  public var takesWeights: Bool { true }

  public func expression(_ input: LossInput) -> Expression {
    let (index, target) = dice.index(input)
    return dice.region.mean(-log(index), target: target, loss: name)
  }

  static let entry = LossEntry(
    "log-dice", .region, "-log((2 Σpt + s) / (Σp + Σt + s))",
    .smoothing() + [.flag("squared", false, "squares in the denominator")] + .region,
    source: "Wong et al. 2018"
  ) { LogDice(dice: Dice($0)) }

  public func checkParameters() throws(LossError) { try dice.checkParameters() }
}

/// log cosh of the Dice loss (Jadon 2020).
public struct LogCoshDice: Loss {
  public var dice: Dice
  public init(dice: Dice = Dice()) { self.dice = dice }

  public var name: String { "log-cosh-dice" }
  public var takesWeights: Bool { true }
  public func expression(_ input: LossInput) -> Expression { logCosh(dice.expression(input)) }

  static let entry = LossEntry(
    "log-cosh-dice", .region, "log cosh(1 - Dice)",
    .smoothing() + [.flag("squared", false, "squares in the denominator")] + .region, source: "Jadon 2020"
  ) { LogCoshDice(dice: Dice($0)) }

  public func checkParameters() throws(LossError) { try dice.checkParameters() }
}
