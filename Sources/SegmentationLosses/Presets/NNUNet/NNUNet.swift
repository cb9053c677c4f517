// nnU-Net's losses. Logits are N, C, then space; Dice is negative, so that its best value is −1.
import Autodiff

extension LibraryPreset {
  static let nnunet2 = LibraryPreset("nnunet-2", "nnU-Net v2", LossEntry.nnunet)
}

extension LossEntry {
  /// Of Dice; nnU-Net's trainers set what stands here for the compounds.
  private static func diceParameters(_ smooth: Double, background: Bool) -> [LossParameter] {
    [
      .flag("batch_dice", false, "sum over the batch too"),
      .flag("do_bg", background, "count class 0"), .number("smooth", smooth, "added to both"),
    ]
  }
  private static let nonlinearity: [LossParameter] = [
    .word("apply_nonlin", nil, ["softmax", "sigmoid"], "before Dice")
  ]
  private static let entropyParameters: [LossParameter] = [
    .numbers("weight", nil, "of the classes in the cross-entropy"),
    .number("label_smoothing", 0, "of the cross-entropy"),
  ]
  private static let weights: [LossParameter] = [
    .number("weight_ce", 1, "of the cross-entropy"), .number("weight_dice", 1, "of Dice"),
  ]
  private static let ignoredLabel: [LossParameter] = [
    .number("ignore_index", nil, "the ignore_label; it does not count")
  ]

  /// −(2 TP + s) / max(2 TP + FP + FN + s, 1e-8), the mean over samples and classes.
  private static func dice(_ input: LossInput, _ p: LossParameters) -> Expression {
    var overlap = Overlap.dice(smoothing: Smoothing(p.number("smooth")))
    overlap.leastDenominator = 1e-8
    let region = RegionOptions(
      over: p.flag("batch_dice") ? .batch : .sample, includesBackground: p.flag("do_bg"))
    let (index, target) = overlap.index(input, region)
    return region.mean(-index, target: target, loss: "nnU-Net Dice")
  }

  private static func activation(_ p: LossParameters) -> Activation {
    Activation(rawValue: p.word("apply_nonlin")) ?? .none
  }

  private static func entropy(_ input: LossInput, _ p: LossParameters) -> Expression {
    CrossEntropy(
      classWeights: p.numbers("weight"), labelSmoothing: p.number("label_smoothing"),
      divisor: input.isOneHot ? .weights : .sites
    ).expression(input.activated(by: .softmax))
  }

  private static func topK(_ input: LossInput, _ p: LossParameters) -> Expression {
    TopKCrossEntropy(
      percent: p.number("k"), classWeights: p.numbers("weight"), labelSmoothing: p.number("label_smoothing")
    ).checkedExpression(input.activated(by: .softmax))
  }

  /// Dice of softmax beside a cross-entropy.
  private static func compound(
    _ name: String, like: String, _ parameters: [LossParameter],
    _ other: @escaping @Sendable (LossInput, LossParameters) -> Expression
  ) -> LossEntry {
    preset(
      name, like: like, .channelsFirst(.either),
      diceParameters(1e-5, background: false) + parameters + entropyParameters + weights + ignoredLabel,
      note: "-Dice + cross-entropy, with what the trainer sets"
    ) { p in
      PresetLoss(name, activation: .softmax) { input in
        p.number("weight_ce") * mean(other(input, p)) + p.number("weight_dice") * mean(dice(input, p))
      }
    }
  }

  static let nnunet: [LossEntry] =
    ["SoftDiceLoss", "MemoryEfficientSoftDiceLoss"].map { name in
      preset(
        name, like: "dice", .channelsFirst(.either),
        nonlinearity + diceParameters(1, background: true) + ignoredLabel, note: "-Dice"
      ) { p in PresetLoss(name, activation: activation(p)) { dice($0, p) } }
    } + [
      preset(
        "RobustCrossEntropyLoss", like: "cross-entropy", .channelsFirst(.either),
        entropyParameters + [.number("ignore_index", -100, "a label that does not count")]
      ) { p in PresetLoss("RobustCrossEntropyLoss") { entropy($0, p) } },
      preset(
        "TopKLoss", like: "top-k", .channelsFirst(.either),
        [.number("k", 10, "percent of all sites; at least one")] + entropyParameters + ignoredLabel
      ) { p in PresetLoss("TopKLoss") { topK($0, p) } },
      compound("DC_and_CE_loss", like: "dice-cross-entropy", []) { entropy($0, $1) },
      compound("DC_and_topk_loss", like: "dice-top-k", [.number("k", 10, "percent of all sites")]) {
        topK($0, $1)
      },
      preset(
        "DC_and_BCE_loss", like: "combo", .channelsFirst(.same),
        diceParameters(1e-5, background: true) + weights + ignoredLabel,
        note: "-Dice of a sigmoid + binary cross-entropy, for regions"
      ) { p in
        PresetLoss("DC_and_BCE_loss", activation: .sigmoid) { input in
          let site = input.logisticEntropy
          // With a mask the classes are added up and not averaged.
          let entropy = input.mask.map { sum(input.masked(site)) / max(sum($0), 1e-8) } ?? mean(site)
          return p.number("weight_ce") * entropy + p.number("weight_dice") * mean(dice(input, p))
        }
      },
    ]
}
