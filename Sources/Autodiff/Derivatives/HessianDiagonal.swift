// The exact diagonal of a Hessian, by the structure of the expression.

/// How a Hessian diagonal is found. All but `estimate` are exact, and that one is only used where it is asked for.
public enum DiagonalMethod: Equatable, Sendable, CustomStringConvertible {
  /// Exact, at about the cost of a gradient: second-order reverse mode keeps a diagonal plus few products.
  case structured
  /// Exact, at about the cost of a gradient a class: one second-order forward pass for each class.
  case classPasses(Int)
  /// Exact, one Hessian-vector product an element.
  case hessianVectorProducts(Int)
  /// Not exact: the mean over random probes.
  case estimate(probes: Int)

  public var isExact: Bool { if case .estimate = self { false } else { true } }

  public var description: String {
    switch self {
    case .structured: "exact, by structure"
    case .classPasses(let count): "exact, \(count) passes"
    case .hessianVectorProducts(let count): "exact, \(count) Hessian-vector products"
    case .estimate(let probes): "estimate from \(probes) probes"
    }
  }
}

/// The exact Hessian diagonal of a single number with respect to a variable, in the variable's shape, as an expression.
///
/// - Parameters:
///   - classAxis: the axis whose elements belong to one site. Along the others, elements meet only in sums.
/// - Returns: `nil` for the expression where the structure ends, with the reason.
public func hessianDiagonal(
  of value: Expression, withRespectTo variable: Variable, classAxis: Int? = nil
) throws(AutodiffError) -> (expression: Expression?, method: DiagonalMethod, reason: String) {
  try value.checkScalar("a Hessian diagonal")
  try variable.check(classAxis: classAxis)
  let value = Expression.choosingClassesLate(
    Expression.sharing([value]), variable: variable, classAxis: classAxis)[0]
  let source = value.sources([variable])[0].node
  let axes = SiteAxes(rank: variable.shape.rank, classAxis: classAxis)
  var push = SecondOrderPush(
    [(value.node, .uniform(1, value.shape))], sources: [source], axes: axes, entries: .only)
  do throws(StructureEnds) {
    try push.run()
    return (push.secondOrder(source).exactDiagonal.stretched(to: variable.shape), .structured, "")
  } catch {
    if let passes = ClassPasses.diagonal(of: value, source: source, axes: axes) {
      return (passes, .classPasses(axes.classes(of: variable.shape)), error.reason)
    }
    return (nil, .hessianVectorProducts(variable.shape.count), error.reason)
  }
}

extension SiteAxes {
  func classes(of shape: TensorShape) -> Int { classAxis.map { shape[$0] } ?? 1 }
}

/// Second-order Taylor propagation, once for each class with all sites at once: exact for any expression that is local
/// to a site below its sums, at the price of a gradient a class.
package enum ClassPasses {
  static let mostClasses = 64

  package static func diagonal(of value: Expression, source: Node, axes: SiteAxes) -> Expression? {
    let classes = axes.classes(of: source.shape)
    guard classes <= mostClasses, let cut = SiteCut(value.node, source: source, axes: axes) else {
      return nil
    }
    // Above the cut a sum may be stretched over sites again, so the entries of one site are not enough there.
    var upper = SecondOrderPush(
      [(value.node, .uniform(1, value.shape))], sources: cut.sums, axes: axes, entries: .all)
    guard (try? upper.run()) != nil else { return nil }
    let rank = source.shape.rank
    var diagonal: Expression = .uniform(0, source.shape)
    for position in 0..<classes {
      let direction: Expression =
        axes.classAxis.map {
          Expression.indicator(position, along: $0, of: source.shape).stretched(to: source.shape)
        }
        ?? .uniform(1, source.shape)
      let summands = cut.sums.map { $0.operands[0] }
      let first = Tangents.pushed([(source, direction)], to: summands)
      let second = Tangents.pushed([(source, direction)], to: first.map { $0?.node ?? source })
      /// What one site adds to a sum: over the classes, where the sum runs over them.
      func local(_ tangent: Expression?, _ index: Int) -> Expression? {
        guard let tangent, case .sum(let summed) = cut.sums[index].operation else { return nil }
        return tangent.stretched(to: summands[index].shape).summed(over: summed.filter { !axes.isSite($0) })
      }
      func overClasses(_ x: Expression) -> Expression {
        guard let axis = axes.classAxis, x.shape.rank == rank else { return x }
        return x.summed(over: [axis])
      }
      let slopes = first.indices.map { local(first[$0], $0) }
      var here: Expression = 0
      for (index, sum) in cut.sums.enumerated() {
        if let cotangent = upper.cotangent(sum), first[index] != nil,
          let curvature = local(second[index], index)
        {
          here += overClasses(cotangent * curvature)
        }
        guard let one = slopes[index] else { continue }
        for other in 0...index {
          guard let two = slopes[other], let entry = upper.pair(sum, cut.sums[other]) else { continue }
          here += overClasses((other == index ? 1 : 2) * entry * one * two)
        }
      }
      for product in upper.products {
        func applied(_ covector: [Expression?]) -> Expression {
          var sum: Expression = 0
          for (entry, slope) in zip(covector, slopes) {
            if let entry, let slope { sum += overClasses(entry * slope) }
          }
          return sum
        }
        let left = applied(product.left)
        here +=
          product.right.map { 2 * product.coefficient * left * applied($0) } ?? product.coefficient
          * square(left)
      }
      diagonal +=
        here.stretched(to: source.shape.reduced(over: axes.classAxis.map { [$0] } ?? [])) * direction
    }
    return diagonal
  }
}

/// The first sums over sites on every path from a variable to a value.
struct SiteCut {
  let sums: [Node]

  /// `nil` where sites meet in another way, or more than once.
  init?(_ value: Node, source: Node, axes: SiteAxes) {
    let order = Node.ordered([value])
    let active = Node.dependents(on: [source], in: order)
    var above: Set<ObjectIdentifier> = []
    var sums: [Node] = []
    for node in order where active.contains(node.identity) && node !== source {
      let reached = node.operands.filter { active.contains($0.identity) }
      let fromAbove = reached.filter { above.contains($0.identity) }
      if !fromAbove.isEmpty {
        // What the sums feed must not meet the sites again.
        guard fromAbove.count == reached.count else { return nil }
        above.insert(node.identity)
      } else if case .sum(let summed) = node.operation, summed.contains(where: axes.isSite) {
        sums.append(node)
        above.insert(node.identity)
      } else if case .tensor = node.operation {
        return nil
      }
    }
    guard above.contains(value.identity), !sums.isEmpty else { return nil }
    self.sums = sums
  }
}
