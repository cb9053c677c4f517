// Derivatives by transformation of the expression: what comes out is an expression again, so they nest to any order.

/// The gradient of a single number with respect to each variable, in that variable's shape.
///
/// - Throws: `AutodiffError.notScalar` if `value` has more than one element; what went wrong in recording it.
public func gradient(of value: Expression, withRespectTo variables: [Variable]) throws(AutodiffError)
  -> [Expression]
{
  try value.checkScalar("a gradient")
  let value = Expression.sharing([value])[0]
  let sources = value.sources(variables)
  let cotangents = Cotangents.pulledBack([(value.node, .uniform(1, value.shape))], to: sources.map(\.node))
  return zip(cotangents, variables).map { cotangent, variable in
    cotangent?.stretched(to: variable.shape) ?? .uniform(0, variable.shape)
  }
}

/// The gradient with respect to one variable.
public func gradient(of value: Expression, withRespectTo variable: Variable) throws(AutodiffError)
  -> Expression
{
  try gradient(of: value, withRespectTo: [variable])[0]
}

/// The value and its gradient.
public func valueWithGradient(
  of value: Expression, withRespectTo variable: Variable
) throws(AutodiffError) -> (value: Expression, gradient: Expression) {
  (value, try gradient(of: value, withRespectTo: variable))
}

/// The derivative of `expression` when the variable moves along `direction`, in the expression's shape.
public func derivative(
  of expression: Expression, withRespectTo variable: Variable, along direction: Expression
) throws(AutodiffError) -> Expression {
  try expression.checkRecorded()
  try direction.checkRecorded()
  let expression = Expression.sharing([expression])[0]
  let sources = expression.sources([variable])
  let tangent = Tangents.pushed(
    [(sources[0].node, direction.stretched(to: variable.shape))], to: [expression.node])
  return tangent[0]?.stretched(to: expression.shape) ?? .uniform(0, expression.shape)
}

/// The Hessian of a single number times `vector`, at the cost of about two gradients.
public func hessianVectorProduct(
  of value: Expression, withRespectTo variable: Variable, times vector: Expression
) throws(AutodiffError) -> Expression {
  try derivative(of: gradient(of: value, withRespectTo: variable), withRespectTo: variable, along: vector)
}

/// The dense matrix of first derivatives: a row for each element of `expression`, a column for each of the variables'
/// elements, all variables side by side.
///
/// - Parameter limit: the most rows; each is a copy of the expression's gradient.
/// - Throws: `AutodiffError.tooLarge`.
public func jacobian(
  of expression: Expression, withRespectTo variables: [Variable], limit: Int = 512
) throws(AutodiffError) -> Expression {
  try expression.checkRecorded()
  let count = expression.shape.count
  guard count <= limit else {
    throw .tooLarge(what: "the rows of a dense Jacobian", count: count, limit: limit)
  }
  let flat = expression.reshaped(to: [count])
  let columns = elementCount(of: variables)
  var rows: [Expression] = []
  for row in 0..<count {
    let element = count == 1 ? flat : flat.gathered([row], axis: 0)
    var parts: [Expression] = []
    for part in try gradient(of: element, withRespectTo: variables) {
      parts.append(part.reshaped(to: [part.shape.count]))
    }
    rows.append(concatenated(parts, axis: 0).reshaped(to: [1, columns]))
  }
  return concatenated(rows, axis: 0)
}

/// The dense matrix of second derivatives of a single number, rows and columns over the variables' elements side by side.
///
/// - Throws: `AutodiffError.tooLarge` beyond `limit` rows; see `hessianDiagonal(of:withRespectTo:)` for large inputs.
public func hessian(
  of value: Expression, withRespectTo variables: [Variable], limit: Int = 512
) throws(AutodiffError) -> Expression {
  let count = elementCount(of: variables)
  guard count <= limit else {
    throw .tooLarge(what: "the rows of a dense Hessian", count: count, limit: limit)
  }
  var parts: [Expression] = []
  for part in try gradient(of: value, withRespectTo: variables) {
    parts.append(part.reshaped(to: [part.shape.count]))
  }
  return try jacobian(of: concatenated(parts, axis: 0), withRespectTo: variables, limit: limit)
}

/// Of all variables together; the largest integer where there are more.
private func elementCount(of variables: [Variable]) -> Int {
  variables.reduce(0) { count, variable in
    let (sum, overflows) = count.addingReportingOverflow(variable.shape.count)
    return overflows ? .max : sum
  }
}

extension Expression {
  /// The node of each variable within this expression (its own node where the expression does not use it).
  package func sources(_ variables: [Variable]) -> [Expression] {
    var found: [Int: Node] = [:]
    for node in Node.ordered([node]) {
      if case .input(let input) = node.operation { found[input.identifier] = node }
    }
    return variables.map { Expression(found[$0.input.identifier] ?? $0.node) }
  }

  /// The most operations of an expression, those of its derivatives counted where they are made.
  package static let mostOperations = 1_000_000

  func checkRecorded() throws(AutodiffError) {
    if let failure { throw failure }
    let order = Node.ordered([node])
    guard order.count <= Self.mostOperations else {
      throw .tooLarge(what: "an expression", count: order.count, limit: Self.mostOperations)
    }
    for node in order {
      if case .failure(let error) = node.operation { throw error }
    }
  }

  func checkScalar(_ purpose: String) throws(AutodiffError) {
    try checkRecorded()
    guard shape.count == 1 else { throw .notScalar(shape, purpose: purpose) }
  }
}
