// MONAI's deep supervision: a loss of each head of a network, weighted.
import Autodiff

extension LossEntry {
  /// The losses that it may be of, whose parameters it takes as its own.
  private static func bases(_ version: MONAIVersion) -> [LossEntry] {
    [
      monaiDice(version), monaiDiceCE(version), monaiDiceFocal(version), monaiTversky(version),
      monaiFocal(version), monaiGeneralizedDice, monaiGeneralizedDiceFocal(version),
    ]
  }

  static func monaiDeepSupervision(_ version: MONAIVersion) -> LossEntry {
    let bases = bases(version)
    var parameters: [LossParameter] = [
      .word("base", "DiceCELoss", bases.map(\.name), "the loss of each head; its arguments stand beside"),
      .word("weight_mode", "exp", ["exp", "same", "two"], "1, ½, ¼ … to 1/16; 1; or 1 and then ½"),
      .numbers("weights", nil, "of the heads"),
    ]
    for parameter in bases.flatMap(\.parameters)
    where !parameters.contains(where: { $0.name == parameter.name }) {
      parameters.append(parameter)
    }
    return preset(
      "DeepSupervisionLoss", like: "deep-supervision", .monai, parameters,
      note: "the weighted sum of a loss over the heads of a network"
    ) { p in
      guard let base = bases.first(where: { $0.name == p.word("base") }) else {
        return PresetLoss("DeepSupervisionLoss", fault: "base is not known") { $0.raw }
      }
      return base.make(p.reduced(to: base.parameters))
    } levelWeighting: { p in
      if let weights = p.numbers("weights") { return .given(weights) }
      return ["same": .same, "two": .two][p.word("weight_mode")] ?? .floored
    }
  }
}
