import SegmentationMetrics
import SegmentationReports
import SegmentationScoring
import TestSupport
import Testing
import TextFormats

@Suite("Results as CSV")
struct CSVReportTests {
  private static func long(_ result: ScoreResult) -> [[String]] {
    CSV.rows(ReportSamples.text { LongCSV.write(result, to: $0) }).map(\.fields)
  }

  private static func wide(_ result: ScoreResult) -> [[String]] {
    CSV.rows(ReportSamples.text { WideCSV.write(result, to: $0) }).map(\.fields)
  }

  @Test("The long form has a line for each case, label and metric, with its value to the last bit")
  func long() throws {
    let result = try ReportSamples.plain(labels: "1,2,3,whole=1+2")
    let rows = Self.long(result)
    #expect(rows.first == ["case", "label", "metric", "value", "status"])
    let values = Dictionary(
      uniqueKeysWithValues: rows.dropFirst().map { ($0.prefix(3).joined(separator: "\u{1F}"), $0) })
    // Dice, IoU, recall, relative difference, and nnU-Net's six counts.
    #expect(values.count == 3 * 4 * 10)
    for record in result.records {
      for key in ["1", "2", "3", "whole"] {
        let counts = record.counts(of: key)
        for metric in result.settings.reportedMetrics {
          let row = try #require(values[[record.id, key, metric.name].joined(separator: "\u{1F}")])
          let value = try #require(Double(row[3]))
          #expect(isClose(value, (metric.overlap ?? .dice).value(counts), within: 0))
          #expect(row[4] == "ok")
        }
        for (name, count) in [
          ("TP", counts.truePositives), ("TN", counts.trueNegatives), ("n_ref", counts.referenced),
        ] {
          #expect(values[[record.id, key, name].joined(separator: "\u{1F}")]?[3] == String(count))
        }
      }
    }
  }

  @Test("Values without number are nan and inf")
  func nonFinite() throws {
    let rows = Self.long(try ReportSamples.plain())
    let absent = rows.filter { $0.prefix(2) == ["x|y", "2"] }
    #expect(absent.contains(["x|y", "2", "dice", "nan", "ok"]))
    let troubled = Self.long(try ReportSamples.troubled())
    #expect(troubled.contains(["torn", "1", "dice", "0.0", "failed"]))
    #expect(troubled.contains(["lonely", "1", "dice", "0.0", "missing"]))
    #expect(troubled.contains(["worse", "", "", "", "error"]))
    var settings = try ScoreSettings(metrics: "rvd")
    settings.missing = .worst
    let set = try TinySet()
    try set.folder.grey("r/x.png", [1])
    try set.folder.bytes("p/x.png", [1])
    #expect(Self.long(try set.run(settings)).contains(["x", "1", "rvd", "inf", "failed"]))
  }

  @Test("The wide form has a line a case and a column for each label and metric asked for")
  func wide() throws {
    let result = try ReportSamples.plain()
    let rows = Self.wide(result)
    let metrics = ["dice", "recall", "relative-volume-difference"]
    #expect(
      rows.first == ["case", "status"] + ["1", "2"].flatMap { label in metrics.map { "\(label).\($0)" } })
    #expect(rows.count == 4)
    for (row, record) in zip(rows.dropFirst(), result.records) {
      #expect(Array(row.prefix(2)) == [record.id, "ok"])
      let values = ["1", "2"].flatMap { key in
        result.settings.metrics.map { ($0.overlap ?? .dice).value(record.counts(of: key)) }
      }
      for (text, value) in zip(row.dropFirst(2), values) {
        #expect(isClose(try #require(Double(text)), value, within: 0))
      }
      #expect(row.count == 2 + values.count)
    }
  }

  @Test("Columns to group by stand in the wide form, empty where a case has none")
  func groups() throws {
    var records = try ReportSamples.plain().records
    records[0].groups = ["site": "A, B", "year": "2020"]
    records[2].groups = ["site": "C"]
    let result = try ScoreResult(
      records, settings: ScoreSettings(), pairs: PooledPairs(), diagnoses: []
    )
    let rows = Self.wide(result)
    #expect(rows[0].prefix(4) == ["case", "status", "site", "year"])
    #expect(rows.dropFirst().map { Array($0[2...3]) } == [["A, B", "2020"], ["", ""], ["C", ""]])
  }

  @Test("Cases that are not scored have no values, and every line as many fields as the header")
  func rectangular() throws {
    for policy in [MissingPolicy.worst, .skip] {
      let result = try ReportSamples.troubled(missing: policy)
      for rows in [Self.long(result), Self.wide(result)] {
        #expect(rows.allSatisfy { $0.count == rows[0].count })
      }
      let wide = Self.wide(result)
      #expect(
        Set(wide.dropFirst().map { $0[1] }) == [
          "ok", "failed", policy == .worst ? "missing" : "skipped", "error",
        ])
      for row in wide where ["error", "skipped"].contains(row[1]) {
        #expect(row.dropFirst(2).allSatisfy { $0.isEmpty })
      }
    }
  }
}
