// The product of matrices.

/// Products of the last two axes' matrices; axes before them are the same on both sides.
struct MatrixProduct: TensorOperation {
  let name = "matrixProduct"

  func evaluate(_ operands: [Tensor], shape: TensorShape) -> Tensor {
    let (rows, columns) = (shape[shape.rank - 2], shape[shape.rank - 1])
    let inner = operands[0].shape[operands[0].shape.rank - 1]
    var product = [Double](repeating: 0, count: shape.count)
    for matrix in 0..<shape.count / (rows * columns) {
      for row in 0..<rows {
        for k in 0..<inner {
          let factor = operands[0].elements[(matrix * rows + row) * inner + k]
          for column in 0..<columns {
            product[(matrix * rows + row) * columns + column] +=
              factor * operands[1].elements[(matrix * inner + k) * columns + column]
          }
        }
      }
    }
    return Tensor(product, shape: shape)
  }

  func cotangents(_ operands: [Expression], _ result: Expression, _ cotangent: Expression) -> [Expression?] {
    [
      matrixProduct(cotangent, operands[1].transposed),
      matrixProduct(operands[0].transposed, cotangent),
    ]
  }

  func tangent(_ operands: [Expression], _ result: Expression, _ tangents: [Expression?]) -> Expression? {
    switch (tangents[0], tangents[1]) {
    case (nil, nil): nil
    case (let a?, nil): matrixProduct(a, operands[1])
    case (nil, let b?): matrixProduct(operands[0], b)
    case (let a?, let b?): matrixProduct(a, operands[1]) + matrixProduct(operands[0], b)
    }
  }
}

/// The product of two matrices, or of stacks of them: shapes […, m, k] and […, k, n] give […, m, n].
public func matrixProduct(_ a: Expression, _ b: Expression) -> Expression {
  if a.failure != nil { return a }
  if b.failure != nil { return b }
  let (left, right) = (a.shape.extents, b.shape.extents)
  guard left.count >= 2, left.count == right.count, left.last == right[right.count - 2],
    left.dropLast(2) == right.dropLast(2)
  else { return .failed(.shapesDoNotMatch(operation: "matrixProduct", shapes: [a.shape, b.shape])) }
  let shape = TensorShape(Array(left.dropLast()) + [right[right.count - 1]])
  return Expression(Node(.tensor(MatrixProduct()), [a.node, b.node], shape))
}

extension Expression {
  /// The last two axes exchanged.
  public var transposed: Expression {
    if failure != nil { return self }
    guard shape.rank >= 2 else { return .failed(.noSuchAxis(-2, rank: shape.rank)) }
    var order = Array(0..<shape.rank)
    order.swapAt(shape.rank - 1, shape.rank - 2)
    return permuted(order)
  }
}
