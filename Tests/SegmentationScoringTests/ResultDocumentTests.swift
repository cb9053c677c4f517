import LabelMaps
import SegmentationMetrics
import SegmentationReports
import SegmentationScoring
import TestSupport
import Testing
import TextFormats

@Suite("The result file")
struct ResultDocumentTests {
  private static func document(_ result: ScoreResult, confusion: Bool = false) throws -> JSONValue {
    try JSONValue(
      parsing: ReportSamples.text { ResultDocument.write(result, confusion: confusion, to: $0) })
  }

  @Test("It has the keys that cli.md promises")
  func keys() throws {
    let result = try ReportSamples.plain(labels: "1=liver,2,whole=1+2")
    let document = try Self.document(result, confusion: true)
    #expect(try document.at("schema").text == "segkit.score/1")
    for key in [
      "version", "settings", "foreground_mean", "mean", "pooled", "metric_per_case", "label_names",
      "confusion",
    ] {
      #expect(document[key] != nil, "\(key)")
    }
    #expect(try document.at("label_names", "1").text == "liver")
    for key in ["Dice", "n", "n_nan"] { #expect(try document.at("mean", "1")[key] != nil, "\(key)") }
    for key in ["pixel_accuracy", "mean_accuracy", "fw_iou"] {
      #expect(try document.at("pooled")[key] != nil)
    }
    for key in ["Dice", "IoU"] { #expect(try document.at("pooled", "mean")[key] != nil) }
    let first = try #require(try document.at("metric_per_case").elements?.first)
    for key in ["case", "prediction_file", "reference_file", "shape", "spacing", "status", "metrics"] {
      #expect(first[key] != nil, "\(key)")
    }
    for key in ["Dice", "IoU", "TP", "FP", "FN", "TN", "n_pred", "n_ref"] {
      #expect(try first.at("metrics", "whole")[key] != nil, "\(key)")
    }
  }

  @Test("Its numbers follow from the cases it lists")
  func consistency() throws {
    let document = try Self.document(ReportSamples.plain(labels: "1,2,3,whole=1+2"))
    let cases = try #require(try document.at("metric_per_case").elements)
    for key in ["1", "2", "3", "whole"] {
      for metric in ["Dice", "IoU", "recall", "relative-volume-difference"] {
        let values = try cases.map { try #require(try $0.at("metrics", key, metric).double) }.filter {
          !$0.isNaN
        }
        let mean = try #require(try document.at("mean", key, metric).double)
        #expect(isClose(mean, values.reduce(0, +) / Double(values.count)))
        #expect(try document.at("statistics", key, metric, "n").unsigned == UInt64(values.count))
        #expect(try document.at("statistics", key, metric, "n_nan").unsigned == UInt64(3 - values.count))
      }
      let sums = try ["TP", "FP", "FN"].map { name in
        try cases.map { try #require(try $0.at("metrics", key, name).double) }.reduce(0, +)
      }
      let dice = 2 * sums[0] / (2 * sums[0] + sums[1] + sums[2])
      #expect(isClose(try #require(try document.at("pooled", key, "Dice").double), dice))
    }
    // Labels 1 and 2: the region is no label, and 3 has no value.
    let means = try ["1", "2"].map { try #require(try document.at("mean", $0, "Dice").double) }
    #expect(
      isClose(try #require(try document.at("foreground_mean", "Dice").double), (means[0] + means[1]) / 2))
    #expect(try document.at("foreground_labels_left_out", "Dice").unsigned == 1)
  }

  @Test("A label found only in other cases is filled in: nothing but negatives, or NaN")
  func filledIn() throws {
    let document = try Self.document(ReportSamples.plain())
    let cases = try #require(try document.at("metric_per_case").elements)
    let absent = try #require(cases.first { $0["case"]?.text == "x|y" })
    #expect(try ["TP", "FP", "FN", "TN"].map { try absent.at("metrics", "2", $0).unsigned } == [0, 0, 0, 5])
    #expect(try absent.at("metrics", "2", "Dice").text == "nan")
  }

  @Test("Statuses are counted, and cases that are not scored carry their reason")
  func statuses() throws {
    let document = try Self.document(ReportSamples.troubled())
    let counts = try ["ok", "missing", "failed", "skipped", "error"].map {
      try document.at("cases", $0).unsigned
    }
    #expect(counts == [1, 1, 1, 0, 1])
    for one in try #require(try document.at("metric_per_case").elements) where one["status"]?.text != "ok" {
      #expect(one["message"]?.text?.isEmpty == false)
    }
  }

  @Test("The mean counts are the means of the counts of the cases listed, also with failed cases among them")
  func meanCounts() throws {
    for result in [try ReportSamples.plain(), try ReportSamples.troubled()] {
      let document = try Self.document(result)
      let cases = try #require(try document.at("metric_per_case").elements).filter { $0["metrics"] != nil }
      for key in result.scheme.items.map(\.key) {
        for name in ["TP", "FP", "FN", "TN", "n_pred", "n_ref"] {
          let values = try cases.map { try #require(try $0.at("metrics", key, name).double) }
          let mean = try #require(try document.at("mean", key, name).double)
          #expect(isClose(mean, values.reduce(0, +) / Double(values.count)), "\(name) of \(key)")
        }
      }
    }
  }

  @Test("No object has a key twice")
  func uniqueKeys() throws {
    // Foundation reads one of two equal keys in silence, so the text is searched.
    var settings = ScoreSettings()
    settings.metrics = try ["Dice", "iou", "mcc"].map { try ScoreSettings.Metric(named: $0) }
    let result = try TinySet(grey: [([0, 1], [0, 1])]).run(settings)
    let line = try #require(result.records.first).json(settings).text(.line)
    #expect(line.split(separator: "\"Dice\"").count == 2)
  }
}
