// What depends on an order: it is found between the passes, on whole arrays, and held constant.
import Autodiff

extension Expression {
  /// 1 for this share of the elements that count, the largest ones, else 0; at least one. The order is held constant.
  func largest(fraction: Double, counting mask: Expression?) -> Expression {
    let x = mask.map { select($0, self, Expression(-Double.infinity)) } ?? self
    return .heldConstant("largest \(fraction)", [x]) { operands in
      let elements = operands[0].elements
      let order = elements.indices.filter { elements[$0] > -.infinity }
        .sorted { (-elements[$0], $0) < (-elements[$1], $1) }
      var chosen = [Double](repeating: 0, count: elements.count)
      let count = Swift.max(1, Int((fraction * Double(order.count)).rounded(.down)))
      for index in order.prefix(count) { chosen[index] = 1 }
      return chosen
    }
  }
}

/// What each error counts in the Lovász extension of the Jaccard loss: J of the errors down to it less J of those above.
func lovaszSlopes(
  _ errors: Expression, _ target: Expression, perSample: Bool, mask: Expression?
) -> Expression {
  return .heldConstant("lovasz \(perSample)", [errors, target, mask ?? 1]) { operands in
    let (errors, target, counted) = (operands[0].elements, operands[1].elements, operands[2].elements)
    let shape = operands[0].shape
    var slopes = [Double](repeating: 0, count: errors.count)
    let (batch, classes) = (shape[0], shape[1])
    let sites = shape.count / (batch * classes)
    for c in 0..<classes {
      for samples in perSample ? (0..<batch).map({ [$0] }) : [Array(0..<batch)] {
        let places = samples.flatMap { b in
          ((b * classes + c) * sites..<(b * classes + c + 1) * sites).filter { counted[$0] != 0 }
        }
        let order = places.sorted { (-errors[$0], $0) < (-errors[$1], $1) }
        let total = order.reduce(0) { $0 + target[$1] }
        var (hits, misses, previous) = (0.0, 0.0, 0.0)
        for place in order {
          hits += target[place]
          misses += 1 - target[place]
          let jaccard = 1 - (total - hits) / (total + misses)
          slopes[place] = jaccard - previous
          previous = jaccard
        }
      }
    }
    return slopes
  }
}
