import SegmentationScoring

/// Comma-separated values, quoted where they must be (RFC 4180).
enum CSVText {
  static func text(_ rows: [[String]]) -> String {
    rows.map(line).joined()
  }

  static func line(_ fields: [String]) -> String { fields.map(quoted).joined(separator: ",") + "\n" }

  static func number(_ value: Double) -> String {
    value.isFinite ? "\(value)" : value.isNaN ? "nan" : value < 0 ? "-inf" : "inf"
  }

  private static func quoted(_ field: String) -> String {
    guard field.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline }) else { return field }
    return "\"" + field.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
      + "\""
  }
}

/// Tidy values: one line for each case, label and metric, and for each case and loss, as plotting tools want them.
public enum LongCSV {
  /// Writes columns case,label,metric,value,status; counts are metrics too.
  public static func write(_ result: ScoreResult, to write: (String) throws -> Void) rethrows {
    try write(CSVText.line(["case", "label", "metric", "value", "status"]))
    for record in result.records { try write(rows(of: record, result)) }
  }

  private static func rows(of record: CaseRecord, _ result: ScoreResult) -> String {
    let status = record.status.rawValue
    guard record.status.isScored else { return CSVText.line([record.id, "", "", "", status]) }
    var text = ""
    let table = CountsTable(record)
    for item in result.scheme.items {
      let entry = table[item.key]
      for metric in result.settings.reportedMetrics {
        let value = record.value(of: metric, entry, result.settings)
        text += CSVText.line([record.id, item.key, metric.name, CSVText.number(value), status])
      }
      for member in CaseRecord.members(of: entry.counts) {
        text += CSVText.line([record.id, item.key, member.key, member.value.text(.line), status])
      }
    }
    for loss in record.losses {
      text += CSVText.line([record.id, "", "loss " + loss.name, CSVText.number(loss.value), status])
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
    try write(CSVText.line(["case", "status"] + groups + columns + losses.map { "loss " + $0 }))
    for record in result.records {
      let table = CountsTable(record)
      let values = items.flatMap { item in
        let entry = table[item.key]
        return metrics.map { metric in
          record.status.isScored
            ? CSVText.number(record.value(of: metric, entry, result.settings)) : ""
        }
      }
      try write(
        CSVText.line(
          [record.id, record.status.rawValue] + groups.map { record.groups[$0] ?? "" } + values
            + losses.indices.map {
              $0 < record.losses.count ? CSVText.number(record.losses[$0].value) : ""
            }))
    }
  }
}
