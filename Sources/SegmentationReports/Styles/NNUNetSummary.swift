import LabelMaps
import SegmentationMetrics
import SegmentationScoring
import TextFormats

/// `summary.json` as nnU-Net v2 writes it: its keys alone, its NaN rules, sorted keys and bare NaN.
public enum NNUNetSummary: ResultStyle {
  public static let name = "nnunet"
  public static let place = StylePlace.json

  public static func files(_ report: Report) -> [ReportFile] {
    [ReportFile { try write(report.result, to: $0) }]
  }

  /// Writes the document, case by case.
  ///
  /// Means over cases leave NaN out (`nanmean`); the foreground mean is the plain mean over labels and
  /// regions other than label 0, NaN if one is.
  public static func write(_ result: ScoreResult, to write: (String) throws -> Void) rethrows {
    let metrics = result.settings.reportedMetrics.filter { ["Dice", "IoU"].contains($0.key) }
    let items = result.scheme.items
    let means = items.map { item in
      metrics.map { JSONValue.Member(key: $0.key, value: .number(result.aggregate(item.key, $0).mean)) }
        + ResultDocument.meanCounts(of: item.key, result)
    }
    let cases = result.records.lazy.filter(\.status.isScored).map { record in
      let table = CountsTable(record)
      return JSONValue.members([
        "metrics": .object(
          items.map { .init(key: key($0), value: values(of: table[$0.key], record, metrics, result)) }),
        "prediction_file": .string(record.predictionFile ?? ""),
        "reference_file": .string(record.referenceFile),
      ])
    }
    let labels = zip(items, means).filter { $0.0.labels != [0] || $0.0.isRegion }
    let summary = JSONValue.members([
      "foreground_mean": foregroundMean(labels.map(\.1)),
      "mean": .object(zip(items, means).map { .init(key: key($0), value: .object($1)) }),
    ])
    try JSONValue.write(summary, "metric_per_case", of: cases, .python, to: write)
  }

  private static func values(
    of entry: CaseRecord.Counts, _ record: CaseRecord, _ metrics: [ScoreSettings.Metric],
    _ result: ScoreResult
  ) -> JSONValue {
    let values = metrics.map {
      JSONValue.Member(
        key: $0.key, value: .number(record.value(of: $0, entry, result.settings)))
    }
    return .object(values + CaseRecord.members(of: entry.counts))
  }

  private static func foregroundMean(_ means: [[JSONValue.Member]]) -> JSONValue {
    guard let first = means.first else { return .object([]) }
    return .object(
      first.indices.map { index in
        let values = means.map { $0[index].value.double ?? .nan }
        return .init(key: first[index].key, value: .number(values.reduce(0, +) / Double(values.count)))
      })
  }

  /// Python's text of a tuple for a region: "(1, 2)", "(1,)".
  private static func key(_ item: LabelScheme.Item) -> String {
    guard item.isRegion else { return item.key }
    return "(" + item.labels.map(String.init).joined(separator: ", ") + (item.labels.count == 1 ? ",)" : ")")
  }
}
