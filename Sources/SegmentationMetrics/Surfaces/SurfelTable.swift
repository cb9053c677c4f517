// How much outline there is around a corner where four pixels or eight voxels meet.

/// The length (2D) or area (3D) of an object's outline around a corner, for each pattern of object and background in the
/// pixels or voxels that meet there.
///
/// The outline is the one that marching cubes draws through the middles of the edges between neighbouring voxels
/// (Lorensen and Cline 1987), as Nikolov et al. 2018 measure surfaces with. Nothing is tabulated; each pattern is worked out:
///
/// - Edges of the cube from object to background are cut in the middle. On each of its six faces the cuts are joined
///   to lines; where a face has its two corners of the rarer kind on a diagonal, each of these is cut off by itself.
///   The rarer kind is the object's where it has at most four of the eight corners, else the background's, so that a
///   pattern and its opposite have the same outline.
/// - The lines close to loops of three to six cuts. Loops of three, of four and the six around one corner and its
///   neighbours lie in a plane.
/// - Three corners in an L make a loop of five, a rectangle and a triangle on it: the triangle's tip is the cut next to the L's
///   middle. Four corners in a chain make a loop of six, two parallelograms that meet in the line between the cuts that
///   lead from an end of the chain to a corner which has two of the chain for neighbours.
package struct SurfelTable: Sendable {
  /// By pattern: bit 4 dz + 2 dy + dx is set if the voxel at offset (dz, dy, dx) is the object's; in 2D dz is 0.
  package let weights: [Double]

  /// - Parameter spacing: of two axes for lengths, of three for areas.
  package init(spacing: [Double]) {
    weights =
      spacing.count == 2
      ? (0..<16).map { Self.length($0, spacing) } : (0..<256).map { Self.area($0, spacing) }
  }

  // MARK: 2D

  /// Each corner of the rarer kind is cut off by a line between the middles of its two edges; two side by side by one
  /// line across.
  private static func length(_ pattern: Int, _ spacing: [Double]) -> Double {
    let (sy, sx) = (spacing[0], spacing[1])
    let diagonal = (sy * sy + sx * sx).squareRoot() / 2
    switch pattern {
    case 0, 15: return 0
    case 0b0011, 0b1100: return sx
    case 0b0101, 0b1010: return sy
    case 0b0110, 0b1001: return 2 * diagonal
    default: return diagonal
    }
  }

  // MARK: 3D

  private typealias Vector = (Double, Double, Double)

  /// An edge that is cut: its corner of the rarer kind, and the axis it runs along.
  private struct Cut: Hashable {
    var corner: Int
    var axis: Int
  }

  private static func area(_ pattern: Int, _ spacing: [Double]) -> Double {
    let inside = pattern.nonzeroBitCount <= 4 ? pattern : 255 - pattern
    guard inside != 0 else { return 0 }
    return outlines[inside].map { area(of: $0, inside, spacing) }.reduce(0, +)
  }

  /// The loops of each pattern, whatever the spacing: worked out once.
  private static let outlines: [[[Cut]]] = (0..<256).map(loops)

  private static func isInside(_ corner: Int, _ pattern: Int) -> Bool { pattern >> corner & 1 == 1 }

  /// The axis that a bit of a corner's number belongs to: 0 for z, 1 for y, 2 for x.
  private static func bit(_ axis: Int) -> Int { 4 >> axis }

  private static func loops(_ pattern: Int) -> [[Cut]] {
    var joined: [Cut: [Cut]] = [:]
    func join(_ one: Cut, _ other: Cut) {
      joined[one, default: []].append(other)
      joined[other, default: []].append(one)
    }
    for axis in 0..<3 {
      let (first, second) = ((axis + 1) % 3, (axis + 2) % 3)
      for base in 0..<8 where base & (bit(first) | bit(second)) == 0 {
        let face = [0, bit(first), bit(first) | bit(second), bit(second)].map { base | $0 }
        let inside = face.filter { isInside($0, pattern) }
        switch inside.count {
        case 1: join(Cut(corner: inside[0], axis: first), Cut(corner: inside[0], axis: second))
        case 2 where inside[0] ^ inside[1] == bit(first) | bit(second):
          for corner in inside { join(Cut(corner: corner, axis: first), Cut(corner: corner, axis: second)) }
        case 2:
          let across = inside[0] ^ inside[1] == bit(first) ? second : first
          join(Cut(corner: inside[0], axis: across), Cut(corner: inside[1], axis: across))
        case 3:
          // The lone background corner's two edges belong to its two neighbours.
          guard let lone = face.first(where: { !isInside($0, pattern) }) else { continue }
          join(Cut(corner: lone ^ bit(first), axis: first), Cut(corner: lone ^ bit(second), axis: second))
        default: continue
        }
      }
    }
    var loops: [[Cut]] = []
    var seen: Set<Cut> = []
    for start in joined.keys.sorted(by: { ($0.corner, $0.axis) < ($1.corner, $1.axis) }) {
      guard seen.insert(start).inserted else { continue }
      var loop = [start]
      while let next = joined[loop[loop.count - 1]]?.first(where: { !seen.contains($0) }) {
        seen.insert(next)
        loop.append(next)
      }
      loops.append(loop)
    }
    return loops
  }

  private static func area(of loop: [Cut], _ pattern: Int, _ spacing: [Double]) -> Double {
    let points = loop.map { middle($0, spacing) }
    /// Neighbours of a corner that are of the rarer kind.
    func company(_ corner: Int) -> Int { (0..<3).count { isInside(corner ^ bit($0), pattern) } }
    func polygon(_ indices: [Int]) -> Double {
      // Fan from the first point: these lie in a plane.
      zip(indices.dropFirst(), indices.dropFirst(2)).map {
        triangle(points[indices[0]], points[$0], points[$1])
      }
      .reduce(0, +)
    }
    let all = Array(loop.indices)
    switch loop.count {
    case 5:
      guard let tip = loop.firstIndex(where: { company($0.corner) == 2 }) else { return polygon(all) }
      let turned = (0..<5).map { (tip + $0) % 5 }
      return polygon([turned[4], turned[0], turned[1]]) + polygon(Array(turned[1...]))
    case 6:
      // From an end of a chain to a background corner between two of it; around one corner all six are of that kind.
      let hinges = all.filter {
        company(loop[$0].corner) == 1 && company(loop[$0].corner ^ bit(loop[$0].axis)) == 2
      }
      guard hinges.count == 2, (hinges[1] - hinges[0]) == 3 else { return polygon(all) }
      let turned = (0..<6).map { (hinges[0] + $0) % 6 }
      return polygon(Array(turned[0...3])) + polygon([turned[3], turned[4], turned[5], turned[0]])
    default: return polygon(all)
    }
  }

  private static func middle(_ cut: Cut, _ spacing: [Double]) -> Vector {
    func along(_ axis: Int) -> Double {
      (cut.axis == axis ? 0.5 : cut.corner & bit(axis) != 0 ? 1 : 0) * spacing[axis]
    }
    return (along(0), along(1), along(2))
  }

  private static func triangle(_ a: Vector, _ b: Vector, _ c: Vector) -> Double {
    let (u, v) = ((b.0 - a.0, b.1 - a.1, b.2 - a.2), (c.0 - a.0, c.1 - a.1, c.2 - a.2))
    let normal = (u.1 * v.2 - u.2 * v.1, u.2 * v.0 - u.0 * v.2, u.0 * v.1 - u.1 * v.0)
    return (normal.0 * normal.0 + normal.1 * normal.1 + normal.2 * normal.2).squareRoot() / 2
  }
}
