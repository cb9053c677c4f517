/// What one tool means by the name of a metric: for telling why its number is another.
public struct ToolMeaning: Sendable, Hashable {
  /// The tool, and its own name for the number where that is another.
  public let tool: String
  /// The full name of the metric here.
  public let metric: String
  public let empty: EmptyPolicy
  public let penalty: Penalty?

  private init(_ tool: String, _ metric: String, _ empty: String, penalty: Penalty? = nil) {
    (self.tool, self.metric, self.penalty) = (tool, metric, penalty)
    self.empty = EmptyPolicy(named: empty) ?? .strict
  }

  /// The names that can be explained.
  public static var names: [String] { families.map(\.name) }

  /// What every tool means by a name; nil if it is not one of `names`. A parameter (`nsd@2`) stays with each.
  public static func all(of name: String) -> [ToolMeaning]? {
    let name = String(name.lowercased().map { $0 == "_" ? "-" : $0 })
    let base = name.prefix { $0 != "@" }
    let parameter = name.dropFirst(base.count)
    guard let family = families.first(where: { $0.name == base || $0.aliases.contains(String(base)) }) else {
      return nil
    }
    return family.meanings.map { meaning in
      guard meaning.metric.hasSuffix("@") else { return meaning }
      return ToolMeaning(
        meaning.tool, String(meaning.metric.dropLast()) + parameter, meaning.empty.name,
        penalty: meaning.penalty)
    }
  }

  private static let families: [(name: String, aliases: [String], meanings: [ToolMeaning])] = [
    (
      "hd95", ["hausdorff95"],
      [
        ToolMeaning("segkit", "hd95.erosion6", "strict"), ToolMeaning("MONAI", "hd95.erosion6", "monai"),
        ToolMeaning("MetricsReloaded", "hd95.erosion6", "metrics-reloaded"),
        ToolMeaning("medpy", "hd95.pooled.erosion6", "medpy"),
        ToolMeaning("panoptica", "hd95.pooled.erosion6", "panoptica"),
        ToolMeaning("seg-metrics (faults mended)", "hd95.pooled.erosion26", "seg-metrics"),
        ToolMeaning("surface-distance, pymia", "hd95.surfel", "surface-distance"),
        ToolMeaning("BraTS", "hd95.surfel", "brats", penalty: .diagonal),
        ToolMeaning("BraTS from 2023", "hd95.surfel", "brats", penalty: .value(374)),
        ToolMeaning("grand-challenge", "hd95.floor.erosion6", "grand-challenge"),
      ]
    ),
    (
      "hd", ["hausdorff"],
      [
        ToolMeaning("segkit", "hd.erosion6", "strict"), ToolMeaning("MONAI", "hd.erosion6", "monai"),
        ToolMeaning("MetricsReloaded", "hd.erosion6", "metrics-reloaded"),
        ToolMeaning("medpy", "hd.erosion6", "medpy"), ToolMeaning("panoptica", "hd.erosion6", "panoptica"),
        ToolMeaning("grand-challenge", "hd.erosion6", "grand-challenge"),
        ToolMeaning("seg-metrics (faults mended)", "hd.erosion26", "seg-metrics"),
        ToolMeaning("surface-distance, pymia", "hd.surfel", "surface-distance"),
        ToolMeaning("SimpleITK", "hd.voxels", "medpy"),
      ]
    ),
    (
      "assd", ["asd", "masd", "mhd", "msd"],
      [
        ToolMeaning("segkit assd", "assd.erosion6", "strict"),
        ToolMeaning("MONAI, symmetric", "assd.erosion6", "monai"),
        ToolMeaning("MetricsReloaded assd", "assd.erosion6", "metrics-reloaded"),
        ToolMeaning("medpy assd", "assd.erosion6", "medpy"),
        ToolMeaning("segkit masd", "masd.erosion6", "strict"),
        ToolMeaning("MetricsReloaded masd", "masd.erosion6", "metrics-reloaded"),
        ToolMeaning("panoptica ASSD", "masd.erosion6", "panoptica"),
        ToolMeaning("grand-challenge modified Hausdorff", "mhd.erosion6", "grand-challenge"),
        ToolMeaning("grand-challenge mean contour distance", "mean-contour-distance", "grand-challenge"),
        ToolMeaning("MONAI's default", "asd.pred.erosion6", "monai"),
        ToolMeaning("medpy asd", "asd.pred.erosion6", "medpy"),
        ToolMeaning("medpy asd, sides exchanged", "asd.ref.erosion6", "medpy"),
        ToolMeaning("seg-metrics msd (faults mended)", "assd.erosion26", "seg-metrics"),
        ToolMeaning("surface-distance, prediction to reference", "asd.pred.surfel", "surface-distance"),
        ToolMeaning("surface-distance, reference to prediction", "asd.ref.surfel", "surface-distance"),
        ToolMeaning("SimpleITK average Hausdorff", "masd.voxels", "medpy"),
      ]
    ),
    (
      "nsd", ["surface-dice"],
      [
        ToolMeaning("segkit", "nsd.erosion6@", "strict"), ToolMeaning("MONAI", "nsd.erosion6@", "monai"),
        ToolMeaning("MetricsReloaded", "nsd.erosion6@", "metrics-reloaded"),
        ToolMeaning("panoptica", "nsd.meanfraction.erosion6@", "panoptica"),
        ToolMeaning("surface-distance, pymia", "nsd.surfel@", "surface-distance"),
        ToolMeaning("MONAI, use_subvoxels", "nsd.surfel@", "monai"),
      ]
    ),
    (
      "boundary-iou", ["biou"],
      [
        ToolMeaning("boundary-iou-api (the paper's), segkit", "boundary-iou@", "strict"),
        ToolMeaning("MetricsReloaded", "boundary-iou.border@1", "metrics-reloaded"),
      ]
    ),
    (
      "lesion-dice", ["lesionwise-dice", "lesion-wise-dice"],
      [
        ToolMeaning("segkit lesion-dice", "lesion-dice", "strict"),
        ToolMeaning("segkit matched-dice, panoptica (sq_dsc)", "matched-dice", "strict"),
        ToolMeaning("BraTS from 2023, lesion-wise", "lesionwise-dice", "brats"),
      ]
    ),
    (
      "dice", ["dsc", "f1"],
      [
        ToolMeaning("segkit", "dice", "strict"), ToolMeaning("nnU-Net", "dice", "nnunet"),
        ToolMeaning("MONAI", "dice", "monai"), ToolMeaning("MetricsReloaded", "dice", "metrics-reloaded"),
        ToolMeaning("surface-distance", "dice", "surface-distance"), ToolMeaning("medpy", "dice", "medpy"),
        ToolMeaning("BraTS", "dice", "brats"), ToolMeaning("seg-metrics", "dice", "seg-metrics"),
        ToolMeaning("panoptica", "dice", "panoptica"),
      ]
    ),
    (
      "precision", ["ppv"],
      [
        ToolMeaning("segkit", "precision", "strict"), ToolMeaning("medpy", "precision", "medpy"),
        ToolMeaning("seg-metrics", "precision", "seg-metrics"),
      ]
    ),
    (
      "recall", ["sensitivity"],
      [
        ToolMeaning("segkit", "recall", "strict"), ToolMeaning("medpy", "recall", "medpy"),
        ToolMeaning("seg-metrics", "recall", "seg-metrics"), ToolMeaning("BraTS", "recall", "brats"),
      ]
    ),
    (
      "iou", ["jaccard"],
      [
        ToolMeaning("segkit", "iou", "strict"), ToolMeaning("nnU-Net", "iou", "nnunet"),
        ToolMeaning("MONAI", "iou", "monai"), ToolMeaning("MetricsReloaded", "iou", "metrics-reloaded"),
        ToolMeaning("medpy", "iou", "medpy"), ToolMeaning("DAVIS J", "iou", "davis"),
        ToolMeaning("seg-metrics", "iou", "seg-metrics"),
      ]
    ),
  ]

