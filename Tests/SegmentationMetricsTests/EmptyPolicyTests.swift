import SegmentationMetrics
import TestSupport
import Testing

@Suite("Policies for empty masks")
struct EmptyPolicyTests {
  /// A row of the table: dice, iou, precision, recall where both masks are empty, only the reference is,
  /// only the prediction is.
  struct Row: CustomTestStringConvertible {
    var policy: String
    var both: [Double]
    var referenceOnly: [Double]
    var predictionOnly: [Double]

    var testDescription: String { policy }
  }

  static let nan = Double.nan
  /// 0/0 as NaN in all that a policy says nothing of.
  static let strictRow = Row(
    policy: "strict", both: [nan, nan, nan, nan], referenceOnly: [0, 0, 0, nan],
    predictionOnly: [0, 0, nan, 0])

  /// conventions.md, "Empty masks and aggregation"; rows it does not list: scoring.md, section b6.
  static let table: [Row] = [
    strictRow,
    row("nnunet"),
    row("monai", referenceOnly: [nan, nan, 0, nan]),
    row("metrics-reloaded", both: [1, nan, nan, nan]),
    row("surface-distance"),
    // medpy.metric.binary catches ZeroDivisionError in precision and recall and returns 0.
    Row(policy: "medpy", both: [1, 1, 0, 0], referenceOnly: [0, 0, 0, 0], predictionOnly: [0, 0, 0, 0]),
    // Its sensitivity is 1 if both are empty, and TP / (TP + FN + least Float) otherwise.
    row("brats", both: [1, 1, nan, 1], referenceOnly: [0, 0, 0, 0]),
    // Its 0 for precision and recall of one empty mask, 1 for two (1.2.8).
    Row(
      policy: "seg-metrics", both: [1, 1, 1, 1], referenceOnly: [0, 0, 0, 0], predictionOnly: [0, 0, 0, 0]),
    row("davis", both: [1, 1, nan, nan]),
    row("cityscapes"),
    row("panoptica"),
    row("grand-challenge"),
  ]

  @Test("Each policy gives what its row says for dice, iou, precision and recall", arguments: table)
  func rows(row: Row) throws {
    let policy = try #require(EmptyPolicy(named: row.policy))
    let situations: [(OverlapCounts, [Double])] = [
      (OverlapCounts(trueNegatives: 9), row.both),
      (OverlapCounts(falsePositives: 4, trueNegatives: 5), row.referenceOnly),
      (OverlapCounts(falseNegatives: 4, trueNegatives: 5), row.predictionOnly),
    ]
    for (counts, expected) in situations {
      let metrics: [OverlapMetric] = [.dice, .iou, .precision, .recall]
      for (metric, value) in zip(metrics, expected) {
        let found = policy.value(of: metric, counts)
        #expect(isClose(found, value), "\(metric) of \(counts): \(found), expected \(value)")
      }
    }
  }

  @Test("Every policy there is stands in the table")
  func complete() {
    #expect(EmptyPolicy.all.map(\.name).sorted() == Self.table.map(\.policy).sorted())
    #expect(EmptyPolicy.all.first == .strict)
  }

  @Test("Where neither mask is empty no policy changes anything", arguments: EmptyPolicy.all.map(\.name))
  func nothingEmpty(name: String) throws {
    let policy = try #require(EmptyPolicy(named: name))
    var random = SeededRandom(seed: 61)
    for _ in 0..<500 {
      var counts = OverlapIdentityTests.randomCounts(&random)
      if counts.predicted == 0 || counts.referenced == 0 { counts.truePositives = 1 }
      // Nor where all is foreground, which is another 0/0.
      counts.trueNegatives += 1
      for (metric, _, _, _) in OverlapMetric.catalogue {
        try #require(isClose(policy.value(of: metric, counts), metric.value(counts), within: 0))
      }
    }
  }

  @Test("medpy's specificity of 0/0 is 0, as its precision and recall")
  func medpySpecificity() throws {
    let policy = try #require(EmptyPolicy(named: "medpy"))
    // The reference fills the image: no voxel is negative. medpy.metric.binary.specificity catches the division.
    #expect(policy.value(of: .specificity, OverlapCounts(truePositives: 4, falseNegatives: 5)) == 0)
    #expect(policy.value(of: .specificity, OverlapCounts(falseNegatives: 5)) == 0)
  }

  @Test("Names are read in any case, others are refused")
  func names() {
    #expect(EmptyPolicy(named: "MONAI")?.name == "monai")
    #expect(EmptyPolicy(named: "none") == nil)
  }

  private static func row(
    _ policy: String, both: [Double] = strictRow.both, referenceOnly: [Double] = strictRow.referenceOnly
  ) -> Row {
    Row(
      policy: policy, both: both, referenceOnly: referenceOnly, predictionOnly: strictRow.predictionOnly)
  }
}
