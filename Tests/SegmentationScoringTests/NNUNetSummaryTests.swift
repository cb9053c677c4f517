import Foundation
import SegmentationMetrics
import SegmentationReports
import SegmentationScoring
import TestSupport
import Testing
import TextFormats

@Suite("nnU-Net's summary.json")
struct NNUNetSummaryTests {
  private static let keys = ["Dice", "FN", "FP", "IoU", "TN", "TP", "n_pred", "n_ref"]

  private static func document(_ result: ScoreResult) throws -> JSONValue {
    let text = ReportSamples.text { NNUNetSummary.write(result, to: $0) }
    // Bare NaN is Python's, not JSON's.
    let plain = text.replacing(": NaN", with: ": \"nan\"")
    return try JSONValue(parsing: plain)
  }

  /// Follows nnunetv2/evaluation/evaluate_predictions.py (compute_metrics_on_folder): means over cases by
  /// nanmean, foreground_mean by plain mean over the means of all keys but 0.
  private static func check(_ document: JSONValue, sourceLocation: SourceLocation = #_sourceLocation) throws {
    let cases = try #require(try document.at("metric_per_case").elements)
    let means = try #require(try document.at("mean").members)
    try #require(!cases.isEmpty && !means.isEmpty)
    for mean in means {
      for key in keys {
        let values = try cases.map { try #require(try $0.at("metrics", mean.key, key).double) }
        let defined = values.filter { !$0.isNaN }
        let expected = defined.isEmpty ? .nan : defined.reduce(0, +) / Double(defined.count)
        let found = try #require(try mean.value.at(key).double)
        #expect(
          isClose(found, expected), "mean \(key) of \(mean.key): \(found), not \(expected)",
          sourceLocation: sourceLocation)
      }
    }
    for key in keys {
      let values = try means.filter { $0.key != "0" }.map { try #require(try $0.value.at(key).double) }
      let found = try #require(try document.at("foreground_mean", key).double)
      #expect(
        isClose(found, values.reduce(0, +) / Double(values.count)), "foreground \(key)",
        sourceLocation: sourceLocation)
    }
  }

  @Test(
    "Means follow nnU-Net's rules from the cases it lists",
    arguments: [nil, "1", "1,2,3", "whole=1+2,core=2", "0=rest,1"])
  func means(labels: String?) throws {
    try Self.check(Self.document(ReportSamples.plain(labels: labels)))
  }

  @Test("Label 0, where it is scored, is in the means and not in the foreground")
  func background() throws {
    let document = try Self.document(ReportSamples.plain(background: nil))
    #expect(try document.at("mean").members?.map(\.key) == ["0", "1", "2"])
    try Self.check(document)
  }

  @Test("A label absent everywhere makes its mean and the foreground mean NaN, bare as in Python")
  func absentLabel() throws {
    let result = try ReportSamples.plain(labels: "1,2,3")
    let text = ReportSamples.text { NNUNetSummary.write(result, to: $0) }
    #expect(text.contains("\"Dice\": NaN") && !text.contains("\"nan\""))
    let document = try Self.document(result)
    #expect(try document.at("mean", "3", "Dice").double?.isNaN == true)
    #expect(try document.at("foreground_mean", "Dice").double?.isNaN == true)
    #expect(try document.at("mean", "1", "Dice").double?.isFinite == true)
  }

  @Test("Regions stand under the text of Python's tuple")
  func regions() throws {
    let document = try Self.document(ReportSamples.plain(labels: "whole=1+2+3,core=2"))
    #expect(try document.at("mean").members?.map(\.key) == ["(1, 2, 3)", "(2,)"])
    #expect(
      try document.at("metric_per_case").elements?.first?.at("metrics", "(1, 2, 3)", "Dice").double == 0.8)
  }

  @Test("Keys are nnU-Net's alone, sorted, and counts of cases whole numbers")
  func keysOnly() throws {
    let result = try ReportSamples.plain()
    let document = try Self.document(result)
    #expect(document.members?.map(\.key) == ["foreground_mean", "mean", "metric_per_case"])
    for one in try #require(try document.at("metric_per_case").elements) {
      #expect(one.members?.map(\.key) == ["metrics", "prediction_file", "reference_file"])
      #expect(try one.at("metrics", "1").members?.map(\.key) == Self.keys)
      #expect(try one.at("metrics", "1", "TP").unsigned != nil)
    }
    let text = ReportSamples.text { NNUNetSummary.write(result, to: $0) }
    let order = ["foreground_mean", "\"mean\"", "metric_per_case"].compactMap {
      text.firstRange(of: $0)?.lowerBound
    }
    #expect(order.count == 3 && order == order.sorted())
    // json.dump(…, indent=4): no blank at a line's end, no tab.
    #expect(text.hasPrefix("{\n    \"foreground_mean\": {\n        \"Dice\": "))
    #expect(!text.contains(" \n") && !text.contains("\t"))
  }

  @Test(
    "Cases without a usable prediction stand in it with their worst values, and the means agree with them")
  func troubled() throws {
    let document = try Self.document(ReportSamples.troubled())
    let cases = try #require(try document.at("metric_per_case").elements)
    #expect(cases.count == 3)
    #expect(
      try cases.map { try $0.at("metrics", "1", "Dice").double }.sorted { $0 ?? 0 < $1 ?? 0 } == [
        0, 0, 2.0 / 3,
      ])
    try Self.check(document)
  }

  @Test("The fixture set organs has expected.json's values in it")
  func organs() throws {
    let expected = try MetricsExpected.set("organs")
    let document = try Self.document(runFixture("organs"))
    try Self.check(document)
    let means = try #require(expected.meanDice)
    for label in ["1", "2", "3"] {
      let mean = try #require(means[label])
      #expect(isClose(try document.at("mean", label, "Dice").double ?? .nan, mean ?? .nan))
    }
  }
}
