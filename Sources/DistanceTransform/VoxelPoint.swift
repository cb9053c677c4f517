/// A voxel by its place along each axis, the outermost first (z is 0 in an image); or a corner between voxels.
public struct VoxelPoint: Sendable, Hashable {
  public var z, y, x: Int32

  public init(z: Int32, y: Int32, x: Int32) { (self.z, self.y, self.x) = (z, y, x) }
}

/// A box of voxels, its upper bounds included.
public struct VoxelBox: Sendable, Hashable {
  public private(set) var lower = VoxelPoint(z: .max, y: .max, x: .max)
  public private(set) var upper = VoxelPoint(z: .min, y: .min, x: .min)

  /// The smallest box that holds all points; empty for none.
  public init(_ points: [VoxelPoint]) { for point in points { add(point) } }

  public var isEmpty: Bool { lower.z > upper.z }

  /// The number of places along each axis.
  public var extents: (z: Int, y: Int, x: Int) {
    isEmpty
      ? (0, 0, 0)
      : (Int(upper.z - lower.z) + 1, Int(upper.y - lower.y) + 1, Int(upper.x - lower.x) + 1)
  }

  /// The number of places in it.
  public var count: Int { extents.z * extents.y * extents.x }

  /// The smallest box that holds both.
  public func union(_ other: VoxelBox) -> VoxelBox {
    var box = self
    if !other.isEmpty {
      box.add(other.lower)
      box.add(other.upper)
    }
    return box
  }

  /// The box with one place more on every side, as far as an image of these extents has them.
  public func grown(within extents: (z: Int, y: Int, x: Int)) -> VoxelBox {
    guard !isEmpty else { return self }
    var box = self
    box.add(VoxelPoint(z: max(lower.z - 1, 0), y: max(lower.y - 1, 0), x: max(lower.x - 1, 0)))
    box.add(
      VoxelPoint(
        z: min(upper.z + 1, Int32(extents.z - 1)), y: min(upper.y + 1, Int32(extents.y - 1)),
        x: min(upper.x + 1, Int32(extents.x - 1))))
    return box
  }

  private mutating func add(_ point: VoxelPoint) {
    lower = VoxelPoint(z: min(lower.z, point.z), y: min(lower.y, point.y), x: min(lower.x, point.x))
    upper = VoxelPoint(z: max(upper.z, point.z), y: max(upper.y, point.y), x: max(upper.x, point.x))
  }
}
