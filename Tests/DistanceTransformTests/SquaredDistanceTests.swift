import DistanceTransform
import TestSupport
import Testing

@Suite("The exact distance transform")
struct SquaredDistanceTests {
  /// The nearest of all sites, looked for one by one: the same rounded sum of squares.
  static func brute(_ sites: [UInt8], _ extents: [Int], _ spacing: [Double]) -> [Double] {
    let padded = [Int](repeating: 1, count: 3 - extents.count) + extents
    let steps = [Double](repeating: 1, count: 3 - extents.count) + spacing
    func place(_ index: Int) -> [Int] {
      [index / (padded[1] * padded[2]), index / padded[2] % padded[1], index % padded[2]]
    }
    let set = sites.indices.filter { sites[$0] != 0 }.map(place)
    return sites.indices.map { index in
      let own = place(index)
      return set.map { site in
        let squares = (0..<3).map { axis -> Double in
          let distance = Double(abs(own[axis] - site[axis])) * steps[axis]
          return distance * distance
        }
        return (squares[0] + squares[1]) + squares[2]
      }.min() ?? .infinity
    }
  }

  static func sites(_ count: Int, share: Int, _ random: inout SeededRandom) -> [UInt8] {
    (0..<count).map { _ in Int.random(in: 0..<1000, using: &random) < share ? 1 : 0 }
  }

  @Test("Random sets in one to three dimensions with random spacing, to the last bit", arguments: 0..<40)
  func random(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    for _ in 0..<50 {
      let rank = Int.random(in: 1...3, using: &random)
      let extents = (0..<rank).map { _ in Int.random(in: 1...(rank == 3 ? 12 : 40), using: &random) }
      let isWhole = Bool.random(using: &random)
      let spacing = (0..<rank).map { _ in
        isWhole
          ? Double(Int.random(in: 1...7, using: &random)) : Double.random(in: 0.01...20, using: &random)
      }
      let share = [1, 5, 30, 200, 900].randomElement(using: &random) ?? 1
      let sites = Self.sites(extents.reduce(1, *), share: share, &random)
      let transform = SquaredDistanceTransform(
        extents: extents, spacing: spacing, threads: Int.random(in: 1...3, using: &random))
      let expected = Self.brute(sites, extents, spacing)
      #expect(transform.squared(sites) == expected, "\(extents) \(spacing)")
      #expect(transform { sites[$0] != 0 } == expected)
      #expect(transform.distances(sites) == expected.map { Float($0.squareRoot()) })
    }
  }

  @Test("Long lines with far sites")
  func long() {
    for (extents, site) in [([1, 1500], 3), ([1500, 3], 4400), ([700, 1, 5], 12), ([3000], 2999)] {
      var sites = [UInt8](repeating: 0, count: extents.reduce(1, *))
      sites[site] = 1
      let spacing = (0..<extents.count).map { Double($0) + 0.5 }
      let found = SquaredDistanceTransform(extents: extents, spacing: spacing).squared(sites)
      #expect(found == Self.brute(sites, extents, spacing))
    }
  }

  @Test("No site is infinitely far; all sites are at 0; the square of the torchmetrics documentation")
  func edges() {
    let transform = SquaredDistanceTransform(extents: [5, 5])
    #expect(transform.squared([UInt8](repeating: 0, count: 25)).allSatisfy { $0 == .infinity })
    #expect(transform.squared([UInt8](repeating: 1, count: 25)).allSatisfy { $0 == 0 })
    #expect(SquaredDistanceTransform(extents: [0, 5]).squared([]).isEmpty)
    let rows: [[UInt8]] = [
      [1, 1, 1, 1, 1], [1, 0, 0, 0, 1], [1, 0, 0, 0, 1], [1, 0, 0, 0, 1], [1, 1, 1, 1, 1],
    ]
    let expected: [Float] = [
      0, 0, 0, 0, 0, 0, 1, 1, 1, 0, 0, 1, 2, 1, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0,
    ]
    #expect(transform.distances(rows.flatMap { $0 }) == expected)
  }

