// Image-Segmentation-Loss-Functions of junqiangchen: probabilities, classes last.
import Autodiff

extension LibraryPreset {
  static let junqiangchen = LibraryPreset(
    "junqiangchen", "junqiangchen, Image-Segmentation-Loss-Functions",
    LossEntry.junqiangRegions + LossEntry.junqiangClasses)
}

extension LossEntry {
  private static let smooth: Double = 1e-5

  /// A loss under one name for images and one for volumes.
  private static func both(
    _ name: String, like: String, _ parameters: [LossParameter] = [], note: String = "",
    _ formula: @escaping @Sendable (LossInput, LossParameters) -> Expression
  ) -> [LossEntry] {
    ["2d", "3d"].map { one("\(name)_\($0)", like: like, parameters, note: note, formula) }
  }
  private static func one(
    _ name: String, like: String, _ parameters: [LossParameter] = [], note: String = "",
    _ formula: @escaping @Sendable (LossInput, LossParameters) -> Expression
  ) -> LossEntry {
    preset(name, like: like, LibraryArrays(classes: .lastAlways, target: .either), parameters, note: note) {
      p in
      PresetLoss(name) { formula($0, p) }
    }
  }

  private static let alpha: [LossParameter] = [
    .number("alpha", 0.7, "weighs false negatives, 1 - alpha false positives")
  ]

  /// Classes and space of each sample together.
  private static func tversky(_ input: LossInput, _ p: LossParameters) -> Expression {
    let alpha = p.number("alpha")
    let overlap = Overlap(alpha: 1 - alpha, beta: alpha, smoothing: Smoothing(smooth))
    return 1 - mean(overlap.index(input, axes: .classes + .space))
  }

  /// A ratio over all classes, weighted by `weights` of the volumes in the target.
  private static func generalized(
    _ input: LossInput, numerator: Double, denominator: Double,
    _ weights: (Expression) -> Expression
  ) -> Expression {
    let sums = RegionOptions().sums(input)
    if sums.target.failure != nil { return sums.target }
    let w = weights(sums.target)
    let above = sum(w * sums.product, .classes) + numerator
    return mean(1 - 2 * above / (sum(w * (sums.prediction + sums.target), .classes) + denominator))
  }

  static let junqiangRegions: [LossEntry] =
    both("dice_loss", like: "dice", note: "as dice, classes together") { input, _ in
      1 - mean(Overlap.dice(smoothing: Smoothing(smooth)).index(input, axes: .classes + .space))
    }
    + both("tversky_loss", like: "tversky", alpha, note: "as tversky, classes together") { tversky($0, $1) }
    + both(
      "focal_tversky", like: "focal-tversky-after",
      alpha + [.number("gamma", 0.75, "the exponent of the mean")]
    ) { pow(max(tversky($0, $1), 0), $1.number("gamma")) }
    + both("generalised_dice_loss", like: "generalized-dice", note: "weights 1 / (V² + 1e-5)") { input, _ in
      generalized(input, numerator: 0, denominator: smooth) { 1 / (square($0) + smooth) }
    }
    + [
      one("generalised_dice_loss_2d_ein", like: "generalized-dice", note: "weights 1 / (V + 1e-10)²") {
        input, _ in
        generalized(input, numerator: 1e-10, denominator: 1e-10) { 1 / square($0 + 1e-10) }
      }
    ]

  private static let weight: [LossParameter] = [.numbers("weight", [1], "factors of the classes")]
  private static let lambda: [LossParameter] = [.number("lamda", 0.5, "the weight of the second part")]
  private static let focusing: [LossParameter] = [
    .number("gamma", 2, "the exponent"), .numbers("alpha", [1], "factors of the classes"),
  ]

  /// −t log p of renormalised, clipped probabilities, passed over by (1 − p)^γ, summed over space.
  private static func entropy(_ input: LossInput, gamma: Double = 0) -> Expression {
    let q = input.renormalized(clippedBy: smooth)
    let site = -(input.target * log(q))
    return sum(gamma == 0 ? site : pow(1 - q, gamma) * site, .space)
  }

  /// 2 (I + s) / (P + T + s) of each class.
  private static func doubled(_ input: LossInput) -> Expression {
    let sums = RegionOptions().sums(input)
    return 2 * (sums.product + smooth) / (sums.prediction + sums.target + smooth)
  }

  /// The mean over classes of what is the mean over the batch, with factors.
  private static func weighted(_ x: Expression, _ factors: [Double], _ input: LossInput) -> Expression {
    mean(input.factors(factors, "weights") * x)
  }

  static let junqiangClasses: [LossEntry] =
    [
      one("categorical_crossentropy", like: "cross-entropy", note: "summed over space") { input, _ in
        mean(entropy(input))
      },
      one(
        "weighted_categorical_crossentropy", like: "cross-entropy",
        [.numbers("weights", [1], "factors of the classes")]
      ) {
        weighted(entropy($0), $1.numbers("weights") ?? [1], $0)
      },
      one(
        "categorical_dice", like: "dice", [.numbers("weight_loss", [1], "factors of the classes")],
        note: "-Dice"
      ) {
        -weighted(doubled($0), $1.numbers("weight_loss") ?? [1], $0)
      },
      one("categorical_focal_loss", like: "focal", focusing, note: "summed over space") {
        weighted(entropy($0, gamma: $1.number("gamma")), $1.numbers("alpha") ?? [1], $0)
      },
      one("categorical_dicePcrossentroy", like: "dice-cross-entropy", weight + lambda) { input, p in
        hybrid(input, p.numbers("weight") ?? [1], p, gamma: 0)
      },
      one("categorical_dicePfocalloss", like: "dice-focal", focusing + lambda) { input, p in
        hybrid(input, p.numbers("alpha") ?? [1], p, gamma: p.number("gamma"))
      },
    ]
    + ["focal_loss_sigmodv1", "focal_loss_sigmodv2"].map { name in
      one(
        name, like: "binary-focal",
        [.number("alpha", 0.25, "what positives count"), .number("gamma", 2, "the exponent")],
        note: "summed over everything"
      ) { input, p in
        let x = clip(input.prediction, Expression(smooth), Expression(1 - smooth))
        let (alpha, gamma, t) = (p.number("alpha"), p.number("gamma"), input.target)
        let positive = t * pow(1 - x, gamma) * log(x)
        let negative = (1 - t) * pow(x, gamma) * log1p(-x)
        return -sum(alpha * positive + (1 - alpha) * negative)
      }
    }

  /// (1 − λ)(1 − Dice) + λ entropy; Dice is added up over the batch, the entropy averaged over everything.
  private static func hybrid(
    _ input: LossInput, _ factors: [Double], _ p: LossParameters, gamma: Double
  ) -> Expression {
    let lambda = p.number("lamda")
    let dice = doubled(input)
    let site = entropy(input, gamma: gamma)
    if dice.failure != nil { return dice }
    if site.failure != nil { return site }
    let batch = Double(input.prediction.shape[0])
    let sites = Double(input.prediction.shape.count) / (batch * Double(input.classCount))
    return (1 - lambda) * (1 - batch * weighted(dice, factors, input)) + lambda / sites
      * weighted(site, factors, input)
  }
}
