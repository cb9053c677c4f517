// Element-wise operations: each stands in one place, as its name, its kernels and its first and second derivatives.
import CVectorMath

typealias Kernel =
  @Sendable @convention(c) (
    UnsafeMutableRawPointer?, UnsafeRawPointer?, UnsafeRawPointer?, UnsafeRawPointer?, Int
  ) -> Void

/// One kernel for Float and for Double.
struct KernelPair: Sendable {
  let single, double: Kernel
  init(_ single: @escaping Kernel, _ double: @escaping Kernel) {
    (self.single, self.double) = (single, double)
  }
}

/// The kernels of an operation, by which of its operands are one number (`s`) instead of a vector (`v`).
enum ElementwiseKernels: Sendable {
  case unary(KernelPair)
  case binary(vv: KernelPair, vs: KernelPair, sv: KernelPair)
  case ternary(vvv: KernelPair, vvs: KernelPair, vsv: KernelPair, vss: KernelPair)
}

/// An operation on each element by itself.
///
/// To add one: a static constant in a file of `Operations/` with its kernels and partial derivatives, and a public
/// function that records it. Everything else (gradients, diagonals, fusion, both precisions) follows.
package struct Elementwise: Sendable {
  /// Operands and result, to write derivatives with.
  struct Point {
    let operands: [Expression]
    let result: Expression
    var x: Expression { operands[0] }
    var y: Expression { operands[1] }
  }

  /// Names the operation and its parameters: two with one name do the same.
  package let name: String
  let kernels: ElementwiseKernels
  /// ∂result/∂operand for each operand; `nil` where it is zero everywhere.
  let first: @Sendable (Point) -> [Expression?]
  /// ∂²result/∂operand_j∂operand_k in the order 00, (01, 11), (02, 12, 22); `nil` where it is zero everywhere.
  let second: @Sendable (Point) -> [Expression?]

  /// One operand.
  init(
    _ name: String, _ kernel: KernelPair, first: @escaping @Sendable (Point) -> Expression?,
    second: @escaping @Sendable (Point) -> Expression?
  ) {
    self.name = name
    kernels = .unary(kernel)
    self.first = { [first($0)] }
    self.second = { [second($0)] }
  }

  /// Two operands; `second` in the order xx, xy, yy.
  init(
    _ name: String, vv: KernelPair, vs: KernelPair, sv: KernelPair,
    first: @escaping @Sendable (Point) -> [Expression?], second: @escaping @Sendable (Point) -> [Expression?]
  ) {
    self.name = name
    kernels = .binary(vv: vv, vs: vs, sv: sv)
    self.first = first
    self.second = second
  }

  /// Three operands.
  init(
    _ name: String, vvv: KernelPair, vvs: KernelPair, vsv: KernelPair, vss: KernelPair,
    first: @escaping @Sendable (Point) -> [Expression?], second: @escaping @Sendable (Point) -> [Expression?]
  ) {
    self.name = name
    kernels = .ternary(vvv: vvv, vvs: vvs, vsv: vsv, vss: vss)
    self.first = first
    self.second = second
  }

  /// The result for single numbers, by the kernel that runs on arrays too.
  func value(_ operands: [Double]) -> Double {
    var result = 0.0
    operands.withUnsafeBufferPointer { x in
      guard let base = x.baseAddress else { return }
      switch kernels {
      case .unary(let kernel): kernel.double(&result, base, nil, nil, 1)
      case .binary(let vv, _, _): vv.double(&result, base, base + 1, nil, 1)
      case .ternary(let vvv, _, _, _): vvv.double(&result, base, base + 1, base + 2, 1)
      }
    }
    return result
  }
}
