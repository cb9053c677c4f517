/// For each element of a tensor, in row-major order, the place of another tensor's element: a sum of one number for each axis,
/// so that it takes next to no memory whatever the tensor's size.
package struct ElementMap: Sendable {
  /// How far the positions along an axis lie from the first.
  package enum Axis: Sendable {
    case strided(extent: Int, stride: Int)
    case listed([Int])

    var extent: Int {
      switch self {
      case .strided(let extent, _): extent
      case .listed(let places): places.count
      }
    }
    func place(_ position: Int) -> Int {
      switch self {
      case .strided(_, let stride): position * stride
      case .listed(let places): places[position]
      }
    }
  }

  package let count: Int
  /// The loops around a row, and the row.
  private let outer: [Axis]
  private let inner: Axis

  package init(_ axes: [Axis]) {
    count = axes.reduce(1) { $0 * $1.extent }
    var joined: [Axis] = []
    for axis in axes where axis.extent != 1 || axis.place(0) != 0 {
      // Two that lie as one are one.
      if case .strided(let extent, let stride) = axis, case .strided(let before, let step)? = joined.last,
        step == stride * extent
      {
        joined[joined.count - 1] = .strided(extent: before * extent, stride: stride)
      } else {
        joined.append(axis)
      }
    }
    inner = joined.popLast() ?? .strided(extent: 1, stride: 0)
    outer = joined
  }

  /// The elements of a shape that lie with these strides.
  package init(_ shape: TensorShape, strides: [Int]) {
    self.init(zip(shape.extents, strides).map { .strided(extent: $0, stride: $1) })
  }

  /// Every element in its own place.
  package static func identity(_ count: Int) -> ElementMap {
    ElementMap([.strided(extent: count, stride: 1)])
  }

  /// Calls `body` with the number of each element and its place, in the order of the elements.
  @inline(__always)
  package func visit(_ body: (_ element: Int, _ place: Int) -> Void) {
    let row = inner.extent
    guard count > 0 else { return }
    withUnsafeTemporaryAllocation(of: Int.self, capacity: outer.count + 1) { position in
      position.initialize(repeating: 0)
      for start in stride(from: 0, to: count, by: row) {
        var base = 0
        for axis in outer.indices { base += outer[axis].place(position[axis]) }
        switch inner {
        case .strided(_, let stride): for i in 0..<row { body(start + i, base + i * stride) }
        case .listed(let places): for i in 0..<row { body(start + i, base + places[i]) }
        }
        for axis in outer.indices.reversed() {
          position[axis] += 1
          if position[axis] < outer[axis].extent { break }
          position[axis] = 0
        }
      }
    }
  }
}
