import LabelMaps
import SegmentationMetrics
import TestSupport
import Testing

@Suite("Lesions of many labels")
struct LesionLabelTests {
  private static let names = [
    "lesionwise-dice", "lesionwise-hd95", "lesionwise-hd.surfel", "lesionwise-assd.erosion26",
    "lesionwise-masd.voxels", "lesionwise-tp", "lesionwise-fn", "lesionwise-fp",
  ]

  private static func values(
    _ own: [UInt32], _ other: [UInt32], _ shape: VoxelShape, labels: Int, _ rule: LesionRule, threads: Int = 1
  ) throws -> [[Double]] {
    var request = ShapeRequest(try names.map { try SegmentationMetric(named: $0) })
    request.shapes.lesions = rule
    request.shapes.penalty = .value(374)
    return try ShapeMeasures(
      prediction: try LabelMap(.uint32(own), shape: shape),
      reference: try LabelMap(.uint32(other), shape: shape),
      items: (1...labels).map { .label(UInt32($0)) }, request,
      spacing: Array([2, 0.75, 0.5].suffix(shape.rank)),
      threads: threads
    ).values
  }

  @Test("A label among many has, to the last bit, the numbers it has alone", arguments: 0..<24)
  func alone(seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    let shape =
      seed % 3 == 0 ? VoxelShape(rows: 37, columns: 41) : VoxelShape(slices: 7, rows: 13, columns: 18)
    let labels = 6
    func map() -> [UInt32] {
      // Blots and single voxels, so that some lesions lie far from others of their label.
      var map = [UInt32](repeating: 0, count: shape.count)
      for _ in 0..<60 {
        let (start, label) = (
          Int.random(in: 0..<map.count, using: &random), UInt32.random(in: 0...6, using: &random)
        )
        for step in 0..<Int.random(in: 1...6, using: &random) where start + step < map.count {
          map[start + step] = label
          let below = start + step + shape.extents[shape.rank - 1]
          if below < map.count { map[below] = label }
        }
      }
      return map
    }
    let (own, other) = (map(), map())
    let rule = LesionRule(dilation: Int(seed % 4), ignoredVolume: seed % 2 == 0 ? 0 : 1.5)
    let found = try Self.values(own, other, shape, labels: labels, rule, threads: 1 + Int(seed % 2))
    for label in 1...labels {
      func part(_ map: [UInt32]) -> [UInt32] { map.map { $0 == UInt32(label) ? 1 : 0 } }
      let alone = try Self.values(part(own), part(other), shape, labels: 1, rule)[0]
      for (name, (one, many)) in zip(Self.names, zip(alone, found[label - 1])) {
        #expect(one == many || one.isNaN && many.isNaN, "label \(label): \(name) \(many), alone \(one)")
      }
    }
  }

  @Test("Lesions grow as voxel by voxel they do", arguments: 0..<20)
  func growing(seed: UInt64) throws {
    var random = SeededRandom(seed: 500 + seed)
    let extents = (
      z: Int.random(in: 1...5, using: &random), y: Int.random(in: 1...9, using: &random),
      x: Int.random(in: 1...12, using: &random)
    )
    let shape = VoxelShape(slices: extents.z, rows: extents.y, columns: extents.x)
    var mask = (0..<shape.count).map { _ in Int.random(in: 0..<14, using: &random) == 0 }
    let places = PlaceMap(.uint8(mask.map { $0 ? 1 : 0 }), shape)
    let objects = ObjectMap(componentsOf: places, .corners)
    for times in 0...4 {
      let grown = DilatedRows(objects, places).dilated(times: times).components(place: 1)
      var found = [Bool](repeating: false, count: shape.count)
      grown.forEachStretch(
        of: grown.objects.map { _ in 1 }, rowsOfSlice: extents.y
      ) { z, y, columns, _ in
        for x in columns { found[(z * extents.y + y) * extents.x + x] = true }
      }
      #expect(found == mask, "\(extents), \(times) times")
      mask = Self.dilated(mask, extents)
    }
  }

  /// Voxels with one of the mask's at most one step away on two axes at most.
  private static func dilated(_ mask: [Bool], _ extents: (z: Int, y: Int, x: Int)) -> [Bool] {
    mask.indices.map { index in
      let (z, y, x) = (
        index / (extents.y * extents.x), index / extents.x % extents.y, index % extents.x
      )
      for dz in -1...1 where 0..<extents.z ~= z + dz {
        for dy in -1...1 where 0..<extents.y ~= y + dy {
          for dx in -1...1 where 0..<extents.x ~= x + dx {
            let steps = dz.magnitude + dy.magnitude + dx.magnitude
            if steps < 3, mask[((z + dz) * extents.y + y + dy) * extents.x + x + dx] { return true }
          }
        }
      }
      return false
    }
  }

  @Test("60,000 labels, each with a voxel at the top and one at the bottom")
  func scattered() throws {
    let (columns, half, count) = (500, 120, 60_000)
    let labels = (1...UInt32(count)).map { $0 }
    let other = labels + [UInt32](repeating: 0, count: columns * 10) + labels
    // What lies at the bottom is missed.
    let own = labels + [UInt32](repeating: 0, count: columns * (10 + half))
    let shape = VoxelShape(rows: 2 * half + 10, columns: columns)
    let found = try Self.values(own, other, shape, labels: count, LesionRule(dilation: 0, ignoredVolume: 0))
    #expect(found.allSatisfy { $0[0] == 0.5 && $0[1] == 187 && Array($0[5...]) == [1, 1, 0] })
  }

  @Test("Lesions grown beyond all bounds fill the map; no times or less leave them")
  func bounds() throws {
    let shape = VoxelShape(rows: 1, columns: 9)
    let (own, other): ([UInt32], [UInt32]) = ([1, 0, 0, 0, 0, 0, 0, 0, 0], [1, 0, 0, 0, 0, 0, 0, 0, 1])
    func counts(_ dilation: Int) throws -> [Double] {
      Array(
        try Self.values(own, other, shape, labels: 1, LesionRule(dilation: dilation, ignoredVolume: 0))[0][
          5...])
    }
    #expect(try counts(.max) == [1, 0, 0])
    #expect(try counts(0) == [1, 1, 0])
    #expect(try counts(.min) == [1, 1, 0])
  }
}
