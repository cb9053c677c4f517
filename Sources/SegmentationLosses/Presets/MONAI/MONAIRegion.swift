// MONAI's ratios: Dice, Tversky, generalized and Wasserstein Dice, Matthews.
import Autodiff

extension LossEntry {
  static let monaiDiceParameters: [LossParameter] =
    .monaiTargets + .monaiActivations + [
      .flag("squared_pred", false, "squares in the denominator"),
      .flag("jaccard", false, "the Jaccard index instead of Dice"),
    ] + .monaiReduction + .monaiSmoothing + .monaiBatch + .monaiWeight

  static func monaiDice(_ version: MONAIVersion) -> LossEntry {
    preset(
      "DiceLoss", like: "dice", .monai,
      monaiDiceParameters + [.flag("soft_label", false, "zero at p = t for soft targets too")]
        + .monaiIgnore(version)
    ) { p in
      PresetLoss(monai: "DiceLoss", p) { monaiDiceFormula($0, p) }
    }
  }

  /// Dice, or the Jaccard index with the 2 of Dice in it, after the activation.
  ///
  /// - Parameter hasFullWeights: whether a weight for class 0 is in the list though it does not count.
  static func monaiDiceFormula(
    _ input: LossInput, _ p: LossParameters, hasFullWeights: Bool = false
  ) -> Expression {
    let errors = p.flag("jaccard") ? 1 : 0.5
    let measure: Overlap.Measure =
      p.flag("squared_pred") ? .squares : p.flag("soft_label") ? .differences : .products
    let overlap = Overlap(
      alpha: errors, beta: errors, doubled: true, measure: measure, smoothing: p.monaiSmoothing)
    let region = monaiRegion(
      p, weights: p.monaiWeights(input.classCount, leavesBackgroundOut: !hasFullWeights))
    let (index, target) = overlap.index(input, region)
    return region.mean(1 - index, target: target, loss: "DiceLoss")
  }

  static func monaiRegion(_ p: LossParameters, weights: [Double]?) -> RegionOptions {
    var region = RegionOptions(
      over: p.flag("batch") ? .batch : .sample, classWeights: weights,
      includesBackground: p.flag("include_background"), reduction: p.monaiReduction)
    region.normalizesWeights = false
    return region
  }

  /// Up to 1.5 the mask multiplied the logits, so that masked voxels became σ(0) = ½; 1.6 masks what the activation gives.
  static func monaiMaskedDice(_ version: MONAIVersion) -> LossEntry {
    preset(
      "MaskedDiceLoss", like: "dice", .monai,
      monaiDiceParameters + [.flag("soft_label", false, "zero at p = t for soft targets too")],
      note: version == .version15
        ? "logits are masked, before the activation" : "as dice; masked labels are class 0"
    ) { p in
      PresetLoss(monai: "MaskedDiceLoss", p) { input in
        // Labels are masked too, which makes them class 0.
        let background: Expression =
          input.isOneHot && input.classCount > 1
          ? .classIndicator(input.target.shape) { $0 == 0 } : 0
        let target = input.mask.map { select($0, input.target, background) } ?? input.target
        let masked =
          version == .version15
          ? input.replacing(raw: input.masked(input.raw), target: target)
          : input.activated(by: .none).replacing(raw: input.masked(input.prediction), target: target)
        return monaiDiceFormula(masked, p)
      }
    }
  }

  static func monaiTversky(_ version: MONAIVersion) -> LossEntry {
    preset(
      "TverskyLoss", like: "tversky", .monai,
      .monaiTargets + .monaiActivations + [
        .number("alpha", 0.5, "weighs false positives"), .number("beta", 0.5, "weighs false negatives"),
      ] + .monaiReduction + .monaiSmoothing + .monaiBatch + [
        .flag("soft_label", false, "zero at p = t for soft targets too")
      ] + .monaiIgnore(version)
    ) { p in
      PresetLoss(monai: "TverskyLoss", p) { input in
        let overlap = Overlap(
          alpha: p.number("alpha"), beta: p.number("beta"),
          measure: p.flag("soft_label") ? .differences : .products, smoothing: p.monaiSmoothing)
        let region = monaiRegion(p, weights: nil)
        let (index, target) = overlap.index(input, region)
        return region.mean(1 - index, target: target, loss: "TverskyLoss")
      }
    }
  }

  static let monaiGeneralizedDiceParameters: [LossParameter] =
    .monaiTargets + .monaiActivations + [
      .word("w_type", "square", ["square", "simple", "uniform"], "1/V², 1/V or 1")
    ] + .monaiReduction + .monaiSmoothing + .monaiBatch

  static let monaiGeneralizedDice = preset(
    "GeneralizedDiceLoss", like: "generalized-dice", .monai,
    monaiGeneralizedDiceParameters + [.flag("soft_label", false, "zero at p = t for soft targets too")]
  ) { p in
    PresetLoss(monai: "GeneralizedDiceLoss", p) { monaiGeneralizedDiceLoss(p).expression($0) }
  }

  static func monaiGeneralizedDiceLoss(_ p: LossParameters) -> GeneralizedDice {
    var loss = GeneralizedDice(
      weighting: GeneralizedDice.Weighting(rawValue: p.word("w_type")) ?? .square,
      smoothing: p.monaiSmoothing, over: p.flag("batch") ? .batch : .sample,
      includesBackground: p.flag("include_background"), reduction: p.monaiReduction)
    if p.flag("soft_label") { loss.measure = .differences }
    return loss
  }

  static let monaiWassersteinDice = preset(
    "GeneralizedWassersteinDiceLoss", like: "wasserstein-dice",
    LibraryArrays(classes: .first, target: .labels),
    [
      .numbers("dist_matrix", nil, "between classes, row by row"),
      .word("weighting_mode", "default", ["default", "GDL"], "of the classes"),
    ] + .monaiReduction + .monaiSmoothing
  ) { p in
    PresetLoss(
      "GeneralizedWassersteinDiceLoss", activation: .softmax,
      fault: p.numbers("dist_matrix") == nil ? "dist_matrix is needed, row by row with / between" : nil,
      WassersteinDice(
        distances: p.numbers("dist_matrix") ?? [],
        weighting: WassersteinDice.Weighting(rawValue: p.word("weighting_mode")) ?? .standard,
        smoothing: p.monaiSmoothing, reduction: p.monaiReduction))
  }

  static let monaiMatthews = preset(
    "MCCLoss", like: "matthews", .monai,
    .monaiTargets + .monaiActivations + .monaiReduction + [
      .number("smooth_nr", 0, "added to the numerator"),
      .number("smooth_dr", 1e-5, "added under the root"),
    ] + .monaiBatch
  ) { p in
    PresetLoss(monai: "MCCLoss", p) { input in
      let region = monaiRegion(p, weights: nil)
      let counts = SoftCounts(input, region)
      let root = sqrt(counts.marginals + p.number("smooth_dr"))
      let correlation = (counts.determinant + p.number("smooth_nr")) / root
      let isPerfect = equal(counts.falsePositives, 0) * equal(counts.falseNegatives, 0)
      return region.mean(
        select(isPerfect, 0, 1 - correlation), target: counts.target, loss: "MCCLoss")
    }
  }
}
