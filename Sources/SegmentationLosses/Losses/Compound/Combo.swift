import Autodiff

/// α × weighted binary cross-entropy − (1 − α) × Dice (Taghanaki et al. 2019); β weighs positives, 1 − β negatives.
public struct Combo: Loss {
  public var alpha, beta: Double
  public var dice: Dice

  public init(alpha: Double = 0.5, beta: Double = 0.5, dice: Dice = Dice()) {
    (self.alpha, self.beta, self.dice) = (alpha, beta, dice)
  }

  public var name: String { "combo" }
  public var takesWeights: Bool { true }

  public func expression(_ input: LossInput) -> Expression {
    let entropy = BinaryCrossEntropy(positiveWeight: beta, negativeWeight: 1 - beta).expression(input)
    return alpha * mean(entropy) - (1 - alpha) * (1 - mean(dice.expression(input)))
  }

  static let entry = LossEntry(
    "combo", .compound, "α BCE_β - (1-α) Dice",
    [
      .number("alpha", 0.5, "the weight of the cross-entropy"),
      .number("beta", 0.5, "the weight of positives in it"),
    ] + .smoothing() + [.flag("squared", false, "squares in the denominator of Dice")] + .regionOfSum,
    source: "Taghanaki et al. 2019"
  ) { Combo(alpha: $0.number("alpha"), beta: $0.number("beta"), dice: Dice($0)) }

  public func checkParameters() throws(LossError) {
    guard (0...1).contains(alpha), (0...1).contains(beta) else {
      throw .badParameter(loss: name, reason: "alpha and beta must be in [0, 1]")
    }
    try dice.checkParameters()
  }
}

/// w_d mean_c(−ln Dice_c)^γ + w_x mean_site(−ln p_label)^γ (Wong et al. 2018).
public struct ExponentialLogarithmic: Loss {
  public var diceWeight, crossEntropyWeight, gamma: Double
  public var dice: Dice

  public init(
    diceWeight: Double = 0.8, crossEntropyWeight: Double = 0.2, gamma: Double = 0.3, dice: Dice = Dice()
  ) {
    (self.diceWeight, self.crossEntropyWeight) = (diceWeight, crossEntropyWeight)
    (self.gamma, self.dice) = (gamma, dice)
  }

  public var name: String { "exponential-logarithmic" }
  public var takesWeights: Bool { true }

  public func expression(_ input: LossInput) -> Expression {
    let (index, target) = dice.index(input)
    // Rounding may take Dice above 1 by a unit in the last place.
    let region = dice.region.mean(pow(max(-log(index), 0), gamma), target: target, loss: name)
    let sites = input.reduced(pow(max(-input.logLabelProbability, 0), gamma), .mean)
    return diceWeight * mean(region) + crossEntropyWeight * sites
  }

  static let entry = LossEntry(
    "exponential-logarithmic", .compound, "w_d mean_c(-ln Dice_c)^γ + w_x mean_site(-ln p_label)^γ",
    [
      .number("dice-weight", 0.8, "w_d"), .number("cross-entropy-weight", 0.2, "w_x"),
      .number("gamma", 0.3, "the exponent of both"),
    ] + .smoothing() + [.flag("squared", false, "squares in the denominator of Dice")] + .regionOfSum,
    source: "Wong et al. 2018"
  ) { p in
    ExponentialLogarithmic(
      diceWeight: p.number("dice-weight"), crossEntropyWeight: p.number("cross-entropy-weight"),
      gamma: p.number("gamma"), dice: Dice(p))
  }

  public func checkParameters() throws(LossError) {
    guard gamma > 0 else { throw .badParameter(loss: name, reason: "gamma must be above 0") }
    try dice.checkParameters()
  }
}
