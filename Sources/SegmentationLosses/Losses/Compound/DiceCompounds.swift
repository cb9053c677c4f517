// Dice with a voxel-wise loss beside it: sums of losses under a name.

extension LossEntry {
  /// Dice and another loss, each with a weight.
  private static func diceWith(
    _ other: String, _ formula: String, _ parameters: [LossParameter], source: String,
    make: @escaping @Sendable (LossParameters) -> any Loss
  ) -> LossEntry {
    LossEntry(
      "dice-" + other, .compound, formula,
      [.number("dice-weight", 1, "of Dice"), .number("\(other)-weight", 1, "of the other")]
        + .smoothing() + [.flag("squared", false, "squares in the denominator of Dice")] + parameters
        + .regionOfSum, source: source
    ) { p in
      LossSum(terms: [
        WeightedLoss(weight: p.number("dice-weight"), loss: Dice(p)),
        WeightedLoss(weight: p.number("\(other)-weight"), loss: make(p)),
      ])
    }
  }

  static let diceCrossEntropy = diceWith(
    "cross-entropy", "dice-weight Dice + cross-entropy-weight CE",
    [.number("label-smoothing", 0, "of the cross-entropy")], source: "Isensee et al. 2021"
  ) { CrossEntropy(classWeights: $0.numbers("class-weights"), labelSmoothing: $0.number("label-smoothing")) }

  static let diceFocal = diceWith(
    "focal", "dice-weight Dice + focal-weight focal", [.number("gamma", 2, "of the focal loss")],
    source: "Zhu et al. 2019"
  ) { Focal(gamma: $0.number("gamma"), classWeights: $0.numbers("class-weights")) }

  static let diceTopK = diceWith(
    "top-k", "dice-weight Dice + top-k-weight top-k CE",
    [.number("k", 10, "percent of the sites that count")], source: "Isensee et al. 2021"
  ) { TopKCrossEntropy(percent: $0.number("k"), classWeights: $0.numbers("class-weights")) }
}

extension [LossParameter] {
  /// The parameters of a region within a sum, whose terms are reduced to one number each.
  static let regionOfSum = [LossParameter].region.filter { $0.name != "reduction" }
}
