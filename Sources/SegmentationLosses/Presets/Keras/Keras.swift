// Keras' losses. Arrays have their classes last; what a loss gives for each site is weighted, then averaged.
import Autodiff

extension LibraryPreset {
  static let keras315 = LibraryPreset(
    "keras-3.15", "Keras 3.15", LossEntry.kerasSites(.version315) + LossEntry.kerasRegions(.version315))
  static let kerasHead = LibraryPreset(
    "keras-head", "Keras after August 2026", LossEntry.kerasSites(.head) + LossEntry.kerasRegions(.head))
}

enum KerasVersion: Sendable {
  case version315
  /// Tversky's α and β are as documented; label smoothing counts classes along the class axis.
  case head
}

extension [LossParameter] {
  static let kerasReduction: [LossParameter] = [
    .word(
      "reduction", "sum_over_batch_size",
      ["sum_over_batch_size", "mean", "mean_with_sample_weight", "sum", "none"], "of the sites")
  ]
  static let kerasAxis: [LossParameter] = [.number("axis", -1, "the class axis")]
  static let kerasLogits: [LossParameter] = [.flag("from_logits", false, "the prediction holds logits")]
  static let kerasSmoothing: [LossParameter] = [
    .number("label_smoothing", 0, "how much of the target is spread")
  ]
}

extension LossEntry {
  static let kerasEpsilon = 1e-7

  /// A loss of sites: weighted, then reduced.
  ///
  /// - Parameter site: what each site counts, with extent 1 along the classes.
  private static func keras(
    _ name: String, like: String, _ parameters: [LossParameter] = [],
    _ target: LibraryArrays.Target = .same,
    activation: @escaping @Sendable (LossParameters) -> Activation = { _ in .none },
    derivatives: DerivativeStatus = .exact,
    _ site: @escaping @Sendable (LossInput, LossParameters) -> Expression
  ) -> LossEntry {
    preset(name, like: like, .channelsLast(target), parameters + .kerasReduction, derivatives: derivatives) {
      p in
      PresetLoss(name, activation: activation(p), takesWeights: true) { input in
        let x = site(input, p)
        if x.failure != nil { return x }
        let weighted = input.counted(x)
        switch p.word("reduction") {
        case "none": return weighted
        case "sum": return sum(weighted)
        case "mean_with_sample_weight" where input.weights != nil:
          return sum(weighted) / sum(input.siteCounts ?? 1)
        // Sites of the ignored class are no part of the batch.
        default: return sum(weighted) / (input.mask.map { sum($0) } ?? Expression(Double(x.shape.count)))
        }
      }
    }
  }

  /// The mean over the classes of a formula of elements.
  private static func kerasMean(
    _ name: String, like: String, _ parameters: [LossParameter] = [], derivatives: DerivativeStatus = .exact,
    _ formula: @escaping @Sendable (Expression, Expression, LossParameters) -> Expression
  ) -> LossEntry {
    keras(name, like: like, parameters, derivatives: derivatives) { input, p in
      mean(formula(input.prediction, input.target, p), .classes)
    }
  }

  static func kerasSites(_ version: KerasVersion) -> [LossEntry] {
    kerasEntropies(version) + kerasRegression + kerasMargins
  }

  /// The target spread over all classes, in 3.15 over as many as the last axis has.
  private static func smoothed(_ input: LossInput, _ p: LossParameters, _ version: KerasVersion) -> Expression
  {
    let smoothing = p.number("label_smoothing")
    if smoothing == 0 { return input.target }
    let last = input.callerAxes.last.map { input.target.shape[$0] } ?? input.classCount
    let classes = version == .head ? input.classCount : last
    return (1 - smoothing) * input.target + smoothing / Double(classes)
  }

