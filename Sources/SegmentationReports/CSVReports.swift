import SegmentationScoring
import TextFormats

/// Tidy values: one line for each case, label and metric, and for each case and loss, as plotting tools want them.
public enum LongCSV {
  /// Writes columns case,label,metric,value,status; counts are metrics too.
  public static func write(_ result: ScoreResult, to write: (String) throws -> Void) rethrows {
    try write(CSV.line(["case", "label", "metric", "value", "status"]))
    for record in result.records { try write(rows(of: record, result)) }
  }

  private static func rows(of record: CaseRecord, _ result: ScoreResult) -> String {
    let status = record.status.rawValue
    guard record.status.isScored else {
      return CSV.line([.text(record.id), .plain(""), .plain(""), .plain(""), .plain(status)])
    }
    var text = ""
    let table = CountsTable(record)
    for item in result.scheme.items {
      let entry = table[item.key]
      for metric in result.settings.reportedMetrics {
        let value = record.value(of: metric, entry, result.settings)
        text += CSV.line([
          .text(record.id), .text(item.key), .plain(metric.name), .plain(Decimals.shortest(value)),
          .plain(status),
        ])
      }
      for member in CaseRecord.members(of: entry.counts) {
        text += CSV.line([
          .text(record.id), .text(item.key), .plain(member.key), .plain(member.value.text(.line)),
          .plain(status),
        ])
      }
    }
    for loss in record.losses {
      text += CSV.line([
        .text(record.id), .plain(""), .plain("loss " + loss.name), .plain(Decimals.shortest(loss.value)),
        .plain(status),
      ])
    }
    return text
  }
}

/// One line a case, a column for each label and metric, as spreadsheets want them.
public enum WideCSV {
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
