/// Variables with values, and what is recorded from them: differentiate, differentiate again, and read numbers.
///
///     let tape = GradientTape()
///     let x = tape.variable(2), y = tape.variable(3)
///     let f = x * x + y * y
///     let gradient = try tape.gradient(of: f, withRespectTo: [x, y])           // 2x, 2y
///     let hessian = try tape.jacobian(of: gradient, withRespectTo: [x, y])
///     try tape.value(of: hessian)                                              // [[2, 0], [0, 2]]
public final class GradientTape {
  private var variables: [(variable: Variable, value: Tensor)] = []

  public init() {}

  /// A variable with a value.
  public func variable(_ value: Tensor, _ name: String = "x") -> Expression {
    let variable = Variable("\(name)\(variables.count)", shape: value.shape)
    variables.append((variable, value))
    return variable.expression
  }

  /// Gives a variable of this tape another value of the same shape.
  /// - Throws: `AutodiffError.missingInput` if it is not one, `.wrongCount`.
  public func set(_ expression: Expression, to value: Tensor) throws(AutodiffError) {
    let variable = try find([expression])[0]
    guard value.shape == variable.shape else {
      throw .wrongCount(input: variable.name, expected: variable.shape.count, actual: value.shape.count)
    }
    if let index = variables.firstIndex(where: { $0.variable == variable }) { variables[index].value = value }
  }

  /// The gradient of a single number with respect to variables of this tape.
  public func gradient(
    of value: Expression, withRespectTo sources: [Expression]
  ) throws(AutodiffError) -> [Expression] {
    try Autodiff.gradient(of: value, withRespectTo: find(sources))
  }

  /// The derivatives of several expressions, a row for each of their elements; columns over the variables' elements.
  public func jacobian(
    of expressions: [Expression], withRespectTo sources: [Expression]
  ) throws(AutodiffError) -> Expression {
    let flat = concatenated(expressions.map { $0.reshaped(to: [$0.shape.count]) }, axis: 0)
    return try Autodiff.jacobian(of: flat, withRespectTo: find(sources))
  }

  /// The value of something recorded from this tape's variables.
  public func value(of expression: Expression) throws(AutodiffError) -> Tensor {
    try values(of: [expression])[0]
  }

  /// The values of several expressions; what they share is computed once.
  public func values(of expressions: [Expression]) throws(AutodiffError) -> [Tensor] {
    try evaluate(expressions, Dictionary(uniqueKeysWithValues: variables.map { ($0.variable, $0.value) }))
  }

  private func find(_ sources: [Expression]) throws(AutodiffError) -> [Variable] {
    var found: [Variable] = []
    for source in sources {
      guard let entry = variables.first(where: { $0.variable.node === source.node }) else {
        throw .missingInput("an expression that is not a variable of this tape")
      }
      found.append(entry.variable)
    }
    return found
  }
}
