// Elements put elsewhere: reshaping, exchanging axes, picking positions along an axis.

/// Any operation whose result holds elements of its operand, unchanged: `map` says which.
struct Rearrangement: TensorOperation {
  let name: String
  let map: ElementMap
  let operandShape: TensorShape
  /// Where it picks positions along one axis: which.
  var choice: Choice?

  struct Choice: Sendable {
    let axis: Int
    let positions: [Int]
  }

  func evaluate(_ operands: [Tensor], shape: TensorShape) -> Tensor {
    var elements = [Double](repeating: 0, count: shape.count)
    map.visit { elements[$0] = operands[0].elements[$1] }
    return Tensor(elements, shape: shape)
  }
  func cotangents(_ operands: [Expression], _ result: Expression, _ cotangent: Expression) -> [Expression?] {
    let back = Accumulation(name: "back " + name, map: map, operandShape: result.shape)
    return [Expression(Node(.tensor(back), [cotangent.stretched(to: result.shape).node], operandShape))]
  }
  func tangent(_ operands: [Expression], _ result: Expression, _ tangents: [Expression?]) -> Expression? {
    tangents[0].map { Expression(Node(.tensor(self), [$0.stretched(to: operandShape).node], result.shape)) }
  }
}

/// The way back: each element is added to the result's element that `map` says.
struct Accumulation: TensorOperation {
  let name: String
  let map: ElementMap
  let operandShape: TensorShape

  func evaluate(_ operands: [Tensor], shape: TensorShape) -> Tensor {
    var sums = [Double](repeating: 0, count: shape.count)
    map.visit { sums[$1] += operands[0].elements[$0] }
    return Tensor(sums, shape: shape)
  }
  func cotangents(_ operands: [Expression], _ result: Expression, _ cotangent: Expression) -> [Expression?] {
    let back = Rearrangement(name: "back " + name, map: map, operandShape: result.shape)
    return [Expression(Node(.tensor(back), [cotangent.stretched(to: result.shape).node], operandShape))]
  }
  func tangent(_ operands: [Expression], _ result: Expression, _ tangents: [Expression?]) -> Expression? {
    tangents[0].map { Expression(Node(.tensor(self), [$0.stretched(to: operandShape).node], result.shape)) }
  }
}

extension Expression {
  /// The same elements in the same order under another shape.
  public func reshaped(to target: TensorShape) -> Expression {
    if failure != nil || shape == target { return self }
    guard target.isPossible, shape.count == target.count else {
      return .failed(.shapesDoNotMatch(operation: "reshape", shapes: [shape, target]))
    }
    if let value = uniformValue { return .uniform(value, target) }
    // Adding axes in front is a stretch, which keeps the structure that the curvature is found by.
    if shape.broadcasts(to: target) { return stretched(to: target) }
    return rearranged("reshape \(shape) \(target)", .identity(shape.count), target)
  }

  /// The axes in another order: axis i of the result is axis `order[i]` of this.
  public func permuted(_ order: [Int]) -> Expression {
    if failure != nil { return self }
    guard order.sorted() == Array(0..<shape.rank) else {
      return .failed(.invalid(operation: "permute", reason: "\(order) is not an order of \(shape.rank) axes"))
    }
    let target = TensorShape(order.map { shape[$0] })
    let strides = shape.strides
    return rearranged(
      "permute \(shape) \(order)", ElementMap(target, strides: order.map { strides[$0] }), target)
  }

  /// The elements at these positions along an axis, in this order; a position may come more than once.
  public func gathered(_ positions: [Int], axis: Int) -> Expression {
    if failure != nil { return self }
    let own = axis < 0 ? axis + shape.rank : axis
    guard (0..<shape.rank).contains(own) else { return .failed(.noSuchAxis(axis, rank: shape.rank)) }
    guard !positions.isEmpty, positions.allSatisfy((0..<shape[own]).contains) else {
      return .failed(
        .invalid(operation: "gather", reason: "positions \(positions) along an axis of extent \(shape[own])"))
    }
    if positions == Array(0..<shape[own]) { return self }
    var extents = shape.extents
    extents[own] = positions.count
    let target = TensorShape(extents)
    let strides = shape.strides
    let axes = target.extents.indices.map { axis -> ElementMap.Axis in
      guard axis == own else { return .strided(extent: target[axis], stride: strides[axis]) }
      let step = positions.count > 1 ? positions[1] - positions[0] : 0
      let isEven = positions[0] == 0 && positions.indices.allSatisfy { positions[$0] == $0 * step }
      return isEven
        ? .strided(extent: positions.count, stride: step * strides[axis])
        : .listed(positions.map { $0 * strides[axis] })
    }
    return rearranged(
      "gather \(shape) \(own) \(positions)", ElementMap(axes), target,
      Rearrangement.Choice(axis: own, positions: positions))
  }

  private func rearranged(
    _ name: String, _ map: ElementMap, _ target: TensorShape, _ choice: Rearrangement.Choice? = nil
  ) -> Expression {
    Expression(
      Node(
        .tensor(Rearrangement(name: name, map: map, operandShape: shape, choice: choice)), [node], target))
  }
}

/// Tensors put one behind the other along an axis.
struct Concatenation: TensorOperation {
  let axis: Int
  var name: String { "concatenate \(axis)" }

  func evaluate(_ operands: [Tensor], shape: TensorShape) -> Tensor {
    let before = shape.extents[..<axis].reduce(1, *)
    var elements: [Double] = []
    elements.reserveCapacity(shape.count)
    for row in 0..<before {
      for operand in operands {
        let length = operand.elements.count / before
        elements += operand.elements[row * length..<(row + 1) * length]
      }
    }
    return Tensor(elements, shape: shape)
  }
  func cotangents(_ operands: [Expression], _ result: Expression, _ cotangent: Expression) -> [Expression?] {
    var start = 0
    return operands.map { operand in
      defer { start += operand.shape[axis] }
      return cotangent.gathered(Array(start..<start + operand.shape[axis]), axis: axis)
    }
  }
  func tangent(_ operands: [Expression], _ result: Expression, _ tangents: [Expression?]) -> Expression? {
    concatenated(
      zip(operands, tangents).map { $1?.stretched(to: $0.shape) ?? .uniform(0, $0.shape) }, axis: axis)
  }
}

/// Tensors put one behind the other along an axis; the other axes are equal.
public func concatenated(_ parts: [Expression], axis: Int) -> Expression {
  for part in parts where part.failure != nil { return part }
  guard let first = parts.first else {
    return .failed(.invalid(operation: "concatenate", reason: "there is nothing to put together"))
  }
  guard (0..<first.shape.rank).contains(axis) else {
    return .failed(.noSuchAxis(axis, rank: first.shape.rank))
  }
  if parts.count == 1 { return first }
  var extents = first.shape.extents
  extents[axis] = 0
  for part in parts {
    guard part.shape.rank == first.shape.rank,
      part.shape.reduced(over: [axis]) == first.shape.reduced(over: [axis])
    else { return .failed(.shapesDoNotMatch(operation: "concatenate", shapes: parts.map(\.shape))) }
    extents[axis] += part.shape[axis]
  }
  return Expression(Node(.tensor(Concatenation(axis: axis)), parts.map(\.node), TensorShape(extents)))
}
