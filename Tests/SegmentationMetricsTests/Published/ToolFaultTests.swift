import SegmentationMetrics
import Testing

@Suite("Faults of other tools that must not be here")
struct ToolFaultTests {
  @Test(
    "A shift by one row is 1 in images of any proportions (torchmetrics: 13 in 20×30)",
    arguments: [(20, 30), (30, 20)])
  func shift(rows: Int, columns: Int) throws {
    func square(_ top: Int) -> [Bool] {
      (0..<rows * columns).map { index in
        (top..<top + 8).contains(index / columns) && (5..<14).contains(index % columns)
      }
    }
    let found = try measured(square(6), square(5), [rows, columns], ["hd", "hd95", "hd.voxels"])
    #expect(found["hd"] == 1 && found["hd95"] == 1 && found["hd.voxels"] == 1)
  }

  @Test("A percentile never exceeds the maximum and is always the same (EvaluateSegmentation)")
  func percentile() throws {
    let prediction = (0..<400).map { ($0 / 20 + $0 % 20) % 7 == 0 }
    let reference = (0..<400).map { ($0 / 20) % 5 == 0 && $0 % 20 < 12 }
    let first = try measured(prediction, reference, [20, 20], ["hd", "hd95", "hd95.pooled"])
    for _ in 0..<5 {
      #expect(try measured(prediction, reference, [20, 20], ["hd", "hd95", "hd95.pooled"]) == first)
    }
    let most = try #require(first["hd"])
    #expect(first.values.allSatisfy { $0 > 0 && $0 <= most })
  }

  @Test("A mean of distances is no maximum (MISeval)")
  func average() throws {
    let reference = (0..<64).map { $0 < 8 }
    let prediction = (0..<64).map { $0 < 8 || $0 == 60 }
    let found = try measured(prediction, reference, [8, 8], ["assd", "hd"])
    // One of 17 surface pixels is 7 − 0 rows away.
    #expect(found["hd"] == 7)
    #expect(found["assd"].map { abs($0 - 7.0 / 17) < 1e-12 } == true)
  }

  @Test("Counts are exact past 2^24 voxels (MONAI, mmsegmentation: Float)")
  func counts() {
    // Odd, and so no Float.
    let count = 4097 * 4097
    let ones = [UInt8](repeating: 1, count: count)
    var histogram = JointHistogram()
    var counter = JointCounter()
    counter.add(.uint8(ones[...]), .uint8(ones[...]), to: &histogram)
    counter.add(.uint8([1]), .uint8([0]), to: &histogram)
    let counts = OverlapCounts(histogram, of: [1])
    #expect(counts.truePositives == UInt64(count) && counts.falsePositives == 1)
    #expect(OverlapMetric.precision.value(counts) == Double(count) / Double(count + 1))
    #expect(OverlapMetric.precision.value(counts) < 1)
  }
}
