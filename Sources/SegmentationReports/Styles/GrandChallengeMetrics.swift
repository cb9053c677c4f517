import LabelMaps
import SegmentationMetrics
import SegmentationScoring
import TextFormats

/// `metrics.json` as grand-challenge's evaluation containers write it: values by metric and case, and aggregates. The platform
/// takes finite numbers only.
public enum GrandChallengeMetrics: ResultStyle {
  public static let name = "grand-challenge"
  public static let place = StylePlace.json

  public static func files(_ report: Report) throws(ScoreError) -> [ReportFile] {
    [ReportFile(text: try text(report.result))]
  }

  /// - Throws: `ScoreError` naming the first number that is not finite.
  public static func text(_ result: ScoreResult) throws(ScoreError) -> String {
    let scored = result.records.filter(\.status.isScored)
    let tables = scored.map(CountsTable.init)
    var cases: [JSONValue.Member] = []
    var aggregates: [JSONValue.Member] = []
    for item in result.scheme.items {
      for metric in result.settings.metrics {
        let name = result.scheme.items.count == 1 ? metric.name : "\(item.key).\(metric.name)"
        var values: [JSONValue.Member] = []
        for (index, record) in scored.enumerated() {
          let value = record.value(of: metric, tables[index][item.key], result.settings)
          guard value.isFinite else { throw unfit("\(name) of case '\(record.id)'", value) }
          values.append(.init(key: String(index), value: .number(value)))
        }
        cases.append(.init(key: name, value: .object(values)))
        aggregates.append(.init(key: name, value: try summary(values.compactMap(\.value.double))))
      }
    }
    cases.append(
      .init(
        key: "case",
        value: .object(scored.enumerated().map { .init(key: String($0), value: .string($1.id)) })))
    return JSONValue.members(["case": .object(cases), "aggregates": .object(aggregates)]).text(.python) + "\n"
  }

  /// pandas' `describe`, "%" written "pc".
  private static func summary(_ values: [Double]) throws(ScoreError) -> JSONValue {
    guard !values.isEmpty else { throw ScoreError(.pairing, "--style grand-challenge: no case was scored") }
    let aggregate = Aggregate(values)
    func quantile(_ percent: Double) -> Double { QuantileRule.linear.percentile(percent, of: values) }
    var members: [JSONValue.Member] = [
      .init(key: "mean", value: .number(aggregate.mean)),
      .init(key: "min", value: .number(aggregate.minimum)),
      .init(key: "25pc", value: .number(quantile(25))), .init(key: "50pc", value: .number(quantile(50))),
      .init(key: "75pc", value: .number(quantile(75))),
      .init(key: "max", value: .number(aggregate.maximum)),
      .init(key: "count", value: .integer(Int64(values.count))),
    ]
    // One case has no deviation; the key is then left out.
    if values.count > 1 { members.append(.init(key: "std", value: .number(aggregate.standardDeviation))) }
    return .object(members)
  }

  private static func unfit(_ name: String, _ value: Double) -> ScoreError {
    ScoreError(
      .pairing,
      "--style grand-challenge: \(name) is \(value), and the platform takes finite numbers only; say what empty masks "
        + "score with --empty, and --penalty for distances")
  }
}
