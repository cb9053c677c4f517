import DistanceTransform

/// The border lines of two masks, as DAVIS draws them: a voxel is on the line if it differs from one of its neighbours
/// towards the ends of the axes.
struct BoundaryLines: Sendable {
  private let distances: SurfaceDistances

  init(_ prediction: BinaryBox, _ reference: BinaryBox, threads: Int) {
    let rows = NearbyRows(spacing: [Double](repeating: 1, count: prediction.imageExtents.count))
    distances = SurfaceDistances(
      Surface(points: Self.line(prediction)), Surface(points: Self.line(reference)), rows, threads: threads)
  }

  /// The F-measure: a voxel of a line is found if the other line has one within the radius.
  func f(radius: Double) -> Double {
    func share(_ distances: [Double]) -> Double {
      Double(distances.count { $0 <= radius }) / Double(distances.count)
    }
    switch (distances.fromPrediction.isEmpty, distances.fromReference.isEmpty) {
    case (true, true): return 1
    case (true, false), (false, true): return 0
    case (false, false):
      let (precision, recall) = (share(distances.fromPrediction), share(distances.fromReference))
      return precision + recall == 0 ? 0 : 2 * precision * recall / (precision + recall)
    }
  }

  /// - Precondition: the box has a margin of one voxel before the object where the image has room.
  private static func line(_ box: BinaryBox) -> [VoxelPoint] {
    let (depth, height, width) = box.extents
    var points: [VoxelPoint] = []
    func row(_ z: Int, _ y: Int) -> Int { (z * height + y) * width }
    for z in 0..<depth {
      for y in 0..<height {
        // Beyond the last slice, row and column there is nothing to differ from.
        let (nextZ, nextY) = (min(z + 1, depth - 1), min(y + 1, height - 1))
        let rows = [row(z, y), row(z, nextY), row(nextZ, y), row(nextZ, nextY)]
        for x in 0..<width {
          let own = box.mask[rows[0] + x]
          let nextX = min(x + 1, width - 1)
          let differs = rows.contains { box.mask[$0 + x] != own || box.mask[$0 + nextX] != own }
          if differs { points.append(VoxelPoint(z: Int32(z), y: Int32(y), x: Int32(x))) }
        }
      }
    }
    return points
  }
}
