import SegmentationScoring
import TextFormats

/// One line a case, a column for each label and metric, as spreadsheets want them.
public enum WideCSV: ResultStyle {
  public static let name = "wide-csv"
  public static let place = StylePlace.wideCSV
  public static let isNative = true

  public static func files(_ report: Report) -> [ReportFile] {
    [ReportFile { try write(report.result, to: $0) }]
  }

  /// Writes columns case,status, those to group by, then LABEL.METRIC for what was asked for.
  public static func write(_ result: ScoreResult, to write: (String) throws -> Void) rethrows {
    let metrics = result.settings.metrics
    let items = result.scheme.items
    let groups = Set(result.records.flatMap(\.groups.keys)).sorted()
    let columns = items.flatMap { item in metrics.map { "\(item.key).\($0.name)" } }
    let losses = result.settings.losses
    try write(
      CSV.line(
        [.plain("case"), .plain("status")] + (groups + columns).map { .text($0) }
          + losses.map { .plain("loss " + $0) }))
    for record in result.records {
      let table = CountsTable(record)
      let values = items.flatMap { item in
        let entry = table[item.key]
        return metrics.map { metric in
          record.status.isScored
            ? Decimals.shortest(record.value(of: metric, entry, result.settings)) : ""
        }
      }
      try write(
        CSV.line(
          [.text(record.id), .plain(record.status.rawValue)] + groups.map { .text(record.groups[$0] ?? "") }
            + values.map { .plain($0) }
            + losses.indices.map {
              .plain($0 < record.losses.count ? Decimals.shortest(record.losses[$0].value) : "")
            }))
    }
  }
}
