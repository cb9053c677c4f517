// The whole Hessian as a diagonal, plus products inside each site, plus products across sites: H = B + U M Uᵀ.

/// A Hessian by its structure, as expressions.
public struct StructuredHessian: Sendable {
  /// A product of covectors c · v wᵀ, and its transpose where w is not v.
  public struct Product: Sendable {
    public let coefficient: Expression
    /// In the variable's shape.
    public let left: Expression
    /// `nil` where it is `left`.
    public let right: Expression?
    /// Elements at different positions along these axes are not coupled: the product is a family, one for each position.
    public let group: [Int]
  }
  /// In the variable's shape.
  public let diagonal: Expression
  /// What couples the classes of a site.
  public let withinSites: [Product]
  /// What couples sites through sums.
  public let acrossSites: [Product]
  public let gradient: Expression

  /// The Hessian's diagonal.
  public var exactDiagonal: Expression {
    (withinSites + acrossSites).reduce(diagonal) { sum, product in
      sum
        + (product.right.map { 2 * product.coefficient * product.left * $0 }
          ?? product.coefficient * square(product.left))
    }
  }

  /// The Hessian times a vector, in the variable's shape.
  public func times(_ vector: Expression) -> Expression {
    (withinSites + acrossSites).reduce(diagonal * vector) { sum, product in
      let axes = product.axes(in: vector.shape)
      let right = product.right ?? product.left
      let forth = product.coefficient * product.left * (right * vector).summed(over: axes)
      guard product.right != nil else { return sum + forth }
      return sum + forth + product.coefficient * right * (product.left * vector).summed(over: axes)
    }
  }
}

extension StructuredHessian.Product {
  /// The axes along which it couples.
  func axes(in shape: TensorShape) -> [Int] {
    (0..<shape.rank).filter { !group.contains($0) && shape[$0] > 1 }
  }
}

extension Objective {
  /// The Hessian by its structure.
  ///
  /// - Throws: `AutodiffError.structureEnds` where it has none.
  public func structuredHessian() throws(AutodiffError) -> StructuredHessian {
    let source = source
    var push = SecondOrderPush(
      [(value.node, .uniform(1, value.shape))], sources: [source], axes: axes, entries: .all)
    do throws(StructureEnds) { try push.run() } catch {
      throw .structureEnds(reason: error.reason, count: variable.shape.count, limit: 0)
    }
    let second = push.secondOrder(source)
    let shape = variable.shape
    let siteAxes = (0..<shape.rank).filter { axes.isSite($0) && shape[$0] > 1 }
    let products = second.terms.map { term in
      StructuredHessian.Product(
        coefficient: term.coefficient, left: term.left.stretched(to: shape),
        right: term.right.map { $0.stretched(to: shape) }, group: term.group)
    }
    let within = products.filter { product in siteAxes.allSatisfy(product.group.contains) }
    return StructuredHessian(
      diagonal: second.diagonal, withinSites: within,
      acrossSites: products.filter { product in !siteAxes.allSatisfy(product.group.contains) },
      gradient: second.gradient)
  }
}
