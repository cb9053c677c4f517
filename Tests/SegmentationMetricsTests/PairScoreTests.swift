import LabelMaps
import SegmentationMetrics
import TestSupport
import Testing

@Suite("Scoring one pair of label maps")
struct PairScoreTests {
  private static let shape = VoxelShape(rows: 2, columns: 4)

  @Test("Shapes that differ are an error, also where they hold as many voxels")
  func shapesDiffer() throws {
    let wide = try LabelMap([UInt8](repeating: 1, count: 8), shape: VoxelShape(rows: 2, columns: 4))
    let tall = try LabelMap([UInt8](repeating: 1, count: 8), shape: VoxelShape(rows: 4, columns: 2))
    let deep = try LabelMap(
      [UInt8](repeating: 1, count: 8), shape: VoxelShape(slices: 1, rows: 2, columns: 4))
    for other in [tall, deep] {
      #expect(throws: LabelMapError.shapesDiffer(prediction: other.shape, reference: wide.shape)) {
        try score(prediction: other, reference: wide)
      }
    }
  }

  @Test("Every label found but the background is scored, with the values of its formula")
  func labelsFound() throws {
    let result = try score(
      prediction: LabelMap([0, 0, 1, 1, 2, 2, 2, 0], shape: Self.shape),
      reference: LabelMap([0, 1, 1, 1, 2, 2, 3, 0], shape: Self.shape))
    #expect(result.scheme.items.map(\.key) == ["1", "2", "3"])
    #expect(result[1, .dice] == 4.0 / 5)
    #expect(result[2, .iou] == 2.0 / 3)
    #expect(result[3, .recall] == 0)
    #expect(result[3, .precision].isNaN)
    #expect(result[0, .dice].isNaN)
    #expect(result["nothing", .dice].isNaN)
  }

  @Test("Another background, or none, changes what is scored")
  func background() throws {
    let map = try LabelMap([0, 1, 1, 2, 0, 0, 0, 0], shape: Self.shape)
    #expect(
      try score(prediction: map, reference: map, background: 1).scheme.items.map(\.key) == ["0", "2"])
    #expect(
      try score(prediction: map, reference: map, background: nil).scheme.items.map(\.key) == ["0", "1", "2"])
  }

  @Test("A region counts the voxels of any of its labels, whichever of them it is")
  func regions() throws {
    let result = try score(
      prediction: LabelMap([0, 1, 1, 2, 0, 0, 3, 0], shape: Self.shape),
      reference: LabelMap([0, 2, 1, 0, 0, 1, 3, 0], shape: Self.shape),
      labels: LabelScheme(parsing: "1=a,both=1+2"))
    #expect(
      result.counts["both"]
        == OverlapCounts(
          truePositives: 2, falsePositives: 1, falseNegatives: 1, trueNegatives: 4))
    #expect(
      result.counts["1"]
        == OverlapCounts(
          truePositives: 1, falsePositives: 1, falseNegatives: 1, trueNegatives: 5))
    #expect(result["both", .dice] == 2.0 / 3)
  }

  @Test("Voxels of ignored reference labels count nowhere, predictions there included")
  func ignored() throws {
    let result = try score(
      prediction: LabelMap([1, 1, 1, 1, 0, 0, 9, 0], shape: Self.shape),
      reference: LabelMap([9, 9, 1, 1, 9, 0, 0, 0], shape: Self.shape), ignored: [9])
    #expect(result.histogram.total == 5)
    #expect(result.counts["1"] == OverlapCounts(truePositives: 2, trueNegatives: 3))
    #expect(result.counts["9"] == nil)
  }

  @Test("A policy for empty masks decides their values")
  func emptyPolicy() throws {
    let map = try LabelMap([0, 0, 0, 0, 0, 0, 0, 0], shape: Self.shape)
    let labels = try LabelScheme(parsing: "1")
    let brats = try #require(EmptyPolicy(named: "brats"))
    #expect(try score(prediction: map, reference: map, labels: labels)[1, .dice].isNaN)
    #expect(try score(prediction: map, reference: map, labels: labels, empty: brats)[1, .dice] == 1)
  }

  @Test("Maps of any width score alike, as counting voxel by voxel does")
  func widths() throws {
    var random = SeededRandom(seed: 81)
    let shape = VoxelShape(slices: 3, rows: 10, columns: 17)
    for _ in 0..<50 {
      let reference = MetricsRandomMaps.map(.regions, count: 510, of: [0, 1, 2] as [UInt8], using: &random)
      let prediction = MetricsRandomMaps.disturbed(reference, of: [0, 1, 2] as [UInt8], using: &random)
      let narrow = try score(
        prediction: LabelMap(prediction, shape: shape), reference: LabelMap(reference, shape: shape))
      let wide = try score(
        prediction: LabelMap(.uint32(prediction.map(UInt32.init)), shape: shape),
        reference: LabelMap(.uint16(reference.map(UInt16.init)), shape: shape))
      try #require(narrow.histogram == wide.histogram)
      for label in UInt8(1)...2 {
        let both = zip(prediction, reference).count { $0 == label && $1 == label }
        let either = zip(prediction, reference).count { $0 == label || $1 == label }
        try #require(isClose(narrow[UInt32(label), .iou], Double(both) / Double(either)))
      }
    }
  }

  @Test("Voxels that reading a mask marked as counting nowhere are no label of their own")
  func voxelsWithoutLabel() throws {
    // LabelMap(contentsOf:colours:) gives colours that the map ignores the label UInt32.max (`LabelMap.ignored`).
    let result = try score(
      prediction: LabelMap(.uint32([1, 1, 1, 1, 0, 0, 0, .max]), shape: Self.shape),
      reference: LabelMap(.uint32([.max, .max, 1, 1, 0, 0, 0, 1]), shape: Self.shape))
    #expect(result.scheme.items.map(\.key) == ["1"])
    #expect(
      result.counts["1"] == OverlapCounts(truePositives: 2, falseNegatives: 1, trueNegatives: 3))
  }
}
