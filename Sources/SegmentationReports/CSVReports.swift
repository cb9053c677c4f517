import SegmentationScoring

/// Comma-separated values, quoted where they must be (RFC 4180).
enum CSVText {
  static func text(_ rows: [[String]]) -> String {
    rows.map { $0.map(quoted).joined(separator: ",") + "\n" }.joined()
  }

  static func number(_ value: Double) -> String {
    value.isFinite ? "\(value)" : value.isNaN ? "nan" : value < 0 ? "-inf" : "inf"
  }

  private static func quoted(_ field: String) -> String {
    guard field.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline }) else { return field }
    return "\"" + field.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
      + "\""
  }
}

/// Tidy values: one line for each case, label and metric, as plotting tools want them.
public enum LongCSV {
  /// Columns case,label,metric,value,status; counts are metrics too.
  public static func text(_ result: ScoreResult) -> String {
    var rows = [["case", "label", "metric", "value", "status"]]
    for record in result.records {
      guard record.status.isScored else {
        rows.append([record.id, "", "", "", record.status.rawValue])
        continue
      }
      for item in result.scheme.items {
        let counts = record.counts(of: item.key)
        for metric in result.settings.reportedMetrics {
          let value = record.value(of: metric.metric, counts, result.settings.empty)
          rows.append([record.id, item.key, metric.name, CSVText.number(value), record.status.rawValue])
        }
        for member in CaseRecord.members(of: counts) {
          rows.append([record.id, item.key, member.key, member.value.text(.line), record.status.rawValue])
        }
      }
    }
    return CSVText.text(rows)
  }
}

/// One line a case, a column for each label and metric, as spreadsheets want them.
public enum WideCSV {
  /// Columns case,status, then LABEL.METRIC for what was asked for.
  public static func text(_ result: ScoreResult) -> String {
    let metrics = result.settings.metrics
    let items = result.scheme.items
    let groups = Set(result.records.flatMap(\.groups.keys)).sorted()
    var rows = [
      ["case", "status"] + groups + items.flatMap { item in metrics.map { "\(item.key).\($0.name)" } }
    ]
    for record in result.records {
      let values = items.flatMap { item in
        let counts = record.counts(of: item.key)
        return metrics.map { metric in
          record.status.isScored
            ? CSVText.number(record.value(of: metric.metric, counts, result.settings.empty)) : ""
        }
      }
      rows.append([record.id, record.status.rawValue] + groups.map { record.groups[$0] ?? "" } + values)
    }
    return CSVText.text(rows)
  }
}
