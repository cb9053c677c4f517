import SegmentationMetrics
import TestSupport
import Testing

@Suite("Numbers of the whole confusion matrix")
struct ConfusionSummaryTests {
  @Test("Pooled values are those of expected.json", arguments: MetricsExpected.scoredSets)
  func expected(set name: String) throws {
    let set = try MetricsExpected.set(name)
    let pooled = try #require(set.pooled)
    let summary = Self.summary(set.pooledHistogram)
    #expect(isClose(summary.pixelAccuracy, pooled.pixelAccuracy))
    #expect(isClose(summary.meanAccuracy, pooled.meanAccuracy))
    #expect(isClose(summary.meanIoU, pooled.meanIoU))
    #expect(isClose(summary.meanIoUWithBackground, pooled.meanIoUWithBackground))
    #expect(isClose(summary.frequencyWeightedIoU, pooled.frequencyWeightedIoU))
  }

  @Test("Random matrices give what their definitions give, worked out on the matrix")
  func randomMatrices() throws {
    var random = SeededRandom(seed: 71)
    for _ in 0..<2000 {
      let size = Int.random(in: 1...6, using: &random)
      let isSparse = Bool.random(using: &random)
      // matrix[reference][prediction]
      let matrix = (0..<size).map { _ in
        (0..<size).map { _ in
          isSparse && Bool.random(using: &random) ? 0 : UInt64.random(in: 0...50, using: &random)
        }
      }
      let background: UInt32? = Bool.random(using: &random) ? UInt32.random(in: 0...2, using: &random) : nil
      try check(matrix, background: background)
    }
  }

  @Test("Of no voxels every number is NaN")
  func empty() {
    let summary = ConfusionSummary([:], background: 0, total: 0)
    #expect(summary.pixelAccuracy.isNaN)
    #expect(summary.meanAccuracy.isNaN)
    #expect(summary.meanAccuracyForeground.isNaN)
    #expect(summary.meanIoU.isNaN)
    #expect(summary.meanIoUWithBackground.isNaN)
    #expect(summary.frequencyWeightedIoU.isNaN)
  }

  private func check(_ matrix: [[UInt64]], background: UInt32?) throws {
    let size = matrix.count
    var entries: [JointHistogram.Entry] = []
    for row in 0..<size {
      for column in 0..<size {
        let count = matrix[row][column]
        entries.append(.init(prediction: UInt32(column), reference: UInt32(row), count: count))
      }
    }
    let rows = matrix.map { Double($0.reduce(0, +)) }
    let columns = (0..<size).map { column in Double(matrix.reduce(0) { $0 + $1[column] }) }
    let hits = (0..<size).map { Double(matrix[$0][$0]) }
    let total = rows.reduce(0, +)
    let occurring = (0..<size).filter { rows[$0] + columns[$0] > 0 }
    let inReference = occurring.filter { rows[$0] > 0 }
    func isForeground(_ label: Int) -> Bool { background.map { Int($0) != label } ?? true }
    func recall(_ label: Int) -> Double { hits[label] / rows[label] }
    func iou(_ label: Int) -> Double { hits[label] / (rows[label] + columns[label] - hits[label]) }

    let summary = Self.summary(JointHistogram(entries), background: background)
    try #require(isClose(summary.pixelAccuracy, hits.reduce(0, +) / total))
    try #require(isClose(summary.meanAccuracy, Self.mean(inReference.map(recall))))
    try #require(
      isClose(summary.meanAccuracyForeground, Self.mean(inReference.filter(isForeground).map(recall))))
    try #require(isClose(summary.meanIoU, Self.mean(occurring.filter(isForeground).map(iou))))
    try #require(isClose(summary.meanIoUWithBackground, Self.mean(occurring.map(iou))))
    let weighted = inReference.map { rows[$0] / total * iou($0) }.reduce(0, +)
    try #require(isClose(summary.frequencyWeightedIoU, total > 0 ? weighted : .nan))
  }

  private static func summary(_ joint: JointHistogram, background: UInt32? = 0) -> ConfusionSummary {
    ConfusionSummary(OverlapCounts.byLabel(joint), background: background, total: joint.total)
  }

  private static func mean(_ values: [Double]) -> Double {
    values.isEmpty ? .nan : values.reduce(0, +) / Double(values.count)
  }
}
