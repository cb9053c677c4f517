import SegmentationMetrics
import Testing

@Suite("Distances and shares of empty masks under every convention")
struct EmptyMaskTests {
  /// Both empty, only the reference, only the prediction.
  static let table: [(convention: String, metric: String, values: [Double])] = [
    ("nnunet", "hd", [.nan, .infinity, .infinity]), ("nnunet", "nsd@1", [.nan, 0, 0]),
    ("monai", "hd", [.nan, .infinity, .infinity]), ("monai", "hd95", [.nan, .nan, .nan]),
    ("monai", "assd", [.nan, .infinity, .infinity]), ("monai", "nsd@1", [.nan, 0, 0]),
    ("metrics-reloaded", "hd", [0, .nan, .nan]), ("metrics-reloaded", "hd95", [0, .nan, .nan]),
    ("metrics-reloaded", "nsd@1", [1, 0, 0]), ("metrics-reloaded", "boundary-iou", [1, 0, 0]),
    ("surface-distance", "hd", [.infinity, .infinity, .infinity]),
    ("surface-distance", "nsd@1", [.nan, 0, 0]),
    ("surface-distance", "asd.pred", [.nan, .infinity, .nan]),
    ("surface-distance", "asd.ref", [.nan, .nan, .infinity]),
    ("medpy", "hd", [.nan, .nan, .nan]), ("medpy", "hd95", [.nan, .nan, .nan]),
    ("medpy", "assd", [.nan, .nan, .nan]),
    ("brats", "hd95", [0, .infinity, .infinity]), ("brats-2023", "hd95", [0, .infinity, .infinity]),
    // A lesion of two voxels is too small to be missed, an invented one is not.
    ("brats-2023", "lesionwise-dice", [1, 0, 1]), ("brats-2023", "lesionwise-hd95", [0, .infinity, 0]),
    ("brats-2023-meningioma", "lesionwise-dice", [1, 0, 1]),
    ("brats-2023-metastases", "lesionwise-hd95", [0, .infinity, 0]),
    ("seg-metrics", "hd", [0, .infinity, .infinity]),
    ("seg-metrics", "msd", [0, .infinity, .infinity]), ("davis", "f", [1, 0, 0]), ("davis", "j", [1, 0, 0]),
    ("panoptica", "assd", [.nan, .infinity, .infinity]), ("grand-challenge", "hd95", [.nan, .nan, .nan]),
  ]

  @Test("As the tool has it (conventions and their empty masks)", arguments: 0..<table.count)
  func rows(index: Int) throws {
    let row = Self.table[index]
    let none = VectorMap(extents: [4, 5], [Int](repeating: 0, count: 20))
    let some = VectorMap(extents: [4, 5], (0..<20).map { $0 > 6 && $0 < 9 ? 1 : 0 })
    let pairs = [(none, none), (some, none), (none, some)]
    for (pair, expected) in zip(pairs, row.values) {
      let value = try VectorPair(pair.0, pair.1, row.convention).value(row.metric)
      #expect(isSame(value, expected, 0), "\(row.convention) \(row.metric): \(value), not \(expected)")
    }
  }

  @Test("Every convention has a row")
  func all() {
    let named = Set(Self.table.map(\.convention))
    // Pooled counts of classes and of objects know no distances.
    #expect(Set(Convention.all.map(\.name)).subtracting(named) == ["cityscapes", "panopticapi"])
  }
}
