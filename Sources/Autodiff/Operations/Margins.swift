// Losses of a margin in one kernel each. t is 0 or 1, m = (2t − 1) x is how far x lies on t's side.
import CVectorMath

extension Elementwise {
  /// An operation of t and x.
  private static func ofMargin(
    _ name: String, _ vv: KernelPair, _ vs: KernelPair, _ sv: KernelPair,
    first: @escaping @Sendable (_ t: Expression, _ x: Expression) -> [Expression?],
    second: @escaping @Sendable (_ t: Expression, _ x: Expression) -> [Expression?]
  ) -> Elementwise {
    .init(name, vv: vv, vs: vs, sv: sv, first: { first($0.x, $0.y) }, second: { second($0.x, $0.y) })
  }

  /// −m.
  static let counterMargin = ofMargin(
    "counterMargin", KernelPair(vm_counter_margin_vv_f32, vm_counter_margin_vv_f64),
    KernelPair(vm_counter_margin_vs_f32, vm_counter_margin_vs_f64),
    KernelPair(vm_counter_margin_sv_f32, vm_counter_margin_sv_f64),
    first: { t, x in [-2 * x, 1 - 2 * t] }, second: { _, _ in [nil, -2, nil] })

  /// max(0, 1 − m).
  static let hinge = ofMargin(
    "hinge", KernelPair(vm_hinge_vv_f32, vm_hinge_vv_f64), KernelPair(vm_hinge_vs_f32, vm_hinge_vs_f64),
    KernelPair(vm_hinge_sv_f32, vm_hinge_sv_f64),
    first: { t, x in [within(t, x, -1, -2 * x), Elementwise.hingeSlope(t, x)] },
    second: { t, x in [nil, within(t, x, -1, -2), nil] })

  /// Of the hinge by x.
  static let hingeSlope = ofMargin(
    "hingeSlope", KernelPair(vm_hinge_slope_vv_f32, vm_hinge_slope_vv_f64),
    KernelPair(vm_hinge_slope_vs_f32, vm_hinge_slope_vs_f64),
    KernelPair(vm_hinge_slope_sv_f32, vm_hinge_slope_sv_f64),
    first: { t, x in [within(t, x, -1, -2), nil] }, second: { _, _ in [nil, nil, nil] })

  /// max(0, −m).
  static let perceptron = ofMargin(
    "perceptron", KernelPair(vm_perceptron_vv_f32, vm_perceptron_vv_f64),
    KernelPair(vm_perceptron_vs_f32, vm_perceptron_vs_f64),
    KernelPair(vm_perceptron_sv_f32, vm_perceptron_sv_f64),
    first: { t, x in [within(t, x, 0, -2 * x), Elementwise.perceptronSlope(t, x)] },
    second: { t, x in [nil, within(t, x, 0, -2), nil] })

  /// Of the perceptron's loss by x.
  static let perceptronSlope = ofMargin(
    "perceptronSlope", KernelPair(vm_perceptron_slope_vv_f32, vm_perceptron_slope_vv_f64),
    KernelPair(vm_perceptron_slope_vs_f32, vm_perceptron_slope_vs_f64),
    KernelPair(vm_perceptron_slope_sv_f32, vm_perceptron_slope_sv_f64),
    first: { t, x in [within(t, x, 0, -2), nil] }, second: { _, _ in [nil, nil, nil] })

  /// `value` where −m ≥ `least`, else 0.
  private static func within(
    _ t: Expression, _ x: Expression, _ least: Double, _ value: Expression
  ) -> Expression {
    Autodiff.select(lessOrEqual(Expression(least), counterMargin(t, x)), value, 0)
  }

  /// 0 for m ≥ 1, −m for m ≤ −1, (m − 1)² / 4 between.
  static let sparsemax = ofMargin(
    "sparsemax", KernelPair(vm_sparsemax_vv_f32, vm_sparsemax_vv_f64),
    KernelPair(vm_sparsemax_vs_f32, vm_sparsemax_vs_f64),
    KernelPair(vm_sparsemax_sv_f32, vm_sparsemax_sv_f64),
    first: { t, x in [2 * slopeByMargin(t, x) * x, Elementwise.sparsemaxSlope(t, x)] },
    second: { t, x in
      let (slope, curvature, sign) = (slopeByMargin(t, x), curvatureByMargin(t, x), 2 * t - 1)
      return [4 * curvature * square(x), 2 * slope + 2 * curvature * x * sign, curvature * square(sign)]
    })

  /// Of the sparsemax loss by x.
  static let sparsemaxSlope = ofMargin(
    "sparsemaxSlope", KernelPair(vm_sparsemax_slope_vv_f32, vm_sparsemax_slope_vv_f64),
    KernelPair(vm_sparsemax_slope_vs_f32, vm_sparsemax_slope_vs_f64),
    KernelPair(vm_sparsemax_slope_sv_f32, vm_sparsemax_slope_sv_f64),
    first: { t, x in
      let (curvature, sign) = (curvatureByMargin(t, x), 2 * t - 1)
      return [2 * slopeByMargin(t, x) + 2 * curvature * x * sign, curvature * square(sign)]
    },
    second: { t, x in
      let curvature = curvatureByMargin(t, x)
      return [8 * curvature * x, 4 * curvature * (2 * t - 1), nil]
    })

  /// The sparsemax loss' derivatives by m.
  private static func slopeByMargin(_ t: Expression, _ x: Expression) -> Expression {
    clip(-0.5 * (counterMargin(t, x) + 1), -1, 0)
  }
  private static func curvatureByMargin(_ t: Expression, _ x: Expression) -> Expression {
    Autodiff.select(less(abs(counterMargin(t, x)), 1), 0.5, 0)
  }
}

/// (1 − 2t) x: how far x lies on the other side than t, which is 0 or 1.
public func counterMargin(_ t: Expression, _ x: Expression) -> Expression { Elementwise.counterMargin(t, x) }
/// max(0, 1 − (2t − 1) x); where both are equal the slope is that of the second.
public func hinge(_ t: Expression, _ x: Expression) -> Expression { Elementwise.hinge(t, x) }
/// max(0, (1 − 2t) x); where both are equal the slope is that of the second.
public func perceptron(_ t: Expression, _ x: Expression) -> Expression { Elementwise.perceptron(t, x) }
/// With m = (2t − 1) x: 0 for m ≥ 1, −m for m ≤ −1, (m − 1)² / 4 between (Martins and Astudillo 2016).
public func sparsemax(_ t: Expression, _ x: Expression) -> Expression { Elementwise.sparsemax(t, x) }
