import TestSupport
import Testing

@testable import SegmentationMetrics

@Suite("Skeletons")
struct SkeletonTests {
  @Test("A skeleton lies within its object and has as many components", arguments: 0..<20)
  func properties(seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    for _ in 0..<20 {
      let extents = (0..<3).map { _ in Int.random(in: 1...9, using: &random) }
      let mask = (0..<extents.reduce(1, *)).map { _ in UInt8.random(in: 0...2, using: &random) / 2 }
      let skeleton = Skeleton(of: mask, extents: extents).mask
      #expect(zip(mask, skeleton).allSatisfy { $1 <= $0 })
      func components(_ mask: [UInt8]) -> Int {
        ObjectMap(
          componentsOf: PlaceMap(
            .uint8(mask), .init(slices: extents[0], rows: extents[1], columns: extents[2])), .corners
        ).objects.count
      }
      #expect(components(mask) == components(skeleton))
    }
  }

  @Test("Nothing, one voxel and lines stay as they are")
  func simple() {
    for extents in [[1, 1], [3, 7], [1, 1, 1], [2, 3, 4]] {
      let none = [UInt8](repeating: 0, count: extents.reduce(1, *))
      var one = none
      one[0] = 1
      #expect(Skeleton(of: none, extents: extents).mask == none)
      #expect(Skeleton(of: one, extents: extents).mask == one)
    }
    #expect(Skeleton(of: [1, 1, 1, 1, 1], extents: [1, 1, 5]).mask == [1, 1, 1, 1, 1])
  }

  @Test("clDice of MetricsReloaded's two small images")
  func centrelineDice() throws {
    func mask(_ boxes: [(ClosedRange<Int>, ClosedRange<Int>)]) -> [Bool] {
      (0..<196).map { index in boxes.contains { $0.0.contains(index / 14) && $0.1.contains(index % 14) } }
    }
    let one = try measured(
      mask([(2...3, 1...1), (3...3, 1...3)]), mask([(1...3, 1...1), (3...3, 1...3)]), [14, 14], ["cldice"])
    withKnownIssue("MetricsReloaded thins images by scikit-image's table, which is not the published rule") {
      #expect(abs((one["cldice"] ?? 0) - 0.86) < 0.01)
    }
    let two = try measured(
      mask([(3...3, 1...3)]), mask([(1...3, 1...1), (3...3, 1...3)]), [14, 14], ["cldice"])
    withKnownIssue("MetricsReloaded thins images by scikit-image's table, which is not the published rule") {
      #expect(abs((two["cldice"] ?? 0) - 0.67) < 0.01)
    }
  }
}
