import SegmentationScoring

/// Comma-separated values, quoted where they must be (RFC 4180).
package enum CSVText {
  /// A cell of this project's own files.
  package enum Cell {
    /// What files and users call things: a spreadsheet must not take it for a formula.
    case text(String)
    /// What this project writes: numbers, and words of its own.
    case plain(String)
  }

  package static func text(_ rows: [[String]]) -> String {
    rows.map(line).joined()
  }

  /// A row as it stands: of another tool's file.
  package static func line(_ fields: [String]) -> String { fields.map(quoted).joined(separator: ",") + "\n" }

  /// A row of this project's own files.
  package static func line(_ cells: [Cell]) -> String {
    line(
      cells.map { (cell) -> String in
        switch cell {
        case .text(let text): SpreadsheetText.guarded(text)
        case .plain(let text): text
        }
      })
  }

  static func number(_ value: Double) -> String {
    value.isFinite ? "\(value)" : value.isNaN ? "nan" : value < 0 ? "-inf" : "inf"
  }

  /// By bytes: a comma and a combining mark behind it are one character, and a comma all the same.
  private static func quoted(_ field: String) -> String {
    let special: [UInt8] = [UInt8(ascii: ","), UInt8(ascii: "\""), 10, 13]
    guard field.utf8.contains(where: special.contains) else { return field }
    var quoted = String.UnicodeScalarView("\"".unicodeScalars)
    for scalar in field.unicodeScalars {
      if scalar == "\"" { quoted.append(scalar) }
      quoted.append(scalar)
    }
    quoted.append("\"")
    return String(quoted)
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
    guard record.status.isScored else {
      return CSVText.line([.text(record.id), .plain(""), .plain(""), .plain(""), .plain(status)])
    }
    var text = ""
    let table = CountsTable(record)
    for item in result.scheme.items {
      let entry = table[item.key]
      for metric in result.settings.reportedMetrics {
        let value = record.value(of: metric, entry, result.settings)
        text += CSVText.line([
          .text(record.id), .text(item.key), .plain(metric.name), .plain(CSVText.number(value)),
          .plain(status),
        ])
      }
      for member in CaseRecord.members(of: entry.counts) {
        text += CSVText.line([
          .text(record.id), .text(item.key), .plain(member.key), .plain(member.value.text(.line)),
          .plain(status),
        ])
      }
    }
    for loss in record.losses {
      text += CSVText.line([
        .text(record.id), .plain(""), .plain("loss " + loss.name), .plain(CSVText.number(loss.value)),
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
      CSVText.line(
        [.plain("case"), .plain("status")] + (groups + columns).map { .text($0) }
          + losses.map { .plain("loss " + $0) }))
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
          [.text(record.id), .plain(record.status.rawValue)] + groups.map { .text(record.groups[$0] ?? "") }
            + values.map { .plain($0) }
            + losses.indices.map {
              .plain($0 < record.losses.count ? CSVText.number(record.losses[$0].value) : "")
            }))
    }
  }
}
