import LabelMaps
import SegmentationMetrics
import SegmentationScoring
import TestSupport
import Testing
import TextFormats

@Suite("Case records")
struct CaseRecordTests {
  /// Records of every status and shape, with names that need escapes.
  static func records() throws -> [CaseRecord] {
    var full = CaseRecord(
      id: "a/\"b\"\n\u{1F9E0}", predictionFile: "p\\x.png", referenceFile: "r\tx.png",
      shape: VoxelShape(slices: 3, rows: 4, columns: 5), spacing: try Spacing([3, 0.1, 1.0 / 3]))
    full.counted = 1 << 53 + 1
    full.ignored = 7
    full.groups = ["site": "A, B", "empty": ""]
    full.counts = [
      .init(
        key: "1", counts: .init(truePositives: 1, falsePositives: 2, falseNegatives: 3, trueNegatives: 4)),
      .init(key: "whole", counts: .init(truePositives: 1 << 60)),
    ]
    full.confusion = JointHistogram(
      [
        .init(prediction: 0, reference: 1, count: 5),
        .init(prediction: .max, reference: 0, count: 6),
        .init(prediction: .max - 1, reference: 65535, count: 1 << 60),
      ], unlabelled: [0: 6, 7: 1, .max: 3])
    var records = [full]
    for status in [CaseRecord.Status.missing, .failed, .skipped, .error] {
      var record = CaseRecord(id: status.rawValue, predictionFile: nil, referenceFile: "r.png")
      record.status = status
      record.message = "why \(status)"
      if status.isScored {
        record.shape = VoxelShape(rows: 2, columns: 3)
        record.spacing = .pixels(rank: 2)
        record.counted = 6
        record.counts = [.init(key: "1", counts: .init(falsePositives: 4, falseNegatives: 2))]
        record.confusion = JointHistogram(unlabelled: [1: 2])
      }
      records.append(record)
    }
    return records
  }

  @Test("A record comes back from its line as it was")
  func roundTrip() throws {
    for record in try Self.records() {
      let line = record.json(ScoreSettings()).text(.line)
      #expect(!line.contains("\n"))
      #expect(try CaseRecord(JSONValue(parsing: line)) == record, "\(record.id)")
    }
  }

  @Test("Records of a run come back as they were", arguments: ["organs", "palette", "flat-stacks"])
  func runRoundTrip(name: String) throws {
    let result = try runFixture(name) {
      if name == "flat-stacks" { $0.pattern.stack = "(.*)_z([0-9]+)" }
      $0.ignored = [255]
    }
    #expect(!result.records.isEmpty)
    for record in result.records {
      let text = record.json(result.settings).text(.line)
      #expect(try CaseRecord(JSONValue(parsing: text)) == record)
    }
  }

  @Test("The object has nnU-Net's keys and the values of its formulas")
  func keys() throws {
    let record = try Self.records()[0]
    let json = record.json(try ScoreSettings(metrics: "fbeta@2", "recall"))
    let label = try #require(json["metrics"]?["1"])
    #expect(label["Dice"]?.double == 2.0 / 7 && label["IoU"]?.double == 1.0 / 6)
    #expect(label["recall"]?.double == 0.25 && label["fbeta@2"]?.double == 5.0 / (5 + 12 + 2))
    let counts = ["TP", "FP", "FN", "TN", "n_pred", "n_ref"].map { label[$0]?.unsigned }
    #expect(counts == [1, 2, 3, 4, 3, 4])
    #expect(json["case"]?.text == record.id && json["status"]?.text == "ok")
    #expect(json["shape"]?.elements?.count == 3 && json["spacing_unit"]?.text == "mm")
    #expect(json["voxels"]?.unsigned == record.counted && json["ignored_voxels"]?.unsigned == 7)
  }

  @Test(
    "Labels that do not occur are filled in: all voxels negative; at worst all wrong where cases are pooled")
  func filledIn() throws {
    var record = try Self.records()[0]
    record.counted = 20
    #expect(record.counts(of: "9") == OverlapCounts(trueNegatives: 20))
    record.status = .failed
    #expect(record.counts(of: "9") == OverlapCounts(trueNegatives: 20))
    #expect(record.pooled(record.counts(of: "9")) == OverlapCounts(falsePositives: 20))
    let shown = record.json(ScoreSettings(), keys: ["9", "1"])["metrics"]?.members?.map(\.key)
    #expect(shown == ["9", "1"])
  }

  @Test("A case at its worst has each metric's worst value, whatever its counts")
  func worstValues() throws {
    var record = try Self.records()[0]
    record.status = .missing
    let perfect = OverlapCounts(truePositives: 5, trueNegatives: 5)
    for (metric, _, _, _) in OverlapMetric.catalogue {
      #expect(record.value(of: metric, perfect, .strict) == metric.worst)
    }
  }

  @Test(
    "What is no record is refused",
    arguments: [
      "{}", "[]", "{\"case\": \"a\", \"reference_file\": \"r\"}",
      "{\"case\": \"a\", \"reference_file\": \"r\", \"status\": \"fine\"}",
      "{\"case\": \"a\", \"reference_file\": \"r\", \"status\": \"ok\", \"metrics\": {\"1\": {\"TP\": 1}}}",
      "{\"case\": \"a\", \"reference_file\": \"r\", \"status\": \"ok\", "
        + "\"metrics\": {\"1\": {\"TP\": -1, \"FP\": 0, \"FN\": 0, \"TN\": 0}}}",
    ])
  func refused(text: String) throws {
    let json = try JSONValue(parsing: text)
    #expect(throws: ScoreError.self) { try CaseRecord(json) }
  }
}
