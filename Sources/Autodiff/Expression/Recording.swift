// How nodes are made: shapes are joined, constants folded, and numbers that are the same for many voxels are computed
// once, outside the loop over voxels. Every simplification here is exact in real arithmetic.

extension Elementwise {
  /// Records this operation on `operands`, stretched to their common shape.
  package func callAsFunction(_ operands: Expression...) -> Expression { record(operands) }

  func record(_ operands: [Expression]) -> Expression {
    for operand in operands where operand.failure != nil { return operand }
    var shape = TensorShape.scalar
    for operand in operands {
      guard let joined = shape.joined(with: operand.shape) else {
        return .failed(.shapesDoNotMatch(operation: name, shapes: operands.map(\.shape)))
      }
      shape = joined
    }
    let known = operands.compactMap(\.uniformValue)
    if known.count == operands.count { return .uniform(value(known), shape) }

    // What is stretched on every side is computed before it is stretched.
    let narrow = operands.map(\.narrowest)
    let narrowShape = narrow.reduce(TensorShape.scalar) { $0.joined(with: $1.shape) ?? shape }
    if narrowShape != shape, narrowShape.count < shape.count || narrowShape.rank < shape.rank {
      return record(narrow).stretched(to: shape)
    }
    let stretched = operands.map { $0.uniformValue.map(Expression.init(_:)) ?? $0.stretched(to: shape) }
    return Expression(Node(.elementwise(self), stretched.map(\.node), shape))
  }
}

extension Expression {
  /// The expression before it was stretched.
  var narrowest: Expression {
    if case .broadcast = node.operation { return Expression(node.operands[0]).narrowest }
    return self
  }

  /// Whether this is something small, stretched: one number for many elements.
  var isStretched: Bool {
    if uniformValue != nil { return true }
    if case .broadcast = node.operation { return true }
    return false
  }

  /// This expression broadcast to `shape`.
  package func stretched(to shape: TensorShape) -> Expression {
    if failure != nil || self.shape == shape { return self }
    guard self.shape.broadcasts(to: shape) else {
      return .failed(.shapesDoNotMatch(operation: "broadcast", shapes: [self.shape, shape]))
    }
    return Expression(Node(.broadcast, [narrowest.node], shape))
  }

  /// The sum over `axes`, which stay with extent 1.
  func summed(over axes: [Int]) -> Expression {
    if failure != nil { return self }
    let axes = axes.filter { shape[$0] > 1 }
    if axes.isEmpty { return self }
    let reduced = shape.reduced(over: axes)
    if let value = uniformValue { return .uniform(value * Double(shape.count / reduced.count), reduced) }
    switch node.operation {
    case .sum(let inner):
      return Expression(node.operands[0]).summed(over: inner + axes)
    case .broadcast:
      // Along what is stretched, a sum is a product.
      let narrow = Expression(node.operands[0])
      let stretched = axes.filter { narrow.shape.extent($0, of: shape.rank) == 1 }
      guard !stretched.isEmpty else { break }
      let times = stretched.reduce(1) { $0 * shape[$1] }
      let rest = narrow.stretched(to: shape.reduced(over: stretched))
      return Double(times) * rest.summed(over: axes.filter { !stretched.contains($0) })
    case .elementwise(let operation) where operation.name == Elementwise.multiply.name:
      // A factor that is the same along the axes is taken out of the sum.
      for (factor, rest) in [(0, 1), (1, 0)] {
        let narrow = Expression(node.operands[factor]).narrowest
        if Expression(node.operands[factor]).isStretched, narrow.shape.broadcasts(to: reduced) {
          return narrow * Expression(node.operands[rest]).stretched(to: shape).summed(over: axes)
        }
      }
    default: break
    }
    return Expression(Node(.sum(axes: axes.sorted()), [node], reduced))
  }

  /// The cotangent of something of shape `target` that was stretched to this shape: summed over what was stretched.
  func gathered(to target: TensorShape) -> Expression {
    if shape == target || failure != nil { return self }
    if !target.broadcasts(to: shape) { return stretched(to: target) }
    let summed = summed(over: target.stretchedAxes(in: shape))
    return summed.shape == target ? summed : summed.reshaped(to: target)
  }
}

/// The sum over `axes`, which stay with extent 1.
public func sum(_ x: Expression, _ axes: Axes = .all) -> Expression {
  if x.failure != nil { return x }
  do throws(AutodiffError) {
    return x.summed(over: try axes.positions(rank: x.shape.rank))
  } catch {
    return .failed(error)
  }
}

/// The mean over `axes`, which stay with extent 1.
public func mean(_ x: Expression, _ axes: Axes = .all) -> Expression {
  let sum = sum(x, axes)
  return sum.failure != nil ? sum : sum / Double(x.shape.count / sum.shape.count)
}

extension Expression {
  /// The sum over `axes`, which stay with extent 1.
  public func sum(_ axes: Axes = .all) -> Expression { Autodiff.sum(self, axes) }
  /// The mean over `axes`, which stay with extent 1.
  public func mean(_ axes: Axes = .all) -> Expression { Autodiff.mean(self, axes) }

  /// The derivative of what this stands for is taken as zero.
  public var withoutGradient: Expression {
    if failure != nil || uniformValue != nil { return self }
    if case .stopGradient = node.operation { return self }
    return Expression(Node(.stopGradient, [node], shape))
  }
}
