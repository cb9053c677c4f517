// Losses of a difference in one kernel each.
import CVectorMath

extension Elementwise {
  /// |x − y|.
  static let absoluteDifference: Elementwise = .init(
    "absoluteDifference", vv: KernelPair(vm_absolute_difference_vv_f32, vm_absolute_difference_vv_f64),
    vs: KernelPair(vm_absolute_difference_vs_f32, vm_absolute_difference_vs_f64),
    sv: KernelPair(vm_absolute_difference_sv_f32, vm_absolute_difference_sv_f64),
    first: { point in
      [differenceSign(point.x, point.y), -differenceSign(point.x, point.y)]
    }, second: { _ in [nil, nil, nil] })

  /// The sign of x − y.
  static let differenceSign: Elementwise = .init(
    "differenceSign", vv: KernelPair(vm_difference_sign_vv_f32, vm_difference_sign_vv_f64),
    vs: KernelPair(vm_difference_sign_vs_f32, vm_difference_sign_vs_f64),
    sv: KernelPair(vm_difference_sign_sv_f32, vm_difference_sign_sv_f64),
    first: { _ in [nil, nil] }, second: { _ in [nil, nil, nil] })

  /// x²/2 up to |x| = y, then y (|x| − y/2).
  static let huber: Elementwise = .init(
    "huber", vv: KernelPair(vm_huber_vv_f32, vm_huber_vv_f64),
    vs: KernelPair(vm_huber_vs_f32, vm_huber_vs_f64), sv: KernelPair(vm_huber_sv_f32, vm_huber_sv_f64),
    first: { point in [held(point.x, point.y), Autodiff.max(abs(point.x) - point.y, 0)] },
    second: { point in
      let isStraight = less(point.y, abs(point.x))
      return [
        Autodiff.select(isStraight, 0, 1), Autodiff.select(isStraight, Autodiff.sign(point.x), 0),
        Autodiff.select(isStraight, -1, 0),
      ]
    })

  /// x held within [−y, y].
  package static let held: Elementwise = .init(
    "held", vv: KernelPair(vm_held_vv_f32, vm_held_vv_f64), vs: KernelPair(vm_held_vs_f32, vm_held_vs_f64),
    sv: KernelPair(vm_held_sv_f32, vm_held_sv_f64),
    first: { point in
      let isHeld = less(point.y, abs(point.x))
      return [Autodiff.select(isHeld, 0, 1), Autodiff.select(isHeld, Autodiff.sign(point.x), 0)]
    }, second: { _ in [nil, nil, nil] })
}

/// |x − y|; slope 0 where they are equal.
public func absoluteDifference(_ x: Expression, _ y: Expression) -> Expression {
  Elementwise.absoluteDifference(x, y)
}

/// x²/2 up to |x| = δ, then δ (|x| − δ/2) (Huber 1964); δ is above 0.
public func huber(_ x: Expression, _ delta: Expression) -> Expression { Elementwise.huber(x, delta) }
