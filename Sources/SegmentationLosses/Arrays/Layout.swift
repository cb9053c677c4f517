// Where the elements of an array lie, by the names of its axes.
import Autodiff

/// The axes of an array in the order of memory, the last one varying fastest.
///
/// Axes are named `b` (batch), `c` (class), `z`, `y`, `x` (space). "bczyx" is channels-first, "bzyxc" channels-last; batch
/// and class may be missing, which is the same as an extent of 1, and so may all axes in space.
public struct Layout: Hashable, Sendable, CustomStringConvertible {
  public let axes: String
  public let extents: [Int]

  /// - Throws: `LossError.badLayout` for an unknown or repeated axis, or an extent below 1.
  public init(_ axes: String, _ extents: [Int]) throws(LossError) {
    func bad(_ reason: String) -> LossError { .badLayout(axes: axes, extents: extents, reason: reason) }
    guard axes.count == extents.count else { throw bad("\(axes.count) axes and \(extents.count) extents") }
    if let unknown = axes.first(where: { !"bczyx".contains($0) }) {
      throw bad("there is no axis \"\(unknown)\"; b, c, z, y and x are known")
    }
    if let repeated = axes.first(where: { name in axes.filter { $0 == name }.count > 1 }) {
      throw bad("axis \"\(repeated)\" comes twice")
    }
    if let extent = extents.first(where: { $0 < 1 }) { throw bad("an extent of \(extent)") }
    // Bytes are counted too.
    guard let count = Self.count(of: extents), count <= Int.max / 64 else { throw bad("too many elements") }
    self.axes = axes
    self.extents = extents
  }

  public var count: Int { extents.reduce(1, *) }
  /// The elements of an array; `nil` where an extent is below 0, or there are more than can be counted.
  static func count(of extents: [Int]) -> Int? {
    var count = 1
    for extent in extents {
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      guard extent >= 0, !overflow else { return nil }
      count = product
    }
    return count
  }
  public var description: String { "\"\(axes)\" [\(extents.map(String.init).joined(separator: ", "))]" }

  /// Elements in memory from a position to the next, along each axis.
  public var steps: [Character: Int] {
    var steps: [Character: Int] = [:]
    var step = 1
    for (name, extent) in zip(axes, extents).reversed() {
      steps[name] = step
      step *= extent
    }
    return steps
  }

  /// Where the positions along some axes lie in memory, the last of the axes varying fastest; 0 along the others.
  public func places(along axes: String) -> [Int] {
    let steps = steps
    return axes.reduce([0]) { places, name in
      places.flatMap { first in (0..<self[name]).map { first + $0 * (steps[name] ?? 0) } }
    }
  }

  /// The extent along an axis, 1 if it is not there.
  public subscript(axis: Character) -> Int { index(axis).map { extents[$0] } ?? 1 }
  public var batchCount: Int { self["b"] }
  public var classCount: Int { self["c"] }
  /// Sites: elements without regard to class.
  public var siteCount: Int { count / classCount }

  /// The layout of something that has no classes: labels, a mask.
  public var withoutClasses: Layout {
    var copy = self
    if let index = index("c") {
      var names = Array(axes)
      names.remove(at: index)
      var rest = extents
      rest.remove(at: index)
      copy = Layout(names: String(names), extents: rest)
    }
    return copy
  }

  private init(names: String, extents: [Int]) { (axes, self.extents) = (names, extents) }

  private func index(_ axis: Character) -> Int? {
    axes.firstIndex(of: axis).map { axes.distance(from: axes.startIndex, to: $0) }
  }
}

extension Layout {
  /// As expressions have it: batch, class, then the axes in space in this layout's order, at least one.
  var names: [Character] {
    let space = axes.filter { "zyx".contains($0) }
    return ["b", "c"] + (space.isEmpty ? "x" : space)
  }
  var shape: TensorShape { TensorShape(names.map { self[$0] }) }

  /// Where elements lie, by the axes of `shape`.
  var strides: ArrayLayout {
    let steps = steps
    return ArrayLayout(strides: names.map { self[$0] > 1 ? steps[$0] ?? 0 : 0 })
  }

  /// The position of the element at a place in memory, as "b 0, c 1, y 5, x 7".
  func place(of index: Int) -> String {
    var rest = index
    var parts: [String] = []
    for (name, extent) in zip(axes, extents).reversed() {
      let (quotient, position) = rest.quotientAndRemainder(dividingBy: extent)
      parts.append("\(name) \(position)")
      rest = quotient
    }
    return parts.reversed().joined(separator: ", ")
  }
}

/// Which axes of a loss's expressions a sum runs over.
extension Axes {
  public static let batch = Axes.at(0)
  public static let classes = Axes.at(1)
  /// Every axis in space.
  public static let space = Axes.from(2)
  /// Batch and space: every site.
  public static let sites = Axes.at(0) + Axes.from(2)
}
