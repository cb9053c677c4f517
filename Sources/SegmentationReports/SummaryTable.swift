import LabelMaps
import SegmentationMetrics
import SegmentationScoring
import TextFormats

/// The result in one table: a row for each label, means over cases, and the pooled value beside the first metric.
public struct SummaryTable: Sendable {
  private let rows: [[String]]
  private let losses: [[String]]
  private let notes: [String]

  /// Labels beyond this many are left to the files; nobody reads them in a table.
  private static let shownLabels = 60

  public init(_ result: ScoreResult) {
    let metrics = result.settings.metrics
    guard let leading = metrics.first else {
      (rows, losses, notes) = ([], [], [])
      return
    }
    var header = ["label", leading.name, "pooled"]
    header += metrics.dropFirst().map(\.name) + ["n", "NaN", "inf"]
    var rows = [header]
    for item in result.scheme.items.prefix(Self.shownLabels) {
      let first = result.aggregate(item.key, leading)
      var row = [item.title, Self.text(first.mean), Self.pooled(result, item.key, leading)]
      row += metrics.dropFirst().map { Self.text(result.aggregate(item.key, $0).mean) }
      rows.append(row + [first.count, first.nanCount, first.infiniteCount].map(String.init))
    }
    if result.foregroundItems.count > 1 {
      let means = metrics.map { metric in result.foregroundMean { result.aggregate($0.key, metric).mean } }
      var row = ["mean", Self.text(means[0].mean)]
      row.append(
        result.hasPooledValue(leading)
          ? Self.text(result.foregroundMean { result.pooledValue($0.key, leading) }.mean) : "-")
      row += means.dropFirst().map { Self.text($0.mean) }
      rows.append(row + ["", "", ""])
    }
    self.rows = rows
    losses = Self.losses(result)
    notes = Self.notes(result, metrics) + [Self.confusionLine(result.confusionSummary)]
  }

  /// Aligned columns for a terminal.
  public var text: String {
    var lines = Self.table(rows, ShownText.line).lines
    if !losses.isEmpty { lines += [""] + Self.table(losses, ShownText.line).lines + [""] }
    return (lines + notes.map(ShownText.line)).map { $0 + "\n" }.joined()
  }

  /// A Markdown table, and another one for losses.
  public var markdown: String {
    var lines = Self.table(rows, ShownText.markdown).markdown
    if !losses.isEmpty { lines += [""] + Self.table(losses, ShownText.markdown).markdown }
    if !notes.isEmpty { lines += [""] + notes.map { "- " + ShownText.markdown($0) } }
    return lines.map { $0 + "\n" }.joined()
  }

  private static func table(_ rows: [[String]], _ shown: (String) -> String) -> TextTable {
    TextTable(rows.map { $0.map(shown) })
  }

  /// A row for each loss.
  private static func losses(_ result: ScoreResult) -> [[String]] {
    guard !result.losses.isEmpty else { return [] }
    let header = ["loss", "mean", "median", "min", "max", "n", "NaN", "inf"]
    return [header]
      + result.losses.map { name, aggregate in
        let values = [aggregate.mean, aggregate.median, aggregate.minimum, aggregate.maximum]
        let counts = [aggregate.count, aggregate.nanCount, aggregate.infiniteCount]
        return [name] + values.map { Decimals.fixed($0, digits: 4) } + counts.map(String.init)
      }
  }

  /// n, NaN and inf stand for the first metric; where another differs, a line says so.
  private static func notes(_ result: ScoreResult, _ metrics: [ScoreSettings.Metric]) -> [String] {
    var notes: [String] = []
    let hidden = result.scheme.items.count - shownLabels
    if hidden > 0 { notes.append("… and \(hidden) more labels: --csv, --json and the others have them all") }
    for metric in metrics.dropFirst() {
      let odd = result.scheme.items.compactMap { item -> String? in
        let first = result.aggregate(item.key, metrics[0])
        let own = result.aggregate(item.key, metric)
        guard own.nanCount != first.nanCount || own.infiniteCount != first.infiniteCount else { return nil }
        let infinite = own.infiniteCount > 0 ? ", \(own.infiniteCount) inf" : ""
        return "\(item.title) n \(own.count), \(own.nanCount) NaN\(infinite)"
      }
      if !odd.isEmpty {
        notes.append("\(metric.name): \(odd.prefix(6).joined(separator: "; "))\(odd.count > 6 ? "; …" : "")")
      }
    }
    for metric in metrics {
      let penalised = result.scheme.items.compactMap { item -> String? in
        let count = result.aggregate(item.key, metric).penalisedCount
        return count > 0 ? "\(item.title) \(count)" : nil
      }
      if !penalised.isEmpty, let penalty = result.settings.shapes.penalty {
        notes.append(
          "\(metric.name): infinite values replaced by \(penalty.name) (--penalty): "
            + penalised.prefix(6).joined(separator: "; ") + (penalised.count > 6 ? "; …" : ""))
      }
    }
    let leading = result.foregroundMean { result.aggregate($0.key, metrics[0]).mean }
    if leading.leftOut > 0, result.foregroundItems.count > 1 {
      notes.append(
        "mean: \(leading.leftOut) label\(leading.leftOut == 1 ? "" : "s") without any value left out")
    }
    return notes
  }

  /// The numbers that semantic segmentation of images is ranked by.
  private static func confusionLine(_ summary: ConfusionSummary) -> String {
    "all labels pooled: pixel accuracy \(text(summary.pixelAccuracy)), mean accuracy \(text(summary.meanAccuracy)), "
      + "mean IoU \(text(summary.meanIoU)) (with background \(text(summary.meanIoUWithBackground))), "
      + "frequency-weighted IoU \(text(summary.frequencyWeightedIoU))"
  }

  /// Distances have no value of all cases' counts together.
  private static func pooled(_ result: ScoreResult, _ key: String, _ metric: ScoreSettings.Metric) -> String {
    result.hasPooledValue(metric) ? text(result.pooledValue(key, metric)) : "-"
  }

  private static func text(_ value: Double) -> String { Decimals.fixed(value, digits: 3) }
}
