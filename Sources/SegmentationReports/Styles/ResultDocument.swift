import LabelMaps
import SegmentationMetrics
import SegmentationScoring
import TextFormats

/// The version that results name.
public let segkitVersion = "0.1.0"

/// The result file: JSON with nnU-Net's keys, so that what reads its `summary.json` reads this.
public enum ResultDocument: ResultStyle {
  public static let name = "native"
  public static let place = StylePlace.json
  public static let isNative = true

  /// The document, with the confusion matrix where the report has it and its labels are few enough.
  public static func files(_ report: Report) -> [ReportFile] {
    let confusion = report.includesConfusion && ConfusionTable.fits(report.result)
    return [ReportFile { try write(report.result, confusion: confusion, to: $0) }]
  }

  /// Writes the document, case by case.
  ///
  /// - Parameters:
  ///   - confusion: whether the pooled confusion matrix is part of it, and those of the cases that kept theirs.
  public static func write(
    _ result: ScoreResult, confusion: Bool = false, to write: (String) throws -> Void
  ) rethrows {
    let keys = result.scheme.items.map(\.key)
    try JSONValue.write(
      summary(result, confusion: confusion), "metric_per_case",
      of: result.records.lazy.map { $0.json(result.settings, keys: keys) }, .readable, to: write)
    try write("\n")
  }

  /// The document but for its cases.
  private static func summary(_ result: ScoreResult, confusion: Bool) -> JSONValue {
    let decided = result.diagnoses.filter(\.isReading).map(\.text)
    let (mean, leftOut) = foregroundMean(result)
    return .members([
      "schema": .string("segkit.score/1"),
      "version": .string(segkitVersion),
      "settings": result.settings.json(decided: decided),
      "label_names": labelNames(result),
      "foreground_mean": mean,
      "foreground_labels_left_out": leftOut,
      "mean": object(result) { means(of: $0, result) },
      "pooled": pooled(result),
      "statistics": object(result) { statistics(of: $0, result) },
      "losses": result.losses.isEmpty
        ? nil : .object(result.losses.map { .init(key: $0.name, value: json(of: $0.aggregate)) }),
      "cases": statusCounts(result),
      "diagnoses": .array(
        result.diagnoses.filter { !$0.isReading }.map {
          .members(["kind": .string($0.kind.rawValue), "text": .string($0.text)])
        }),
      "confusion": confusion ? ConfusionTable(result).json : nil,
    ])
  }

  private static func object(_ result: ScoreResult, _ value: (LabelScheme.Item) -> JSONValue) -> JSONValue {
    .object(result.scheme.items.map { .init(key: $0.key, value: value($0)) })
  }

  private static func labelNames(_ result: ScoreResult) -> JSONValue? {
    let named = result.scheme.items.filter { !$0.isRegion && $0.name != nil }
    return named.isEmpty ? nil : .object(named.map { .init(key: $0.key, value: .string($0.name ?? "")) })
  }

  /// The mean over labels of each metric, and how many labels had none.
  private static func foregroundMean(_ result: ScoreResult) -> (JSONValue, JSONValue) {
    var means: [JSONValue.Member] = []
    var leftOut: [JSONValue.Member] = []
    for metric in result.settings.reportedMetrics {
      let (mean, left) = result.foregroundMean { result.aggregate($0.key, metric).mean }
      means.append(.init(key: metric.key, value: .number(mean)))
      leftOut.append(.init(key: metric.key, value: .integer(Int64(left))))
    }
    return (.object(means), .object(leftOut))
  }

  /// Means over cases, the counts' too, as nnU-Net has them; `n` counts the cases with a Dice.
  private static func means(of item: LabelScheme.Item, _ result: ScoreResult) -> JSONValue {
    var members = result.settings.reportedMetrics.map {
      JSONValue.Member(key: $0.key, value: .number(result.aggregate(item.key, $0).mean))
    }
    members += meanCounts(of: item.key, result)
    if let dice = result.settings.reportedMetrics.first.map({ result.aggregate(item.key, $0) }) {
      members += [
        .init(key: "n", value: .integer(Int64(dice.count))),
        .init(key: "n_nan", value: .integer(Int64(dice.nanCount))),
        .init(key: "n_inf", value: .integer(Int64(dice.infiniteCount))),
      ]
    }
    return .object(members)
  }

  /// The mean over scored cases of nnU-Net's six counts.
  static func meanCounts(of key: String, _ result: ScoreResult) -> [JSONValue.Member] {
    let cases = Double(result.records.count { $0.status.isScored })
    return CaseRecord.members(of: result.summed[key] ?? OverlapCounts()).map { member in
      .init(key: member.key, value: .number((member.value.double ?? .nan) / cases))
    }
  }

  private static func statistics(of item: LabelScheme.Item, _ result: ScoreResult) -> JSONValue {
    .object(
      result.settings.reportedMetrics.map { metric in
        JSONValue.Member(key: metric.key, value: json(of: result.aggregate(item.key, metric)))
      })
  }

  private static func json(of aggregate: Aggregate) -> JSONValue {
    .members([
      "mean": .number(aggregate.mean), "mean_finite": .number(aggregate.meanFinite),
      "median": .number(aggregate.median), "min": .number(aggregate.minimum),
      "max": .number(aggregate.maximum),
      "std": .number(aggregate.standardDeviation), "n": .integer(Int64(aggregate.count)),
      "n_nan": .integer(Int64(aggregate.nanCount)), "n_inf": .integer(Int64(aggregate.infiniteCount)),
      "n_penalised": aggregate.penalisedCount > 0 ? .integer(Int64(aggregate.penalisedCount)) : nil,
    ])
  }

  private static func pooled(_ result: ScoreResult) -> JSONValue {
    var members = result.scheme.items.map { item in
      let values = result.settings.reportedMetrics.filter(result.hasPooledValue).map {
        JSONValue.Member(key: $0.key, value: .number(result.pooledValue(item.key, $0)))
      }
      return JSONValue.Member(
        key: item.key,
        value: .object(values + CaseRecord.members(of: result.pooled[item.key] ?? OverlapCounts())))
    }
    let means = result.settings.reportedMetrics.filter(result.hasPooledValue).map { metric in
      JSONValue.Member(
        key: metric.key, value: .number(result.foregroundMean { result.pooledValue($0.key, metric) }.mean))
    }
    members.append(.init(key: "mean", value: .object(means)))
    let summary = result.confusionSummary
    let whole: KeyValuePairs = [
      "pixel_accuracy": summary.pixelAccuracy, "mean_accuracy": summary.meanAccuracy,
      "mean_accuracy_foreground": summary.meanAccuracyForeground, "mean_iou": summary.meanIoU,
      "mean_iou_with_background": summary.meanIoUWithBackground, "fw_iou": summary.frequencyWeightedIoU,
    ]
    return .object(members + whole.map { JSONValue.Member(key: $0, value: .number($1)) })
  }

  private static func statusCounts(_ result: ScoreResult) -> JSONValue {
    let counts = Dictionary(grouping: result.records, by: \.status).mapValues(\.count)
    return .object(
      [CaseRecord.Status.ok, .missing, .failed, .skipped, .error].map {
        .init(key: $0.rawValue, value: .integer(Int64(counts[$0] ?? 0)))
      })
  }
}
