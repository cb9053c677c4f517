import LabelMaps
import SegmentationMetrics

/// The same numbers by the plainest means: every surface voxel looked for by the definition, every distance to every other.
struct SurfaceTwin {
  let extents: [Int]
  let spacing: [Double]

  /// Axes as three, an image being one slice.
  private var padded: [Int] { [Int](repeating: 1, count: 3 - extents.count) + extents }
  private var steps: [Double] { [Double](repeating: 1, count: 3 - extents.count) + spacing }

  func surface(_ mask: [Bool], _ kind: SurfaceKind) -> [[Int]] {
    let size = padded
    var points: [[Int]] = []
    func isSet(_ z: Int, _ y: Int, _ x: Int) -> Bool {
      z >= 0 && z < size[0] && y >= 0 && y < size[1] && x >= 0 && x < size[2]
        && mask[(z * size[1] + y) * size[2] + x]
    }
    let reach = extents.count == 2 ? 0...0 : -1...1
    for z in 0..<size[0] {
      for y in 0..<size[1] {
        for x in 0..<size[2] where isSet(z, y, x) {
          var isInner = true
          for dz in reach {
            for dy in -1...1 {
              for dx in -1...1 where kind == .erosion26 || abs(dz) + abs(dy) + abs(dx) == 1 {
                if !isSet(z + dz, y + dy, x + dx) { isInner = false }
              }
            }
          }
          if kind == .voxels || !isInner { points.append([z, y, x]) }
        }
      }
    }
    return points
  }

  func distances(_ points: [[Int]], to others: [[Int]]) -> [Double] {
    points.map { point in
      others.map { other in
        (0..<3).reduce(0.0) { sum, axis in
          let distance = Double(point[axis] - other[axis]) * steps[axis]
          return sum + distance * distance
        }.squareRoot()
      }.min() ?? .infinity
    }
  }

  /// NumPy's percentile.
  static func percentile(_ values: [Double], _ percent: Double) -> Double {
    let sorted = values.sorted()
    let rank = Double(sorted.count - 1) * percent / 100
    let low = Int(rank.rounded(.down))
    let high = Int(rank.rounded(.up))
    return sorted[low] + (sorted[high] - sorted[low]) * (rank - Double(low))
  }

  /// By name, for two masks that are not empty.
  func values(_ prediction: [Bool], _ reference: [Bool], _ kind: SurfaceKind, tolerance: Double) -> [String:
    Double]
  {
    let (p, r) = (surface(prediction, kind), surface(reference, kind))
    let (pr, rp) = (distances(p, to: r), distances(r, to: p))
    func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
    func share(_ values: [Double]) -> Double {
      Double(values.count { $0 <= tolerance }) / Double(values.count)
    }
    return [
      "hd": max(pr.max() ?? 0, rp.max() ?? 0),
      "hd95": max(Self.percentile(pr, 95), Self.percentile(rp, 95)),
      "hd@40": max(Self.percentile(pr, 40), Self.percentile(rp, 40)),
      "hd95.pooled": Self.percentile(pr + rp, 95),
      "hd95.floor": max(
        pr.sorted()[Int(Double(pr.count - 1) * 0.95)], rp.sorted()[Int(Double(rp.count - 1) * 0.95)]),
      "assd": mean(pr + rp), "masd": (mean(pr) + mean(rp)) / 2, "mhd": max(mean(pr), mean(rp)),
      "asd.pred": mean(pr), "asd.ref": mean(rp),
      "nsd@\(tolerance)": share(pr + rp), "nsd.meanfraction@\(tolerance)": (share(pr) + share(rp)) / 2,
      "surface-overlap.pred@\(tolerance)": share(pr), "surface-overlap.ref@\(tolerance)": share(rp),
    ]
  }
}

/// The values of metrics by name for one label of two masks.
func measured(
  _ prediction: [Bool], _ reference: [Bool], _ extents: [Int], _ names: [String], spacing: [Double]? = nil,
  _ change: (inout ShapeRequest) -> Void = { _ in }
) throws -> [String: Double] {
  let shape =
    extents.count == 2
    ? VoxelShape(rows: extents[0], columns: extents[1])
    : VoxelShape(slices: extents[0], rows: extents[1], columns: extents[2])
  var request = ShapeRequest(try names.map { try SegmentationMetric(named: $0) })
  change(&request)
  let measures = try ShapeMeasures(
    prediction: try LabelMap(prediction.map { $0 ? 1 : 0 }, shape: shape),
    reference: try LabelMap(reference.map { $0 ? 1 : 0 }, shape: shape), items: [.label(1)], request,
    spacing: spacing ?? [Double](repeating: 1, count: extents.count), threads: 2)
  return Dictionary(uniqueKeysWithValues: zip(names, measures.values[0]))
}
