// A value to be made small, and what is wanted of it.

/// A single number as a function of one array, the other inputs being held.
public struct Objective: Sendable {
  public let value: Expression
  public let variable: Variable
  /// The axis of the variable whose elements belong to one site.
  public let classAxis: Int?
  /// Parts that the value is the sum of, reported beside it.
  public let terms: [Expression]

  /// - Throws: `AutodiffError.notScalar`, `.noSuchAxis` for a class axis that the variable does not have, and what went
  ///   wrong in recording the value.
  public init(
    _ value: Expression, of variable: Variable, classAxis: Int? = nil, terms: [Expression] = []
  ) throws(AutodiffError) {
    try value.checkScalar("an objective")
    try variable.check(classAxis: classAxis)
    for term in terms { try term.checkScalar("a term of an objective") }
    let shared = Expression.choosingClassesLate(
      Expression.sharing([value] + terms), variable: variable, classAxis: classAxis)
    self.value = shared[0]
    self.variable = variable
    self.classAxis = classAxis
    self.terms = Array(shared.dropFirst())
  }

  /// The objective times a number, terms too.
  public func scaled(by factor: Double) throws(AutodiffError) -> Objective {
    try Objective(factor * value, of: variable, classAxis: classAxis, terms: terms.map { factor * $0 })
  }

  /// The gradient, in the variable's shape.
  public func gradient() throws(AutodiffError) -> Expression {
    try Autodiff.gradient(of: value, withRespectTo: variable)
  }

  /// Throws where the first source is not the variable, or a layout has other axes than its variable.
  func check(_ sources: [Plan.Source]) throws(AutodiffError) {
    guard let first = sources.first, first.variable == variable else { throw .missingInput(variable.name) }
    for source in sources { try source.check() }
  }

  var axes: SiteAxes { SiteAxes(rank: variable.shape.rank, classAxis: classAxis) }
  var source: Node { value.sources([variable])[0].node }

  /// The number of derivatives that are infinite at a point and are given as 0 there.
  ///
  /// Counted are powers of what sums give, as 1 − TI in the focal Tversky loss.
  func undefinedDerivatives(in derivatives: [Expression]) -> Expression {
    var count: Expression = 0
    for node in Node.ordered(derivatives.map(\.node)) {
      guard case .elementwise(let operation) = node.operation, operation.name == Elementwise.powerOrZero.name,
        let exponent = node.operands[1].uniformValue, exponent < 0, node.shape.count < variable.shape.count
      else { continue }
      count += equal(Expression(node.operands[0]), 0).summed(over: Array(0..<node.shape.rank)).reshaped(to: []
      )
    }
    return count
  }
}

/// What is given as the curvature of each element.
public enum Curvature: Equatable, Sendable, CustomStringConvertible {
  /// The Hessian's diagonal, which may be negative.
  case exact
  /// Its absolute value.
  case absolute
  /// The diagonal, but at least a floor.
  case positive(floor: Floor)
  /// The diagonal of the Gauss–Newton matrix Jᵀ M₊ J, J being the derivatives of the sums over sites, M₊ the positive
  /// semidefinite part of the second derivative by these sums. Never negative.
  case gaussNewton

  /// A least curvature.
  public enum Floor: Equatable, Sendable {
    /// This times the mean absolute value of the diagonal.
    case relative(Double)
    case absolute(Double)
  }

  public var description: String {
    switch self {
    case .exact: "exact"
    case .absolute: "absolute"
    case .positive(.relative(let floor)): "positive, at least \(floor) of the mean magnitude"
    case .positive(.absolute(let floor)): "positive, at least \(floor)"
    case .gaussNewton: "Gauss-Newton"
    }
  }
}

extension Objective {
  /// The curvature of every element, as an expression in the variable's shape; `nil` where the structure ends.
  public func curvature(
    _ curvature: Curvature = .exact
  ) throws(AutodiffError) -> (expression: Expression?, method: DiagonalMethod, reason: String) {
    if curvature == .gaussNewton {
      let diagonal = try gaussNewtonDiagonal()
      return (diagonal, .structured, "")
    }
    let exact = try hessianDiagonal(of: value, withRespectTo: variable, classAxis: classAxis)
    return (exact.expression.map { curvature.applied(to: $0) }, exact.method, exact.reason)
  }
}

extension Curvature {
  /// The curvature from the exact diagonal.
  func applied(to diagonal: Expression) -> Expression {
    switch self {
    case .exact, .gaussNewton: diagonal
    case .absolute: abs(diagonal)
    case .positive(.absolute(let floor)): max(diagonal, Expression(floor))
    case .positive(.relative(let floor)):
      max(diagonal, (floor * mean(abs(diagonal))).stretched(to: diagonal.shape))
    }
  }
}
