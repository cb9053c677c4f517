// Kornia's losses. Predictions are logits, N, C, then space; targets are labels without C.
import Autodiff

extension LibraryPreset {
  static let kornia09 = LibraryPreset("kornia-0.9", "Kornia 0.9", LossEntry.kornia)
}

extension LossEntry {
  private static let ignore: [LossParameter] = [
    .number("ignore_index", -100, "a label that does not count").orNone
  ]
  private static let epsilon: [LossParameter] = [.number("eps", 1e-8, "added to the denominator")]
  private static let reduction: [LossParameter] = [
    .word("reduction", "none", ["none", "mean", "sum"], "of all elements, ignored ones too")
  ]

  static let kornia: [LossEntry] = [
    preset(
      "DiceLoss", like: "dice", .channelsFirst(.labels),
      [.word("average", "micro", ["micro", "macro"], "classes together, or the mean of those present")]
        + epsilon + [.numbers("weight", nil, "one a class")] + ignore
    ) { p in
      PresetLoss("DiceLoss", activation: .softmax) { input in
        let overlap = Overlap.dice(smoothing: Smoothing(numerator: 0, denominator: p.number("eps")))
        guard p.word("average") == "micro" else {
          return meanOfPresent(overlap, input, weights: p.numbers("weight"))
        }
        let region = RegionOptions(over: .classes, classWeights: p.numbers("weight"))
        let counts = overlap.counts(input, region)
        let volume = counts.prediction + counts.target
        let isEmpty = equal(volume, 0)
        let score = 2 * counts.product / select(isEmpty, 1, volume + p.number("eps"))
        return mean(1 - select(isEmpty, 0, score))
      }
    },
    preset(
      "TverskyLoss", like: "tversky", .channelsFirst(.labels),
      [
        .number("alpha", nil, "weighs false positives; needed"),
        .number("beta", nil, "weighs false negatives; needed"),
      ] + epsilon + ignore,
      note: "as tversky, the mean over the classes present"
    ) { p in
      let isComplete = p.optionalNumber("alpha") != nil && p.optionalNumber("beta") != nil
      let overlap = Overlap(
        alpha: p.number("alpha"), beta: p.number("beta"),
        smoothing: Smoothing(numerator: 0, denominator: p.number("eps")))
      return PresetLoss(
        "TverskyLoss", activation: .softmax, fault: isComplete ? nil : "alpha and beta are needed"
      ) { meanOfPresent(overlap, $0, weights: nil) }
    },
    preset(
      "FocalLoss", like: "focal", .channelsFirst(.labels),
      [.number("alpha", nil, "what classes but 0 count"), .number("gamma", 2, "the exponent")] + reduction
        + [.numbers("weight", nil, "factors of the classes")] + ignore,
      note: "as focal over C: the mean is over elements"
    ) { p in
      PresetLoss("FocalLoss") { input in
        let log = logSoftmax(input.raw, axis: 1)
        var site = -pow(-expm1(log), p.number("gamma")) * log * input.target
        if let alpha = p.optionalNumber("alpha") {
          let others = [Double](repeating: alpha, count: input.classCount - 1)
          site = input.factors([1 - alpha] + others, "FocalLoss") * site
        }
        if let weight = p.numbers("weight") { site = input.factors(weight, "FocalLoss") * site }
        return p.monaiReduction.applied(to: input.masked(site))
      }
    },
    preset(
      "BinaryFocalLossWithLogits", like: "binary-focal", .channelsFirst(.same),
      [.number("alpha", nil, "what positives count"), .number("gamma", 2, "the exponent")] + reduction + [
        .numbers("pos_weight", nil, "factors of positives"),
        .numbers("weight", nil, "factors of the classes"),
      ] + ignore
    ) { p in
      PresetLoss("BinaryFocalLossWithLogits") { input in
        let (x, t) = (input.raw, input.target)
        let gamma = p.number("gamma")
        var positive = exp(-gamma * softplus(x)) * t * softplus(-x)
        var negative = exp(-gamma * softplus(-x)) * (1 - t) * softplus(x)
        if let alpha = p.optionalNumber("alpha") {
          positive = alpha * positive
          negative = (1 - alpha) * negative
        }
        if let weight = p.numbers("pos_weight") { positive = input.factors(weight, "pos_weight") * positive }
        var site = positive + negative
        if let weight = p.numbers("weight") { site = input.factors(weight, "weight") * site }
        return p.monaiReduction.applied(to: input.masked(site))
      }
    },
    preset(
      "LovaszHingeLoss", like: "lovasz-hinge", .elements, derivatives: .zeroAlmostEverywhere
    ) { _ in PresetLoss("LovaszHingeLoss", activation: .none, Lovasz(.hinge, perSample: true)) },
    preset(
      "LovaszSoftmaxLoss", like: "lovasz", .channelsFirst(.labels),
      [.numbers("weight", nil, "factors of the classes")],
      note: "as lovasz of each sample, absent classes too", derivatives: .zeroAlmostEverywhere
    ) { p in
      PresetLoss("LovaszSoftmaxLoss", activation: .softmax) { input in
        let perClass = Lovasz(.softmax, perSample: true).perClass(input)
        return mean(p.numbers("weight").map { input.factors($0, "weight") * perClass } ?? perClass)
      }
    },
  ]

  /// 1 less the mean over samples of the weighted mean over the classes present, 0 where there is none.
  private static func meanOfPresent(
    _ overlap: Overlap, _ input: LossInput, weights: [Double]?
  ) -> Expression {
    let (index, target) = overlap.index(input, RegionOptions())
    let present = less(0, target)
    let counted = weights.map { input.factors($0, "weight") * present } ?? present
    let total = sum(counted, .classes)
    let score = sum(select(counted, counted * index, 0), .classes) / select(total, total, 1)
    return 1 - mean(score)
  }
}
