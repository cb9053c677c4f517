// What a model gives, and what it is compared with. Logits and probabilities are different types, so that neither can be
// taken for the other.
import Autodiff

/// `Float` or `Double`: the type of a loss's arrays.
public protocol LossScalar: ArrayScalar {
  /// How far a probability may lie beyond [0, 1]: what rounding does.
  static var probabilityTolerance: Double { get }
}
extension Float: LossScalar {
  public static var probabilityTolerance: Double { 1e-6 }
}
extension Double: LossScalar {
  public static var probabilityTolerance: Double { 1e-12 }
}

/// What a loss is differentiated by: `Logits` or `Probabilities`.
public protocol Prediction<Scalar>: Sendable {
  associatedtype Scalar: LossScalar
  var values: [Scalar] { get }
  var layout: Layout { get }
  /// What error messages call it.
  static var name: String { get }
  static var range: ClosedRange<Double> { get }
  static var allowed: String { get }
  /// Whether an activation makes probabilities of it.
  static var areLogits: Bool { get }
}

/// Any real numbers, which an activation turns into probabilities.
public struct Logits<Scalar: LossScalar>: Prediction {
  public let values: [Scalar]
  public let layout: Layout

  /// - Throws: `LossError.wrongCount`.
  public init(_ values: [Scalar], _ layout: Layout) throws(LossError) {
    try checkCount(values.count, "logits", layout)
    (self.values, self.layout) = (values, layout)
  }
  public static var name: String { "logits" }
  public static var range: ClosedRange<Double> {
    -Double(Scalar.greatestFiniteMagnitude)...Double(Scalar.greatestFiniteMagnitude)
  }
  public static var allowed: String { "a finite number" }
  public static var areLogits: Bool { true }
}

/// Numbers in [0, 1].
public struct Probabilities<Scalar: LossScalar>: Prediction {
  public let values: [Scalar]
  public let layout: Layout

  /// - Throws: `LossError.wrongCount`. The values are checked when a loss reads them.
  public init(_ values: [Scalar], _ layout: Layout) throws(LossError) {
    try checkCount(values.count, "probabilities", layout)
    (self.values, self.layout) = (values, layout)
  }
  public static var name: String { "probabilities" }
  public static var range: ClosedRange<Double> {
    -Scalar.probabilityTolerance...1 + Scalar.probabilityTolerance
  }
  public static var allowed: String { "a probability in [0, 1]" }
  public static var areLogits: Bool { false }
}

/// Class numbers, a byte a site, in the prediction's layout without the class axis. With one class, 1 is the object and
/// 0 is not.
public struct Labels: Sendable {
  public let values: [UInt8]
  public let layout: Layout
  /// Sites with this label do not count.
  public let ignored: UInt8?

  /// - Parameter layout: without classes.
  /// - Throws: `LossError.wrongCount`, `.badLayout`.
  public init(_ values: [UInt8], _ layout: Layout, ignoring ignored: UInt8? = nil) throws(LossError) {
    guard layout.classCount == 1 else {
      throw .badLayout(axes: layout.axes, extents: layout.extents, reason: "labels have no class axis")
    }
    try checkCount(values.count, "labels", layout)
    (self.values, self.layout, self.ignored) = (values, layout.withoutClasses, ignored)
  }
}

/// A target for each class: one-hot, or soft.
public struct SoftTargets<Scalar: LossScalar>: Sendable {
  public let values: [Scalar]
  public let layout: Layout

  /// - Throws: `LossError.wrongCount`. The values are checked when a loss reads them.
  public init(_ values: [Scalar], _ layout: Layout) throws(LossError) {
    try checkCount(values.count, "targets", layout)
    (self.values, self.layout) = (values, layout)
  }
}

/// Which sites count: not 0 counts, 0 does not. In the prediction's layout without the class axis.
public struct SiteMask: Sendable {
  public let values: [UInt8]
  public let layout: Layout

  public init(_ values: [UInt8], _ layout: Layout) throws(LossError) {
    guard layout.classCount == 1 else {
      throw .badLayout(axes: layout.axes, extents: layout.extents, reason: "a mask has no class axis")
    }
    try checkCount(values.count, "mask", layout)
    (self.values, self.layout) = (values, layout.withoutClasses)
  }
}

/// What each site counts, in the prediction's layout without the class axis.
public struct SiteWeights<Scalar: LossScalar>: Sendable {
  public let values: [Scalar]
  public let layout: Layout

  /// - Throws: `LossError.wrongCount`, `.badLayout`. The values are checked when a loss reads them.
  public init(_ values: [Scalar], _ layout: Layout) throws(LossError) {
    guard layout.classCount == 1 else {
      throw .badLayout(axes: layout.axes, extents: layout.extents, reason: "weights have no class axis")
    }
    try checkCount(values.count, "weights", layout)
    (self.values, self.layout) = (values, layout.withoutClasses)
  }
}

private func checkCount(_ actual: Int, _ array: String, _ layout: Layout) throws(LossError) {
  guard actual == layout.count else {
    throw .wrongCount(array: array, layout: layout.description, expected: layout.count, actual: actual)
  }
}
