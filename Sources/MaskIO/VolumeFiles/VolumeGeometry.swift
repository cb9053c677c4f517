/// Where the voxels of a volume lie in the patient: how far apart, in which direction, from where on.
package struct VolumeGeometry: Sendable, Hashable {
  /// Of each array axis (z, y, x), in millimetres; finite and above 0.
  package let spacing: [Double]
  /// The unit vector along each array axis (z, y, x), in a system of left, posterior, superior.
  package let directions: [[Double]]
  /// The centre of the first voxel in the same system, in millimetres.
  package let origin: [Double]
  /// Whether the file says how it lies; if not, directions and origin are only filled in.
  package let isOriented: Bool

  package init(spacing: [Double], directions: [[Double]], origin: [Double], isOriented: Bool = true) {
    (self.spacing, self.directions, self.origin) = (spacing, directions, origin)
    self.isOriented = isOriented
  }

  /// The largest relative difference of spacings that rounding explains, and the largest distance between unit vectors:
  /// beyond it voxels part by more than one in a thousand.
  private static let tolerance = 1e-3

  /// For each array axis of `other`: which axis of this one runs along it, and whether backwards. nil if the axes do not
  /// run along each other. Where one of the two does not say how it lies, axes stay as they are.
  package func axes(along other: VolumeGeometry) -> [(axis: Int, isReversed: Bool)]? {
    guard isOriented, other.isOriented else {
      return directions.count == other.directions.count ? directions.indices.map { ($0, false) } : nil
    }
    var result: [(axis: Int, isReversed: Bool)] = []
    for direction in other.directions {
      let found = directions.indices.compactMap { axis -> (axis: Int, isReversed: Bool)? in
        let isReversed = zip(directions[axis], direction).map(*).reduce(0, +) < 0
        let parting = zip(directions[axis], direction).map { isReversed ? $0 + $1 : $0 - $1 }
        return Self.length(parting) <= Self.tolerance ? (axis, isReversed) : nil
      }
      guard found.count == 1, !result.contains(where: { $0.axis == found[0].axis }) else { return nil }
      result.append(found[0])
    }
    return result
  }

  /// Unit vectors along these, if they are axes: none of length 0, all at right angles.
  static func unit(_ vectors: [[Double]]) -> [[Double]]? {
    let units = vectors.map { vector in vector.map { $0 / length(vector) } }
    guard units.joined().allSatisfy(\.isFinite) else { return nil }
    for (index, one) in units.enumerated() {
      for other in units[..<index] where abs(zip(one, other).map(*).reduce(0, +)) > tolerance { return nil }
    }
    return units
  }

  static func length(_ vector: [Double]) -> Double { vector.map { $0 * $0 }.reduce(0, +).squareRoot() }

  /// Whether spacings are the same but for rounding.
  package static func areClose(_ left: [Double], _ right: [Double]) -> Bool {
    left.count == right.count && zip(left, right).allSatisfy { abs($0 - $1) <= tolerance * max($0, $1) }
  }

  /// Where x, y and z run to, as `LPS`: left, right, anterior, posterior, superior, inferior. Of meaning only if it is oriented.
  package var letters: String {
    directions.reversed().map { direction in
      let axis = direction.indices.max { abs(direction[$0]) < abs(direction[$1]) } ?? 0
      return direction[axis] < 0 ? ["R", "A", "I"][axis] : ["L", "P", "S"][axis]
    }.joined()
  }
}