  private static func kerasEntropies(_ version: KerasVersion) -> [LossEntry] {
    let epsilon = kerasEpsilon
    @Sendable func softmaxed(_ p: LossParameters) -> Activation { p.flag("from_logits") ? .softmax : .none }
    @Sendable func sigmoided(_ p: LossParameters) -> Activation { p.flag("from_logits") ? .sigmoid : .none }
    @Sendable func entropy(_ input: LossInput, _ p: LossParameters, _ t: Expression) -> Expression {
      let log =
        p.flag("from_logits")
        ? logSoftmax(input.raw, axis: 1) : Autodiff.log(input.renormalized(clippedBy: epsilon))
      return -sum(t * log, .classes)
    }
    @Sendable func halved(_ input: LossInput, _ p: LossParameters) -> Expression {
      let smoothing = p.number("label_smoothing")
      return smoothing == 0 ? input.target : (1 - smoothing) * input.target + 0.5 * smoothing
    }
    @Sendable func clipped(_ x: Expression, _ t: Expression) -> Expression {
      let q = clip(x, Expression(epsilon), Expression(1 - epsilon))
      return -(t * log(q) + (1 - t) * log1p(-q))
    }
    return [
      keras(
        "BinaryCrossentropy", like: "binary-cross-entropy",
        .kerasLogits + .kerasSmoothing + .kerasAxis
      ) { input, p in
        let t = halved(input, p)
        return mean(
          p.flag("from_logits") ? softplus(-input.raw) + input.raw * (1 - t) : clipped(input.raw, t), .classes
        )
      },
      keras(
        "BinaryFocalCrossentropy", like: "binary-focal",
        [
          .flag("apply_class_balancing", false, "weigh positives by alpha"),
          .number("alpha", 0.25, "what positives count"), .number("gamma", 2, "the exponent"),
        ] + .kerasLogits + .kerasSmoothing + .kerasAxis,
        activation: sigmoided
      ) { input, p in
        let (x, t) = (input.prediction, halved(input, p))
        let alpha = p.number("alpha")
        let focal = pow(1 - (t * x + (1 - t) * (1 - x)), p.number("gamma")) * clipped(x, t)
        return mean(
          p.flag("apply_class_balancing") ? (t * alpha + (1 - t) * (1 - alpha)) * focal : focal, .classes)
      },
      keras(
        "CategoricalCrossentropy", like: "cross-entropy", .kerasLogits + .kerasSmoothing + .kerasAxis,
        .either
      ) { input, p in entropy(input, p, smoothed(input, p, version)) },
      keras(
        "CategoricalFocalCrossentropy", like: "focal",
        [.numbers("alpha", [0.25], "what classes count"), .number("gamma", 2, "the exponent")] + .kerasLogits
          + .kerasSmoothing + .kerasAxis, .either, activation: softmaxed
      ) { input, p in
        let q = input.renormalized(clippedBy: epsilon)
        let weights = input.factors(p.numbers("alpha") ?? [0.25], "CategoricalFocalCrossentropy")
        let entropy = smoothed(input, p, version) * log(q)
        return -sum(weights * pow(1 - q, p.number("gamma")) * entropy, .classes)
      },
      keras(
        "SparseCategoricalCrossentropy", like: "cross-entropy",
        .kerasLogits + [.number("ignore_class", nil, "a label that does not count")] + .kerasAxis, .labels
      ) { input, p in entropy(input, p, input.target) },
      keras(
        "CategoricalGeneralizedCrossEntropy", like: "generalized-cross-entropy",
        [.number("q", 0.5, "in (0, 1)")], .labels
      ) { input, p in
        (1 - pow(sum(input.prediction * input.target, .classes), p.number("q"))) / p.number("q")
      },
      keras("KLDivergence", like: "kullback-leibler") { input, _ in
        func bounded(_ x: Expression) -> Expression { clip(x, Expression(epsilon), 1) }
        let (x, t) = (bounded(input.prediction), bounded(input.target))
        return sum(t * (log(t) - log(x)), .classes)
      },
      kerasMean("Poisson", like: "poisson") { x, t, _ in x - t * log(x + epsilon) },
      keras("CosineSimilarity", like: "cosine", .kerasAxis) { input, _ in
        func unit(_ x: Expression) -> Expression {
          x / sqrt(max(sum(square(x), .classes), Expression(epsilon * epsilon)))
        }
        return -sum(unit(input.prediction) * unit(input.target), .classes)
      },
    ]
  }

