import DistanceTransform

extension BinaryBox {
  /// The larger of the mean distances from each contour to the other object (ITK's mean contour distance, as
  /// grand-challenge-metrics has it).
  ///
  /// A contour is an object's voxels with a neighbour over a face, edge or corner that is not the object's; what lies beyond
  /// the image is as the voxel at its border, so that an object cut off there has no contour there. Voxels in the other object are at
  /// distance 0. A reference without contour gives NaN, a prediction without contour the reference's mean.
  ///
  /// - Precondition: both are cut alike, and neither is empty.
  static func meanContourDistance(_ prediction: BinaryBox, _ reference: BinaryBox, spacing: [Double])
    -> Double
  {
    let rows = NearbyRows(spacing: spacing)
    let (own, other) = (
      reference.contourMean(to: prediction, rows), prediction.contourMean(to: reference, rows)
    )
    return other > own ? other : own
  }

  /// NaN where there is no contour.
  private func contourMean(to other: BinaryBox, _ rows: NearbyRows) -> Double {
    let contour = places { isContour($0, $1, $2) }
    let outside = contour.filter { other.mask[index($0)] == 0 }
    let border = other.border
    let (last, first) = (
      VoxelPoint(z: Int32(extents.z - 1), y: Int32(extents.y - 1), x: Int32(extents.x - 1)),
      VoxelPoint(z: 0, y: 0, x: 0)
    )
    let set = other.places { border[($0 * extents.y + $1) * extents.x + $2] == 1 }
    let squared = NearestVoxels.squaredDistances(
      of: outside, to: set, in: VoxelBox([first, last]), rows: rows)
    return squared.reduce(0) { $0 + $1.squareRoot() } / Double(contour.count)
  }

  private func index(_ point: VoxelPoint) -> Int {
    (Int(point.z) * extents.y + Int(point.y)) * extents.x + Int(point.x)
  }

  private func places(where isChosen: (Int, Int, Int) -> Bool) -> [VoxelPoint] {
    var points: [VoxelPoint] = []
    for z in 0..<extents.z {
      for y in 0..<extents.y {
        for x in 0..<extents.x where isChosen(z, y, x) {
          points.append(VoxelPoint(z: Int32(z), y: Int32(y), x: Int32(x)))
        }
      }
    }
    return points
  }

  private func isContour(_ z: Int, _ y: Int, _ x: Int) -> Bool {
    guard mask[(z * extents.y + y) * extents.x + x] == 1 else { return false }
    for nearZ in max(z - 1, 0)...min(z + 1, extents.z - 1) {
      for nearY in max(y - 1, 0)...min(y + 1, extents.y - 1) {
        let row = (nearZ * extents.y + nearY) * extents.x
        for nearX in max(x - 1, 0)...min(x + 1, extents.x - 1) where mask[row + nearX] == 0 { return true }
      }
    }
    return false
  }
}
