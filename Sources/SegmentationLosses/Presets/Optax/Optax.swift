// Optax' losses. They reduce over the classes, which are last, and leave the rest to the caller.
import Autodiff

extension LibraryPreset {
  static let optax = LibraryPreset(
    "optax", "Optax 0.2.8",
    LossEntry.optaxElements + LossEntry.optaxClasses + LossEntry.optaxDivergences + LossEntry.optaxRegions)
}

extension LossEntry {
  /// A loss of each element.
  private static func element(
    _ name: String, like: String, _ parameters: [LossParameter] = [], derivatives: DerivativeStatus = .exact,
    _ formula: @escaping @Sendable (Expression, Expression, LossParameters) -> Expression
  ) -> LossEntry {
    preset(name, like: like, .elements.unreduced, parameters, derivatives: derivatives) { p in
      PresetLoss(name) { formula($0.raw, $0.target, p) }
    }
  }

  static let optaxElements: [LossEntry] = [
    element("squared_error", like: "mean-squared-error") { x, t, _ in square(x - t) },
    element("l2_loss", like: "mean-squared-error") { x, t, _ in 0.5 * square(x - t) },
    element("huber_loss", like: "huber", [.number("delta", 1, "where it turns straight")]) { x, t, p in
      let delta = p.number("delta")
      let error = abs(x - t)
      return select(
        lessOrEqual(error, Expression(delta)), 0.5 * square(x - t), delta * (error - 0.5 * delta))
    },
    element("log_cosh", like: "log-cosh") { x, t, _ in logCosh(x - t) },
    element("hinge_loss", like: "hinge", derivatives: .zeroAlmostEverywhere) { x, t, _ in max(1 - x * t, 0) },
    element("perceptron_loss", like: "perceptron", derivatives: .zeroAlmostEverywhere) { x, t, _ in
      max(-x * t, 0)
    },
    element("sparsemax_loss", like: "sparsemax") { x, t, _ in
      let m = select(t, -x, x)
      return select(lessOrEqual(m, -1), 0, select(lessOrEqual(1, m), m, square(m + 1) / 4))
    },
    element("sigmoid_binary_cross_entropy", like: "binary-cross-entropy") { x, t, _ in
      softplus(-x) + x * (1 - t)
    },
    element(
      "sigmoid_focal_loss", like: "binary-focal",
      [.number("alpha", nil, "what positives count"), .number("gamma", 2, "the exponent")]
    ) { x, t, p in
      let wrong = t * sigmoid(-x) + (1 - t) * sigmoid(x)
      let gamma = p.number("gamma")
      let entropy = softplus(-x) + x * (1 - t)
      let focal = gamma == 0 ? entropy : pow(wrong, gamma) * entropy
      return p.optionalNumber("alpha").map { ($0 * t + (1 - $0) * (1 - t)) * focal } ?? focal
    },
  ]

  /// A loss of the classes of each site.
  private static func site(
    _ name: String, like: String, _ target: LibraryArrays.Target, _ parameters: [LossParameter] = [],
    derivatives: DerivativeStatus = .exact,
    _ formula: @escaping @Sendable (LossInput, LossParameters) -> Expression
  ) -> LossEntry {
    preset(name, like: like, .channelsLast(target).unreduced, parameters, derivatives: derivatives) { p in
      PresetLoss(name) { formula($0, p) }
    }
  }

  private static let axis: [LossParameter] = [.numbers("axis", [-1], "the class axis or axes")]

  private static func entropy(_ input: LossInput) -> Expression {
    -sum(input.target * logSoftmax(input.raw, axis: 1), .classes)
  }

  static let optaxClasses: [LossEntry] = [
    site("softmax_cross_entropy", like: "cross-entropy", .same, axis) { input, _ in entropy(input) },
    site("safe_softmax_cross_entropy", like: "cross-entropy", .same) { input, _ in
      let log = logSoftmax(input.raw, axis: 1)
      return -sum(select(input.target, input.target * log, 0), .classes)
    },
    site("softmax_cross_entropy_with_integer_labels", like: "cross-entropy", .labels, axis) { input, _ in
      entropy(input)
    },
    site(
      "poly_loss_cross_entropy", like: "poly1-cross-entropy", .same,
      [.number("epsilon", 2, "the factor of 1 - p")] + axis
    ) { input, p in
      let log = logSoftmax(input.raw, axis: 1)
      return entropy(input) + p.number("epsilon") * sum(input.target * -expm1(log), .classes)
    },
    site("multiclass_hinge_loss", like: "multiclass-hinge", .labels, derivatives: .zeroAlmostEverywhere) {
      input, _ in multiclassHinge(input.raw, input.target)
    },
    site(
      "multiclass_perceptron_loss", like: "multiclass-perceptron", .labels,
      derivatives: .zeroAlmostEverywhere
    ) { input, _ in largestOfClasses(input.raw) - sum(input.raw * input.target, .classes) },
    site("multiclass_sparsemax_loss", like: "multiclass-sparsemax", .labels) { input, _ in
      multiclassSparsemax(input.raw, input.target)
    },
  ]

