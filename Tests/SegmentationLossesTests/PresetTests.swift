import SegmentationLosses
import Testing

/// Presets as they are asked for, and their derivatives.
@Suite("Other libraries' losses answer to those libraries' names") struct PresetTests {
  /// Arguments that a library has no default for.
  static let needed = [
    "smp-0.6/DiceLoss": "mode=multiclass", "smp-0.6/JaccardLoss": "mode=multiclass",
    "smp-0.6/TverskyLoss": "mode=multiclass", "smp-0.6/FocalLoss": "mode=multiclass",
    "smp-0.6/LovaszLoss": "mode=multiclass", "smp-0.6/soft_tversky_score": "alpha=0.3,beta=0.7",
    "kornia-0.9/TverskyLoss": "alpha=0.3,beta=0.7",
    "monai-1.5/GeneralizedWassersteinDiceLoss": "dist_matrix=0/1/2/1/0/1/2/1/0",
    "monai-1.6/GeneralizedWassersteinDiceLoss": "dist_matrix=0/1/2/1/0/1/2/1/0",
    "monai-1.5/NACLLoss": "classes=3,dim=2", "monai-1.6/NACLLoss": "classes=3,dim=2",
    "monai-1.5/SSIMLoss": "spatial_dims=2,win_size=3", "monai-1.6/SSIMLoss": "spatial_dims=2,win_size=3",
  ]
  static let calls = LibraryPreset.all.flatMap { preset in preset.entries.map { "\(preset.name)/\($0.name)" }
  }

  static func text(_ call: String) -> String { needed[call].map { "\(call):\($0)" } ?? call }

  @Test(arguments: calls) func everyPresetIsMade(_ call: String) throws {
    let specification = try LossSpecification(Self.text(call))
    _ = try specification.loss()
    #expect(Self.calls.filter { $0 == call }.count == 1)
    let entry = specification.entry
    #expect(Set(entry.parameters.map(\.name)).count == entry.parameters.count)
    // Every default can be written down and read back.
    for parameter in entry.parameters {
      var again = try LossSpecification(call)
      try again.set(parameter.name, parameter.standard.description)
      #expect(again.value(of: parameter.name) == parameter.standard)
    }
  }

  /// Against differences and the dense Hessian; the entry says how the diagonal is found.
  @Test(arguments: calls) func derivativesAreRight(_ call: String) throws {
    let specification = try LossSpecification(Self.text(call))
    let loss = try specification.loss()
    // Distances come with the arrays, and the unified focal loss is of two classes.
    if loss.distanceMap != nil || specification.entry.name.hasPrefix("Asymmetric") { return }
    let verification = try loss.verify()
    #expect(verification.passes, "\(verification)")
    let isStructured = verification.checks.allSatisfy { $0.method == .structured }
    #expect(isStructured == (specification.entry.derivatives != .structureEnds), "\(verification)")
  }
}
