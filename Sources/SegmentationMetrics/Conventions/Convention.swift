/// A tool's or a challenge's way to score, whole: what its names mean, what a surface is, what empty masks are.
public struct Convention: Sendable, Hashable {
  public let name: String
  /// Whose it is, and what it chooses.
  public let summary: String
  public let empty: EmptyPolicy
  /// What it chooses of shapes, and the tolerance of a surface Dice that names none.
  public let shapes: ShapeOptions
  /// What a metric's plain name means there, where it is not what it means here.
  public let meanings: [String: String]
  /// What is shown where nobody says which metrics.
  public let metrics: [String]

  init(
    _ name: String, _ summary: String, empty: String? = nil, surface: SurfaceKind = .erosion6,
    meanings: [String: String] = [:], penalty: Penalty? = nil,
    lesions: LesionRule = .standard, connectivity: Connectivity = .corners,
    matching: MatchingRule = .standard, tolerance: ShapeOptions.Tolerance? = nil,
    leavesOutIgnoredObjects: Bool = false, metrics: [String]
  ) {
    self.name = name
    self.summary = summary
    self.empty = EmptyPolicy(named: empty ?? name) ?? .strict
    self.meanings = meanings
    self.metrics = metrics
    var shapes = ShapeOptions()
    shapes.surface = surface
    shapes.penalty = penalty
    shapes.lesions = lesions
    shapes.connectivity = connectivity
    shapes.matching = matching
    shapes.tolerance = tolerance
    shapes.leavesOutIgnoredObjects = leavesOutIgnoredObjects
    self.shapes = shapes
  }

  /// The convention of that name, nil if there is none.
  public init?(named name: String) {
    guard let found = Self.all.first(where: { $0.name == name.lowercased() }) else { return nil }
    self = found
  }

  /// The metric that a name means under this convention.
  ///
  /// - Throws: `MetricNameError`.
  public func metric(named text: String) throws(MetricNameError) -> SegmentationMetric {
    let name = String(text.lowercased().map { $0 == "_" ? "-" : $0 })
    if let meaning = meanings[name] { return try SegmentationMetric(named: meaning) }
    // A parameter of the user's own stays: nsd@2 under a convention whose nsd is another.
    if let at = name.firstIndex(of: "@"), let meaning = meanings[String(name[..<at])] {
      let base = meaning.firstIndex(of: "@").map { String(meaning[..<$0]) } ?? meaning
      return try SegmentationMetric(named: base + name[at...])
    }
    return try SegmentationMetric(named: name)
  }

  /// All conventions.
  public static let all: [Convention] = [
    Convention("nnunet", "nnU-Net v2's evaluation: Dice and IoU of each label", metrics: ["dice", "iou"]),
    Convention(
      "monai",
      "MONAI's metrics with their defaults: HD95 the larger of two interpolated percentiles, ASD from the prediction",
      meanings: ["asd": "asd.pred"], metrics: ["dice", "iou", "hd", "hd95", "assd"]),
    Convention(
      "metrics-reloaded",
      "MetricsReloaded: as MONAI's surfaces; boundary IoU of the border voxels; NSD within 1",
      meanings: ["boundary-iou": "boundary-iou.border@1", "biou": "boundary-iou.border@1"],
      tolerance: .value(1), metrics: ["dice", "iou", "hd", "hd95", "assd", "masd", "nsd", "boundary-iou"]),
    Convention(
      "surface-distance",
      "DeepMind's surface-distance: everything weighted with the length or area of the outline",
      surface: .surfel, metrics: ["dice", "hd", "hd95", "asd.ref", "asd.pred"]),
    Convention(
      "medpy", "medpy.metric.binary: HD95 of both directions' distances together, ASD from the prediction",
      meanings: ["hd95": "hd95.pooled", "asd": "asd.pred", "dc": "dice", "jc": "iou", "ravd": "rvd"],
      connectivity: .faces,
      metrics: ["dice", "iou", "precision", "recall", "hd", "hd95", "asd", "assd"]),
    Convention(
      "seg-metrics",
      "seg-metrics: surfaces by all neighbours, HD95 of both directions together; without its faults at image borders and empty masks",
      surface: .erosion26,
      meanings: [
        "hd95": "hd95.pooled", "msd": "assd", "vs": "symmetric-volume-difference", "jaccard": "iou",
      ],
      metrics: ["dice", "iou", "precision", "recall", "fpr", "fnr", "hd", "hd95", "msd"]),
    Convention(
      "panoptica",
      "panoptica: HD95 of both directions together, ASSD the mean of two means, NSD the mean of two shares; IoU ≥ 0.5",
      meanings: ["hd95": "hd95.pooled", "assd": "masd", "nsd": "nsd.meanfraction"],
      matching: MatchingRule(.atLeast), tolerance: .leastSpacing,
      metrics: ["pq", "sq", "rq", "dice", "iou", "assd"]),
    Convention(
      "brats", "BraTS: surface-distance's HD95, 0 if both masks are empty and the image's diagonal if one is",
      meanings: ["hd95": "hd95.surfel", "hd": "hd.surfel"], penalty: .diagonal,
      matching: MatchingRule(.overlap),
      metrics: ["dice", "hd95"]),
    brats2023("", "BraTS from 2023 on, gliomas, Sub-Saharan Africa and paediatrics", .standard),
    brats2023("-meningioma", "BraTS from 2023 on, meningiomas", LesionRule(dilation: 1, ignoredVolume: 50)),
    brats2023("-metastases", "BraTS from 2023 on, metastases", LesionRule(dilation: 1, ignoredVolume: 2)),
    Convention(
      "davis", "DAVIS 2017: J is the IoU, F the boundary F-measure within 0.8 % of the diagonal",
      meanings: ["j": "iou", "f": "boundary-f"], metrics: ["iou", "boundary-f"]),
    Convention(
      "panopticapi",
      "panopticapi (COCO, Cityscapes): objects by ids, IoU > 0.5; predictions mostly where the reference is ignored are no false positives; pooled over all images",
      empty: "strict", leavesOutIgnoredObjects: true, metrics: ["pq", "sq", "rq"]),
    Convention("cityscapes", "cityscapesScripts: IoU of pooled counts", metrics: ["iou"]),
    Convention(
      "grand-challenge",
      "grand-challenge-metrics: HD95 of the rank below, the modified Hausdorff distance the larger of two means",
      meanings: ["hd95": "hd95.floor", "modified-hausdorff": "mhd", "ravd": "avd"],
      connectivity: .faces, metrics: ["dice", "iou", "hd", "hd95", "mhd", "mean-contour-distance"]),
  ]

  /// The lesion-wise scores of the challenge's published code, and its scores of whole masks; 374 stands for every infinity.
  private static func brats2023(_ suffix: String, _ title: String, _ lesions: LesionRule) -> Convention {
    Convention(
      "brats-2023" + suffix,
      title
        + ": each lesion with all predictions that reach it; 374 mm for each lesion missed or invented; ET=3, TC=1+3, WT=1+2+3",
      empty: "brats",
      meanings: ["hd95": "hd95.surfel", "hd": "hd.surfel", "lesionwise-hd95": "lesionwise-hd95.surfel"],
      penalty: .value(374), lesions: lesions, matching: MatchingRule(.overlap),
      metrics: ["lesionwise-dice", "lesionwise-hd95", "dice", "hd95", "recall", "specificity"])
  }
}
