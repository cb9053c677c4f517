import LabelMaps
import SegmentationMetrics
import TestSupport
import Testing

@Suite("One pair of masks in nine tools (fixtures/published_metrics.json)")
struct CrossToolTests {
  /// By the tool's key: the convention and the name it has here.
  static let meanings: [String: (convention: String, names: [String: String])] = [
    "medpy": (
      "medpy", ["dice": "dice", "iou": "iou", "hd": "hd", "hd95": "hd95", "asd": "asd", "assd": "assd"]
    ),
    "surface-distance": (
      "surface-distance",
      [
        "dice": "dice", "hd": "hd", "hd95": "hd95", "asd_gt_pred": "asd.ref", "asd_pred_gt": "asd.pred",
        "nsd1": "nsd@1",
      ]
    ),
    "monai": (
      "monai",
      [
        "dice": "dice", "iou": "iou", "hd": "hd", "hd95": "hd95", "asd": "asd", "assd": "assd",
        "nsd1": "nsd@1",
        "nsd1_subvoxel": "nsd.surfel@1",
      ]
    ),
    "SimpleITK": (
      "nnunet", ["dice": "dice", "iou": "iou", "hd": "hd.voxels", "avg_hd": "masd.voxels", "volsim": "vs"]
    ),
    "seg-metrics": (
      "seg-metrics", ["dice": "dice", "jaccard": "iou", "hd": "hd", "hd95": "hd95", "msd": "msd"]
    ),
    "panoptica": ("panoptica", ["dsc": "dice", "hd": "hd", "hd95": "hd95", "assd": "assd", "nsd1": "nsd@1"]),
    "MetricsReloaded": (
      "metrics-reloaded",
      [
        "dsc": "dice", "iou": "iou", "hd": "hd", "hd95": "hd95", "assd": "assd", "masd": "masd",
        "nsd1": "nsd",
        "boundary_iou": "boundary-iou",
      ]
    ),
    "miseval": ("nnunet", ["dice": "dice", "AHD": "hd"]),
    "torchmetrics": ("nnunet", ["hd": "hd", "iou": "iou", "dice": "dice"]),
  ]

  /// Where this project says another number on purpose: the tool, its key, which cases, what is said here, and why.
  static let deviations: [(tool: String, key: String, cases: [String], here: Double?, reason: String)] = [
    (
      "seg-metrics", "hd", ["sphere"], 20.223748,
      "its contours are wrong where an object meets the image's border"
    ),
    ("seg-metrics", "hd95", ["sphere"], nil, "the same"),
    ("seg-metrics", "msd", ["sphere", "slab"], nil, "the same"),
    ("seg-metrics", "hd", ["gt empty"], .infinity, "an object made up has 0 there, the best score"),
    ("seg-metrics", "hd95", ["gt empty"], .infinity, "the same"),
    ("seg-metrics", "msd", ["gt empty"], .infinity, "the same"),
    (
      "panoptica", "dsc", ["both empty"], .nan,
      "the bare function; its evaluator, which is the convention, has NaN"
    ),
    ("panoptica", "hd95", ["gt empty"], .infinity, "10.28 is what memory held"),
    ("panoptica", "assd", ["gt empty"], .infinity, "the bare function; its evaluator has infinity"),
    (
      "panoptica", "nsd1", ["gt empty"], 0,
      "the bare function divides by no surface; no share of any is within"
    ),
    ("SimpleITK", "dice", ["both empty"], .nan, "infinity for 0/0"),
    ("SimpleITK", "iou", ["both empty"], .nan, "1.8e308 for 0/0"),
    ("SimpleITK", "volsim", ["both empty"], .nan, "1.8e308 for 0/0"),
    ("miseval", "dice", ["both empty"], .nan, "no convention of this project"),
    ("miseval", "AHD", ["both empty"], .nan, "0 without any surface"),
    ("miseval", "AHD", ["gt empty"], .infinity, "a number from a mask without surface"),
    ("miseval", "AHD", ["slab", "anisotropic"], nil, "it knows no spacing"),
    ("torchmetrics", "iou", ["both empty"], .nan, "-1 stands for no value"),
  ]

  /// Keys that no metric answers to: `HD` of miseval takes rows for points, `dice_ignore_empty_false` is a policy of its own.
  static let others: Set = ["miseval.HD", "monai.dice_ignore_empty_false"]

