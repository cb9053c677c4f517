// The policies of tools and challenges for empty masks, one below the other.
extension EmptyPolicy {
  private static let dices: [Subject] = [.overlap(.dice), .overlap(.iou)]

  /// All policies, the default first.
  public static let all: [EmptyPolicy] = [
    strict,
    EmptyPolicy("nnunet", "nnU-Net v2: Dice and IoU NaN if both are empty, else 0"),
    EmptyPolicy(
      "monai",
      "MONAI's defaults: Dice and IoU NaN wherever the reference is empty; HD and means inf, HD95 NaN if one is empty",
      [
        Rule(.referenceOnly, of: dices, is: .nan),
        // A percentile between infinities is NaN there.
        Rule(.referenceOnly, .predictionOnly, of: [.percentiles], is: .nan),
      ]),
    EmptyPolicy(
      "metrics-reloaded",
      "MetricsReloaded: if both are empty Dice 1 but IoU NaN, distances 0, NSD and boundary IoU 1; if one is, distances NaN",
      [
        Rule(.both, of: [.overlap(.dice)], is: 1), Rule(.both, of: [.distances], is: 0),
        Rule(.both, of: [.surfaceDice, .boundaryIoU], is: 1),
        Rule(.referenceOnly, .predictionOnly, of: [.distances], is: .nan),
      ]),
    EmptyPolicy(
      "surface-distance",
      "surface-distance: Dice NaN if both are empty, else 0; HD infinite if either is; means from an empty surface NaN",
      [
        Rule(.both, of: [.averages, .surfaceDice], is: .nan), Rule(.both, of: [.distances], is: .infinity),
        Rule(.predictionOnly, of: [.fromPrediction], is: .nan),
        Rule(.referenceOnly, of: [.fromReference], is: .nan),
      ]),
    EmptyPolicy(
      "medpy",
      "medpy: Dice and IoU 1 if both are empty; precision, recall, specificity 0 for 0/0; distances, an error there, NaN",
      [
        Rule(.both, of: dices, is: 1),
        Rule(.both, .referenceOnly, .predictionOnly, of: [.distances], is: .nan),
      ], zeroForUndefined: [.precision, .recall, .specificity]),
    EmptyPolicy(
      "brats",
      "BraTS: Dice and recall 1 and distances 0 if both are empty, Dice and recall 0 and the penalty if one is",
      [
        Rule(.both, of: dices + [.surfaceDice, .objects, .overlap(.recall)], is: 1),
        Rule(.both, of: [.distances], is: 0), Rule(.referenceOnly, of: [.overlap(.recall)], is: 0),
      ], zeroForUndefined: [.specificity]),
    EmptyPolicy(
      "seg-metrics",
      "seg-metrics: Dice, IoU, precision, recall 1 and distances 0 if both are empty; if one is, infinite (there 0, its best score)",
      [
        Rule(.both, of: dices + [.overlap(.precision), .overlap(.recall)], is: 1),
        Rule(.both, of: [.distances], is: 0),
      ],
      zeroForUndefined: [
        .precision, .recall, .falsePositiveRate, .falseNegativeRate, .symmetricVolumeDifference,
      ]),
    EmptyPolicy(
      "davis", "DAVIS 2017: J (IoU) and F 1 if both are empty, else 0",
      [Rule(.both, of: dices + [.boundaryF], is: 1)]),
    EmptyPolicy("cityscapes", "cityscapesScripts: a class without any voxel is NaN and left out"),
    EmptyPolicy(
      "panoptica",
      "panoptica's evaluator: Dice and IoU NaN if both are empty, else 0; distances infinite if one is"),
    EmptyPolicy(
      "grand-challenge",
      "grand-challenge-metrics: 0/0 is NaN; distances, an error there, NaN if a mask is empty",
      [Rule(.both, .referenceOnly, .predictionOnly, of: [.distances], is: .nan)]),
  ]
}
