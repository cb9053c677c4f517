// The exact Euclidean distance transform: the squared distance of every voxel to the nearest one of a set.

/// Squared distances to the nearest voxel of a set, anisotropic spacing included; infinite where the set is empty.
///
/// One axis after another, each by the lower envelope of parabolas (Felzenszwalb and Huttenlocher 2012): linear in the
/// number of voxels, and exact up to the rounding of Double (wholly, for integer spacing).
public struct SquaredDistanceTransform: Sendable {
  public let extents: [Int]
  private let weights: [Double]

  /// - Parameters:
  ///   - extents: of the axes in the order of memory, the last one varying fastest.
  ///   - spacing: from a voxel to the next along each axis; finite and above 0.
  public init(extents: [Int], spacing: [Double]? = nil) {
    self.extents = extents
    weights = (spacing ?? [Double](repeating: 1, count: extents.count)).map { $0 * $0 }
  }

  /// - Parameter isMember: whether the voxel at a place in memory is one of the set.
  public func callAsFunction(_ isMember: (Int) -> Bool) -> [Double] {
    let count = extents.reduce(1, *)
    var squared = [Double](repeating: .infinity, count: count)
    var isEmpty = true
    for index in 0..<count where isMember(index) {
      squared[index] = 0
      isEmpty = false
    }
    if isEmpty { return squared }
    var stride = 1
    for axis in extents.indices.reversed() {
      if extents[axis] > 1 { pass(&squared, extent: extents[axis], stride: stride, weight: weights[axis]) }
      stride *= extents[axis]
    }
    return squared
  }

  /// Along one axis: the least of the parabolas that stand on the line's values.
  private func pass(_ squared: inout [Double], extent: Int, stride: Int, weight: Double) {
    var line = [Double](repeating: 0, count: extent)
    // The parabolas of the envelope: where they stand, and from where on each is the least.
    var feet = [Int](repeating: 0, count: extent)
    var starts = [Double](repeating: 0, count: extent + 1)
    let block = extent * stride
    for outer in Swift.stride(from: 0, to: squared.count, by: block) {
      for inner in 0..<stride {
        let first = outer + inner
        for i in 0..<extent { line[i] = squared[first + i * stride] }
        var last = -1
        for foot in 0..<extent where line[foot] < .infinity {
          var start = -Double.infinity
          while last >= 0 {
            start = crossing(line, feet[last], foot, weight)
            if start > starts[last] { break }
            last -= 1
            start = -.infinity
          }
          last += 1
          feet[last] = foot
          starts[last] = start
        }
        if last < 0 { continue }
        starts[last + 1] = .infinity
        var here = 0
        for i in 0..<extent {
          while starts[here + 1] < Double(i) { here += 1 }
          let steps = Double(i - feet[here])
          squared[first + i * stride] = line[feet[here]] + weight * steps * steps
        }
      }
    }
  }

  /// Where the parabola of `right` becomes less than that of `left`.
  private func crossing(_ line: [Double], _ left: Int, _ right: Int, _ weight: Double) -> Double {
    let (a, b) = (Double(left), Double(right))
    return ((line[right] - line[left]) / weight + b * b - a * a) / (2 * (b - a))
  }
}
