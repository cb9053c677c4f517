import LabelMaps
import SegmentationMetrics
import TestSupport
import Testing

@Suite("Borders against brute force")
struct BoundaryTests {
  /// A pair of random masks: noise, or boxes that mostly overlap; now and then full.
  private static func masks(_ count: Int, _ extents: [Int], _ random: inout SeededRandom) -> ([Bool], [Bool])
  {
    let density = Double.random(in: 0.3...0.98, using: &random)
    if Bool.random(using: &random) {
      var noise: [Bool] {
        (0..<count).map { _ in Double.random(in: 0...1, using: &random) < density }
      }
      return (noise, noise)
    }
    func box() -> [Bool] {
      let spans = extents.map { extent in
        let start = Int.random(in: 0..<extent, using: &random)
        return start..<Int.random(in: start + 1...extent, using: &random)
      }
      return (0..<count).map { index in
        var rest = index
        return zip(extents, spans).reversed().allSatisfy { extent, span in
          defer { rest /= extent }
          return span.contains(rest % extent)
        }
      }
    }
    let (one, other) = (box(), box())
    return (zip(one, other).map { $0 || $1 }, other)
  }

  @Test("Boundary IoU in both forms, and boundary F", arguments: 0..<30)
  func twin(seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    for _ in 0..<40 {
      let rank = Int.random(in: 2...3, using: &random)
      let extents = (0..<rank).map { _ in Int.random(in: 1...(rank == 2 ? 14 : 6), using: &random) }
      let count = extents.reduce(1, *)
      let (own, other) = Self.masks(count, extents, &random)
      guard own.contains(true), other.contains(true) else { continue }
      let width = Double(Int.random(in: 1...4, using: &random))
      let spacing = (0..<rank).map { _ in Double.random(in: 0.3...3, using: &random) }
      let near = Double.random(in: 1...3.5, using: &random)
      let names = [
        "boundary-iou@\(width)", "boundary-iou.border@\(near)", "boundary-f@\(width)", "boundary-iou@0.2",
        "mean-contour-distance",
      ]
      let shape =
        rank == 2
        ? VoxelShape(rows: extents[0], columns: extents[1])
        : VoxelShape(slices: extents[0], rows: extents[1], columns: extents[2])
      let found = try ShapeMeasures(
        prediction: try LabelMap(own.map { $0 ? 1 : 0 }, shape: shape),
        reference: try LabelMap(other.map { $0 ? 1 : 0 }, shape: shape), items: [.label(1)],
        ShapeRequest(try names.map { try SegmentationMetric(named: $0) }),
        spacing: spacing
      ).values[0]
      let twin = BoundaryTwin(extents: extents)
      let diagonal = Double(extents.reduce(0) { $0 + $1 * $1 }).squareRoot()
      let share = max(1, Int((0.2 * diagonal).rounded(.toNearestOrEven)))
      let expected: [Double] = [
        BoundaryTwin.iou(
          twin.bandOfErosion(own, times: Int(width)), twin.bandOfErosion(other, times: Int(width))),
        BoundaryTwin.iou(twin.bandNearBorder(own, near), twin.bandNearBorder(other, near)),
        BoundaryTwin.f(twin.line(own), twin.line(other), radius: width),
        BoundaryTwin.iou(twin.bandOfErosion(own, times: share), twin.bandOfErosion(other, times: share)),
        twin.meanContourDistance(own, other, spacing: spacing),
      ]
      for (name, values) in zip(names, zip(found, expected)) {
        let isSame = values.0.isNaN && values.1.isNaN || abs(values.0 - values.1) < 1e-12
        #expect(isSame, "\(name) \(extents) \(own) \(other)")
      }
    }
  }
}
