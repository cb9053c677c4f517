import SystemLimits

/// What can be wrong with an expression, its derivatives or the arrays it is run on.
public enum AutodiffError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The operands of `operation` have shapes that do not broadcast to each other.
  case shapesDoNotMatch(operation: String, shapes: [TensorShape])
  /// An axis that a tensor of `rank` axes does not have.
  case noSuchAxis(Int, rank: Int)
  /// A single number is needed, and the expression has this shape.
  case notScalar(TensorShape, purpose: String)
  /// A dense matrix of derivatives would have more entries than the limit.
  case tooLarge(what: String, count: Int, limit: Int)
  /// The exact Hessian diagonal has no closed structure here, and the input is too large for one Hessian-vector
  /// product an element.
  case structureEnds(reason: String, count: Int, limit: Int)
  /// No value was given for an input.
  case missingInput(String)
  /// The array given for an input has the wrong number of elements.
  case wrongCount(input: String, expected: Int, actual: Int)
  /// An operation is used in a way it is not defined for.
  case invalid(operation: String, reason: String)
  /// An input holds a value outside its domain.
  case outsideDomain(Plan.OutsideDomain)
  /// A Newton step that does not descend; `minimumDamping` is a damping at which it does.
  case notDescent(slope: Double, damping: Double, minimumDamping: Double)
  /// What is computed as whole tensors does not fit into the memory that the process may take.
  case beyondMemory(bytes: Int, memory: Int)

  public var description: String {
    switch self {
    case .shapesDoNotMatch(let operation, let shapes):
      "\(operation): shapes \(shapes.map(\.description).joined(separator: " and ")) do not match"
    case .noSuchAxis(let axis, let rank): "there is no axis \(axis) in a tensor of \(rank) axes"
    case .notScalar(let shape, let purpose):
      "\(purpose) needs a single number, and the expression has shape \(shape); take its sum or mean first"
    case .tooLarge(let what, let count, let limit):
      "\(what) would have \(count) entries, more than the limit of \(limit)"
    case .structureEnds(let reason, let count, let limit):
      limit == 0
        ? "no closed form for the exact Hessian diagonal: \(reason)"
        : "no closed form for the exact Hessian diagonal: \(reason); \(count) elements are more than the limit of \(limit) "
          + "for one Hessian-vector product each. Raise the limit of products to \(count) for the exact diagonal, or give a "
          + "number of probes for an estimate"
    case .missingInput(let name): "no value was given for input \(name)"
    case .wrongCount(let input, let expected, let actual):
      "input \(input) needs \(expected) elements and got \(actual)"
    case .invalid(let operation, let reason): "\(operation): \(reason)"
    case .outsideDomain(let found):
      "input \(found.source) holds a value outside its domain, at element \(found.index)"
    case .notDescent(let slope, let damping, let minimumDamping):
      "the Newton step with damping \(damping) does not descend (slope \(slope)); damping \(minimumDamping) does"
    case .beyondMemory(let bytes, let memory):
      "whole tensors of \(InsufficientMemory.text(bytes)) are needed, and there are \(InsufficientMemory.text(memory)); crop the "
        + "arrays, or evaluate parts of them"
    }
  }
}
