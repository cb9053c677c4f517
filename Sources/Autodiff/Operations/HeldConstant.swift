// What is computed from whole arrays in plain code and not differentiated: an order, a count, a map of distances.

private struct HeldConstant: TensorOperation {
  let name: String
  let function: @Sendable ([Tensor]) -> [Double]

  func evaluate(_ operands: [Tensor], shape: TensorShape) -> Tensor {
    Tensor(function(operands), shape: shape)
  }
  func cotangents(_ operands: [Expression], _ result: Expression, _ cotangent: Expression) -> [Expression?] {
    [Expression?](repeating: nil, count: operands.count)
  }
  func tangent(_ operands: [Expression], _ result: Expression, _ tangents: [Expression?]) -> Expression? {
    nil
  }
}

extension Expression {
  /// A function of whole arrays, held constant: its derivatives are zero.
  ///
  /// - Parameters:
  ///   - name: with its parameters: two functions with one name are taken to be the same.
  ///   - operands: stretched to their common shape, which is the result's.
  ///   - function: the elements of the result, in row-major order, from those of the operands.
  public static func heldConstant(
    _ name: String, _ operands: [Expression], _ function: @escaping @Sendable ([Tensor]) -> [Double]
  ) -> Expression {
    var shape = TensorShape.scalar
    for operand in operands {
      if operand.failure != nil { return operand }
      guard let joined = shape.joined(with: operand.shape) else {
        return .failed(.shapesDoNotMatch(operation: name, shapes: operands.map(\.shape)))
      }
      shape = joined
    }
    let nodes = operands.map { $0.stretched(to: shape).withoutGradient.node }
    return Expression(Node(.tensor(HeldConstant(name: name, function: function)), nodes, shape))
  }
}
