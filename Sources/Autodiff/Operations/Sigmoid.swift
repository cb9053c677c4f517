// The sigmoid and its kin: softplus, tanh, log cosh.
import CVectorMath

extension Elementwise {
  static let sigmoid: Elementwise = .init(
    "sigmoid", KernelPair(vm_sigmoid_f32, vm_sigmoid_f64), first: { sigmoidSlope($0.x) },
    second: { sigmoidSlope($0.x) * (1 - 2 * $0.result) })

  /// σ(x)σ(−x), which keeps its relative accuracy where σ is 1 to the last digit.
  static let sigmoidSlope: Elementwise = .init(
    "sigmoidSlope", KernelPair(vm_sigmoid_slope_f32, vm_sigmoid_slope_f64),
    first: { $0.result * (1 - 2 * sigmoid($0.x)) }, second: { $0.result * (1 - 6 * $0.result) })

  static let softplus: Elementwise = .init(
    "softplus", KernelPair(vm_softplus_f32, vm_softplus_f64), first: { sigmoid($0.x) },
    second: { sigmoidSlope($0.x) })

  static let hyperbolicTangent: Elementwise = .init(
    "tanh", KernelPair(vm_hyperbolic_tangent_f32, vm_hyperbolic_tangent_f64),
    // 1 − tanh² x, without the cancellation.
    first: { 4 * sigmoidSlope(2 * $0.x) }, second: { -8 * $0.result * sigmoidSlope(2 * $0.x) })

  static let logCosh: Elementwise = .init(
    "logCosh", KernelPair(vm_log_cosh_f32, vm_log_cosh_f64), first: { tanh($0.x) },
    second: { 4 * sigmoidSlope(2 * $0.x) })
}

/// 1 / (1 + e⁻ˣ).
public func sigmoid(_ x: Expression) -> Expression { Elementwise.sigmoid(x) }
package func sigmoidSlope(_ x: Expression) -> Expression { Elementwise.sigmoidSlope(x) }
/// log(1 + eˣ), finite for every finite x.
public func softplus(_ x: Expression) -> Expression { Elementwise.softplus(x) }
/// The hyperbolic tangent.
public func tanh(_ x: Expression) -> Expression { Elementwise.hyperbolicTangent(x) }
/// log(cosh x), finite for every finite x and accurate near 0.
public func logCosh(_ x: Expression) -> Expression { Elementwise.logCosh(x) }
