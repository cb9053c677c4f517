// + − × ÷ and the powers.
import CVectorMath

extension Elementwise {
  static let add: Elementwise = .init(
    "add", vv: KernelPair(vm_add_vv_f32, vm_add_vv_f64), vs: KernelPair(vm_add_vs_f32, vm_add_vs_f64),
    sv: KernelPair(vm_add_sv_f32, vm_add_sv_f64),
    first: { _ in [1, 1] }, second: { _ in [nil, nil, nil] })

  static let subtract: Elementwise = .init(
    "subtract", vv: KernelPair(vm_subtract_vv_f32, vm_subtract_vv_f64),
    vs: KernelPair(vm_subtract_vs_f32, vm_subtract_vs_f64),
    sv: KernelPair(vm_subtract_sv_f32, vm_subtract_sv_f64),
    first: { _ in [1, -1] }, second: { _ in [nil, nil, nil] })

  static let multiply: Elementwise = .init(
    "multiply", vv: KernelPair(vm_multiply_vv_f32, vm_multiply_vv_f64),
    vs: KernelPair(vm_multiply_vs_f32, vm_multiply_vs_f64),
    sv: KernelPair(vm_multiply_sv_f32, vm_multiply_sv_f64),
    first: { [$0.y, $0.x] }, second: { _ in [nil, 1, nil] })

  static let divide: Elementwise = .init(
    "divide", vv: KernelPair(vm_divide_vv_f32, vm_divide_vv_f64),
    vs: KernelPair(vm_divide_vs_f32, vm_divide_vs_f64), sv: KernelPair(vm_divide_sv_f32, vm_divide_sv_f64),
    first: { [reciprocal($0.y), -$0.result / $0.y] },
    second: { [nil, -square(reciprocal($0.y)), 2 * $0.result / square($0.y)] })

  static let square: Elementwise = .init(
    "square", KernelPair(vm_square_f32, vm_square_f64), first: { 2 * $0.x }, second: { _ in 2 })

  static let reciprocal: Elementwise = .init(
    "reciprocal", KernelPair(vm_reciprocal_f32, vm_reciprocal_f64), first: { -square($0.result) },
    second: { 2 * $0.result * square($0.result) })

  /// The slope at 0 is infinite; there the derivatives are taken as 0.
  static let squareRoot: Elementwise = .init(
    "sqrt", KernelPair(vm_square_root_f32, vm_square_root_f64),
    first: { 0.5 * powerOrZero($0.x, -0.5) }, second: { -0.25 * powerOrZero($0.x, -1.5) })

  /// xʸ for real exponents; derivatives with respect to y are for x > 0.
  static let power: Elementwise = .init(
    "power", vv: KernelPair(vm_power_vv_f32, vm_power_vv_f64),
    vs: KernelPair(vm_power_vs_f32, vm_power_vs_f64), sv: KernelPair(vm_power_sv_f32, vm_power_sv_f64),
    first: { powerDerivatives($0, of: powerOrZero(_:_:)).first },
    second: { powerDerivatives($0, of: powerOrZero(_:_:)).second })

  /// As `power`, but 0 at x = 0 with a negative exponent: the derivative of a power whose true slope at 0 is infinite.
  static let powerOrZero: Elementwise = .init(
    "powerOrZero", vv: KernelPair(vm_power_or_zero_vv_f32, vm_power_or_zero_vv_f64),
    vs: KernelPair(vm_power_or_zero_vs_f32, vm_power_or_zero_vs_f64),
    sv: KernelPair(vm_power_or_zero_sv_f32, vm_power_or_zero_sv_f64),
    first: { powerDerivatives($0, of: powerOrZero(_:_:)).first },
    second: { powerDerivatives($0, of: powerOrZero(_:_:)).second })

