// segmentation_models_pytorch's losses. Arrays are N, C, then space; `mode` says what the target holds.
import Autodiff

extension LibraryPreset {
  static let smp06 = LibraryPreset(
    "smp-0.6", "segmentation_models_pytorch 0.6",
    LossEntry.smpRegions + LossEntry.smpSites + LossEntry.smpScores)
}

extension LossEntry {
  private static let mode: [LossParameter] = [
    .word("mode", nil, ["binary", "multiclass", "multilabel"], "what the target holds; needed")
  ]
  private static let ignore: [LossParameter] = [.number("ignore_index", nil, "a label that does not count")]
  private static let weights: [LossParameter] = [
    .numbers("class_weights", nil, "one a class; normalised")
  ]

  private static func modeFault(_ p: LossParameters) -> String? {
    if p.word("mode").isEmpty { return "mode is needed: binary, multiclass or multilabel" }
    let needsClasses = p.numbers("class_weights") != nil || p.numbers("classes") != nil
    return p.word("mode") == "binary" && needsClasses
      ? "mode binary takes no classes and no class_weights" : nil
  }

  private static func activation(_ p: LossParameters) -> Activation {
    guard p.flag("from_logits") else { return .none }
    return p.word("mode") == "multiclass" ? .softmax : .sigmoid
  }

  /// A ratio over the whole batch: absent classes count 0 but count.
  private static func region(
    _ name: String, _ like: String, _ parameters: [LossParameter] = [],
    _ errors: @escaping @Sendable (LossParameters) -> (Double, Double)
  ) -> LossEntry {
    preset(
      name, like: like, .channelsFirst(.mode),
      mode + [
        .numbers("classes", nil, "those that count"), .flag("log_loss", false, "-log of the score"),
        .flag("from_logits", true, "the prediction holds logits"), .number("smooth", 0, "added to both"),
      ] + ignore + [.number("eps", 1e-7, "the least denominator")] + parameters + weights,
      note: "as \(like) over the batch, TP from |p - t|; absent classes count 0"
    ) { p in
      PresetLoss(name, activation: activation(p), fault: modeFault(p)) { input in
        let (alpha, beta) = errors(p)
        let epsilon = p.number("eps")
        let overlap = Overlap(
          alpha: alpha, beta: beta, measure: .differences, smoothing: Smoothing(p.number("smooth")),
          leastDenominator: epsilon > 0 ? epsilon : nil)
        let region = RegionOptions(
          over: .batch, classWeights: chosen(p, input.classCount), empty: .zero)
        let (index, target) = overlap.index(input, region)
        let loss = p.flag("log_loss") ? -log(max(index, Expression(epsilon))) : 1 - index
        let value = region.mean(loss, target: target, loss: name)
        let gamma = p.optionalNumber("gamma") ?? 1
        return gamma == 1 ? value : pow(max(value, 0), gamma)
      }
    }
  }

  /// The weights of the classes that count.
  private static func chosen(_ p: LossParameters, _ classes: Int) -> [Double]? {
    let weights = p.numbers("class_weights")
    guard let numbers = p.numbers("classes") else { return weights }
    return (0..<classes).map { label in
      numbers.contains(Double(label))
        ? weights.map { label < $0.count ? $0[label] : 0 } ?? 1 : 0
    }
  }

  static let smpRegions: [LossEntry] = [
    region("DiceLoss", "dice") { _ in (0.5, 0.5) },
    region("JaccardLoss", "jaccard") { _ in (1, 1) },
    region(
      "TverskyLoss", "tversky",
      [
        .number("alpha", 0.5, "weighs false positives"), .number("beta", 0.5, "weighs false negatives"),
        .number("gamma", 1, "the exponent of the mean"),
      ]
    ) { ($0.number("alpha"), $0.number("beta")) },
    preset(
      "MCCLoss", like: "matthews", .elements, [.number("eps", 1e-5, "added to each count")],
      note: "as matthews of everything"
    ) { p in
      PresetLoss("MCCLoss") { input in
        let counts = SoftCounts(input, RegionOptions(over: .all), adding: p.number("eps"))
        return 1 - counts.determinant / sqrt(counts.marginals)
      }
    },
  ]

