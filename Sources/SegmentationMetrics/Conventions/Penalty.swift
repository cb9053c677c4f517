import TextFormats

/// What stands for a distance that is infinite, before anything is averaged.
public enum Penalty: Sendable, Hashable {
  /// The diagonal of the whole image, in the unit of the spacing: BraTS' 373.13 is that of 240×240×155.
  case diagonal
  case value(Double)

  /// Reads `diagonal` or a number of 0 or more; nil for anything else.
  public init?(named text: String) {
    if text.lowercased() == "diagonal" {
      self = .diagonal
    } else if let value = Double(decimal: text), value >= 0, value.isFinite {
      self = .value(value)
    } else {
      return nil
    }
  }

  public var name: String {
    switch self {
    case .diagonal: "diagonal"
    case .value(let value): Decimals.plain(value)
    }
  }

  /// The distance in an image of these extents.
  public func distance(extents: [Int], spacing: [Double]) -> Double {
    switch self {
    case .value(let value): value
    case .diagonal:
      zip(extents, spacing).map { (Double($0) * $1) * (Double($0) * $1) }.reduce(0, +).squareRoot()
    }
  }
}
