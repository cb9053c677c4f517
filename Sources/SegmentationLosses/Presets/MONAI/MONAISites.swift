// MONAI's focal loss, and its sums of Dice with a loss of sites.
import Autodiff

extension LossEntry {
  static func monaiFocal(_ version: MONAIVersion) -> LossEntry {
    preset(
      "FocalLoss", like: "binary-focal", .monai,
      .monaiTargets + [
        .number("gamma", 2, "how much well classified sites are passed over"),
        .numbers("alpha", nil, "what positives count, or the classes"),
      ] + .monaiWeight + .monaiReduction + [.flag("use_softmax", false, "over the classes")]
        + .monaiIgnore(version),
      note: "as binary-focal from logits; sum is the sum of means over space"
    ) { p in
      PresetLoss(
        "FocalLoss",
        fault: p.optionalNumber("gamma").map { $0 >= 0 } == true ? nil : "gamma must not be negative"
      ) { monaiFocalFormula($0, p, usesSoftmax: p.flag("use_softmax")) }
    }
  }

  /// The focal loss of logits.
  static func monaiFocalFormula(_ input: LossInput, _ p: LossParameters, usesSoftmax: Bool) -> Expression {
    if input.raw.failure != nil { return input.raw }
    let (x, t) = (input.raw, input.target)
    let classes = input.classCount
    let gamma = p.number("gamma")
    let first = p.flag("include_background") || classes == 1 ? 0 : 1
    let counted = classes - first
    let alpha = p.numbers("alpha")
    var site: Expression
    if usesSoftmax {
      // Without the background, softmax is over the other classes.
      let logits =
        first == 0
        ? x : select(Expression.classIndicator(x.shape) { $0 == 0 }, Expression(-1e30), x)
      let log = logSoftmax(logits, axis: 1)
      site = -pow(-expm1(log), gamma) * log * t
      if let alpha, alpha.count > 1 || first == 0 {
        let factors =
          alpha.count > 1 ? alpha : [1 - alpha[0]] + [Double](repeating: alpha[0], count: classes - 1)
        site = factorOfClasses(factors, classes, first, input) * site
      }
    } else {
      // (1 − p_t)^γ of a target between 0 and 1 scales the logit by 2 t − 1.
      let focus = exp(-gamma * softplus(x * (2 * t - 1)))
      site = focus * (softplus(-x) + x * (1 - t))
      if let alpha {
        site =
          alpha.count == 1
          ? (alpha[0] * t + (1 - alpha[0]) * (1 - t)) * site
          : select(equal(t, 1), factorOfClasses(alpha, classes, first, input) * site, site)
      }
    }
    if let weight = p.numbers("weight") {
      site =
        weight.count == 1
        ? weight[0] * site : factorOfClasses(weight, classes, first, input) * site
    }
    if site.failure != nil { return site }
    let reduction = p.monaiReduction
    if reduction == .none {
      return input.masked(site).gathered(Array(first..<classes), axis: 1)
    }
    if first > 0 { site = site * .classIndicator(site.shape) { $0 >= first } }
    // With an ignored label the mean is over sites alone.
    if reduction == .mean {
      let divisor = input.mask.map { sum($0) } ?? Expression(Double(x.shape.count * counted / classes))
      return sum(input.masked(site)) / divisor
    }
    let sites =
      input.mask.map { sum($0, .space) } ?? Expression(Double(x.shape.count / (classes * x.shape[0])))
    return sum(sum(input.masked(site), .space) / sites)
  }

  /// A factor for each class from `first` on.
  private static func factorOfClasses(
    _ factors: [Double], _ classes: Int, _ first: Int, _ input: LossInput
  ) -> Expression {
    guard factors.count == classes - first else {
      return .failed(
        .invalid(operation: "FocalLoss", reason: "\(factors.count) factors for \(classes - first) classes"))
    }
    return .perClass([Double](repeating: 0, count: first) + factors, rank: input.raw.shape.rank)
  }

