// Exponentials and logarithms. Logarithms of probabilities that come from logits are rewritten to be computed from the
// logits, so that none of them is ever the logarithm of a rounded 0 or 1.
import CVectorMath

extension Elementwise {
  static let exponential: Elementwise = .init(
    "exp", KernelPair(vm_exponential_f32, vm_exponential_f64), first: { $0.result }, second: { $0.result })

  static let exponentialMinusOne: Elementwise = .init(
    "expm1", KernelPair(vm_exponential_minus_one_f32, vm_exponential_minus_one_f64),
    first: { exp($0.x) }, second: { exp($0.x) })

  static let logarithm: Elementwise = .init(
    "log", KernelPair(vm_logarithm_f32, vm_logarithm_f64),
    first: { reciprocal($0.x) }, second: { -square(reciprocal($0.x)) })

  static let logarithmOfOnePlus: Elementwise = .init(
    "log1p", KernelPair(vm_logarithm_of_one_plus_f32, vm_logarithm_of_one_plus_f64),
    first: { reciprocal(1 + $0.x) }, second: { -square(reciprocal(1 + $0.x)) })

  /// log(1 − eˣ) for x ≤ 0; slope −1/(e⁻ˣ − 1), which is infinite at 0.
  package static let logarithmOfOneMinusExponential: Elementwise = .init(
    "log1mexp",
    KernelPair(vm_logarithm_of_one_minus_exponential_f32, vm_logarithm_of_one_minus_exponential_f64),
    first: { -reciprocal(expm1(-$0.x)) },
    second: {
      let odds = reciprocal(expm1(-$0.x))
      return -odds * (1 + odds)
    })
}

/// eˣ.
public func exp(_ x: Expression) -> Expression { Elementwise.exponential(x) }
/// eˣ − 1, accurate near 0.
public func expm1(_ x: Expression) -> Expression { Elementwise.exponentialMinusOne(x) }

/// The natural logarithm. log(exp x) is x, log(sigmoid x) is −softplus(−x), log(1 − sigmoid x) is −softplus(x), and
/// log(1 − p) of a softmax is computed from log p.
public func log(_ x: Expression) -> Expression {
  guard case .elementwise(let operation) = x.node.operation else { return Elementwise.logarithm(x) }
  let operand = Expression(x.node.operands[0])
  switch operation.name {
  case Elementwise.exponential.name: return operand
  case Elementwise.sigmoid.name: return -softplus(-operand)
  case Elementwise.subtract.name where operand.isUniform(1):
    return logarithmOfComplement(of: Expression(x.node.operands[1])) ?? Elementwise.logarithm(x)
  default: return Elementwise.logarithm(x)
  }
}

/// log(1 + x), accurate near 0.
public func log1p(_ x: Expression) -> Expression {
  if case .elementwise(let operation) = x.node.operation, operation.name == Elementwise.multiply.name,
    Expression(x.node.operands[1]).isUniform(-1),
    let stable = logarithmOfComplement(of: Expression(x.node.operands[0]))
  {
    return stable
  }
  return Elementwise.logarithmOfOnePlus(x)
}

/// log(1 − p), from what p was computed from.
private func logarithmOfComplement(of p: Expression) -> Expression? {
  guard case .elementwise(let operation) = p.node.operation else { return nil }
  let operand = Expression(p.node.operands[0])
  switch operation.name {
  case Elementwise.sigmoid.name: return -softplus(operand)
  case Elementwise.exponential.name:
    guard case .logSoftmax = operand.node.operation else { return nil }
    return Elementwise.logarithmOfOneMinusExponential(operand)
  default: return nil
  }
}
