// Operations in pieces: absolute value, extremes, comparisons, selection. At a corner one of the two one-sided
// derivatives, or their mean, is taken, as each function says; a second derivative at a corner is 0.
import CVectorMath

extension Elementwise {
  static let absolute: Elementwise = .init(
    "abs", KernelPair(vm_absolute_f32, vm_absolute_f64), first: { sign($0.x) }, second: { _ in nil })

  static let sign: Elementwise = .init(
    "sign", KernelPair(vm_sign_f32, vm_sign_f64), first: { _ in nil }, second: { _ in nil })

  static let minimum: Elementwise = .init(
    "min", vv: KernelPair(vm_minimum_vv_f32, vm_minimum_vv_f64),
    vs: KernelPair(vm_minimum_vs_f32, vm_minimum_vs_f64),
    sv: KernelPair(vm_minimum_sv_f32, vm_minimum_sv_f64),
    first: { point in
      let isFirst = Autodiff.lessOrEqual(point.x, point.y)
      return [Autodiff.select(isFirst, 1, 0), Autodiff.select(isFirst, 0, 1)]
    }, second: { _ in [nil, nil, nil] })

  static let maximum: Elementwise = .init(
    "max", vv: KernelPair(vm_maximum_vv_f32, vm_maximum_vv_f64),
    vs: KernelPair(vm_maximum_vs_f32, vm_maximum_vs_f64),
    sv: KernelPair(vm_maximum_sv_f32, vm_maximum_sv_f64),
    first: { point in
      let isFirst = Autodiff.lessOrEqual(point.y, point.x)
      return [Autodiff.select(isFirst, 1, 0), Autodiff.select(isFirst, 0, 1)]
    }, second: { _ in [nil, nil, nil] })

  static let less: Elementwise = .init(
    "less", vv: KernelPair(vm_less_vv_f32, vm_less_vv_f64), vs: KernelPair(vm_less_vs_f32, vm_less_vs_f64),
    sv: KernelPair(vm_less_sv_f32, vm_less_sv_f64), first: { _ in [nil, nil] },
    second: { _ in [nil, nil, nil] })

  static let lessOrEqual: Elementwise = .init(
    "lessOrEqual", vv: KernelPair(vm_less_or_equal_vv_f32, vm_less_or_equal_vv_f64),
    vs: KernelPair(vm_less_or_equal_vs_f32, vm_less_or_equal_vs_f64),
    sv: KernelPair(vm_less_or_equal_sv_f32, vm_less_or_equal_sv_f64), first: { _ in [nil, nil] },
    second: { _ in [nil, nil, nil] })

  static let equal: Elementwise = .init(
    "equal", vv: KernelPair(vm_equal_vv_f32, vm_equal_vv_f64),
    vs: KernelPair(vm_equal_vs_f32, vm_equal_vs_f64),
    sv: KernelPair(vm_equal_sv_f32, vm_equal_sv_f64), first: { _ in [nil, nil] },
    second: { _ in [nil, nil, nil] })

  static let select: Elementwise = .init(
    "select", vvv: KernelPair(vm_select_vvv_f32, vm_select_vvv_f64),
    vvs: KernelPair(vm_select_vvs_f32, vm_select_vvs_f64),
    vsv: KernelPair(vm_select_vsv_f32, vm_select_vsv_f64),
    vss: KernelPair(vm_select_vss_f32, vm_select_vss_f64),
    first: { point in [nil, Autodiff.select(point.x, 1, 0), Autodiff.select(point.x, 0, 1)] },
    second: { _ in [nil, nil, nil, nil, nil, nil] })
}

/// The absolute value; slope 0 at 0.
public func abs(_ x: Expression) -> Expression { Elementwise.absolute(x) }
/// −1, 0 or 1; its derivative is 0.
public func sign(_ x: Expression) -> Expression { Elementwise.sign(x) }
/// The smaller; where both are equal the derivative is that of `x`.
public func min(_ x: Expression, _ y: Expression) -> Expression { Elementwise.minimum(x, y) }
/// The larger; where both are equal the derivative is that of `x`.
public func max(_ x: Expression, _ y: Expression) -> Expression { Elementwise.maximum(x, y) }
/// x held within the bounds; slope 1 from one bound to the other, both included, and 0 outside.
public func clip(_ x: Expression, _ lower: Expression, _ upper: Expression) -> Expression {
  min(max(x, lower), upper)
}

/// 1 where x < y, else 0; its derivative is 0. So for the other comparisons.
public func less(_ x: Expression, _ y: Expression) -> Expression { Elementwise.less(x, y) }
/// 1 where x ≤ y, else 0.
public func lessOrEqual(_ x: Expression, _ y: Expression) -> Expression { Elementwise.lessOrEqual(x, y) }
/// 1 where x = y, else 0.
public func equal(_ x: Expression, _ y: Expression) -> Expression { Elementwise.equal(x, y) }

/// `x` where the condition is not 0, else `y`. What is not selected may be anything, NaN too, and gets no derivative.
public func select(_ condition: Expression, _ x: Expression, _ y: Expression) -> Expression {
  for operand in [condition, x, y] where operand.failure != nil { return operand }
  if let shape = condition.shape.joined(with: x.shape)?.joined(with: y.shape) {
    if x.node === y.node { return x.stretched(to: shape) }
    if let known = condition.uniformValue { return (known != 0 ? x : y).stretched(to: shape) }
    if x.isUniform(0), y.isUniform(0) { return .uniform(0, shape) }
  }
  return Elementwise.select(condition, x, y)
}

extension Expression {
  public static func .< (x: Expression, y: Expression) -> Expression { less(x, y) }
  public static func .<= (x: Expression, y: Expression) -> Expression { lessOrEqual(x, y) }
  public static func .> (x: Expression, y: Expression) -> Expression { less(y, x) }
  public static func .>= (x: Expression, y: Expression) -> Expression { lessOrEqual(y, x) }
  public static func .== (x: Expression, y: Expression) -> Expression { equal(x, y) }
}
