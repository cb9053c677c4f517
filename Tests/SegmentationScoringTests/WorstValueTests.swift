import LabelMaps
import SegmentationMetrics
import SegmentationScoring
import TestSupport
import Testing

@Suite("Predictions that are missing or cannot be used")
struct WorstValueTests {
  /// How a prediction is spoilt.
  enum Damage: CaseIterable {
    case missing
    case corrupt
    case wrongSize

    var status: CaseRecord.Status { self == .missing ? .missing : .failed }
  }

  /// A sound case, and one whose prediction is `predicted` or, if nil, spoilt.
  private static func result(
    _ reference: [UInt8], _ predicted: [UInt8]?, _ damage: Damage = .corrupt
  ) throws -> ScoreResult {
    let set = try TinySet()
    try set.folder.grey("p/good.png", [0, 1, 1, 0, 2, 1, 0, 0])
    try set.folder.grey("r/good.png", [0, 1, 1, 1, 2, 0, 0, 0])
    try set.folder.grey("r/other.png", reference)
    if let predicted {
      try set.folder.grey("p/other.png", predicted)
    } else {
      switch damage {
      case .missing: break
      case .corrupt: try set.folder.bytes("p/other.png", [0x89, 0x50, 1, 2, 3])
      case .wrongSize: try set.folder.grey("p/other.png", reference + [0])
      }
    }
    var settings = ScoreSettings()
    settings.missing = .worst
    settings.labels = try LabelScheme(parsing: "1,2,both=1+2")
    settings.metrics = try OverlapMetric.catalogue.map { try ScoreSettings.Metric(named: $0.name) }
    return try set.run(settings)
  }

  @Test(
    "They are scored with their status, a message, and every metric's worst value", arguments: Damage.allCases
  )
  func worst(damage: Damage) throws {
    for reference: [UInt8] in [[0, 1, 2, 0], [0, 0, 0, 0], [1, 1, 1, 1]] {
      let result = try Self.result(reference, nil, damage)
      let record = try result.record("other")
      #expect(record.status == damage.status)
      #expect(record.message?.isEmpty == false)
      #expect(record.counted == 4)
      for entry in record.counts {
        // The counts of an empty prediction; where cases are pooled, every voxel wrong.
        let referenced = entry.counts.referenced
        #expect(entry.counts == .init(falseNegatives: referenced, trueNegatives: 4 - referenced))
        let pooled = record.pooled(entry.counts)
        #expect(pooled == .init(falsePositives: 4 - referenced, falseNegatives: referenced))
        for metric in result.settings.reportedMetrics {
          let value = record.value(of: metric.overlap ?? .dice, entry.counts, .strict)
          #expect(value == metric.metric.worst, "\(metric.name) of \(entry.key)")
        }
      }
      #expect(record.counts(of: "1").referenced == UInt64(reference.count { $0 == 1 }))
      #expect(result.pairs.unread.total == 4)
    }
  }

  @Test(
    "No readable prediction, however bad, beats less than a file that cannot be read",
    arguments: Damage.allCases)
  func neverBetter(damage: Damage) throws {
    // conventions.md: a corrupt file never beats a bad one; in means and in pooled values.
    let references: [[UInt8]] = [[0, 1, 2, 0], [1, 1, 0, 0], [0, 0, 0, 0], [1, 1, 1, 2], [2, 2, 1, 1]]
    var beaten: [String: String] = [:]
    for reference in references {
      let spoilt = Self.values(try Self.result(reference, nil, damage))
      for code in 0..<81 {
        let predicted = [code % 3, code / 3 % 3, code / 9 % 3, code / 27].map { UInt8($0) }
        let readable = Self.values(try Self.result(reference, predicted))
        for (name, value) in readable {
          let bad = try #require(spoilt[name])
          if Self.isBetter(bad.value, than: value.value, value.metric), beaten[name] == nil {
            beaten[name] = "\(bad.value) against \(value.value) of \(predicted) for \(reference)"
          }
        }
      }
    }
    #expect(beaten.isEmpty)
  }

  /// Everything a result is ranked by; the numbers of the whole confusion matrix as `iou`, the larger the better.
  private static func values(_ result: ScoreResult) -> [String: (metric: OverlapMetric, value: Double)] {
    var values: [String: (OverlapMetric, Double)] = [:]
    for key in result.scheme.items.map(\.key) {
      for metric in result.settings.reportedMetrics {
        values["mean \(metric.name) of \(key)"] = (
          metric.overlap ?? .dice, result.aggregate(key, metric).mean
        )
        values["pooled \(metric.name) of \(key)"] = (metric.overlap ?? .dice, result.pooledValue(key, metric))
      }
    }
    let summary = result.confusionSummary
    values["pixel accuracy"] = (.iou, summary.pixelAccuracy)
    values["mean accuracy"] = (.iou, summary.meanAccuracy)
    values["mean IoU"] = (.iou, summary.meanIoU)
    values["frequency-weighted IoU"] = (.iou, summary.frequencyWeightedIoU)
    return values
  }

  private static func isBetter(_ left: Double, than right: Double, _ metric: OverlapMetric) -> Bool {
    switch metric {
    case .falsePositiveRate, .falseNegativeRate, .falseDiscoveryRate, .falseOmissionRate,
      .prevalenceThreshold:
      left < right - 1e-12
    case .relativeVolumeDifference, .absoluteVolumeDifference, .symmetricVolumeDifference:
      left.magnitude < right.magnitude - 1e-12
    default: left > right + 1e-12
    }
  }

  @Test("Left out on request, a case counts nowhere and says so")
  func skipped() throws {
    let set = try TinySet(grey: [([0, 1], [0, 1])])
    try set.folder.grey("r/lonely.png", [1, 1])
    var settings = ScoreSettings()
    settings.missing = .skip
    let result = try set.run(settings)
    #expect(try result.record("lonely").status == .skipped)
    #expect(result.aggregate("1", .dice).count == 1)
    #expect(result.pooled["1"] == OverlapCounts(truePositives: 1, trueNegatives: 1))
    #expect(result.confusion.total == 2 && result.pairs.unread.total == 0)
  }

  @Test("A reference that cannot be read is an error whatever the policy, and counts nowhere")
  func badReference() throws {
    for hasPrediction in [true, false] {
      let set = try TinySet(grey: [([0, 1], [0, 1])])
      try set.folder.bytes("r/bad.png", [1, 2, 3])
      if hasPrediction { try set.folder.grey("p/bad.png", [0, 1]) }
      var settings = ScoreSettings()
      settings.missing = .worst
      let result = try set.run(settings)
      #expect(try result.record("bad").status == .error)
      #expect(try result.record("bad").message?.contains("r/bad.png") == true)
      #expect(result.aggregate("1", .dice).count == 1)
      #expect(result.confusion.total == 2 && result.pairs.unread.total == 0)
    }
  }

  @Test("All predictions spoilt: every label of the references has its worst values")
  func allSpoilt() throws {
    let set = try TinySet()
    for (index, reference) in [[UInt8]([0, 1]), [2, 2]].enumerated() {
      try set.folder.grey("r/\(index).png", reference)
      try set.folder.bytes("p/\(index).png", [0])
    }
    let result = try set.run()
    #expect(result.scheme.items.map(\.key) == ["1", "2"])
    for key in ["1", "2"] {
      #expect(result.aggregate(key, .dice).mean == 0 && result.aggregate(key, .dice).count == 2)
      #expect(result.pooledValue(key, .iou) == 0)
    }
    #expect(result.confusionSummary.pixelAccuracy == 0)
  }
}
