// Reverse mode: from the cotangents of results to those of what they were computed from, as expressions, so that they
// can be differentiated again.

/// Sums of contributions to the cotangent of each node.
struct Cotangents {
  private var sums: [ObjectIdentifier: Expression] = [:]

  mutating func add(_ contribution: Expression, to node: Node) {
    sums[node.identity] = sums[node.identity].map { $0 + contribution } ?? contribution
  }
  mutating func take(_ node: Node) -> Expression? { sums.removeValue(forKey: node.identity) }
  subscript(node: Node) -> Expression? { sums[node.identity] }

  /// The cotangents of `sources`, given those of `seeds`; `nil` where nothing depends on the source.
  static func pulledBack(_ seeds: [(node: Node, cotangent: Expression)], to sources: [Node]) -> [Expression?]
  {
    let order = Node.ordered(seeds.map(\.node))
    let active = Node.dependents(on: sources, in: order)
    var cotangents = Cotangents()
    for seed in seeds where active.contains(seed.node.identity) {
      cotangents.add(seed.cotangent, to: seed.node)
    }
    let wanted = Set(sources.map(\.identity))
    for node in order.reversed() where active.contains(node.identity) && !wanted.contains(node.identity) {
      guard let cotangent = cotangents.take(node) else { continue }
      for (operand, contribution) in zip(node.operands, node.operandCotangents(cotangent)) {
        if let contribution, active.contains(operand.identity) { cotangents.add(contribution, to: operand) }
      }
    }
    return sources.map { cotangents[$0] }
  }
}

extension Node {
  /// What a cotangent of the result means for each operand; `nil` where it is zero.
  func operandCotangents(_ cotangent: Expression) -> [Expression?] {
    let result = Expression(self)
    switch operation {
    case .elementwise(let operation):
      let point = Elementwise.Point(operands: operands.map(Expression.init(_:)), result: result)
      return zip(operation.first(point), operands).map { slope, operand in
        operand.uniformValue != nil ? nil : slope.map { (cotangent * $0).stretched(to: shape) }
      }
    case .broadcast: return [cotangent.stretched(to: shape).gathered(to: operands[0].shape)]
    case .sum: return [cotangent.stretched(to: operands[0].shape)]
    case .logSoftmax(let axis):
      return [cotangent - exp(result) * cotangent.stretched(to: shape).summed(over: [axis])]
    case .tensor(let operation):
      return operation.cotangents(operands.map(Expression.init(_:)), result, cotangent.stretched(to: shape))
    case .input, .constant, .data, .oneHot, .labelMask, .stopGradient, .polynomial, .failure:
      return [Expression?](repeating: nil, count: operands.count)
    }
  }
}
