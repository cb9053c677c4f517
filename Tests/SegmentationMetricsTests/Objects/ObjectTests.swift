import LabelMaps
import SegmentationMetrics
import TestSupport
import Testing

@Suite("Objects against brute force")
struct ObjectTests {
  /// Objects as sets of places, by flooding; in the order of their first voxel.
  private static func components(
    _ labels: [UInt8], _ extents: [Int], of label: UInt8, _ neighbours: Connectivity
  )
    -> [Set<Int>]
  {
    let (height, width) = (extents[extents.count - 2], extents[extents.count - 1])
    let depth = extents.count == 3 ? extents[0] : 1
    let reach = neighbours == .faces ? 1 : neighbours == .corners ? 3 : 2
    var left = Set(labels.indices.filter { labels[$0] == label })
    var found: [Set<Int>] = []
    while let seed = left.min() {
      var (object, front): (Set<Int>, [Int]) = ([seed], [seed])
      left.remove(seed)
      while let at = front.popLast() {
        let (z, y, x) = (at / (height * width), at / width % height, at % width)
        for dz in -1...1 {
          for dy in -1...1 {
            for dx in -1...1 where abs(dz) + abs(dy) + abs(dx) <= reach {
              guard 0..<depth ~= z + dz, 0..<height ~= y + dy, 0..<width ~= x + dx else { continue }
              let next = ((z + dz) * height + y + dy) * width + x + dx
              if left.remove(next) != nil {
                object.insert(next)
                front.append(next)
              }
            }
          }
        }
      }
      found.append(object)
    }
    return found
  }

  /// Pairs by asking again and again for the best that is left.
  private static func tally(_ own: [Set<Int>], _ others: [Set<Int>], _ rule: MatchingRule) -> ObjectTally {
    var (own, others) = (own, others)
    var tally = ObjectTally()
    func iou(_ one: Set<Int>, _ other: Set<Int>) -> Double {
      Double(one.intersection(other).count) / Double(one.union(other).count)
    }
    while true {
      var best: (score: Double, own: Int, other: Int)?
      for (j, other) in others.enumerated() {
        for (i, one) in own.enumerated() {
          let value = iou(one, other)
          let isPair =
            switch rule.kind {
            case .above: value > rule.threshold
            case .atLeast: value >= rule.threshold
            case .overlap: true
            }
          guard value > 0, isPair else { continue }
          let score = rule.kind == .overlap ? Double(one.intersection(other).count) : value
          if score > best?.score ?? 0 { best = (score, i, j) }
        }
      }
      guard let best else { break }
      let (one, other) = (own.remove(at: best.own), others.remove(at: best.other))
      tally.truePositives += 1
      tally.iouSum += iou(one, other)
      tally.diceSum += 2 * Double(one.intersection(other).count) / Double(one.count + other.count)
    }
    (tally.falsePositives, tally.falseNegatives) = (UInt64(own.count), UInt64(others.count))
    return tally
  }

  private static let rules = [
    MatchingRule.standard, MatchingRule(.above, threshold: 0.2), MatchingRule(.atLeast, threshold: 0.5),
    MatchingRule(.overlap, threshold: 0),
  ]

  private static func near(_ one: ObjectTally, _ other: ObjectTally) -> Bool {
    one.truePositives == other.truePositives && one.falsePositives == other.falsePositives
      && one.falseNegatives == other.falseNegatives && abs(one.iouSum - other.iouSum) < 1e-9
      && abs(one.diceSum - other.diceSum) < 1e-9
  }

  private static func request(_ rules: [MatchingRule]) -> [(MatchingRule, ShapeRequest)] {
    rules.map { rule in
      var request = ShapeRequest([.object(.panopticQuality, nil)])
      request.shapes.matching = rule
      return (rule, request)
    }
  }

  @Test("Components of every connectivity, paired by every rule", arguments: 0..<20)
  func components(seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    for _ in 0..<25 {
      let rank = Int.random(in: 2...3, using: &random)
      let extents = (0..<rank).map { _ in Int.random(in: 1...(rank == 2 ? 13 : 6), using: &random) }
      let count = extents.reduce(1, *)
      let most = UInt8.random(in: 1...3, using: &random)
      var own = (0..<count).map { _ in UInt8.random(in: 0...most, using: &random) }
      if Bool.random(using: &random) { own = own.map { $0 > 2 ? 0 : $0 } }
      let other = own.map {
        UInt8.random(in: 0..<4, using: &random) == 0 ? UInt8.random(in: 0...most, using: &random) : $0
      }
      let shape =
        rank == 2
        ? VoxelShape(rows: extents[0], columns: extents[1])
        : VoxelShape(slices: extents[0], rows: extents[1], columns: extents[2])
      let (prediction, reference) = (try LabelMap(own, shape: shape), try LabelMap(other, shape: shape))
      for connectivity in [Connectivity.faces, .edges, .corners] {
        for (rule, base) in Self.request(Self.rules) {
          var request = base
          request.shapes.connectivity = connectivity
          let found = try ShapeMeasures(
            prediction: prediction, reference: reference, items: [.label(1), .label(2)], request,
            spacing: [Double](repeating: 1, count: rank)
          ).objects
          for label in UInt8(1)...2 {
            let expected = Self.tally(
              Self.components(own, extents, of: label, connectivity),
              Self.components(other, extents, of: label, connectivity), rule)
            let tally = try #require(found[Int(label) - 1][rule])
            #expect(Self.near(tally, expected), "\(extents) \(connectivity) \(rule.name) \(own) \(other)")
          }
        }
      }
    }
  }

  @Test("Ids are objects, wherever their voxels lie", arguments: 0..<20)
  func ids(seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    for _ in 0..<25 {
      let (rows, columns) = (Int.random(in: 1...12, using: &random), Int.random(in: 1...12, using: &random))
      let most = UInt16.random(in: 1...9, using: &random)
      let own = (0..<rows * columns).map { _ in 300 * UInt16.random(in: 0...most, using: &random) }
      let other = own.map { UInt8.random(in: 0..<3, using: &random) == 0 ? 1 : $0 / 300 }
      let shape = VoxelShape(rows: rows, columns: columns)
      func objects(_ labels: [UInt16]) -> [Set<Int>] {
        var found: [(id: UInt16, places: Set<Int>)] = []
        for (place, id) in labels.enumerated() where id != 0 {
          if let index = found.firstIndex(where: { $0.id == id }) {
            found[index].places.insert(place)
          } else {
            found.append((id, [place]))
          }
        }
        return found.map(\.places)
      }
      for (rule, base) in Self.request(Self.rules) {
        var request = base
        request.shapes.objects = .ids
        let all = Set(own).union(other).subtracting([0]).map { UInt32($0) }.sorted()
        guard !all.isEmpty else { continue }
        let found = try ShapeMeasures(
          prediction: try LabelMap(.uint16(own), shape: shape),
          reference: try LabelMap(.uint16(other), shape: shape),
          items: [.region("objects", all)], request, spacing: [1, 1]
        ).objects[0]
        let expected = Self.tally(objects(own), objects(other), rule)
        let tally = try #require(found[rule])
        #expect(Self.near(tally, expected), "\(rows)×\(columns) \(rule.name) \(own) \(other)")
      }
    }
  }
}
