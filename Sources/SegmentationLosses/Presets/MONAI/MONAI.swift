// MONAI's losses, by MONAI's names. Arrays are N, C, then space.
import Autodiff

/// Which of MONAI's releases: what a class computes has changed between them.
enum MONAIVersion: Sendable {
  case version15
  case version16
}

extension LibraryPreset {
  static let monai15 = LibraryPreset(
    "monai-1.5", "MONAI 1.5", LossEntry.monaiShared(.version15) + LossEntry.monaiChanged(.version15))
  static let monai16 = LibraryPreset(
    "monai-1.6", "MONAI 1.6",
    LossEntry.monaiShared(.version16) + LossEntry.monaiChanged(.version16) + LossEntry.monaiNew)
}

extension LossEntry {
  /// What both releases compute alike.
  static func monaiShared(_ version: MONAIVersion) -> [LossEntry] {
    [
      monaiDice(version), monaiTversky(version), monaiGeneralizedDice, monaiWassersteinDice,
      monaiFocal(version), monaiDiceCE(version), monaiDiceFocal(version), monaiGeneralizedDiceFocal(version),
      monaiNACL, monaiSSIM,
    ] + monaiHausdorff
  }
  /// What they compute differently.
  static func monaiChanged(_ version: MONAIVersion) -> [LossEntry] {
    [monaiMaskedDice(version), monaiDeepSupervision(version)] + monaiUnifiedFocal(version)
      + monaiCenterlines(version)
  }
  /// What 1.6 added.
  static let monaiNew: [LossEntry] = [monaiBoundary, monaiMatthews]
}

extension [LossParameter] {
  static let monaiActivations: [LossParameter] = [
    .flag("sigmoid", false, "apply a sigmoid"), .flag("softmax", false, "apply a softmax"),
    .word("other_act", nil, ["tanh", "relu", "log_softmax_dim1"], "apply another activation"),
  ]
  static let monaiTargets: [LossParameter] = [
    .flag("include_background", true, "count class 0"),
    .flag("to_onehot_y", false, "the target holds labels"),
  ]
  static let monaiReduction: [LossParameter] = [
    .word("reduction", "mean", ["mean", "sum", "none"], "over samples and classes")
  ]
  static let monaiSmoothing: [LossParameter] = [
    .number("smooth_nr", 1e-5, "added to the numerator"),
    .number("smooth_dr", 1e-5, "added to the denominator"),
  ]
  static let monaiBatch: [LossParameter] = [.flag("batch", false, "sum over the batch too")]
  static let monaiWeight: [LossParameter] = [.numbers("weight", nil, "factors of the classes")]
  /// Of the releases that have it.
  static func monaiIgnore(_ version: MONAIVersion) -> [LossParameter] {
    version == .version15 ? [] : [.number("ignore_index", nil, "a label that does not count")]
  }
}

extension LossParameters {
  /// The activation that the flags name.
  var monaiActivation: Activation {
    if flag("sigmoid") { return .sigmoid }
    if flag("softmax") { return .softmax }
    return ["tanh": .tanh, "relu": .relu, "log_softmax_dim1": .logSoftmax][word("other_act")] ?? .none
  }
  /// What is wrong with the flags together.
  var monaiFault: String? {
    let given = [flag("sigmoid"), flag("softmax"), !word("other_act").isEmpty].filter { $0 }
    return given.count > 1 ? "only one of sigmoid, softmax and other_act may be set" : nil
  }
  var monaiSmoothing: Smoothing {
    Smoothing(numerator: number("smooth_nr"), denominator: number("smooth_dr"))
  }
  var monaiReduction: Reduction { Reduction(rawValue: word("reduction")) ?? .mean }
  /// Factors for all classes, of a list that leaves class 0 out where it does not count.
  func monaiWeights(_ classes: Int, leavesBackgroundOut: Bool) -> [Double]? {
    guard let weights = numbers("weight"), classes > 1 else { return nil }
    let background = leavesBackgroundOut && !flag("include_background")
    if weights.count == 1 { return [Double](repeating: weights[0], count: classes) }
    return background ? [0] + weights : weights
  }
}

extension PresetLoss {
  /// A loss of MONAI: after the activation that its flags name, which softmax of one channel is not.
  init(
    monai name: String, _ p: LossParameters, distanceMap: DistanceMapKind? = nil, fault: String? = nil,
    _ formula: @escaping @Sendable (LossInput) -> Expression
  ) {
    let activation = p.monaiActivation
    self.init(name, activation: activation, distanceMap: distanceMap, fault: fault ?? p.monaiFault) { input in
      formula(activation == .softmax && input.classCount == 1 ? input.activated(by: .none) : input)
    }
  }
}