  private static let cosineParameters: [LossParameter] =
    [.number("epsilon", 0, "the least square of a length")] + axis

  /// t log t, and 0 at 0.
  private static func negativeEntropy(_ t: Expression) -> Expression { t * log(select(t, t, 1)) }

  private static func divergence(_ input: LossInput) -> Expression {
    sum(negativeEntropy(input.target) - input.target * input.raw, .classes)
  }

  private static func cosine(_ input: LossInput, _ p: LossParameters) -> Expression {
    func unit(_ x: Expression) -> Expression {
      x / sqrt(max(sum(square(x), .classes), Expression(p.number("epsilon"))))
    }
    return sum(unit(input.raw) * unit(input.target), .classes)
  }

  static let optaxDivergences: [LossEntry] =
    [
      site(
        "kl_divergence", like: "kullback-leibler", .same, axis, derivatives: .zeroAlmostEverywhere
      ) { input, _ in divergence(input) },
      site(
        "kl_divergence_with_log_targets", like: "kullback-leibler", .same, axis,
        derivatives: .zeroAlmostEverywhere
      ) { input, _ in sum(exp(input.target) * (input.target - input.raw), .classes) },
    ]
    + ["generalized_kl_divergence", "convex_kl_divergence"].map { name in
      site(name, like: "generalized-kullback-leibler", .same, axis) { input, _ in
        divergence(input) + sum(exp(input.raw) - input.target, .classes)
      }
    } + [
      site("cosine_similarity", like: "cosine", .same, cosineParameters) { cosine($0, $1) },
      site("cosine_distance", like: "cosine", .same, cosineParameters) { 1 - cosine($0, $1) },
    ]

  private static let dice: [LossParameter] = [
    .number("smooth", 1, "added to numerator and denominator")
  ]
  private static let background: [LossParameter] = [.flag("ignore_background", false, "leave class 0 out")]

  /// The Tversky loss of each class, summed over space.
  private static func perClass(_ input: LossInput, _ p: LossParameters) -> Expression {
    let overlap = Overlap(
      alpha: p.optionalNumber("alpha") ?? 0.5, beta: p.optionalNumber("beta") ?? 0.5,
      smoothing: Smoothing(p.number("smooth")))
    let applies = p.flag("apply_softmax") || p.flag("apply_sigmoid")
    let activated =
      applies ? input.activated(by: input.classCount == 1 ? .sigmoid : .softmax) : input
    return 1 - overlap.index(activated, axes: .space)
  }

  private static func withoutBackground(_ x: Expression, _ p: LossParameters) -> Expression {
    if x.failure != nil || !p.flag("ignore_background") || x.shape[1] == 1 { return x }
    return x.gathered(Array(1..<x.shape[1]), axis: 1)
  }

  static let optaxRegions: [LossEntry] = [
    preset(
      "dice_loss", like: "dice",
      LibraryArrays(classes: .lastAlways, target: .same, keepsClasses: false).unreduced,
      [.numbers("class_weights", nil, "factors of the classes")] + dice + [
        .number("alpha", 0.5, "weighs false positives"), .number("beta", 0.5, "weighs false negatives"),
        .flag("apply_softmax", true, "softmax, of one class sigmoid"),
        .word("reduction", "mean", ["mean", "sum", "none"], "over the classes"),
      ] + background,
      note: "as tversky of each sample"
    ) { p in
      PresetLoss("dice_loss") { input in
        var losses = perClass(input, p)
        if let weights = p.numbers("class_weights") { losses = input.factors(weights, "dice_loss") * losses }
        losses = withoutBackground(losses, p)
        switch p.word("reduction") {
        case "none": return losses
        case "sum": return sum(losses, .classes)
        default: return mean(losses, .classes)
        }
      }
    },
    preset(
      "multiclass_generalized_dice_loss", like: "generalized-dice",
      LibraryArrays(classes: .lastAlways, target: .same),
      dice + [.flag("apply_softmax", true, "softmax, of one class sigmoid")] + background,
      note: "Dice of each class, weighted by 1 / V² of the batch"
    ) { p in
      PresetLoss("multiclass_generalized_dice_loss") { input in
        let volume = sum(input.counted(input.target), .sites)
        if volume.failure != nil { return volume }
        let weights = 1 / (square(volume) + 1e-7)
        let factors = weights / sum(weights) * Double(input.classCount)
        return mean(withoutBackground(factors * perClass(input, p), p))
      }
    },
    preset(
      "binary_dice_loss", like: "dice",
      LibraryArrays(classes: .lastAlways, target: .same, keepsClasses: false).unreduced,
      dice + [.flag("apply_sigmoid", true, "the prediction holds logits")]
    ) { p in PresetLoss("binary_dice_loss") { mean(perClass($0, p), .classes) } },
  ]
}
