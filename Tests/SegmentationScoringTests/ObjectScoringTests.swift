import LabelMaps
import SegmentationMetrics
import SegmentationScoring
import TestSupport
import Testing

@Suite("Whole runs with metrics of objects")
struct ObjectScoringTests {
  private func result(
    _ pairs: [(prediction: [UInt16], reference: [UInt16])], _ metrics: [String],
    _ change: (inout ScoreSettings) throws -> Void
  ) throws -> ScoreResult {
    let set = try TinySet()
    for (index, pair) in pairs.enumerated() {
      try set.folder.deepGrey("p/\(index).png", pair.prediction)
      try set.folder.deepGrey("r/\(index).png", pair.reference)
    }
    var settings = ScoreSettings()
    settings.metrics = try metrics.map { try ScoreSettings.Metric(named: $0) }
    try change(&settings)
    return try set.run(settings)
  }

  private func values(_ result: ScoreResult, _ key: String, case index: Int = 0) -> [Double] {
    let record = result.records[index]
    return result.settings.metrics.map {
      record.value(of: $0, CountsTable(record)[key], result.settings)
    }
  }

  private static let counts = ["objects-tp", "objects-fp", "objects-fn", "pq", "dice"]

  @Test("Components of a label: pairs, misses and inventions")
  func components() throws {
    // Reference 0–2 and 5–6, predicted 0–1 (IoU 2/3), 4 and 8.
    let result = try result([([1, 1, 0, 0, 1, 0, 0, 0, 1], [1, 1, 1, 0, 0, 1, 1, 0, 0])], Self.counts) { _ in
    }
    let found = values(result, "1")
    #expect(found == [1, 2, 1, 0.26666666666666666, 0.4444444444444444])
  }

  @Test("Ids are objects of one class, connected or not; an ignored id is ignored before that")
  func ids() throws {
    let pairs: [(prediction: [UInt16], reference: [UInt16])] = [
      ([7, 7, 0, 7, 9, 9, 0, 0], [300, 300, 0, 300, 12, 0, 44, 44])
    ]
    // 7 is 300 whole; 9 has one of two voxels of 12: an IoU of 1/2 is no pair; 44 is missed.
    var result = try result(pairs, Self.counts) { $0.shapes.objects = .ids }
    #expect(values(result, "1") == [1, 1, 2, 0.4, 0.7272727272727273])
    result = try self.result(pairs, Self.counts) {
      $0.shapes.objects = .ids
      $0.ignored = [44]
    }
    #expect(values(result, "1") == [1, 1, 1, 0.5, 0.8888888888888888])
    #expect(result.records[0].ignored == 2)
    // The id 1 is an object as any other, and not the class.
    result = try self.result([([1, 1, 2, 2], [1, 1, 2, 2])], Self.counts) {
      $0.shapes.objects = .ids
      $0.ignored = [1]
    }
    #expect(values(result, "1") == [1, 0, 0, 1, 1])
    #expect(result.confusionSummary.pixelAccuracy == 1)
  }

  @Test("Objects that are mostly ignored are no false positives where that is asked for (panopticapi)")
  func ignoredObjects() throws {
    // 255 is ignored. Predicted 5 has one of three voxels outside it, 6 two of four, 7 is wholly ignored, 8 has its partner.
    let pairs: [(prediction: [UInt16], reference: [UInt16])] = [
      ([5, 5, 5, 6, 6, 6, 6, 7, 8, 8, 8], [255, 255, 0, 0, 0, 255, 255, 255, 9, 9, 255])
    ]
    func counts(_ leavesOut: Bool) throws -> [Double] {
      values(
        try result(pairs, Self.counts) {
          $0.shapes.objects = .ids
          $0.ignored = [255]
          $0.shapes.leavesOutIgnoredObjects = leavesOut
        }, "1")
    }
    // 2/3 of object 5 is ignored, half of 6, and half is not most.
    #expect(try counts(false)[..<4] == [1, 2, 0, 0.5])
    #expect(try counts(true)[..<4] == [1, 1, 0, 1 / 1.5])
    var settings = ScoreSettings()
    settings.adopt(try #require(Convention(named: "panopticapi")))
    settings.metrics = [try ScoreSettings.Metric(named: "pq")]
    #expect(throws: ScoreError.self) { try settings.checkShapes() }
    settings.shapes.objects = .idsOfClasses(divisor: 1000)
    try settings.checkShapes()
  }

  @Test("Ids of classes: each class by itself, labels below the divisor being one object")
  func classes() throws {
    let pairs: [(prediction: [UInt16], reference: [UInt16])] = [
      (
        [26001, 26001, 26007, 7, 7, 7, 0, 24001, 24001], [26005, 26005, 26002, 7, 7, 0, 0, 26001, 26001]
      )
    ]
    var result = try result(pairs, Self.counts) { $0.shapes.objects = .idsOfClasses(divisor: 1000) }
    #expect(result.scheme.items.map(\.key) == ["7", "24", "26"])
    #expect(values(result, "26") == [2, 0, 1, 0.8, 0.75])
    #expect(values(result, "24") == [0, 1, 0, 0, 0])
    #expect(values(result, "7") == [1, 0, 0, 0.6666666666666666, 0.8])
    result = try self.result(pairs, Self.counts) {
      $0.shapes.objects = .idsOfClasses(divisor: 1000)
      $0.labels = try LabelScheme(parsing: "26=car,things=24+26")
    }
    #expect(values(result, "26") == [2, 0, 1, 0.8, 0.75])
    #expect(values(result, "things") == [3, 0, 0, 1, 1])
    result = try self.result(pairs, Self.counts) {
      $0.shapes.objects = .idsOfClasses(divisor: 1000)
      $0.ignored = [26]
    }
    #expect(result.records[0].ignored == 5)
    #expect(!result.scheme.items.map(\.key).contains("26"))
  }

  @Test("Pooled objects are those of all cases; the mean is of the cases'")
  func pooled() throws {
    let result = try result(
      [([1, 1, 0, 0], [1, 1, 0, 1]), ([1, 0, 1, 0], [0, 1, 0, 1])], ["pq", "rq", "lesion-f1", "matched-dice"]
    ) { _ in }
    // 1 of 2 found with IoU 1; then two inventions beside two misses.
    let metrics = result.settings.metrics
    #expect(result.pooledValue("1", metrics[0]) == 0.2857142857142857)
    #expect(result.aggregate("1", metrics[0]).mean == 0.3333333333333333)
    #expect(result.pooledValue("1", metrics[1]) == result.pooledValue("1", metrics[2]))
    #expect(result.pooledValue("1", metrics[3]) == 1)
  }
}