  private static func powerDerivatives(
    _ point: Point, of power: (Expression, Expression) -> Expression
  ) -> (first: [Expression?], second: [Expression?]) {
    let (x, y) = (point.x, point.y)
    let slope = y * power(x, y - 1)
    let curvature = y * (y - 1) * power(x, y - 2)
    if y.uniformValue != nil { return ([slope, nil], [curvature, nil, nil]) }
    // 0 · log 0 is 0 in the limit.
    let logarithm = select(less(0, x), log(x), 0)
    let mixed = power(x, y - 1) * (1 + y * logarithm)
    return ([slope, point.result * logarithm], [curvature, mixed, point.result * square(logarithm)])
  }
}

extension Expression {
  public static func + (x: Expression, y: Expression) -> Expression {
    if x.isUniform(0), x.shape.broadcasts(to: y.shape) { return y }
    if y.isUniform(0), y.shape.broadcasts(to: x.shape) { return x }
    if x.uniformValue != nil, y.uniformValue == nil { return Elementwise.add(y, x) }
    if let sum = sumOfLikeTerms(x, y) { return sum }
    // x + (−1) y, as derivatives of a difference are.
    let factored = y.factored
    if let rest = factored.rest, factored.coefficient?.isUniform(-1) == true, rest.shape == y.shape {
      return x - rest
    }
    return Elementwise.add(x, y)
  }

  public static func - (x: Expression, y: Expression) -> Expression {
    if y.isUniform(0), y.shape.broadcasts(to: x.shape) { return x }
    if x.isUniform(0), x.shape.broadcasts(to: y.shape) { return -y }
    if let value = y.uniformValue, x.uniformValue == nil, y.shape.broadcasts(to: x.shape) {
      return x + Expression(-value)
    }
    return Elementwise.subtract(x, y)
  }

  public static prefix func - (x: Expression) -> Expression { x * -1 }

  public static func * (x: Expression, y: Expression) -> Expression {
    if x.failure != nil { return x }
    if y.failure != nil { return y }
    guard let shape = x.shape.joined(with: y.shape) else { return Elementwise.multiply(x, y) }
    if x.isUniform(0) || y.isUniform(0) { return .uniform(0, shape) }
    if x.isUniform(1) { return y.stretched(to: shape) }
    if y.isUniform(1) { return x.stretched(to: shape) }
    // What is not selected must stay 0 whatever it is multiplied with, infinities too.
    if let product = x.selectedProduct(y) ?? y.selectedProduct(x) { return product.stretched(to: shape) }
    let (a, b) = (x.factored, y.factored)
    // The coefficients are gathered unless that would undo a product that is there already.
    switch (a.rest, b.rest) {
    case (let rest?, nil), (nil, let rest?):
      let coefficient = (a.coefficient ?? 1) * (b.coefficient ?? 1)
      if coefficient.isUniform(1) { return rest.stretched(to: shape) }
      if coefficient.isUniform(0) { return .uniform(0, shape) }
      return Elementwise.multiply(rest, coefficient).stretched(to: shape)
    case (let one?, let other?):
      let isSquare = one.node === other.node
      if let p = a.coefficient, let q = b.coefficient {
        let rest = isSquare ? Elementwise.square(one) : Elementwise.multiply(one, other)
        return Elementwise.multiply(rest, p * q)
      }
      if isSquare, a.coefficient == nil, b.coefficient == nil { return Elementwise.square(one) }
    case (nil, nil): break
    }
    return Elementwise.multiply(x, y)
  }

  public static func / (x: Expression, y: Expression) -> Expression {
    if x.failure != nil { return x }
    if y.failure != nil { return y }
    if y.isUniform(1), y.shape.broadcasts(to: x.shape) { return x }
    if x.isUniform(0), x.shape.broadcasts(to: y.shape), y.uniformValue == nil { return .uniform(0, y.shape) }
    if x.isUniform(1), y.uniformValue == nil, x.shape.broadcasts(to: y.shape) { return reciprocal(y) }
    // One reciprocal for all voxels, instead of a division for each.
    if y.isStretched, !x.isStretched, y.uniformValue == nil { return x * reciprocal(y) }
    return Elementwise.divide(x, y)
  }

  public static func += (x: inout Expression, y: Expression) { x = x + y }
  public static func -= (x: inout Expression, y: Expression) { x = x - y }
  public static func *= (x: inout Expression, y: Expression) { x = x * y }
  public static func /= (x: inout Expression, y: Expression) { x = x / y }

