import LabelMaps
import SegmentationMetrics
import SegmentationScoring
import TextFormats

/// The files of MONAI's `write_metrics_reports`: `metrics.csv`, and for each metric `NAME_raw.csv` and `NAME_summary.csv`.
public enum MONAITables: ResultStyle {
  public static let name = "monai"
  public static let place = StylePlace.csvFolder

  public static func fileNames(_ settings: ScoreSettings) -> [String] {
    ["metrics.csv"] + settings.metrics.flatMap { ["\(name($0))_raw.csv", "\(name($0))_summary.csv"] }
  }

  private static func name(_ metric: ScoreSettings.Metric) -> String {
    String(metric.name.map { $0 == "@" || $0 == "." ? "_" : $0 })
  }

  public static func files(_ report: Report) -> [ReportFile] {
    let result = report.result
    let scored = result.records.filter(\.status.isScored)
    let tables = scored.map(CountsTable.init)
    let items = result.scheme.items
    let labels = items.map { $0.name ?? "class\($0.key)" } + ["mean"]
    var all = ""
    var files: [ReportFile] = []
    for metric in result.settings.metrics {
      let name = name(metric)
      let rows = zip(scored, tables).map { record, table in
        let values = items.map { record.value(of: metric, table[$0.key], result.settings) }
        return values + [values.meanOfDefined]
      }
      let columns = labels.indices.map { column in rows.map { $0[column] } }
      all += CSV.line([name, Decimals.shortest(columns[items.count].meanOfDefined)])
      let raw = zip(scored, rows).map { [$0.predictionFile ?? $0.id] + $1.map(text) }
      files.append(ReportFile("\(name)_raw.csv", text: CSV.text([["filename"] + labels] + raw)))
      let statistics = zip(labels, columns).map { [$0] + summary(of: $1).map(text) }
      files.append(
        ReportFile(
          "\(name)_summary.csv",
          text: CSV.text(
            [["class", "mean", "median", "max", "5percentile", "95percentile", "notnans"]] + statistics)
        ))
    }
    return [ReportFile("metrics.csv", text: all)] + files
  }

  /// As NumPy's functions of the same names: NaN is left out.
  private static func summary(of values: [Double]) -> [Double] {
    let defined = values.filter { !$0.isNaN }
    let percentiles = [50, 5, 95].map { QuantileRule.linear.percentile($0, of: defined) }
    return [
      values.meanOfDefined, percentiles[0], defined.max() ?? .nan, percentiles[1], percentiles[2],
      Double(defined.count),
    ]
  }

  private static func text(_ value: Double) -> String {
    value.isFinite ? Decimals.fixed(value, digits: 4) : Decimals.shortest(value)
  }
}
