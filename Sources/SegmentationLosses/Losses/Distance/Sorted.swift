// What depends on an order: it is found between the passes, on whole arrays, and held constant.
import Autodiff

extension Expression {
  /// 1 for this share of the elements that count, the largest ones, else 0; at least one. The order is held constant.
  func largest(fraction: Double, counting mask: Expression?) -> Expression {
    let x = mask.map { select($0, self, Expression(-Double.infinity)) } ?? self
    return .heldConstant("largest \(fraction)", [x]) { operands in
      let elements = operands[0].elements
      var chosen = [Double](repeating: 0, count: elements.count)
      let counted = elements.count { $0 > -.infinity }
      guard counted > 0 else { return chosen }
      let share = Swift.min(fraction, 1) * Double(counted)
      let count = Swift.max(1, Int(exactly: share.rounded(.down)) ?? 1)
      let keys = elements.map { RadixOrder.key($0) }
      var (limit, equal) = RadixOrder.smallest(count, of: keys)
      for (index, key) in keys.enumerated() {
        if key < limit {
          chosen[index] = 1
        } else if key == limit, equal > 0 {
          chosen[index] = 1
          equal -= 1
        }
      }
      return chosen
    }
  }
}

/// What each error counts in the Lovász extension of the Jaccard loss: J of the errors down to it less J of those above.
func lovaszSlopes(
  _ errors: Expression, _ target: Expression, perSample: Bool, mask: Expression?
) -> Expression {
  .heldConstant("lovasz \(perSample)", [errors, target] + (mask.map { [$0] } ?? [])) { operands in
    let (errors, target) = (operands[0].elements, operands[1].elements)
    let counted = operands.count > 2 ? operands[2].elements : nil
    let shape = operands[0].shape
    var slopes = [Double](repeating: 0, count: errors.count)
    let (batch, classes) = (shape[0], shape[1])
    let sites = shape.count / (batch * classes)
    for c in 0..<classes {
      for samples in perSample ? (0..<batch).map({ $0..<$0 + 1 }) : [0..<batch] {
        // The sites of the samples one behind the other, those left out where they do not count.
        var places: [UInt32] = []
        places.reserveCapacity(samples.count * sites)
        for b in samples {
          let start = (b * classes + c) * sites
          for place in start..<start + sites where counted.map({ $0[place] != 0 }) ?? true {
            places.append(UInt32(place))
          }
        }
        let order = RadixOrder.sorted(places.map { RadixOrder.key(errors[Int($0)]) })
        let total = places.reduce(0) { $0 + target[Int($1)] }
        var (hits, misses, previous) = (0.0, 0.0, 0.0)
        for position in order {
          let place = Int(places[Int(position)])
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
