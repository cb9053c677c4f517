import LabelMaps
import SegmentationMetrics
import TestSupport
import Testing

/// Places among the things scored had 16 bits once: 65,536 labels and more are looked at here.
@Suite("More labels than 65,535")
struct ManyLabelsTests {
  static let names = [
    "hd95", "hd95.surfel", "hd.erosion26", "assd.voxels", "nsd@1", "boundary-iou", "boundary-f", "cldice",
    "mean-contour-distance", "pq", "lesion-f1", "objects-tp", "lesionwise-dice", "lesionwise-hd95",
    "lesionwise-hd95.surfel", "lesionwise-tp", "lesionwise-fn", "lesionwise-fp",
  ]

  static func request(_ names: [String] = names) throws -> ShapeRequest {
    var request = ShapeRequest(try names.map { try SegmentationMetric(named: $0) })
    request.shapes.lesions = LesionRule(dilation: 1, ignoredVolume: 0)
    return request
  }

  /// Labels 1, 2, 3 … in columns of 256, each a pixel.
  static func numbered(_ count: Int) throws -> LabelMap {
    let rows = (count + 255) / 256
    let labels = (0..<rows * 256).map { $0 < count ? UInt32($0 + 1) : 0 }
    return try LabelMap(.uint32(labels), shape: VoxelShape(rows: rows, columns: 256))
  }

  @Test("A perfect prediction is 1, and 0 far away", arguments: [65_535, 65_536, 65_537, 70_000, 200_000])
  func perfect(count: Int) throws {
    let map = try Self.numbered(count)
    let names = ["hd95", "nsd@1", "boundary-iou", "cldice", "pq", "lesionwise-dice", "lesionwise-hd95"]
    let found = try ShapeMeasures(
      prediction: map, reference: map, items: (1...UInt32(count)).map { .label($0) }, try Self.request(names),
      spacing: [1, 1], threads: 2)
    #expect(found.values.count == count)
    #expect(found.values.allSatisfy { $0 == [0, 1, 1, 1, 1, 1, 0] })
    let overlap = try score(prediction: map, reference: map)
    #expect(overlap.counts.count == count)
    #expect(overlap.counts.values.allSatisfy { OverlapMetric.dice.value($0) == 1 })
  }

  @Test("Labels that fill all 16 bits, the background being scored as well")
  func wholeRange() throws {
    let map = try LabelMap(.uint16(Array(0...65535)), shape: VoxelShape(rows: 256, columns: 256))
    let found = try ShapeMeasures(
      prediction: map, reference: map, items: (0...UInt32(65535)).map { .label($0) },
      try Self.request(["hd95", "nsd@1", "boundary-iou"]), spacing: [1, 1], threads: 2)
    #expect(found.values.count == 65536)
    #expect(found.values.allSatisfy { $0 == [0, 1, 1] })
  }

  /// Labels one after the other, some voxels having the label of a voxel beside them or of none, of which the prediction has
  /// exchanged some.
  private static func random(_ shape: VoxelShape, labels: Int, seed: UInt64) throws -> (LabelMap, LabelMap) {
    var random = SeededRandom(seed: seed)
    let steps = [1, shape.extents[shape.rank - 1], shape.extents.suffix(2).reduce(1, *)]
    let reference = (0..<shape.count).map { index -> UInt32 in
      if Int.random(in: 0..<5, using: &random) == 0 { return 0 }
      let step = Int.random(in: 0..<2, using: &random) == 0 ? steps.randomElement(using: &random) ?? 0 : 0
      return UInt32((index + step) % shape.count * labels / shape.count + 1)
    }
    var prediction = reference
    for index in prediction.indices where Int.random(in: 0..<6, using: &random) == 0 {
      prediction[index] = reference[(index + 1) % reference.count]
    }
    return (try LabelMap(.uint32(prediction), shape: shape), try LabelMap(.uint32(reference), shape: shape))
  }

  @Test("Each label has the numbers it has alone", arguments: [2, 3], [1, 2])
  func alone(rank: Int, threads: Int) throws {
    let shape =
      rank == 2 ? VoxelShape(rows: 420, columns: 500) : VoxelShape(slices: 20, rows: 100, columns: 105)
    let count = 66_000
    let (own, other) = try Self.random(shape, labels: count, seed: UInt64(rank))
    let spacing = Array([2, 0.75, 0.5].suffix(rank))
    let request = try Self.request()
    let found = try ShapeMeasures(
      prediction: own, reference: other, items: (1...UInt32(count)).map { .label($0) }, request,
      spacing: spacing, threads: threads)
    func part(_ map: LabelMap, _ label: UInt32) throws -> LabelMap {
      guard case .uint32(let labels) = map.storage else { return map }
      return try LabelMap(labels.map { $0 == label ? 1 : 0 }, shape: shape)
    }
    for label in [1, 2, 255, 256, 257, 32_768, 65_534, 65_535, 65_536, 65_537, 65_538, 65_999, 66_000] {
      let alone = try ShapeMeasures(
        prediction: try part(own, UInt32(label)), reference: try part(other, UInt32(label)),
        items: [.label(1)], request, spacing: spacing)
      for (name, (one, many)) in zip(Self.names, zip(alone.values[0], found.values[label - 1])) {
        #expect(one == many || one.isNaN && many.isNaN, "label \(label): \(name) \(many), alone \(one)")
      }
    }
  }

  @Test("Components of 70,000 labels")
  func components() throws {
    let map = try Self.numbered(70_000)
    let found = try ConnectedComponents(map, .corners)
    #expect(found.count == 70_000)
    #expect(found.labels == Array(1...70_000))
    #expect(found.sizes.allSatisfy { $0 == 1 })
    #expect(found.map[69_999] == 70_000)
  }

  @Test("Ids that are objects of more classes than 65,535")
  func ids() throws {
    let map = try Self.numbered(65_540)
    var request = ShapeRequest([try SegmentationMetric(named: "pq")])
    request.shapes.objects = .ids
    let found = try ShapeMeasures(
      prediction: map, reference: map, items: (1...65_540).map { .label($0) }, request, spacing: [1, 1])
    #expect(found.values.allSatisfy { $0 == [1] })
  }
}
