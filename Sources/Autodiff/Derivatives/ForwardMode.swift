// Forward mode: from the tangents of sources to those of results, as expressions.

enum Tangents {
  /// The tangents of `results` when each source moves along its tangent; `nil` where it is zero.
  static func pushed(_ sources: [(node: Node, tangent: Expression)], to results: [Node]) -> [Expression?] {
    let order = Node.ordered(results)
    var tangents: [ObjectIdentifier: Expression] = [:]
    for source in sources { tangents[source.node.identity] = source.tangent }
    for node in order where tangents[node.identity] == nil {
      let operands = node.operands.map { tangents[$0.identity] }
      if operands.allSatisfy({ $0 == nil }) { continue }
      tangents[node.identity] = node.tangent(operands)
    }
    return results.map { tangents[$0.identity] }
  }
}

extension Node {
  /// The tangent of the result, given those of the operands (`nil`: zero).
  fileprivate func tangent(_ tangents: [Expression?]) -> Expression? {
    let result = Expression(self)
    switch operation {
    case .elementwise(let operation):
      let point = Elementwise.Point(operands: operands.map(Expression.init(_:)), result: result)
      var sum: Expression?
      for (slope, tangent) in zip(operation.first(point), tangents) {
        guard let slope, let tangent else { continue }
        let term = (tangent * slope).stretched(to: shape)
        sum = sum.map { $0 + term } ?? term
      }
      return sum
    case .broadcast: return tangents[0]?.stretched(to: shape)
    case .sum(let axes): return tangents[0]?.stretched(to: operands[0].shape).summed(over: axes)
    case .logSoftmax(let axis):
      return tangents[0].map { tangent in
        let tangent = tangent.stretched(to: shape)
        return tangent - (exp(result) * tangent).summed(over: [axis])
      }
    case .tensor(let operation):
      return operation.tangent(operands.map(Expression.init(_:)), result, tangents)
    case .input, .constant, .data, .oneHot, .labelMask, .stopGradient, .polynomial, .failure: return nil
    }
  }
}
