// The losses of each family, in the order in which they are listed.

extension LossRegistry {
  static let regionLosses: [LossEntry] =
    [Dice.entry, LogDice.entry, LogCoshDice.entry, Jaccard.entry, Tversky.entry] + FocalTversky.entries
    + [
      GeneralizedDice.entry, WassersteinDice.entry, SensitivitySpecificity.entry, Matthews.entry, FBeta.entry,
      SoftLabelDice.entry,
    ]
  static let voxelwiseLosses: [LossEntry] =
    BinaryCrossEntropy.entries + [
      CrossEntropy.entry, NegativeLogLikelihood.entry, TopKCrossEntropy.entry, BinaryFocal.entry, Focal.entry,
      Poly1CrossEntropy.entry, NeighbourAwareCrossEntropy.entry,
    ]
  static let compoundLosses: [LossEntry] =
    [
      .diceCrossEntropy, .diceFocal, .diceTopK, Combo.entry, ExponentialLogarithmic.entry,
    ] + UnifiedFocal.entries + [CenterlineDice.entries[1]]
  static let distanceLosses: [LossEntry] =
    [Boundary.entry] + HausdorffDistanceTransform.entries + [DistancePenalizedCrossEntropy.entry]
  static let shapeLosses: [LossEntry] =
    Lovasz.entries + [CenterlineDice.entries[0]] + StructuralSimilarity.entries + [TotalVariation.entry]
  static let generalLosses: [LossEntry] =
    [MatchingLoss.entry] + LossEntry.regression + LossEntry.margins + LossEntry.classMargins
    + LossEntry.divergences
  static let adversarialLosses: [LossEntry] = LossEntry.minimax
  static let featureLosses: [LossEntry] = LossEntry.features
}