  private static let kerasRegression: [LossEntry] = [
    kerasMean("MeanSquaredError", like: "mean-squared-error") { x, t, _ in square(x - t) },
    kerasMean(
      "MeanAbsoluteError", like: "mean-absolute-error", derivatives: .zeroAlmostEverywhere
    ) { x, t, _ in abs(x - t) },
    kerasMean(
      "MeanAbsolutePercentageError", like: "mean-absolute-percentage-error",
      derivatives: .zeroAlmostEverywhere
    ) { x, t, _ in 100 * abs((t - x) / max(abs(t), Expression(kerasEpsilon))) },
    kerasMean("MeanSquaredLogarithmicError", like: "mean-squared-logarithmic-error") { x, t, _ in
      func logarithm(_ x: Expression) -> Expression { log1p(max(x, Expression(kerasEpsilon))) }
      return square(logarithm(x) - logarithm(t))
    },
    kerasMean("LogCosh", like: "log-cosh") { x, t, _ in logCosh(x - t) },
    kerasMean("Huber", like: "huber", [.number("delta", 1, "where it turns straight")]) { x, t, p in
      let delta = p.number("delta")
      let error = abs(x - t)
      return select(
        lessOrEqual(error, Expression(delta)), 0.5 * square(x - t), delta * error - 0.5 * delta * delta)
    },
  ]

  /// Targets that are all 0 or 1 become −1 and 1.
  private static func signed(_ t: Expression) -> Expression {
    let known = sum(equal(t, 0) + equal(t, 1))
    if known.failure != nil { return known }
    return select(equal(known, Expression(Double(t.shape.count))), 2 * t - 1, t)
  }

  private static let kerasMargins: [LossEntry] = [
    keras("Hinge", like: "hinge", derivatives: .zeroAlmostEverywhere) { input, _ in
      mean(max(1 - signed(input.target) * input.prediction, 0), .classes)
    },
    keras("SquaredHinge", like: "squared-hinge") { input, _ in
      mean(square(max(1 - signed(input.target) * input.prediction, 0)), .classes)
    },
    keras("CategoricalHinge", like: "categorical-hinge", [], .either, derivatives: .zeroAlmostEverywhere) {
      input, _ in
      let (x, t) = (input.prediction, input.target)
      return max(largestOfClasses((1 - t) * x) - sum(t * x, .classes) + 1, 0)
    },
  ]

  static func kerasRegions(_ version: KerasVersion) -> [LossEntry] {
    func region(
      _ name: String, _ like: String, _ parameters: [LossParameter],
      _ overlap: @escaping @Sendable (LossParameters) -> Overlap
    ) -> LossEntry {
      preset(
        name, like: like, LibraryArrays(classes: .lastAlways, target: .either),
        parameters + [.numbers("axis", nil, "the axes to sum over; all if none")] + .kerasReduction
      ) { p in
        PresetLoss(name) { input in
          let index = overlap(p).index(input, axes: input.axes(p.numbers("axis")))
          switch p.word("reduction") {
          case "none": return 1 - index
          case "sum": return sum(1 - index)
          default: return mean(1 - index)
          }
        }
      }
    }
    let smoothing = Smoothing(numerator: 0, denominator: kerasEpsilon)
    return [
      region("Dice", "dice", []) { _ in .dice(smoothing: smoothing) },
      region(
        "Tversky", "tversky",
        [
          .number("alpha", 0.5, version == .head ? "weighs false positives" : "weighs false negatives"),
          .number("beta", 0.5, version == .head ? "weighs false negatives" : "weighs false positives"),
        ]
      ) { p in
        let (alpha, beta) = (p.number("alpha"), p.number("beta"))
        return version == .head
          ? Overlap(alpha: alpha, beta: beta, smoothing: smoothing)
          : Overlap(alpha: beta, beta: alpha, smoothing: smoothing)
      },
    ]
  }
}
