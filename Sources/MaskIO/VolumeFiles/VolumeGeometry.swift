/// Where the voxels of a volume lie in the patient: how far apart, in which direction, from where on.
public struct VolumeGeometry: Sendable, Hashable {
  /// Of each array axis (z, y, x), in millimetres; finite and above 0.
  public let spacing: [Double]
  /// The unit vector along each array axis (z, y, x), in a system of left, posterior, superior.
  public let directions: [[Double]]
  /// The centre of the first voxel in the same system, in millimetres.
  public let origin: [Double]

  public init(spacing: [Double], directions: [[Double]], origin: [Double]) {
    (self.spacing, self.directions, self.origin) = (spacing, directions, origin)
  }

  /// The largest relative difference of spacings and difference of directions that rounding explains.
  private static let tolerance = 1e-3

  /// For each array axis of `other`: which axis of this one runs along it, and whether backwards. nil if the axes do not
  /// run along each other.
  public func axes(along other: VolumeGeometry) -> [(axis: Int, isReversed: Bool)]? {
    var result: [(axis: Int, isReversed: Bool)] = []
    for direction in other.directions {
      let found = directions.indices.compactMap { axis -> (axis: Int, isReversed: Bool)? in
        let product = zip(directions[axis], direction).map(*).reduce(0, +)
        return abs(product) > 1 - Self.tolerance ? (axis, product < 0) : nil
      }
      guard found.count == 1, !result.contains(where: { $0.axis == found[0].axis }) else { return nil }
      result.append(found[0])
    }
    return result
  }

  /// Whether spacings are the same but for rounding.
  public static func areClose(_ left: [Double], _ right: [Double]) -> Bool {
    left.count == right.count && zip(left, right).allSatisfy { abs($0 - $1) <= tolerance * max($0, $1) }
  }

  /// Where x, y and z run to, as `LPS`: left, right, anterior, posterior, superior, inferior.
  public var letters: String {
    directions.reversed().map { direction in
      let axis = direction.indices.max { abs(direction[$0]) < abs(direction[$1]) } ?? 0
      return direction[axis] < 0 ? ["R", "A", "I"][axis] : ["L", "P", "S"][axis]
    }.joined()
  }
}