  static let smpSites: [LossEntry] = [
    preset(
      "FocalLoss", like: "binary-focal", .channelsFirst(.mode),
      mode + [
        .number("alpha", nil, "what positives count"), .number("gamma", 2, "the exponent"),
      ] + ignore + [
        .flag("from_logits", true, "the prediction holds logits"),
        .number("eps", 1e-7, "probabilities are clipped by it"),
        .word("reduction", "mean", ["mean", "sum"], "of the sites of each class"),
        .flag("normalized", false, "divide by the sum of the focal factors"),
        .number("reduced_threshold", nil, "below it the factor is 1"),
      ] + weights,
      note: "one sigmoid focal loss a class, and their mean, whatever mode says"
    ) { p in PresetLoss("FocalLoss", fault: modeFault(p)) { smpFocal($0, p) } },
    preset(
      "SoftBCEWithLogitsLoss", like: "binary-cross-entropy", .channelsFirst(.either),
      [
        .number("weight", nil, "a factor"), .number("ignore_index", -100, "a target that counts 0").orNone,
        .word("reduction", "mean", ["mean", "sum", "none"], "of all elements, ignored ones too"),
        .number("smooth_factor", nil, "targets are moved towards 1 - t by it"),
        .number("pos_weight", nil, "what a positive counts"),
      ]
    ) { p in
      PresetLoss("SoftBCEWithLogitsLoss") { input in
        var t = input.target
        if let smoothing = p.optionalNumber("smooth_factor") { t = (1 - t) * smoothing + t * (1 - smoothing) }
        let positive = p.optionalNumber("pos_weight") ?? 1
        var site = positive * t * softplus(-input.raw) + (1 - t) * softplus(input.raw)
        if let weight = p.optionalNumber("weight") { site = weight * site }
        return p.monaiReduction.applied(to: input.masked(site))
      }
    },
    preset(
      "SoftCrossEntropyLoss", like: "cross-entropy",
      LibraryArrays(classes: .first, target: .labels, keepsClasses: false),
      [
        .word("reduction", "mean", ["mean", "sum", "none"], "of all sites, ignored ones too"),
        .number("smooth_factor", nil, "how much of the target is spread"),
        .number("ignore_index", -100, "a label that counts 0").orNone,
      ]
    ) { p in
      PresetLoss("SoftCrossEntropyLoss") { input in
        let log = logSoftmax(input.raw, axis: 1)
        let smoothing = p.optionalNumber("smooth_factor") ?? 0
        let site =
          (smoothing - 1) * sum(input.target * log, .classes) - smoothing / Double(input.classCount)
          * sum(log, .classes)
        return p.monaiReduction.applied(to: input.masked(site))
      }
    },
    lovasz,
  ]

  private static func smpFocal(_ input: LossInput, _ p: LossParameters) -> Expression {
    var x = input.raw
    if !p.flag("from_logits") {
      let epsilon = p.number("eps")
      let q = clip(x, Expression(epsilon), Expression(1 - epsilon))
      x = p.word("mode") == "multiclass" ? log(q) : log(q) - log1p(-q)
    }
    let t = input.target
    let entropy = softplus(-x) + x * (1 - t)
    let wrong = -expm1(-entropy)
    let gamma = p.number("gamma")
    var focus = pow(wrong, gamma)
    if let threshold = p.optionalNumber("reduced_threshold") {
      focus = select(less(Expression(1 - threshold), wrong), 1, pow(wrong / threshold, gamma))
    }
    var site = focus * entropy
    if let alpha = p.optionalNumber("alpha") { site = (alpha * t + (1 - alpha) * (1 - t)) * site }
    if site.failure != nil { return site }
    let total = sum(input.masked(site), .sites)
    let sites = input.mask.map { sum($0) } ?? Expression(Double(site.shape.count / input.classCount))
    var perClass = p.word("reduction") == "sum" ? total : total / sites
    if p.flag("normalized") { perClass = perClass / max(sum(input.masked(focus), .sites), 1e-6) }
    let region = RegionOptions(over: .batch, classWeights: p.numbers("class_weights"))
    return region.mean(perClass, target: sum(input.target, .sites), loss: "FocalLoss")
  }

  private static let lovasz = preset(
    "LovaszLoss", like: "lovasz", LibraryArrays(classes: .firstOfClasses, target: .mode),
    mode + [.flag("per_image", false, "each sample by itself")] + ignore + [
      .flag("from_logits", true, "it is not read")
    ],
    note: "the hinge of all channels together, or the softmax form for multiclass",
    derivatives: .zeroAlmostEverywhere
  ) { p in
    let isMulticlass = p.word("mode") == "multiclass"
    return PresetLoss(
      "LovaszLoss", activation: isMulticlass ? .softmax : .none, fault: modeFault(p),
      Lovasz(isMulticlass ? .softmax : .hinge, perSample: p.flag("per_image")))
  }

  /// The scores that the losses are made of.
  static let smpScores: [LossEntry] = [
    ("soft_jaccard_score", "jaccard", 1.0), ("soft_dice_score", "dice", 0.5),
    ("soft_tversky_score", "tversky", nil),
  ].map { name, like, errors in
    preset(
      name, like: like, .elements.unreduced,
      (errors == nil
        ? [.number("alpha", nil, "weighs false positives"), .number("beta", nil, "weighs false negatives")]
        : [])
        + [
          .number("smooth", 0, "added to both"), .number("eps", 1e-7, "the least denominator"),
          .numbers("dims", nil, "the axes to sum over; all if none"),
        ],
      note: "a score: the larger the better"
    ) { p in
      let epsilon = p.number("eps")
      let isComplete = errors != nil || (p.optionalNumber("alpha") != nil && p.optionalNumber("beta") != nil)
      let overlap = Overlap(
        alpha: errors ?? p.number("alpha"), beta: errors ?? p.number("beta"), measure: .differences,
        smoothing: Smoothing(p.number("smooth")), leastDenominator: epsilon > 0 ? epsilon : nil)
      return PresetLoss(name, fault: isComplete ? nil : "alpha and beta are needed") {
        overlap.index($0, axes: $0.axes(p.numbers("dims")))
      }
    }
  }
}
