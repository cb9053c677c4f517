// Site-level operations on whole tensors, for what is not computed block by block. Their derivatives are the nodes'.
import CVectorMath

/// log(softmax) along an axis.
struct WholeLogSoftmax: TensorOperation {
  let axis: Int
  var name: String { "logSoftmax \(axis)" }

  func evaluate(_ operands: [Tensor], shape: TensorShape) -> Tensor {
    let inner = shape.extents[(axis + 1)...].reduce(1, *)
    let lanes = shape[axis]
    var result = operands[0].elements
    var description = vm_lanes(lanes: lanes, in_stride: inner, out_stride: inner, in_site: 1)
    operands[0].elements.withUnsafeBufferPointer { from in
      result.withUnsafeMutableBufferPointer { to in
        guard let from = from.baseAddress, let to = to.baseAddress else { return }
        for start in stride(from: 0, to: shape.count, by: inner * lanes) {
          vm_softmax_f64(nil, from + start, to + start, &description, inner)
        }
      }
    }
    return Tensor(result, shape: shape)
  }
  func cotangents(_ operands: [Expression], _ result: Expression, _ cotangent: Expression) -> [Expression?] {
    [nil]
  }
  func tangent(_ operands: [Expression], _ result: Expression, _ tangents: [Expression?]) -> Expression? {
    nil
  }
}

/// A polynomial of one array or two, with the coefficients behind them.
struct WholePolynomial: TensorOperation {
  var name: String { "polynomial" }

  func evaluate(_ operands: [Tensor], shape: TensorShape) -> Tensor {
    let atoms = operands.count == 4 ? 1 : 2
    // Operands stretched to the shape; coefficients mostly are one number.
    let maps = operands.map { ElementMap(shape, strides: $0.shape.strides(in: shape)) }
    var stretched: [[Double]] = []
    for (operand, map) in zip(operands, maps) {
      var elements = [Double](
        repeating: operand.elements[0], count: operand.elements.count == 1 ? 1 : shape.count)
      if operand.elements.count > 1 { map.visit { elements[$0] = operand.elements[$1] } }
      stretched.append(elements)
    }
    let elements = (0..<shape.count).map { index in
      func operand(_ number: Int) -> Double {
        let own = stretched[number]
        return own.count == 1 ? own[0] : own[index]
      }
      let x = operand(0)
      if atoms == 1 { return (operand(3) * x + operand(2)) * x + operand(1) }
      let y = operand(1)
      return (operand(5) * x + operand(6) * y + operand(3)) * x
        + ((operand(7) * y + operand(4)) * y + operand(2))
    }
    return Tensor(elements, shape: shape)
  }
  func cotangents(_ operands: [Expression], _ result: Expression, _ cotangent: Expression) -> [Expression?] {
    [Expression?](repeating: nil, count: operands.count)
  }
  func tangent(_ operands: [Expression], _ result: Expression, _ tangents: [Expression?]) -> Expression? {
    nil
  }
}
