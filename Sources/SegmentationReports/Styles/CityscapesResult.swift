import LabelMaps
import SegmentationMetrics
import SegmentationScoring

/// `resultPixelLevelSemanticLabeling.json` as cityscapesScripts writes it: pooled counts, rows of the confusion matrix being
/// the reference. Regions are its categories. What needs instances is NaN.
public enum CityscapesResult {
  public static func text(_ result: ScoreResult) -> String {
    let labels = result.scheme.items.filter { !$0.isRegion }
    let regions = result.scheme.items.filter(\.isRegion)
    let largest = max(
      labels.compactMap { $0.labels.first }.max() ?? 0,
      result.confusion.labels.filter { $0 != LabelMap.ignored }.max() ?? 0)
    // A matrix of object ids would have more cells than memory.
    let size = min(Int(largest), 4095) + 1
    var matrix = [[UInt64]](repeating: Array(repeating: 0, count: size), count: size)
    for entry in result.confusion.entries where Int(entry.reference) < size && Int(entry.prediction) < size {
      matrix[Int(entry.reference)][Int(entry.prediction)] += entry.count
    }
    let total = Double(matrix.joined().reduce(0, +))
    func scores(_ items: [LabelScheme.Item]) -> (JSONValue, Double) {
      let values = items.map { item in
        result.pooled[item.key].map { result.settings.empty.value(of: OverlapMetric.iou, $0) } ?? .nan
      }
      let defined = values.filter { !$0.isNaN }
      let members = zip(items, values).map { JSONValue.Member(key: $0.name ?? $0.key, value: .number($1)) }
      return (.object(members), defined.reduce(0, +) / Double(defined.count))
    }
    let (classScores, classMean) = scores(labels)
    let (categoryScores, categoryMean) = scores(regions)
    func undefined(_ items: [LabelScheme.Item]) -> JSONValue {
      .object(items.map { .init(key: $0.name ?? $0.key, value: .number(.nan)) })
    }
    return JSONValue.members([
      "confMatrix": .array(matrix.map { .array($0.map { .count($0) }) }),
      "priors": .object(
        labels.map { item in
          let row = matrix[min(Int(item.labels[0]), size - 1)].reduce(0, +)
          return .init(key: item.name ?? item.key, value: .number(Double(row) / total))
        }),
      "labels": .object(
        labels.map { .init(key: $0.name ?? $0.key, value: .count(UInt64($0.labels[0]))) }),
      "classScores": classScores,
      "classInstScores": undefined(labels),
      "categoryScores": categoryScores,
      "categoryInstScores": undefined(regions),
      "averageScoreClasses": .number(classMean),
      "averageScoreInstClasses": .number(.nan),
      "averageScoreCategories": .number(categoryMean),
      "averageScoreInstCategories": .number(.nan),
    ]).text(.python) + "\n"
  }
}
