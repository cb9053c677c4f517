// Filters along an axis, one axis at a time: windows that slide over an image.

/// Each element is the weighted sum of a window along an axis, wherever the whole window lies inside; or the transpose of
/// that, which spreads every element over a window.
struct Filter: TensorOperation {
  let weights: [Double]
  let axis: Int
  /// Whether elements are spread instead of collected: the result is then longer, and not shorter, than the operand.
  let isSpread: Bool

  var name: String { "filter \(weights) \(axis) \(isSpread)" }

  func evaluate(_ operands: [Tensor], shape: TensorShape) -> Tensor {
    let source = operands[0].shape
    let inner = shape.extents[(axis + 1)...].reduce(1, *)
    let (sourceRow, row) = (source[axis] * inner, shape[axis] * inner)
    let rows = shape.extents[..<axis].reduce(1, *)
    var result = [Double](repeating: 0, count: shape.count)
    operands[0].elements.withUnsafeBufferPointer { from in
      result.withUnsafeMutableBufferPointer { to in
        for number in 0..<rows {
          let (read, write) = (number * sourceRow, number * row)
          for (offset, weight) in weights.enumerated() {
            let shift = offset * inner
            if isSpread {
              for i in 0..<sourceRow { to[write + shift + i] += weight * from[read + i] }
            } else {
              for i in 0..<row { to[write + i] += weight * from[read + shift + i] }
            }
          }
        }
      }
    }
    return Tensor(result, shape: shape)
  }

  func cotangents(_ operands: [Expression], _ result: Expression, _ cotangent: Expression) -> [Expression?] {
    let transposed = Filter(weights: weights, axis: axis, isSpread: !isSpread)
    return [transposed.applied(to: cotangent.stretched(to: result.shape))]
  }

  func tangent(_ operands: [Expression], _ result: Expression, _ tangents: [Expression?]) -> Expression? {
    tangents[0].map { applied(to: $0.stretched(to: operands[0].shape)) }
  }

  func applied(to x: Expression) -> Expression {
    var extents = x.shape.extents
    extents[axis] += isSpread ? weights.count - 1 : 1 - weights.count
    return Expression(Node(.tensor(self), [x.node], TensorShape(extents)))
  }
}

extension Expression {
  /// The weighted sum of a window along an axis, at each place where the whole window lies inside: the axis gets shorter by
  /// one less than there are weights.
  public func filtered(_ weights: [Double], axis: Int) -> Expression {
    if failure != nil { return self }
    guard (0..<shape.rank).contains(axis) else { return .failed(.noSuchAxis(axis, rank: shape.rank)) }
    guard !weights.isEmpty, weights.count <= shape[axis] else {
      return .failed(
        .invalid(
          operation: "filter",
          reason: "a window of \(weights.count) does not fit along an axis of extent \(shape[axis])"))
    }
    return Filter(weights: weights, axis: axis, isSpread: false).applied(to: self)
  }

  /// The weighted sum of a window around each place along an axis, what lies outside being 0.
  ///
  /// - Parameter weights: an odd number, the same from either side.
  public func filteredWithin(_ weights: [Double], axis: Int) -> Expression {
    if failure != nil { return self }
    guard (0..<shape.rank).contains(axis) else { return .failed(.noSuchAxis(axis, rank: shape.rank)) }
    guard weights.count % 2 == 1, weights == weights.reversed() else {
      return .failed(
        .invalid(operation: "filter", reason: "\(weights) is not an odd number of symmetric weights"))
    }
    let half = weights.count / 2
    return Filter(weights: weights, axis: axis, isSpread: true).applied(to: self)
      .gathered(Array(half..<half + shape[axis]), axis: axis)
  }
}