  static func pair(_ name: String) throws -> (VectorMap, VectorMap, [Double]?) {
    let vectors = try PublishedMetrics.loaded.get().vectors
    func inputs(_ id: String) -> (VectorMap, VectorMap) {
      let vector = vectors.first { $0.id == id }
      return (VectorMap(vector?.inputs["pred"] ?? .null), VectorMap(vector?.inputs["gt"] ?? .null))
    }
    func boxes(_ extents: [Int], _ ranges: [Range<Int>]) -> VectorMap {
      VectorMap(
        extents: extents,
        (0..<extents.reduce(1, *)).map { index in
          let place = [
            index / (extents[1] * extents[2]), index / extents[2] % extents[1], index % extents[2],
          ]
          return zip(place, ranges).allSatisfy { $1.contains($0) } ? 1 : 0
        })
    }
    if name.hasPrefix("mr_fig5c") {
      let (one, other) = inputs("mr.fig5c.hd_vs_hd95")
      return (one, other, nil)
    }
    if name.hasPrefix("pan") {
      let (one, other) = inputs("pan.underpredicted")
      return (one, other, nil)
    }
    if name.hasPrefix("sphere") {
      let (one, other) = inputs("monai.asd.r20_in_r40")
      return (one, other, nil)
    }
    if name.hasPrefix("slab") {
      let (one, other) = inputs("sd.3d.slab_grown")
      return (one, other, [2, 1, 1])
    }
    if name.hasPrefix("anisotropic") {
      let cube = 8..<16
      return (
        boxes([24, 24, 24], [10..<18, cube, cube]), boxes([24, 24, 24], [8..<16, cube, cube]), [5, 1, 1]
      )
    }
    let (one, other) = inputs("mr.fig5c.hd_vs_hd95")
    let none = VectorMap(extents: one.extents, one.numbers.map { _ in 0 })
    return name == "both empty" ? (none, none, nil) : (other, none, nil)
  }

  @Test("Each tool's number under its convention, or a deviation that is listed")
  func cases() throws {
    let cases = try PublishedMetrics.loaded.get().crossTool
    #expect(cases.count == 7)
    var (compared, departed) = (0, 0)
    for (name, tools) in cases {
      let (prediction, reference, spacing) = try Self.pair(name)
      for (tool, numbers) in tools {
        let meaning = try #require(Self.meanings[tool])
        var pair = try VectorPair(prediction, reference, meaning.convention)
        pair.spacing = spacing
        for (key, tree) in numbers where !Self.others.contains("\(tool).\(key)") {
          let metric = try #require(meaning.names[key], "\(tool).\(key)")
          let value = try pair.value(metric)
          // Where the tool raises an error or says nothing, this project has no number or infinity; torchmetrics takes images only.
          guard var expected = tree.value ?? tree.flattened.first ?? (tree.list.isEmpty ? nil : .nan) else {
            let isVolume = tool == "torchmetrics" && reference.extents.count == 3
            #expect(!value.isFinite || isVolume, "\(name): \(tool).\(key) is \(value)")
            continue
          }
          // 2 (reference − prediction) / both there, 1 − |…| / 2 here.
          if key == "volsim" { expected = 1 - abs(expected) / 2 }
          let deviation = Self.deviations.first {
            $0.tool == tool && $0.key == key && $0.cases.contains { name.hasPrefix($0) }
          }
          guard let deviation else {
            #expect(isSame(value, expected, 1e-6), "\(name): \(tool).\(key) \(expected), \(metric) \(value)")
            compared += 1
            continue
          }
          // A deviation that is none any more must go from the list.
          #expect(!isSame(value, expected, 1e-6), "\(name): \(tool).\(key)")
          if let here = deviation.here {
            #expect(isSame(value, here, 1e-6), "\(name): \(tool).\(key) \(value)")
          }
          departed += 1
        }
      }
    }
    #expect(compared > 250)
    #expect(departed == 20)
  }
}

/// Equal to six decimals, as the numbers were printed; infinities and NaN to themselves.
func isSame(_ value: Double, _ expected: Double, _ tolerance: Double) -> Bool {
  if expected.isNaN { return value.isNaN }
  if expected.isInfinite { return value == expected }
  return abs(value - expected) <= tolerance * max(1, abs(expected))
}
