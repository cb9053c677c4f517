import Foundation
import LabelMaps
import SegmentationMetrics
import TestSupport

/// fixtures/published_metrics.json: inputs and numbers of other projects' own tests.
struct PublishedMetrics: Decodable, Sendable {
  struct Vector: Decodable, Sendable {
    var id: String
    var inputs: [String: JSONTree]
    var args, expected, tolerance: JSONTree
  }

  var crossTool: [String: [String: [String: JSONTree]]]
  var vectors: [Vector]

  enum CodingKeys: String, CodingKey {
    case crossTool = "cross_tool"
    case vectors
  }

  static let loaded = Result {
    let data = try Data(contentsOf: URL(filePath: TestFiles.fixture("published_metrics.json")))
    return try JSONDecoder().decode(PublishedMetrics.self, from: data)
  }
}

/// A map of numbers, as the vectors describe it.
struct VectorMap {
  var extents: [Int]
  var numbers: [Int]

  init(_ tree: JSONTree) {
    extents = tree["shape"].integers
    numbers = [Int](repeating: 0, count: extents.reduce(1, *))
    guard case .text(let generator) = tree["gen"] else { return }
    switch generator {
    case "zeros": break
    case "ones": numbers = numbers.map { _ in 1 }
    case "literal":
      extents = tree["data"].extents
      numbers = tree["data"].flattened.map { Int($0) }
    case "runs":
      numbers = tree["runs"].list.flatMap { [Int](repeating: $0.integers[0], count: $0.integers[1]) }
      extents = [numbers.count]
    case "boxes":
      for box in tree["boxes"].list { fill(box.list.map(\.integers), Int(tree["value"].value ?? 1)) }
    case "boxes_labels":
      for box in tree["boxes"].list { fill(box[1].list.map(\.integers), Int(box[0].value ?? 0)) }
    case "onehot_boxes":
      for box in tree["boxes"].list {
        let (batch, channel) = (Int(box[0].value ?? 0), Int(box[1].value ?? 0))
        fill([[batch, batch + 1], [channel, channel + 1]] + box[2].list.map(\.integers), 1)
      }
    case "sphere":
      let (centre, spacing) = (tree["centre"].values, tree["spacing"].values)
      let radius = tree["radius"].value ?? 0
      forEach { index, place in
        let squared = zip(zip(place, spacing), centre).reduce(0.0) { sum, part in
          let distance = Double(part.0.0) * part.0.1 - part.1
          return sum + distance * distance
        }
        numbers[index] = squared <= radius * radius ? 1 : 0
      }
    default: preconditionFailure("no generator \(generator)")
    }
  }

  init(extents: [Int], _ numbers: [Int]) { (self.extents, self.numbers) = (extents, numbers) }

  private func forEach(_ body: (Int, [Int]) -> Void) {
    for index in numbers.indices {
      var (rest, place) = (index, [Int](repeating: 0, count: extents.count))
      for axis in extents.indices.reversed() {
        place[axis] = rest % extents[axis]
        rest /= extents[axis]
      }
      body(index, place)
    }
  }

  private mutating func fill(_ ranges: [[Int]], _ value: Int) {
    var result = numbers
    forEach { index, place in
      if zip(place, ranges).allSatisfy({ $0 >= $1[0] && $0 < $1[1] }) { result[index] = value }
    }
    numbers = result
  }

  /// The part at an index of the first axis.
  subscript(_ index: Int) -> VectorMap {
    let size = numbers.count / extents[0]
    return VectorMap(extents: Array(extents.dropFirst()), Array(numbers[index * size..<(index + 1) * size]))
  }

  func mask(_ isMember: (Int) -> Bool = { $0 != 0 }) -> VectorMap {
    VectorMap(extents: extents, numbers.map { isMember($0) ? 1 : 0 })
  }

  func labels() throws -> LabelMap {
    // An image of one row where there is one axis.
    let extents = extents.count == 1 ? [1] + extents : extents
    let shape =
      extents.count == 2
      ? VoxelShape(rows: extents[0], columns: extents[1])
      : VoxelShape(slices: extents[0], rows: extents[1], columns: extents[2])
    return try LabelMap(.uint32(numbers.map { UInt32($0) }), shape: shape)
  }
}

/// Two maps and how they are scored.
struct VectorPair {
  var prediction, reference: VectorMap
  var convention: Convention
  var spacing: [Double]?
  var norm = DistanceNorm.euclidean
  var matching: MatchingRule?
  /// The labels of one class of objects; nil where masks are scored.
  var objects: [UInt32]?

  init(_ prediction: VectorMap, _ reference: VectorMap, _ convention: String = "monai") throws {
    (self.prediction, self.reference) = (prediction, reference)
    guard let found = Convention(named: convention) else { throw MetricNameError.unknown(convention) }
    self.convention = found
  }

  var counts: OverlapCounts {
    var counts = OverlapCounts()
    for (own, other) in zip(prediction.numbers, reference.numbers) {
      switch (own != 0, other != 0) {
      case (true, true): counts.truePositives += 1
      case (true, false): counts.falsePositives += 1
      case (false, true): counts.falseNegatives += 1
      case (false, false): counts.trueNegatives += 1
      }
    }
    return counts
  }

  /// What the convention calls by that name, empty masks as it has them.
  func value(_ name: String) throws -> Double { try values([name])[0] }

  func values(_ names: [String]) throws -> [Double] {
    let metrics = try names.map { try convention.metric(named: $0) }
    var request = ShapeRequest(metrics)
    request.shapes = convention.shapes
    // What stands for infinity is looked at elsewhere.
    request.shapes.penalty = nil
    request.shapes.norm = norm
    request.shapes.matching = matching ?? convention.shapes.matching
    request.shapes.objects = objects == nil ? .components : .ids
    let (own, other) = (try prediction.labels(), try reference.labels())
    let steps = spacing ?? own.shape.extents.map { _ in 1 }
    let rank = own.shape.extents.count
    let measures = try ShapeMeasures(
      prediction: own, reference: other, items: [.region("all", objects ?? [1])], request,
      spacing: [Double](repeating: 1, count: rank - steps.count) + steps)
    return zip(metrics, measures.values[0]).map { metric, natural in
      if case .overlap(let own) = metric { return convention.empty.value(of: own, counts) }
      return convention.empty.value(of: metric, counts, natural: natural)
    }
  }
}
