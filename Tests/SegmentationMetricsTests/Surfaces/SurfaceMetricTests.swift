import LabelMaps
import SegmentationMetrics
import TestSupport
import Testing

@Suite("Surface metrics beside a twin that looks at every pair of voxels")
struct SurfaceMetricTests {
  /// A mask of smooth blobs, noise, or nearly nothing.
  static func mask(_ count: Int, width: Int, _ random: inout SeededRandom) -> [Bool] {
    let share = [0.02, 0.2, 0.5, 0.8, 0.97].randomElement(using: &random) ?? 0.5
    var mask = (0..<count).map { _ in Double.random(in: 0..<1, using: &random) < share }
    if Bool.random(using: &random) {
      // Smoother: each voxel as most of its neighbours in memory.
      let rough = mask
      for index in mask.indices {
        let near = [index - width, index - 1, index, index + 1, index + width].filter(rough.indices.contains)
        mask[index] = 2 * near.count { rough[$0] } > near.count
      }
    }
    return mask
  }

  @Test(
    "Thousands of random masks in 2D and 3D with random spacing, every form and surface", arguments: 0..<40)
  func twins(seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    var compared = 0
    while compared < 60 {
      let rank = Bool.random(using: &random) ? 2 : 3
      let extents = (0..<rank).map { _ in Int.random(in: 1...(rank == 2 ? 14 : 7), using: &random) }
      let count = extents.reduce(1, *)
      let spacing = (0..<rank).map { _ in
        Bool.random(using: &random) ? 1 : Double.random(in: 0.1...5, using: &random)
      }
      let reference = Self.mask(count, width: extents[rank - 1], &random)
      let prediction = Self.mask(count, width: extents[rank - 1], &random)
      guard reference.contains(true), prediction.contains(true) else { continue }
      let twin = SurfaceTwin(extents: extents, spacing: spacing)
      for kind in [SurfaceKind.erosion6, .erosion26, .voxels] {
        let expected = twin.values(
          prediction, reference, kind,
          tolerance: (Double.random(in: 0...4, using: &random) * 10).rounded() / 10)
        let found = try measured(
          prediction, reference, extents, Array(expected.keys), spacing: spacing
        ) { $0.shapes.surface = kind }
        for (name, value) in expected {
          #expect(isClose(found[name] ?? .nan, value), "\(name) \(kind) of \(extents) \(spacing)")
        }
      }
      compared += 1
    }
  }

  @Test("Several labels and regions of one map score as each alone, on any number of threads")
  func together() throws {
    var random = SeededRandom(seed: 5)
    for _ in 0..<40 {
      let shape = VoxelShape(slices: 5, rows: 11, columns: 70)
      func labels() -> [UInt8] { (0..<shape.count).map { _ in UInt8.random(in: 0...4, using: &random) } }
      let reference = labels()
      let prediction = zip(reference, labels()).map { Int.random(in: 0..<5, using: &random) == 0 ? $1 : $0 }
      let items = try LabelScheme(parsing: "0=nothing,1,2,3,4,front=1+2,odd=1+3").items
      let names = [
        "hd", "hd95.pooled", "assd", "nsd@1.5", "hd95.surfel", "nsd.surfel@1", "boundary-iou@1", "pq",
        "cldice",
      ]
      let request = ShapeRequest(try names.map { try SegmentationMetric(named: $0) })
      func measure(_ items: [LabelScheme.Item], _ threads: Int) throws -> [[Double]] {
        try ShapeMeasures(
          prediction: try LabelMap(prediction, shape: shape),
          reference: try LabelMap(reference, shape: shape),
          items: items, request, spacing: [2, 1, 0.5], threads: threads
        ).values
      }
      let all = try measure(items, 1)
      for (index, item) in items.enumerated() {
        let alone = try measure([item], 1)
        #expect(alone[0] == all[index], "\(item.key)")
      }
      let (two, five) = (try measure(items, 2), try measure(items, 5))
      #expect(two == all && five == all)
      // The same labels stored wider, and far apart in number.
      func wide(_ labels: [UInt8]) throws -> LabelMap {
        try LabelMap(.uint32(labels.map { UInt32($0) * 70_000 }), shape: shape)
      }
      let far = try ShapeMeasures(
        prediction: try wide(prediction), reference: try wide(reference), items: [.label(140_000)], request,
        spacing: [2, 1, 0.5])
      #expect(far.values[0] == all[2])
    }
  }