  @Test(
    "The search for near voxels finds what the transform finds, near and far, in wide and narrow boxes",
    arguments: 0..<30)
  func nearest(seed: UInt64) {
    var random = SeededRandom(seed: 1000 + seed)
    for _ in 0..<12 {
      let isFlat = Bool.random(using: &random)
      let extents = [
        isFlat ? 1 : Int.random(in: 1...9, using: &random), Int.random(in: 1...20, using: &random),
        [3, 40, 64, 65, 130, 300].randomElement(using: &random) ?? 3,
      ]
      let spacing = (0..<3).map { _ in Double.random(in: 0.2...4, using: &random) }
      let used = isFlat ? Array(spacing[1...]) : spacing
      var sites = Self.sites(
        extents.reduce(1, *), share: [1, 1, 4, 60].randomElement(using: &random) ?? 1, &random)
      // Voxels on one side, points on the other: long ways.
      if Bool.random(using: &random) {
        for index in sites.indices where index % extents[2] > 8 { sites[index] = 0 }
      }
      func point(_ index: Int) -> VoxelPoint {
        VoxelPoint(
          z: Int32(index / (extents[1] * extents[2])) + 5, y: Int32(index / extents[2] % extents[1]) - 3,
          x: Int32(index % extents[2]) + 100)
      }
      let all = sites.indices.map(point)
      let set = sites.indices.filter { sites[$0] != 0 }.map(point)
      let nearest = NearestVoxels(set, in: VoxelBox(all), rows: NearbyRows(spacing: used))
      let expected = Self.brute(sites, extents, isFlat ? [1] + used : used)
      #expect(nearest.squaredDistances(of: all, threads: 2) == expected, "\(extents) \(used)")
    }
  }

  @Test("Few points far from the set, in large boxes: against every voxel of it", arguments: 0..<12)
  func distant(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    let isFlat = seed % 3 == 0
    let extents = isFlat ? [1, 300, 420] : [70, 110, 150]
    let spacing = (0..<3).map { _ in Double.random(in: 0.3...3, using: &random) }
    func points(_ count: Int, _ ranges: [Range<Int>]) -> [VoxelPoint] {
      (0..<count).map { _ in
        VoxelPoint(
          z: Int32(Int.random(in: ranges[0], using: &random)),
          y: Int32(Int.random(in: ranges[1], using: &random)),
          x: Int32(Int.random(in: ranges[2], using: &random)))
      }
    }
    // The set in a corner or all over, the points anywhere, some next to each other.
    let whole = extents.map { 0..<$0 }
    let corner = extents.map { 0..<max(1, $0 / 5) }
    let set = points(60, seed % 2 == 0 ? corner : whole)
    let asked = points(150, whole).flatMap { point in
      [point, VoxelPoint(z: point.z, y: point.y, x: min(point.x + 1, Int32(extents[2] - 1)))]
    }
    let ends = [
      VoxelPoint(z: 0, y: 0, x: 0),
      VoxelPoint(z: Int32(extents[0] - 1), y: Int32(extents[1] - 1), x: Int32(extents[2] - 1)),
    ]
    let nearest = NearestVoxels(
      set, in: VoxelBox(ends), rows: NearbyRows(spacing: isFlat ? Array(spacing[1...]) : spacing))
    let steps = isFlat ? [1] + spacing[1...] : spacing
    let expected = asked.map { point in
      set.map { site -> Double in
        let z = Double(abs(point.z - site.z)) * steps[0]
        let y = Double(abs(point.y - site.y)) * steps[1]
        let x = Double(abs(point.x - site.x)) * steps[2]
        return (z * z + y * y) + x * x
      }.min()
    }
    #expect(nearest.squaredDistances(of: asked) == expected)
  }

  @Test("Where everything is far the transform takes over, with the same distances")
  func far() {
    // So many points so far away that looking row by row would take longer.
    let (depth, height, width) = (40, 60, 70)
    var box: [VoxelPoint] = []
    for z in 0..<depth {
      for y in 0..<height {
        for x in 0..<width {
          box.append(VoxelPoint(z: Int32(z), y: Int32(y), x: Int32(x)))
        }
      }
    }
    let set = [VoxelPoint(z: 0, y: 0, x: 0), VoxelPoint(z: 1, y: 3, x: 2)]
    let nearest = NearestVoxels(set, in: VoxelBox(box), rows: NearbyRows(spacing: [2.5, 0.7, 0.9]))
    let found = nearest.squaredDistances(of: box)
    for (index, point) in box.enumerated() where index % 97 == 0 {
      let distances = set.map { site -> Double in
        let z = Double(abs(point.z - site.z)) * 2.5
        let y = Double(abs(point.y - site.y)) * 0.7
        let x = Double(abs(point.x - site.x)) * 0.9
        return (z * z + y * y) + x * x
      }
      #expect(found[index] == distances.min())
    }
  }
}
