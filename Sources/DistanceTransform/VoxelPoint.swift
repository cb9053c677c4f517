/// A voxel by its place along each axis, the outermost first (z is 0 in an image); or a corner between voxels.
///
/// No axis of a `LabelMap` is longer than 2³⁰ voxels, so that every place and every difference of two has room.
package struct VoxelPoint: Sendable, Hashable {
  package var z, y, x: Int32

  package init(z: Int32, y: Int32, x: Int32) { (self.z, self.y, self.x) = (z, y, x) }
}

/// A box of voxels, its upper bounds included.
package struct VoxelBox: Sendable, Hashable {
  package private(set) var lower = VoxelPoint(z: .max, y: .max, x: .max)
  package private(set) var upper = VoxelPoint(z: .min, y: .min, x: .min)

  /// The smallest box that holds all points; empty for none.
  package init(_ points: [VoxelPoint]) { for point in points { add(point) } }

  package var isEmpty: Bool { lower.z > upper.z }

  /// The number of places along each axis.
  package var extents: (z: Int, y: Int, x: Int) {
    isEmpty
      ? (0, 0, 0)
      : (
        Int(upper.z) - Int(lower.z) + 1, Int(upper.y) - Int(lower.y) + 1, Int(upper.x) - Int(lower.x) + 1
      )
  }

  /// The number of places in it; `Int.max` where there are more.
  package var count: Int {
    let extents = extents
    let plane = extents.y.multipliedReportingOverflow(by: extents.x)
    let all = plane.partialValue.multipliedReportingOverflow(by: extents.z)
    return plane.overflow || all.overflow ? .max : all.partialValue
  }

  /// The smallest box that holds both.
  package func union(_ other: VoxelBox) -> VoxelBox {
    var box = self
    if !other.isEmpty {
      box.add(other.lower)
      box.add(other.upper)
    }
    return box
  }

  /// The box with one place more on every side, as far as an image of these extents has them.
  package func grown(within extents: (z: Int, y: Int, x: Int)) -> VoxelBox {
    guard !isEmpty else { return self }
    func before(_ place: Int32) -> Int32 { max(place, 1) - 1 }
    func after(_ place: Int32, _ extent: Int) -> Int32 { Int32(clamping: min(Int(place) + 1, extent - 1)) }
    var box = self
    box.add(VoxelPoint(z: before(lower.z), y: before(lower.y), x: before(lower.x)))
    box.add(
      VoxelPoint(
        z: after(upper.z, extents.z), y: after(upper.y, extents.y), x: after(upper.x, extents.x)))
    return box
  }

  /// Makes it large enough to hold a point.
  package mutating func add(_ point: VoxelPoint) {
    lower = VoxelPoint(z: min(lower.z, point.z), y: min(lower.y, point.y), x: min(lower.x, point.x))
    upper = VoxelPoint(z: max(upper.z, point.z), y: max(upper.y, point.y), x: max(upper.x, point.x))
  }
}
