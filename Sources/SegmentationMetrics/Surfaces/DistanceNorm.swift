import DistanceTransform

/// How the distance of two voxels is measured. All but the Euclidean count voxels, whatever the spacing, as MONAI does.
public enum DistanceNorm: String, Sendable, Hashable, CaseIterable {
  /// Straight, in the unit of the spacing.
  case euclidean
  /// Steps over faces, edges and corners: the largest of the differences along the axes.
  case chessboard
  /// Steps over faces: the sum of the differences.
  case taxicab

  /// The distance of each point to the nearest of others, by steps from these outward; infinite if there are none.
  func distances(_ points: [VoxelPoint], to others: [VoxelPoint], in box: VoxelBox) -> [Double] {
    let (depth, height, width) = box.extents
    func index(_ point: VoxelPoint) -> Int {
      (Int(point.z - box.lower.z) * height + Int(point.y - box.lower.y)) * width + Int(point.x - box.lower.x)
    }
    guard !others.isEmpty else { return points.map { _ in .infinity } }
    var steps = [Int32](repeating: -1, count: depth * height * width)
    var front = others.map(index)
    for place in front { steps[place] = 0 }
    var reached: Int32 = 0
    while !front.isEmpty {
      reached += 1
      var next: [Int] = []
      for place in front {
        let (z, y, x) = (place / (height * width), place / width % height, place % width)
        for dz in -1...1 where z + dz >= 0 && z + dz < depth {
          for dy in -1...1 where y + dy >= 0 && y + dy < height {
            for dx in -1...1 where x + dx >= 0 && x + dx < width {
              if self == .taxicab, dz.magnitude + dy.magnitude + dx.magnitude > 1 { continue }
              let neighbour = ((z + dz) * height + y + dy) * width + x + dx
              if steps[neighbour] < 0 {
                steps[neighbour] = reached
                next.append(neighbour)
              }
            }
          }
        }
      }
      front = next
    }
    return points.map { Double(steps[index($0)]) }
  }
}
