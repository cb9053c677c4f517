/// Which axes of a tensor a sum or a mean runs over.
public struct Axes: Hashable, Sendable, ExpressibleByArrayLiteral {
  private enum Part: Hashable {
    case at(Int)
    case from(Int)
  }
  private let parts: [Part]

  private init(parts: [Part]) { self.parts = parts }
  /// The axes at these positions; negative ones count from the last axis.
  public init(_ positions: [Int]) { parts = positions.map(Part.at) }
  public init(arrayLiteral positions: Int...) { self.init(positions) }

  /// Every axis.
  public static let all = Axes.from(0)
  /// The axes at these positions; negative ones count from the last axis.
  public static func at(_ positions: Int...) -> Axes { Axes(positions) }
  /// The axis at `first` and all behind it; a negative one counts from the last axis.
  public static func from(_ first: Int) -> Axes { Axes(parts: [.from(first)]) }
  /// The axes of either.
  public static func + (one: Axes, other: Axes) -> Axes { Axes(parts: one.parts + other.parts) }

  /// The positions in a tensor with `rank` axes, ascending.
  func positions(rank: Int) throws(AutodiffError) -> [Int] {
    var found: Set<Int> = []
    for part in parts {
      switch part {
      case .from(let first):
        let axis = first < 0 ? first + rank : first
        guard axis >= 0 else { throw .noSuchAxis(first, rank: rank) }
        found.formUnion(min(axis, rank)..<rank)
      case .at(let position):
        let axis = position < 0 ? position + rank : position
        guard (0..<rank).contains(axis) else { throw .noSuchAxis(position, rank: rank) }
        found.insert(axis)
      }
    }
    return found.sorted()
  }
}
