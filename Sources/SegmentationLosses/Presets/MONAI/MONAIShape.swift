// MONAI's losses of distances, of center lines, and the unified focal loss.
import Autodiff

extension LossEntry {
  static let monaiHausdorff: [LossEntry] = [false, true].map { logarithmic in
    let name = logarithmic ? "LogHausdorffDTLoss" : "HausdorffDTLoss"
    return preset(
      name, like: logarithmic ? "log-hausdorff" : "hausdorff-distance-transform", .monai,
      [
        .number("alpha", 2, "the exponent of distances"),
        .flag("include_background", false, "count class 0"),
        .flag("to_onehot_y", false, "the target holds labels"),
      ] + .monaiActivations + .monaiReduction + .monaiBatch,
      note:
        "as \(logarithmic ? "log-hausdorff" : "hausdorff-distance-transform"), class 0 left out by default"
    ) { p in
      let hausdorff = HausdorffDistanceTransform(alpha: p.number("alpha"))
      return PresetLoss(monai: name, p, distanceMap: hausdorff.distanceMap) { input in
        let classes = monaiClassMeans(hausdorff.sites(input), p)
        let value = p.monaiReduction.applied(to: classes)
        return logarithmic ? log1p(value) : value
      }
    }
  }

  /// The mean over space (and the batch) of each class that counts.
  private static func monaiClassMeans(_ site: Expression, _ p: LossParameters) -> Expression {
    let means = mean(site, p.flag("batch") ? .sites : .space)
    if means.failure != nil || p.flag("include_background") || means.shape[1] == 1 { return means }
    return means.gathered(Array(1..<means.shape[1]), axis: 1)
  }

  static let monaiBoundary = preset(
    "BoundaryLoss", like: "boundary", .monai,
    .monaiTargets + .monaiActivations + .monaiReduction + .monaiBatch,
    derivatives: .zeroAlmostEverywhere
  ) { p in
    PresetLoss(monai: "BoundaryLoss", p, distanceMap: .signed) { input in
      p.monaiReduction.applied(to: monaiClassMeans(input.prediction * input.distance, p))
    }
  }

  static func monaiCenterlines(_ version: MONAIVersion) -> [LossEntry] {
    let isOld = version == .version15
    let smoothing: [LossParameter] =
      isOld
      ? [.number("smooth", 1, "added to numerators and denominators")]
      : [
        .number("smooth_nr", 1, "added to numerators"), .number("smooth_dr", 1, "added to denominators"),
        .number("smooth", 1e-4, "added to the divisor of the harmonic mean"),
      ]
    let options: [LossParameter] = isOld ? [] : .monaiTargets + .monaiActivations + .monaiReduction
    let note =
      isOld ? "as cl-dice over the whole batch, channel 0 always left out" : "as cl-dice, classes summed"
    let arrays = isOld ? LibraryArrays(classes: .first, target: .same) : .monai
    return [
      preset(
        "SoftclDiceLoss", like: "cl-dice", arrays, [.number("iter_", 3, "erosions")] + smoothing + options,
        note: note, derivatives: .structureEnds
      ) { p in
        PresetLoss(monai: "SoftclDiceLoss", p) { monaiCenterline($0, p, version) }
      },
      preset(
        "SoftDiceclDiceLoss", like: "dice-cl-dice", arrays,
        [.number("iter_", 3, "erosions"), .number("alpha", 0.5, "the weight of clDice")] + smoothing
          + options,
        note: note, derivatives: .structureEnds
      ) { p in
        PresetLoss(monai: "SoftDiceclDiceLoss", p) { input in
          let alpha = p.number("alpha")
          let dice =
            isOld
            ? monaiBatchDice(input, p.number("smooth")) : monaiDiceFormula(input, p)
          return (1 - alpha) * mean(dice) + alpha * mean(monaiCenterline(input, p, version))
        }
      },
    ]
  }

  /// clDice: over the batch without channel 0, or of each sample with its classes summed.
  private static func monaiCenterline(
    _ input: LossInput, _ p: LossParameters, _ version: MONAIVersion
  ) -> Expression {
    if version == .version15 {
      // Of one channel nothing is left, and the value is always 0.
      if input.classCount == 1 { return 0 * sum(input.raw) }
      return CenterlineDice(
        iterations: p.integer("iter_"), smoothing: Smoothing(p.number("smooth")),
        region: RegionOptions(over: .all, includesBackground: false)
      ).checkedExpression(input)
    }
    var loss = CenterlineDice(
      iterations: p.integer("iter_"), smoothing: p.monaiSmoothing,
      region: RegionOptions(
        over: .classes, includesBackground: p.flag("include_background"), reduction: p.monaiReduction))
    loss.meanSmoothing = p.number("smooth")
    return loss.checkedExpression(input)
  }

  /// Dice over everything but channel 0.
  private static func monaiBatchDice(_ input: LossInput, _ smooth: Double) -> Expression {
    if input.classCount == 1 { return 0 * sum(input.raw) }
    let region = RegionOptions(over: .all, includesBackground: false)
    let (index, target) = Overlap.dice(smoothing: Smoothing(smooth)).index(input, region)
    return region.mean(1 - index, target: target, loss: "SoftDiceclDiceLoss")
  }

