// Operations along a class axis: softmax, one-hot, the mask of an ignored label.

/// log(softmax) along an axis, finite for every finite x.
public func logSoftmax(_ x: Expression, axis: Int) -> Expression {
  if x.failure != nil { return x }
  let position = axis < 0 ? axis + x.shape.rank : axis
  guard (0..<x.shape.rank).contains(position) else { return .failed(.noSuchAxis(axis, rank: x.shape.rank)) }
  if x.shape[position] == 1 { return .uniform(0, x.shape) }
  return Expression(Node(.logSoftmax(axis: position), [x.node], x.shape))
}

/// Softmax along an axis.
public func softmax(_ x: Expression, axis: Int) -> Expression { exp(logSoftmax(x, axis: axis)) }

/// The diagonal of a Hessian through a softmax.
///
/// With a = ∂L/∂log p and the second derivative diag(a + e) by log p, that by the logits has the diagonal
/// (1 − 2p)(e + r) + p² Σe, where r = a − p Σa is the gradient by the logits.
func softmaxCurvature(p: Expression, e: Expression, gradient r: Expression, axis: Int) -> Expression {
  let u = e + r
  return u - p * (2 * u - p * e.summed(over: [axis]))
}

/// 1 where a label is the position along the axis, else 0. `labels` has extent 1 along it; what comes out has `classes`.
public func oneHot(_ labels: Variable, axis: Int, classes: Int) -> Expression {
  guard labels.input.elements == .labels else {
    return .failed(.invalid(operation: "oneHot", reason: "input \(labels.name) does not hold labels"))
  }
  if let error = labels.shape.check("oneHot") { return .failed(error) }
  guard (0..<labels.shape.rank).contains(axis) else {
    return .failed(.noSuchAxis(axis, rank: labels.shape.rank))
  }
  guard labels.shape[axis] == 1, (1...256).contains(classes) else {
    return .failed(
      .invalid(
        operation: "oneHot",
        reason:
          "the labels' shape \(labels.shape) must have extent 1 along axis \(axis), and classes be 1...256"))
  }
  var extents = labels.shape.extents
  extents[axis] = classes
  return Expression(Node(.oneHot(axis: axis), [labels.node], TensorShape(extents)))
}

/// 0 where a label is `ignored`, else 1.
public func mask(_ labels: Variable, ignoring ignored: UInt8) -> Expression {
  guard labels.input.elements == .labels else {
    return .failed(.invalid(operation: "mask", reason: "input \(labels.name) does not hold labels"))
  }
  if let error = labels.shape.check("mask") { return .failed(error) }
  return Expression(Node(.labelMask(ignored: ignored), [labels.node], labels.shape))
}
