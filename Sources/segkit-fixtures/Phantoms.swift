/// A place or a vector: x, y, z in pixels.
typealias Point = SIMD3<Double>

/// What organs, tumours, cells and vessels are drawn with.
enum Shape {
  /// `axis` is the direction of the first radius in the plane of the image.
  case ellipsoid(centre: Point, radii: Point, axis: SIMD2<Double>)
  /// Everything within `radius` of a chain of points.
  case tube([Point], radius: Double)

  /// A tube along the parabola from `start` to `end` that bends towards `control`.
  static func vessel(from start: Point, towards control: Point, to end: Point, radius: Double) -> Shape {
    let points = (0...12).map { step in
      let t = Double(step) / 12
      return start * ((1 - t) * (1 - t)) + control * (2 * t * (1 - t)) + end * (t * t)
    }
    return .tube(points, radius: radius)
  }

  /// 0 in the middle of the shape, 1 on its surface, more outside.
  ///
  /// - Parameter margin: how many pixels the surface is moved outwards.
  func level(at point: Point, margin: Double) -> Double {
    switch self {
    case .ellipsoid(let centre, let radii, let axis):
      let offset = point - centre
      let turned = Point(
        offset.x * axis.x + offset.y * axis.y, offset.y * axis.x - offset.x * axis.y, offset.z)
      return (turned / pointwiseMax(radii + margin, Point(repeating: 0.1))).length
    case .tube(let points, let radius):
      let reach = max(radius + margin, 0.1)
      var nearest = Double.infinity
      for index in 1..<points.count {
        nearest = min(nearest, Self.distance(point, points[index - 1], points[index]))
      }
      return nearest / reach
    }
  }

  /// The middle of the shape and a distance beyond which nothing of it lies.
  var reach: (middle: Point, radius: Double) {
    switch self {
    case .ellipsoid(let centre, let radii, _): return (centre, radii.max())
    case .tube(let points, let radius):
      let middle = points[points.count / 2]
      return (middle, radius + (points.map { ($0 - middle).length }.max() ?? 0))
    }
  }

  private static func distance(_ point: Point, _ start: Point, _ end: Point) -> Double {
    let (along, offset) = (end - start, point - start)
    let squared = (along * along).sum()
    let t = squared > 0 ? max(0, min(1, (along * offset).sum() / squared)) : 0
    return (offset - along * t).length
  }
}

/// A shape with the label it is drawn in.
struct Structure {
  /// For naming it among the errors of a prediction.
  var name: String
  var label: UInt16
  var shape: Shape
}

/// What is truly there: structures, and how nature bends them.
struct Phantom {
  /// Which structure a voxel belongs to that lies in several.
  enum Overlap {
    /// The last one, as a tumour lies on its organ.
    case lastOnTop
    /// The one in whose middle it lies most, so that neighbouring cells touch along a line.
    case nearest
  }

  var structures: [Structure]
  var overlap = Overlap.lastOnTop
  /// No organ is an ellipsoid: places are moved by this before asking the shapes.
  var bend: SmoothDisplacement

  /// The label map of the phantom.
  ///
  /// - Parameters:
  ///   - shift: a further displacement, the error of whoever drew the map.
  ///   - margins: for each label, how far its surfaces are drawn too far outside.
  func drawn(_ size: GridSize, shift: SmoothDisplacement? = nil, margins: [UInt16: Double] = [:]) -> LabelGrid
  {
    let candidates = structures.map { structure in
      let margin = margins[structure.label] ?? margins[0] ?? 0
      let (middle, radius) = structure.shape.reach
      return Candidate(structure: structure, margin: margin, middle: middle, radius: radius + margin + 1)
    }
    return LabelGrid(size) { column, row, slice in
      let place = size.point(column, row, slice)
      let shifted = shift.map { place + $0.vector(at: place) } ?? place
      return label(at: shifted + bend.vector(at: shifted), candidates)
    }
  }

  private func label(at point: Point, _ candidates: [Candidate]) -> UInt16 {
    var (label, best) = (UInt16(0), 1.0)
    for candidate in candidates where candidate.mayHold(point) {
      let level = candidate.structure.shape.level(at: point, margin: candidate.margin)
      guard level <= best else { continue }
      label = candidate.structure.label
      if overlap == .nearest { best = level }
    }
    return label
  }

  /// A structure with what tells quickly that a place lies far from it.
  private struct Candidate {
    let structure: Structure
    let margin: Double
    let middle: Point
    let radius: Double

    func mayHold(_ point: Point) -> Bool {
      abs(point.x - middle.x) <= radius && abs(point.y - middle.y) <= radius
    }
  }
}

extension SIMD3<Double> {
  /// The Euclidean length.
  var length: Double { (self * self).sum().squareRoot() }
}