  static let monaiSSIM = preset(
    "SSIMLoss", like: "ssim", .channelsFirst(.same),
    [
      .number("spatial_dims", nil, "2 or 3; needed"), .number("data_range", 1, "of values"),
      .word("kernel_type", "gaussian", ["gaussian", "uniform"], "the window"),
      .number("win_size", 11, "its extent"), .number("kernel_sigma", 1.5, "of gaussian"),
      .number("k1", 0.01, "c1 = (k1 L)²"), .number("k2", 0.03, "c2 = (k2 L)²"),
    ] + .monaiReduction, derivatives: .structureEnds
  ) { p in
    var loss = StructuralSimilarity(
      window: p.integer("win_size"), sigma: p.number("kernel_sigma"), range: p.number("data_range"),
      k1: p.number("k1"), k2: p.number("k2"), reduction: p.monaiReduction)
    loss.isUniform = p.word("kernel_type") == "uniform"
    return PresetLoss(
      "SSIMLoss", activation: .none,
      fault: p.optionalNumber("spatial_dims") == nil ? "spatial_dims is needed" : nil, loss)
  }

  static func monaiUnifiedFocal(_ version: MONAIVersion) -> [LossEntry] {
    func entry(
      _ name: String, _ like: String, _ parameters: [LossParameter],
      _ formula: @escaping @Sendable (LossInput, LossParameters) -> Expression
    ) -> LossEntry {
      preset(
        name, like: like, .monai,
        [.flag("to_onehot_y", false, "the target holds labels")] + parameters + .monaiReduction
          + .monaiIgnore(version)
      ) { p in PresetLoss(name) { formula($0, p) } }
    }
    let delta: [LossParameter] = [
      .number("delta", 0.7, "weighs false negatives; sites of class 1")
    ]
    let epsilon: [LossParameter] = [.number("epsilon", 1e-7, "probabilities are clipped by it")]
    return [
      entry(
        "AsymmetricFocalTverskyLoss", "focal-tversky",
        delta + [.number("gamma", 0.75, "exponent 1 - γ")] + epsilon
      ) { input, p in
        p.monaiReduction.applied(to: TwoClasses(input, version, epsilon: p.number("epsilon")).tversky(p))
      },
      entry(
        "AsymmetricFocalLoss", "focal", delta + [.number("gamma", 2, "the exponent of class 0")] + epsilon
      ) { input, p in
        TwoClasses(input, version, epsilon: p.number("epsilon")).focal(p, p.monaiReduction, version)
      },
      entry(
        "AsymmetricUnifiedFocalLoss", "asymmetric-unified-focal",
        [
          .number("num_classes", 2, "two"), .number("weight", 0.5, "of the focal part"),
          .number("gamma", 0.5, "how focal both parts are"),
        ] + delta
      ) { input, p in
        let classes = TwoClasses(input, version, epsilon: 1e-7)
        let weight = p.number("weight")
        return weight * classes.focal(p, .mean, version) + (1 - weight) * mean(classes.tversky(p))
      },
    ]
  }
}

/// Background and object of a prediction of one or two channels, clipped away from 0 and 1.
private struct TwoClasses {
  let p: [Expression]
  let t: [Expression]
  let epsilon: Double
  let input: LossInput

  init(_ input: LossInput, _ version: MONAIVersion, epsilon: Double) {
    self.input = input
    self.epsilon = epsilon
    let (x, target) = (input.raw, input.target)
    let found: [Expression]
    switch input.classCount {
    case 1:
      // 1.5 made labels of the prediction, which has no derivative then.
      let object = version == .version15 ? lessOrEqual(1, x) + 0 * x : x
      found = [1 - object, object]
      t = [1 - target, target]
    case 2:
      func channel(_ array: Expression, _ label: Int) -> Expression {
        sum(array * .classIndicator(array.shape) { $0 == label }, .classes)
      }
      found = [channel(x, 0), channel(x, 1)]
      t = [channel(target, 0), channel(target, 1)]
    default:
      let failure = Expression.failed(
        .invalid(operation: "unified focal", reason: "it is defined for one or two channels"))
      found = [failure, failure]
      t = found
    }
    p = found.map { clip($0, Expression(epsilon), Expression(1 - epsilon)) }
  }

  /// 1 − mTI of the background and (1 − mTI)^(1−γ) of the object, side by side.
  func tversky(_ parameters: LossParameters) -> Expression {
    let delta = parameters.number("delta")
    let distances = zip(p, t).map { p, t -> Expression in
      func total(_ x: Expression) -> Expression { sum(input.masked(x), .space) }
      let product = total(p * t)
      let rest = delta * (total(t) - product) + (1 - delta) * (total(p) - product)
      return 1 - (product + epsilon) / (product + rest + epsilon)
    }
    return concatenated(
      [distances[0], pow(max(distances[1], 0), 1 - parameters.number("gamma"))], axis: 1)
  }

  /// (1 − δ)(1 − p₀)^γ CE of the background and δ CE of the object: up to 1.5 their sum, from 1.6 their mean.
  func focal(_ parameters: LossParameters, _ reduction: Reduction, _ version: MONAIVersion) -> Expression {
    let delta = parameters.number("delta")
    let background = (1 - delta) * pow(1 - p[0], parameters.number("gamma")) * -t[0] * log(p[0])
    let object = delta * -t[1] * log(p[1])
    let site = background + object
    switch reduction {
    case .mean: return input.reduced(version == .version15 ? site : 0.5 * site, .mean)
    case .sum: return input.reduced(site, .sum)
    case .none:
      return version == .version15
        ? input.reduced(site, .none) : concatenated([background, object].map { input.masked($0) }, axis: 1)
    }
  }
}