  static func monaiDiceCE(_ version: MONAIVersion) -> LossEntry {
    preset(
      "DiceCELoss", like: "dice-cross-entropy", .monai,
      monaiDiceParameters + [
        .number("lambda_dice", 1, "the weight of Dice"),
        .number("lambda_ce", 1, "the weight of the cross-entropy"),
        .number("label_smoothing", 0, "of the cross-entropy"),
      ],
      note: "as dice-cross-entropy, with a cross-entropy of the logits whatever Dice is given"
    ) { p in
      PresetLoss(monai: "DiceCELoss", p, fault: monaiSumFault(p)) { input in
        let dice = monaiDiceFormula(input, p, hasFullWeights: true)
        return p.number("lambda_dice") * dice + p.number("lambda_ce") * monaiCrossEntropy(input, p)
      }
    }
  }

  /// Arrays of different shapes would be added.
  private static func monaiSumFault(_ p: LossParameters) -> String? {
    p.monaiReduction == .none
      ? "reduction none would add arrays of different shapes; mean and sum are there" : nil
  }

  /// PyTorch's cross-entropy of the logits: divided by the weights for labels, by the number of sites for soft targets; of
  /// one channel the binary one.
  private static func monaiCrossEntropy(_ input: LossInput, _ p: LossParameters) -> Expression {
    let weights = p.numbers("weight")
    guard input.classCount > 1 else {
      return BinaryCrossEntropy(positiveWeight: weights?.first ?? 1, reduction: p.monaiReduction)
        .expression(input.activated(by: .sigmoid))
    }
    return CrossEntropy(
      classWeights: weights, labelSmoothing: p.number("label_smoothing"),
      divisor: input.isOneHot ? .weights : .sites, reduction: p.monaiReduction
    ).expression(input.activated(by: .softmax))
  }

  static func monaiDiceFocal(_ version: MONAIVersion) -> LossEntry {
    preset(
      "DiceFocalLoss", like: "dice-focal", .monai,
      monaiDiceParameters + [
        .number("gamma", 2, "of the focal loss"), .number("lambda_dice", 1, "the weight of Dice"),
        .number("lambda_focal", 1, "the weight of the focal loss"),
        .numbers("alpha", nil, "of the focal loss"),
      ],
      note: "as dice + binary-focal of the logits"
    ) { p in
      PresetLoss(monai: "DiceFocalLoss", p, fault: monaiSumFault(p)) { input in
        let focal = monaiFocalFormula(input, p, usesSoftmax: false)
        return p.number("lambda_dice") * monaiDiceFormula(input, p) + p.number("lambda_focal") * focal
      }
    }
  }

  static func monaiGeneralizedDiceFocal(_ version: MONAIVersion) -> LossEntry {
    preset(
      "GeneralizedDiceFocalLoss", like: "dice-focal", .monai,
      monaiGeneralizedDiceParameters + [.number("gamma", 2, "of the focal loss")] + .monaiWeight + [
        .number("lambda_gdl", 1, "the weight of generalized Dice"),
        .number("lambda_focal", 1, "the weight of the focal loss"),
      ],
      note: "as generalized-dice + binary-focal of the logits"
    ) { p in
      PresetLoss(monai: "GeneralizedDiceFocalLoss", p, fault: monaiSumFault(p)) { input in
        let dice = monaiGeneralizedDiceLoss(p).expression(input)
        let focal = monaiFocalFormula(input, p, usesSoftmax: false)
        return p.number("lambda_gdl") * dice + p.number("lambda_focal") * focal
      }
    }
  }

  static let monaiNACL = preset(
    "NACLLoss", like: "nacl", .channelsFirst(.labels),
    [
      .number("classes", nil, "how many; needed"), .number("dim", nil, "2 or 3; needed"),
      .number("kernel_size", 3, "of mean"), .word("kernel_ops", "mean", ["mean", "gaussian"], "the window"),
      .word("distance_type", "l1", ["l1", "l2"], "of logits from neighbours' shares"),
      .number("alpha", 0.1, "the weight of the second term"), .number("sigma", 1, "of gaussian"),
    ]
  ) { p in
    let isComplete = p.optionalNumber("classes") != nil && p.optionalNumber("dim") != nil
    let loss = NeighbourAwareCrossEntropy(
      alpha: p.number("alpha"), neighbours: p.word("kernel_ops") == "mean" ? .mean : .gaussian,
      window: p.integer("kernel_size"), sigma: p.number("sigma"),
      norm: p.word("distance_type") == "l1" ? .l1 : .l2)
    return PresetLoss(
      "NACLLoss", activation: .none, fault: isComplete ? nil : "classes and dim are needed", loss)
  }
}
