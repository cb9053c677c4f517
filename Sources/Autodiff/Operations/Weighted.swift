// Products and quotients that are 0 where their weight is, whatever the other side: −Σ t log p where t and p are 0.
import CVectorMath

extension Elementwise {
  private static func product(
    _ name: String, _ vv: KernelPair, _ vs: KernelPair, _ sv: KernelPair,
    _ factor: @escaping @Sendable (Expression) -> Expression,
    _ divisor: @escaping @Sendable (Expression) -> Expression
  ) -> Elementwise {
    .init(
      name, vv: vv, vs: vs, sv: sv,
      first: { [factor($0.y), quotientOrZero($0.x, divisor($0.y))] },
      second: {
        let divisor = divisor($0.y)
        return [nil, reciprocal(divisor), -quotientOrZero(quotientOrZero($0.x, divisor), divisor)]
      })
  }

  /// x log y.
  static let productWithLog = product(
    "xlogy", KernelPair(vm_product_with_log_vv_f32, vm_product_with_log_vv_f64),
    KernelPair(vm_product_with_log_vs_f32, vm_product_with_log_vs_f64),
    KernelPair(vm_product_with_log_sv_f32, vm_product_with_log_sv_f64), { log($0) }, { $0 })

  /// x log(1 + y).
  static let productWithLogOfOnePlus = product(
    "xlog1py", KernelPair(vm_product_with_log1p_vv_f32, vm_product_with_log1p_vv_f64),
    KernelPair(vm_product_with_log1p_vs_f32, vm_product_with_log1p_vs_f64),
    KernelPair(vm_product_with_log1p_sv_f32, vm_product_with_log1p_sv_f64), { log1p($0) }, { 1 + $0 })

  /// x / y.
  static let quotientOrZero: Elementwise = .init(
    "xdivy", vv: KernelPair(vm_quotient_or_zero_vv_f32, vm_quotient_or_zero_vv_f64),
    vs: KernelPair(vm_quotient_or_zero_vs_f32, vm_quotient_or_zero_vs_f64),
    sv: KernelPair(vm_quotient_or_zero_sv_f32, vm_quotient_or_zero_sv_f64),
    first: { [reciprocal($0.y), -quotientOrZero($0.result, $0.y)] },
    second: {
      [nil, -square(reciprocal($0.y)), 2 * quotientOrZero(quotientOrZero($0.result, $0.y), $0.y)]
    })
}

/// x log y, and 0 where x is 0 whatever y is, with its derivatives by y.
public func productWithLog(_ x: Expression, _ y: Expression) -> Expression {
  Elementwise.productWithLog(x, y)
}

/// x log(1 + y), and 0 where x is 0 whatever y is, with its derivatives by y.
public func productWithLog1p(_ x: Expression, _ y: Expression) -> Expression {
  Elementwise.productWithLogOfOnePlus(x, y)
}

/// x / y, and 0 where x is 0 whatever y is, with its derivatives by y.
public func quotientOrZero(_ x: Expression, _ y: Expression) -> Expression {
  Elementwise.quotientOrZero(x, y)
}