  @_disfavoredOverload public static func + (x: Expression, y: Double) -> Expression { x + Expression(y) }
  @_disfavoredOverload public static func + (x: Double, y: Expression) -> Expression { Expression(x) + y }
  @_disfavoredOverload public static func - (x: Expression, y: Double) -> Expression { x - Expression(y) }
  @_disfavoredOverload public static func - (x: Double, y: Expression) -> Expression { Expression(x) - y }
  @_disfavoredOverload public static func * (x: Expression, y: Double) -> Expression { x * Expression(y) }
  @_disfavoredOverload public static func * (x: Double, y: Expression) -> Expression { Expression(x) * y }
  @_disfavoredOverload public static func / (x: Expression, y: Double) -> Expression { x / Expression(y) }
  @_disfavoredOverload public static func / (x: Double, y: Expression) -> Expression { Expression(x) / y }
}

/// x².
public func square(_ x: Expression) -> Expression {
  x.uniformValue != nil ? x * x : Elementwise.square(x)
}
/// 1 / x.
public func reciprocal(_ x: Expression) -> Expression { Elementwise.reciprocal(x) }
/// The square root; its derivatives at 0, where the slope is infinite, are taken as 0.
public func sqrt(_ x: Expression) -> Expression { Elementwise.squareRoot(x) }

/// x to a real power. Where a derivative is infinite (x = 0 with an exponent below the derivative's order) it is taken
/// as 0.
public func pow(_ x: Expression, _ exponent: Expression) -> Expression {
  for operand in [x, exponent] where operand.failure != nil { return operand }
  guard let shape = x.shape.joined(with: exponent.shape) else { return Elementwise.power(x, exponent) }
  let power: Expression =
    switch exponent.uniformValue {
    case 0: 1
    case 1: x
    case 2: square(x)
    case 0.5: sqrt(x)
    case -1: reciprocal(x)
    default: Elementwise.power(x, exponent)
    }
  return power.stretched(to: shape)
}
@_disfavoredOverload public func pow(_ x: Expression, _ exponent: Double) -> Expression {
  pow(x, Expression(exponent))
}

func powerOrZero(_ x: Expression, _ exponent: Expression) -> Expression {
  switch exponent.uniformValue {
  case 0: .uniform(1, x.shape)
  case 1: x
  case 2: square(x)
  case 0.5: sqrt(x)
  default: Elementwise.powerOrZero(x, exponent)
  }
}

extension Expression {
  /// This expression as `rest * coefficient`, the coefficient being the same for many elements.
  fileprivate var factored: (rest: Expression?, coefficient: Expression?) {
    if isStretched { return (nil, uniformValue.map(Expression.init(_:)) ?? self) }
    if case .elementwise(let operation) = node.operation, operation.name == Elementwise.multiply.name {
      let (x, y) = (Expression(node.operands[0]), Expression(node.operands[1]))
      if y.isStretched { return (x, y) }
      if x.isStretched { return (y, x) }
    }
    return (self, nil)
  }

  /// select(c, x, 0) · y as select(c, x · y, 0), for either side; `nil` for anything else.
  fileprivate func selectedProduct(_ other: Expression) -> Expression? {
    guard case .elementwise(let operation) = node.operation, operation.name == Elementwise.select.name else {
      return nil
    }
    let (condition, one, two) = (
      Expression(node.operands[0]), Expression(node.operands[1]), Expression(node.operands[2])
    )
    if two.isUniform(0) { return select(condition, one * other, 0) }
    if one.isUniform(0) { return select(condition, 0, two * other) }
    return nil
  }

  /// c·x + d·x = (c + d)·x for coefficients that are the same for many elements.
  fileprivate static func sumOfLikeTerms(_ x: Expression, _ y: Expression) -> Expression? {
    let (a, b) = (x.factored, y.factored)
    guard let rest = a.rest, let other = b.rest, rest.node === other.node, x.shape == y.shape else {
      return nil
    }
    return rest * ((a.coefficient ?? 1) + (b.coefficient ?? 1))
  }
}
