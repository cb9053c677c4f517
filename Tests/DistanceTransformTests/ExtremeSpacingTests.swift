import DistanceTransform
import TestSupport
import Testing

@Suite("Distances of any spacing")
struct ExtremeSpacingTests {
  /// The least (d₀² + d₁²) + d₂² of all voxels of the set, each term rounded.
  private static func brute(_ set: [VoxelPoint], _ point: VoxelPoint, _ spacing: [Double]) -> Double {
    set.map { site in
      let z = Double(abs(point.z - site.z)) * spacing[0]
      let y = Double(abs(point.y - site.y)) * spacing[1]
      let x = Double(abs(point.x - site.x)) * spacing[2]
      return (z * z + y * y) + x * x
    }.min() ?? .infinity
  }

  private static func points(_ extents: [Int]) -> [VoxelPoint] {
    (0..<extents[0]).flatMap { z in
      (0..<extents[1]).flatMap { y in
        (0..<extents[2]).map { x in VoxelPoint(z: Int32(z), y: Int32(y), x: Int32(x)) }
      }
    }
  }

  @Test(
    "Exact and finite from 1e-30 to 1e30, side by side as well",
    arguments: [
      [1e-30, 1e-30, 1e-30], [1e30, 1e30, 1e30], [1e30, 1e-30, 1], [1e-30, 1e30, 1e-30], [1, 1e-30, 1e30],
      [1e30, 1e30, 1e-30], [1e-30, 1e-30, 1e30], [0.1, 0.3, 0.1], [0.3, 0.1, 0.7],
    ], [false, true])
  func exact(spacing: [Double], isFlat: Bool) {
    var random = SeededRandom(seed: 71)
    let extents = isFlat ? [1, 25, 140] : [6, 9, 66]
    let all = Self.points(extents)
    let used = isFlat ? [1] + spacing[1...] : spacing
    for share in [2, 20, 800] {
      var set = all.filter { _ in Int.random(in: 0..<share, using: &random) == 0 }
      if set.isEmpty { set = [all[all.count / 3]] }
      let rows = NearbyRows(spacing: isFlat ? Array(spacing[1...]) : spacing)
      let expected = all.map { Self.brute(set, $0, used) }
      let isFinite = expected.allSatisfy { $0.isFinite }
      #expect(isFinite)
      #expect(NearestVoxels(set, in: VoxelBox(all), rows: rows).squaredDistances(of: all) == expected)
      let once = NearestVoxels.squaredDistances(of: all, to: set, in: VoxelBox(all), rows: rows)
      #expect(once == expected)
      // Few points are compared one by one.
      let few = Array(all.prefix(3))
      #expect(
        NearestVoxels.squaredDistances(of: few, to: Array(set.prefix(2)), in: VoxelBox(all), rows: rows)
          == few.map { Self.brute(Array(set.prefix(2)), $0, used) })
      let members = Set(set)
      let transform = SquaredDistanceTransform(extents: extents, spacing: used)
      #expect(transform.squared(all.map { members.contains($0) ? 1 : 0 }) == expected)
    }
  }

  @Test(
    "Whatever the numbers are, there is an answer",
    arguments: [
      0, -1, .leastNonzeroMagnitude, 1e-308, 1e-160, 1e-30, 1, 1e30, 1e153, 1e160, 1e300, 1e308,
      Double.infinity, .nan,
    ])
  func anything(one: Double) {
    let extents = [3, 5, 70]
    let all = Self.points(extents)
    let set = [all[3], all[500]]
    let others: [Double] = [0, -2, 1e-308, 1e-300, 1, 1e153, 1e300, 1e308, .infinity, .nan]
    for other in others {
      for spacing in [[one, other, one], [other, one, 1], [one, one, other], [1, other, one]] {
        let found = NearestVoxels(set, in: VoxelBox(all), rows: NearbyRows(spacing: spacing))
          .squaredDistances(of: all)
        #expect(found.count == all.count)
        _ = NearbyRows(spacing: [one, other])
        let sites = all.indices.map { UInt8($0 == 3 ? 1 : 0) }
        #expect(
          SquaredDistanceTransform(extents: extents, spacing: spacing).squared(sites).count == all.count)
      }
    }
  }

  @Test("No more rows are near than are wanted, or twice as many where an axis is much finer")
  func rows() {
    for spacing in [[1.0, 1, 1], [1e30, 1e-30, 1], [1e-30, 1e30, 1], [5, 0.7, 0.7], [1, 1]] {
      let count = NearbyRows(spacing: spacing).withRows { _, count in count }
      #expect((100...2049).contains(count), "\(spacing): \(count)")
    }
    let huge = NearbyRows(spacing: [1e308, 1e308, 1]).withRows { _, count in count }
    #expect(huge < 2050)
    for length in [-1, 0, -Double.infinity, .infinity, .nan] {
      let count = NearbyRows(spacing: [length, length, 1]).withRows { _, count in count }
      #expect(count <= 1, "\(length): \(count)")
    }
  }

  @Test("Boxes at the ends of what numbers hold")
  func boxes() {
    let ends = VoxelBox([
      VoxelPoint(z: .min, y: .min, x: .min), VoxelPoint(z: .max, y: .max, x: .max),
    ])
    #expect(ends.extents == (1 << 32, 1 << 32, 1 << 32))
    #expect(ends.count == .max)
    #expect(ends.grown(within: (10, 10, 10)) == ends)
    let box = VoxelBox([VoxelPoint(z: 0, y: 4, x: 9)]).grown(within: (1, 10, 10))
    #expect(box.lower == VoxelPoint(z: 0, y: 3, x: 8))
    #expect(box.upper == VoxelPoint(z: 0, y: 5, x: 9))
  }
}
