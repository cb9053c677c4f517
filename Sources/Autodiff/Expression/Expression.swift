// The recorded form of a computation, written like mathematics.

/// A value that is not computed yet: what to do with which inputs.
///
/// Operators and functions record; nothing is evaluated until a plan is compiled from the expression. Shapes are
/// aligned at the last axis and an extent of 1 stretches, as in NumPy. Sums keep the axes they run over, with extent 1.
/// What cannot be recorded (shapes that do not match, an axis that is not there) is kept in the expression and thrown
/// where it is compiled or differentiated.
public struct Expression: Sendable, ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
  package let node: Node

  package init(_ node: Node) { self.node = node }

  /// A constant number.
  public init(_ value: Double) { node = Node(.constant(value), [], .scalar) }
  public init(floatLiteral value: Double) { self.init(value) }
  public init(integerLiteral value: Int) { self.init(Double(value)) }
  /// A constant array.
  public init(_ tensor: Tensor) {
    if let error = tensor.shape.check("constant") {
      self = .failed(error)
    } else {
      node = Node(.data(tensor), [], tensor.shape)
    }
  }

  /// The extents of what this expression computes.
  public var shape: TensorShape { node.shape }

  /// What went wrong in recording this expression, if anything did.
  public var failure: AutodiffError? {
    if case .failure(let error) = node.operation { error } else { nil }
  }
  /// An expression that cannot be: the error is thrown where it is compiled, differentiated or evaluated.
  public static func failed(_ error: AutodiffError) -> Expression {
    Expression(Node(.failure(error), [], .scalar))
  }

  /// The number it is everywhere, if that is known already.
  var uniformValue: Double? { node.uniformValue }
  func isUniform(_ value: Double) -> Bool { uniformValue == value }

  /// `value` everywhere in `shape`.
  package static func uniform(_ value: Double, _ shape: TensorShape) -> Expression {
    Expression(value).stretched(to: shape)
  }
}
