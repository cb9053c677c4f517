import SegmentationScoring
import TextFormats

/// Tidy values: one line for each case, label and metric, and for each case and loss, as plotting tools want them.
public enum LongCSV: ResultStyle {
  public static let name = "csv"
  public static let place = StylePlace.csv
  public static let isNative = true

  public static func files(_ report: Report) -> [ReportFile] {
    [ReportFile { try write(report.result, to: $0) }]
  }

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