  @Test("Two single voxels: every distance is theirs")
  func twoVoxels() throws {
    var (one, other) = ([Bool](repeating: false, count: 600), [Bool](repeating: false, count: 600))
    one[0] = true
    other[599] = true
    let names = [
      "hd", "hd95", "hd95.pooled", "hd95.floor", "assd", "masd", "mhd", "asd.pred", "asd.ref", "hd.voxels",
    ]
    let expected = (36.0 * 9 + 4 * 81 + 0.25 * 81).squareRoot()
    let found = try measured(one, other, [6, 10, 10], names, spacing: [18.0 / 5, 2, 0.5])
    for name in names { #expect(isClose(found[name] ?? .nan, expected), "\(name)") }
  }

  @Test("Slabs: a shifted half-space is its shift away")
  func slabs() throws {
    for shift in 1...4 {
      let reference = (0..<20 * 12).map { $0 / 12 < 8 }
      let prediction = (0..<20 * 12).map { $0 / 12 < 8 + shift }
      let found = try measured(prediction, reference, [20, 12], ["hd", "hd.voxels"], spacing: [2.5, 1])
      #expect(found["hd"] == 2.5 * Double(shift) && found["hd.voxels"] == 2.5 * Double(shift))
    }
  }

  @Test("Concentric balls: distances are the difference of the radii, within a voxel")
  func balls() throws {
    let size = 41
    func ball(_ radius: Double) -> [Bool] {
      (0..<size * size * size).map { index in
        let (z, y, x) = (index / (size * size) - 20, index / size % size - 20, index % size - 20)
        return Double(z * z + y * y + x * x) <= radius * radius
      }
    }
    let found = try measured(
      ball(18), ball(11), [size, size, size],
      ["hd", "assd", "hd95.surfel", "asd.pred.surfel", "nsd@6", "nsd@8.5"])
    for name in ["hd", "assd", "hd95.surfel", "asd.pred.surfel"] {
      #expect(abs((found[name] ?? 0) - 7) < 1, "\(name)")
    }
    #expect(found["nsd@6"] ?? 1 < 0.1 && found["nsd@8.5"] == 1)
  }

  @Test("Shapes of one voxel's width in every direction, full images, a single voxel")
  func thin() throws {
    for extents in [[1, 1], [1, 9], [9, 1], [1, 1, 1], [1, 1, 9], [1, 9, 1], [9, 1, 1], [3, 1, 200]] {
      let all = [Bool](repeating: true, count: extents.reduce(1, *))
      var one = all.map { _ in false }
      one[0] = true
      for kind in SurfaceKind.allCases {
        let same = try measured(all, all, extents, ["hd", "hd95", "assd", "nsd@0"]) {
          $0.shapes.surface = kind
        }
        #expect(same == ["hd": 0, "hd95": 0, "assd": 0, "nsd@0": 1], "\(extents) \(kind)")
        let other = try measured(one, all, extents, ["hd"]) { $0.shapes.surface = kind }
        let diagonal = extents.map { Double(($0 - 1) * ($0 - 1)) }.reduce(0, +).squareRoot()
        if kind != .surfel { #expect(other["hd"] == diagonal) }
        let swapped = try measured(all, one, extents, ["hd"]) { $0.shapes.surface = kind }
        #expect(other == swapped)
      }
    }
  }

  @Test("Empty masks: NaN if both are, infinite or 0 if one is, for every kind of surface")
  func empty() throws {
    let names = ["hd", "hd95", "hd95.pooled", "hd95.floor", "assd", "masd", "mhd", "asd.pred", "asd.ref"]
    let shares = ["nsd@1", "nsd.meanfraction@1", "boundary-iou@1", "boundary-f", "cldice", "pq"]
    let none = [Bool](repeating: false, count: 64)
    var some = none
    some[9] = true
    for kind in SurfaceKind.allCases {
      let both = try measured(none, none, [8, 8], names + shares) { $0.shapes.surface = kind }
      for (name, value) in both { #expect(value.isNaN, "\(name)") }
      for (one, other) in [(none, some), (some, none)] {
        let found = try measured(one, other, [8, 8], names + shares) { $0.shapes.surface = kind }
        for name in names { #expect(found[name] == .infinity, "\(name)") }
        for name in shares { #expect(found[name] == 0, "\(name)") }
      }
    }
  }

  @Test("Chessboard and taxicab distances count voxels whatever the spacing")
  func norms() throws {
    var random = SeededRandom(seed: 9)
    for _ in 0..<60 {
      let extents = [4, 6, 9]
      let (one, other) = (Self.mask(216, width: 9, &random), Self.mask(216, width: 9, &random))
      guard one.contains(true), other.contains(true) else { continue }
      let twin = SurfaceTwin(extents: extents, spacing: [1, 1, 1])
      let (p, r) = (twin.surface(one, .erosion6), twin.surface(other, .erosion6))
      for norm in [DistanceNorm.chessboard, .taxicab] {
        let expected = p.map { point in
          r.map { other in
            let steps = (0..<3).map { abs(point[$0] - other[$0]) }
            return norm == .taxicab ? steps.reduce(0, +) : steps.max() ?? 0
          }.min() ?? 0
        }
        let found = try measured(one, other, extents, ["asd.pred"], spacing: [3, 0.5, 2]) {
          $0.shapes.norm = norm
        }
        #expect(isClose(found["asd.pred"] ?? .nan, Double(expected.reduce(0, +)) / Double(expected.count)))
      }
    }
  }
}
