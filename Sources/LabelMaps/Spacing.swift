import TextFormats

/// The size of a voxel along each array axis: z, y, x in 3D, y, x in 2D.
public struct Spacing: Sendable, Hashable, CustomStringConvertible {
  /// What the lengths are measured in.
  public enum Unit: String, Sendable {
    case millimetres = "mm"
    /// No spacing was given: every axis counts 1.
    case pixels = "px"
  }

  /// A length for each axis, the outermost first; in `allowed`.
  public let lengths: [Double]
  public let unit: Unit

  /// The lengths that an axis may have: squares, sums and products of these are finite numbers that keep their digits. From
  /// far below an atom in metres to far beyond the sky in millimetres; another number is a damaged header.
  public static let allowed = 1e-30...1e30

  /// - Throws: `SpacingError` unless there are two or three lengths in `allowed`.
  public init(_ lengths: [Double], unit: Unit = .millimetres) throws(SpacingError) {
    guard lengths.count == 2 || lengths.count == 3 else { throw .wrongNumber(lengths.count) }
    for length in lengths where !Self.allowed.contains(length) { throw .notPositive("\(length)") }
    self.lengths = lengths
    self.unit = unit
  }

  /// Length 1 along each of `rank` axes, in pixels.
  public static func pixels(rank: Int) -> Spacing { Spacing(unchecked: Array(repeating: 1, count: rank)) }

  /// Reads `3,0.8,0.8` or `3x0.8x0.8`, in array-axis order.
  public init(parsing text: String) throws(SpacingError) {
    var lengths: [Double] = []
    for part in text.split(omittingEmptySubsequences: false, whereSeparator: { $0 == "," || $0 == "x" }) {
      guard let length = Double(decimal: part.trimmed) else { throw .notANumber(String(part)) }
      lengths.append(length)
    }
    try self.init(lengths)
  }

  /// For example `3.0×0.8×0.8 mm`.
  public var description: String {
    lengths.map { "\($0)" }.joined(separator: "×") + " " + unit.rawValue
  }

  private init(unchecked lengths: [Double]) {
    self.lengths = lengths
    unit = .pixels
  }
}

/// What is wrong with a spacing.
public enum SpacingError: Error, Equatable, CustomStringConvertible {
  case notANumber(String)
  case notPositive(String)
  case wrongNumber(Int)

  public var description: String {
    switch self {
    case .notANumber(let text):
      "spacing: '\(text)' is no number; write it as 3,0.8,0.8 (z,y,x) or 0.8,0.8 (y,x)"
    case .notPositive(let text):
      "spacing: \(text) is no length; every axis needs a finite number above 0 (from 1e-30 to 1e30)"
    case .wrongNumber(let count):
      "spacing: \(count) number\(count == 1 ? "" : "s") given; write two (y,x) for images or three (z,y,x) for volumes"
    }
  }
}
