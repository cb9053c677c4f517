// The extents of an array, one an axis, and how two of them meet.

/// The extents of a tensor, outermost axis first. A scalar has no axes.
public struct TensorShape: Hashable, Sendable, ExpressibleByArrayLiteral, CustomStringConvertible {
  /// One extent an axis, each at least 1: an expression of another shape is refused where it is differentiated or run.
  public let extents: [Int]

  public init(_ extents: [Int]) { self.extents = extents }
  public init(arrayLiteral extents: Int...) { self.extents = extents }

  /// The number of axes.
  public var rank: Int { extents.count }
  /// The number of elements; 1 for a scalar. Of extents that no array has, as far as it can be counted.
  public var count: Int {
    extents.reduce(1) { count, extent in
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      return overflow ? .max : product
    }
  }

  /// Whether an array can have it: every extent is at least 1, and the elements can be counted.
  var isPossible: Bool { extents.allSatisfy { $0 >= 1 } && count <= Self.mostElements }
  /// Bytes, and some times as many, are counted too.
  static let mostElements = Int.max / 64
  func check(_ operation: String) -> AutodiffError? {
    isPossible
      ? nil
      : .invalid(
        operation: operation,
        reason:
          "no array has the shape \(self): extents are at least 1, and their product at most \(Self.mostElements)"
      )
  }
  public subscript(axis: Int) -> Int { extents[axis] }
  public var description: String { "[" + extents.map(String.init).joined(separator: ", ") + "]" }

  static let scalar = TensorShape([])

  /// The shape both broadcast to: axes are aligned at the last, and an extent of 1 stretches. `nil` if they differ.
  func joined(with other: TensorShape) -> TensorShape? {
    let rank = max(rank, other.rank)
    var joined: [Int] = []
    for axis in 0..<rank {
      let (a, b) = (extent(axis, of: rank), other.extent(axis, of: rank))
      guard a == b || a == 1 || b == 1 else { return nil }
      joined.append(max(a, b))
    }
    return TensorShape(joined)
  }

  /// Whether stretching extents of 1, and adding axes in front, gives `target`.
  func broadcasts(to target: TensorShape) -> Bool { joined(with: target) == target }

  /// The extent of axis `axis` as if this shape had `rank` axes, with 1 for those added in front.
  package func extent(_ axis: Int, of rank: Int) -> Int {
    let own = axis - (rank - self.rank)
    return own < 0 ? 1 : extents[own]
  }

  /// This shape with 1 in place of each of `axes`.
  package func reduced(over axes: [Int]) -> TensorShape {
    TensorShape(extents.indices.map { axes.contains($0) ? 1 : extents[$0] })
  }

  /// The axes of `target` along which this shape is stretched when it broadcasts to it, added ones included.
  func stretchedAxes(in target: TensorShape) -> [Int] {
    (0..<target.rank).filter { extent($0, of: target.rank) == 1 && target[$0] > 1 }
  }

  /// Distances between neighbours along each axis in row-major order, 0 where the extent is 1.
  var strides: [Int] {
    var strides = [Int](repeating: 0, count: rank)
    var step = 1
    for axis in stride(from: rank - 1, through: 0, by: -1) {
      if extents[axis] > 1 { strides[axis] = step }
      step *= extents[axis]
    }
    return strides
  }

  /// Row-major strides of this shape seen as one that broadcasts to `target`: 0 along stretched axes.
  func strides(in target: TensorShape) -> [Int] {
    [Int](repeating: 0, count: target.rank - rank) + strides
  }
}