  /// Whether the metric needs a tolerance that its name does not give.
  public var needsTolerance: Bool { (try? SegmentationMetric(named: metric))?.needsTolerance ?? false }

  /// What the metric's full name says, in words.
  public var words: String {
    guard let metric = try? SegmentationMetric(named: metric) else { return "" }
    return metric.words
  }
}

extension SegmentationMetric {
  /// What is computed, in a few words.
  var words: String {
    switch self {
    case .overlap(let own): return OverlapMetric.catalogue.first { $0.metric == own }?.formula ?? ""
    case .boundary(.boundaryIoU(_, .box)): return "IoU of the bands that erosion takes off"
    case .boundary(.boundaryIoU(_, .border)): return "IoU of the voxels near a border voxel"
    case .boundary(.boundaryF): return "F-measure of the border lines"
    case .boundary(.meanContourDistance):
      return "larger of two means, to the whole object; contours within the image"
    case .boundary(.centrelineDice): return "harmonic mean of the skeletons' shares"
    case .object(let own, _): return own.formula
    case .lesion: return "each lesion and all predictions that reach it"
    case .surface(let own):
      let surface = own.surface ?? .erosion6
      let weighted = surface == .surfel
      let quantity: String
      switch own.quantity {
      case .hausdorff(100, _): quantity = "largest distance"
      case .hausdorff(_, .pooled): quantity = "percentile of both directions together"
      case .hausdorff(_, .floor): quantity = "larger of two percentiles, rank below"
      case .hausdorff:
        quantity = "larger of two percentiles, " + (weighted ? "weighted, a step" : "interpolated")
      case .averagePooled: quantity = "mean of both directions together"
      case .averageOfMeans: quantity = "mean of the two means"
      case .largerMean: quantity = "larger of the two means"
      case .averageFromPrediction: quantity = "mean from the prediction"
      case .averageFromReference: quantity = "mean from the reference"
      case .normalizedSurfaceDice(_, .pooled): quantity = "share of both surfaces together"
      case .normalizedSurfaceDice: quantity = "mean of the two shares"
      case .overlapOfPrediction: quantity = "share of the prediction's surface"
      case .overlapOfReference: quantity = "share of the reference's surface"
      }
      let elements =
        switch surface {
        case .erosion6: "border voxels"
        case .erosion26: "border voxels by all neighbours"
        case .surfel: "outline, by length or area"
        case .voxels: "all voxels"
        }
      return "\(quantity); \(elements)"
    }
  }
}
