import LabelMaps
import SegmentationMetrics
import SegmentationScoring
import TextFormats

/// `resultPixelLevelSemanticLabeling.json` as cityscapesScripts writes it: pooled counts, rows of the confusion matrix being
/// the reference, with Cityscapes' own labels the ignored ones too. Regions are its categories.
///
/// Instance scores weight each object with the mean size of its class, which Cityscapes' own labels have; they are NaN
/// for others, and where the references do not tell objects apart. `perImageScores` has the pixels that count and those that
/// are right, which the tool has exchanged for those that are ignored and those that are wrong.
public struct CityscapesResult: ResultStyle {
  public static let name = "cityscapes"
  public static let place = StylePlace.json

  public static func files(_ report: Report) -> [ReportFile] { [ReportFile(text: text(report.result))] }

  private let result: ScoreResult
  private let labels: [LabelScheme.Item]
  private let regions: [LabelScheme.Item]

  private init(_ result: ScoreResult) {
    self.result = result
    labels = result.scheme.items.filter { !$0.isRegion }
    regions = result.scheme.items.filter(\.isRegion)
  }

  /// The file's text.
  public static func text(_ result: ScoreResult) -> String {
    CityscapesResult(result).document.text(.python) + "\n"
  }

  private var document: JSONValue {
    let (classes, ignored) = (labels.map(Entry.init), ignoredClasses)
    let matrix = matrix
    let total = Double(matrix.joined().reduce(0, +))
    let categories = regions.map(Entry.init)
    // A category all of whose classes are ignored has no region.
    let without =
      ignored.isEmpty
      ? []
      : CityscapesLabels.categories.filter { name in
        !categories.contains { $0.name == name }
      }.map { Entry(name: $0, item: nil) }
    let all = (classes + ignored).sorted { $0.label < $1.label }
    let scores = [
      Scores(all, iou), Scores(all, objectIoU), Scores(categories + without, iou),
      Scores(categories + without, objectIoU),
    ]
    return JSONValue.members([
      "confMatrix": .array(matrix.map { .array($0.map { .count($0) }) }),
      "priors": .object(
        all.map { entry in
          let row = Int(entry.label) < matrix.count ? matrix[Int(entry.label)].reduce(0, +) : 0
          return .init(key: entry.name, value: .number(Double(row) / total))
        }),
      "labels": .object(all.map { .init(key: $0.name, value: .count(UInt64($0.label))) }),
      "classScores": scores[0].json, "classInstScores": scores[1].json,
      "categoryScores": scores[2].json, "categoryInstScores": scores[3].json,
      "averageScoreClasses": .number(scores[0].mean), "averageScoreInstClasses": .number(scores[1].mean),
      "averageScoreCategories": .number(scores[2].mean),
      "averageScoreInstCategories": .number(scores[3].mean),
      "perImageScores": .object(perImage),
    ])
  }

  /// A class or category in the file; without an item where it is ignored.
  private struct Entry {
    var name: String
    var item: LabelScheme.Item?
    var label: UInt32

    init(_ item: LabelScheme.Item) {
      let category = CityscapesLabels.categories.first { CityscapesLabels.region(of: $0) == item.key }
      (name, self.item, label) = (
        item.isRegion ? category ?? item.key : item.name ?? item.key, item, item.labels[0]
      )
    }

    init(name: String, item: LabelScheme.Item?, label: UInt32 = 0) {
      (self.name, self.item, self.label) = (name, item, label)
    }
  }

  /// A score for each entry, and the mean of those that have one.
  private struct Scores {
    let json: JSONValue
    let mean: Double

    init(_ entries: [Entry], _ score: (LabelScheme.Item) -> Double) {
      let values = entries.map { $0.item.map(score) ?? .nan }
      json = .object(zip(entries, values).map { .init(key: $0.name, value: .number($1)) })
      mean = values.meanOfDefined
    }
  }

  /// Classes whose ids are Cityscapes' and that are ignored; none where labels are others.
  private var ignoredClasses: [Entry] {
    let all = CityscapesLabels.classes
    guard !labels.isEmpty,
      labels.allSatisfy({ item in all.contains { $0.id == item.labels[0] && $0.name == item.name } })
    else {
      return []
    }
    return result.settings.ignored.compactMap { label in
      all.first { $0.id == label }.map { Entry(name: $0.name, item: nil, label: label) }
    }
  }

  private var matrix: [[UInt64]] {
    // Rows of ignored labels that have no name would only make the matrix large, as 255 does.
    let pairs = [result.pairs.compared] + (ignoredClasses.isEmpty ? [] : [result.pairs.ignored])
    let found = pairs.flatMap(\.labels)
    let largest = max(
      labels.compactMap { $0.labels.first }.max() ?? 0, found.max() ?? 0,
      ignoredClasses.map(\.label).max() ?? 0)
    // A matrix of object ids would have more cells than memory.
    let size = min(Int(largest), 4095) + 1
    var matrix = [[UInt64]](repeating: Array(repeating: 0, count: size), count: size)
    for entry in pairs.flatMap(\.entries) where Int(entry.reference) < size && Int(entry.prediction) < size {
      let cell = matrix[Int(entry.reference)][Int(entry.prediction)]
      matrix[Int(entry.reference)][Int(entry.prediction)] = cell.saturatingAdd(entry.count)
    }
    return matrix
  }

  private func iou(_ item: LabelScheme.Item) -> Double {
    result.pooled[item.key].map { result.settings.empty.value(of: OverlapMetric.iou, $0) } ?? .nan
  }

  /// The IoU whose true positives and false negatives weight each object with its class's mean size over its own.
  private func objectIoU(_ item: LabelScheme.Item) -> Double {
    guard case .idsOfClasses = result.settings.shapes.objects else { return .nan }
    let members = item.labels.map { label in
      labels.first { $0.labels == [label] }.flatMap { own in
        CityscapesLabels.classes.first { $0.id == label && $0.name == own.name }
      }
    }
    guard members.allSatisfy({ $0?.objectSize != nil }) else { return .nan }
    var (found, missed) = (0.0, 0.0)
    for member in members {
      guard let member, let size = member.objectSize,
        let shares = result.pairs.coverage.shares[item.key]?[member.id]
      else { continue }
      found += size * shares.found
      missed += size * shares.missed
    }
    let whole = CityscapesLabels.objectItems([item], result.settings)[0].labels
    let falsePositives = result.confusion.entries.reduce(0) { sum, entry in
      whole.contains(entry.prediction) && !whole.contains(entry.reference) ? sum + entry.count : sum
    }
    return found / (found + Double(falsePositives) + missed)
  }

  private var perImage: [JSONValue.Member] {
    result.records.filter(\.status.isScored).map { record in
      .init(
        key: record.predictionFile ?? record.id,
        value: .members([
          "nbNotIgnoredPixels": .count(record.counted), "nbCorrectPixels": .count(record.correct),
        ]))
    }
  }
}
