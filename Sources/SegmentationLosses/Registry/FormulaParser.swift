// A small language for losses: arithmetic, functions and sums over p, t and w.
import Autodiff

/// A loss given as a text: `1 - (2*sum(p*t) + 1) / (sum(p) + sum(t) + 1)`.
///
/// p is the prediction (after the activation), t the target, w the weights of classes and sites (1 where none are
/// given). Numbers, + − × ÷ (`+ - * /`), powers (`^`, from the right), comparisons (1 or 0), functions, and
/// `sum`, `mean` over everything or over the axes named: `sum(p*t, zyx)`. A formula that is no single number is averaged.
public struct FormulaLoss: Loss {
  public let text: String
  public var classWeights: [Double]?
  private let root: FormulaNode

  /// - Throws: `LossError.badFormula` that points at the place.
  public init(_ text: String, classWeights: [Double]? = nil) throws(LossError) {
    self.text = text
    self.classWeights = classWeights
    var parser = FormulaParser(text)
    root = try parser.formula()
  }

  public var name: String { text }
  public var domain: LossDomain { .reals }
  public var takesWeights: Bool { true }

  public func expression(_ input: LossInput) -> Expression {
    let weights = input.classWeights(classWeights, loss: "expression")
    let counted = input.siteCounts
    let w: Expression =
      switch (weights, counted) {
      case (let weights?, let counted?): weights * counted
      case (let weights?, nil): weights
      case (nil, let counted?): counted
      case (nil, nil): 1
      }
    return root.expression(
      FormulaInput(
        p: input.masked(input.prediction), t: input.masked(input.target), w: w, axes: input.axisNames))
  }
}

/// What the names of a formula stand for.
struct FormulaInput {
  let p, t, w: Expression
  /// The names of the axes, batch and class first.
  let axes: [Character]
}

/// A part of a formula.
indirect enum FormulaNode: Sendable {
  case number(Double)
  case name(Character)
  case call(FormulaFunction, [FormulaNode])
  case reduction(isMean: Bool, FormulaNode, axes: String?)

  func expression(_ input: FormulaInput) -> Expression {
    switch self {
    case .number(let value): return Expression(value)
    case .name("p"): return input.p
    case .name("t"): return input.t
    case .name: return input.w
    case .call(let function, let arguments): return function.apply(arguments.map { $0.expression(input) })
    case .reduction(let isMean, let argument, let names):
      let x = argument.expression(input)
      if x.failure != nil { return x }
      guard let names else { return isMean ? mean(x) : sum(x) }
      if x.shape.rank == 0 { return x }
      let positions = names.compactMap { name in input.axes.firstIndex(of: name) }
      // An axis that an array does not have has extent 1.
      let axes = positions.dropFirst().reduce(positions.first.map { Axes.at($0) }) { axes, position in
        axes.map { $0 + .at(position) }
      }
      return axes.map { isMean ? mean(x, $0) : sum(x, $0) } ?? x
    }
  }
}

/// A function of a formula, by name.
struct FormulaFunction: Sendable {
  let name: String
  let arguments: Int
  let apply: @Sendable ([Expression]) -> Expression

  private static func one(_ name: String, _ apply: @escaping @Sendable (Expression) -> Expression)
    -> FormulaFunction
  {
    FormulaFunction(name: name, arguments: 1) { apply($0[0]) }
  }
  private static func two(
    _ name: String, _ apply: @escaping @Sendable (Expression, Expression) -> Expression
  ) -> FormulaFunction {
    FormulaFunction(name: name, arguments: 2) { apply($0[0], $0[1]) }
  }

  static let add = two("+", { $0 + $1 })
  static let subtract = two("-", { $0 - $1 })
  static let multiply = two("*", { $0 * $1 })
  static let divide = two("/", { $0 / $1 })
  static let power = two("^", { pow($0, $1) })
  static let negate = one("-", { -$0 })
  static let comparisons: [String: FormulaFunction] = [
    "<": two("<", less), "<=": two("<=", lessOrEqual), "==": two("==", equal),
    ">": two(">", { less($1, $0) }), ">=": two(">=", { lessOrEqual($1, $0) }),
  ]

  static let named: [FormulaFunction] = [
    one("exp", exp), one("log", log), one("log1p", log1p), one("expm1", expm1), one("sqrt", sqrt),
    one("abs", abs),
    one("sign", sign), one("square", square), one("sigmoid", sigmoid), one("softplus", softplus),
    one("tanh", tanh),
    one("logcosh", logCosh), two("pow", { pow($0, $1) }), two("min", { min($0, $1) }),
    two("max", { max($0, $1) }),
    FormulaFunction(name: "clip", arguments: 3) { clip($0[0], $0[1], $0[2]) },
    FormulaFunction(name: "where", arguments: 3) { select($0[0], $0[1], $0[2]) },
    one("stop", { $0.withoutGradient }),
  ]
}

/// Reads a formula by recursive descent.
private struct FormulaParser {
  private let text: String
  private let letters: [Character]
  private var position = 0

  init(_ text: String) {
    self.text = text
    letters = Array(text)
  }

  mutating func formula() throws(LossError) -> FormulaNode {
    let node = try comparison(depth: 0)
    skipSpace()
    if position < letters.count { throw error("\"\(letters[position])\" is not expected here") }
    return node
  }

  private mutating func comparison(depth: Int) throws(LossError) -> FormulaNode {
    guard depth < 200 else { throw error("too many parentheses within each other") }
    let left = try sum(depth: depth)
    skipSpace()
    for name in ["<=", ">=", "==", "<", ">"] where take(name) {
      let right = try sum(depth: depth)
      if let function = FormulaFunction.comparisons[name] { return .call(function, [left, right]) }
    }
    return left
  }

  private mutating func sum(depth: Int) throws(LossError) -> FormulaNode {
    var node = try product(depth: depth)
    while true {
      if take("+") {
        node = .call(.add, [node, try product(depth: depth)])
      } else if take("-") || take("−") {
        node = .call(.subtract, [node, try product(depth: depth)])
      } else {
        return node
      }
    }
  }

  private mutating func product(depth: Int) throws(LossError) -> FormulaNode {
    var node = try factor(depth: depth)
    while true {
      skipSpace()
      if letters[position...].starts(with: "**") { throw error("a power is written ^") }
      if take("*") || take("×") {
        node = .call(.multiply, [node, try factor(depth: depth)])
      } else if take("/") || take("÷") {
        node = .call(.divide, [node, try factor(depth: depth)])
      } else {
        return node
      }
    }
  }

  /// A sign, or a power: −x^2 is −(x²).
  private mutating func factor(depth: Int) throws(LossError) -> FormulaNode {
    guard depth < 200 else { throw error("too many signs or parentheses within each other") }
    if take("-") || take("−") { return .call(.negate, [try factor(depth: depth + 1)]) }
    if take("+") { return try factor(depth: depth + 1) }
    let base = try atom(depth: depth)
    guard take("^") else { return base }
    return .call(.power, [base, try factor(depth: depth + 1)])
  }

  private mutating func atom(depth: Int) throws(LossError) -> FormulaNode {
    skipSpace()
    guard position < letters.count else {
      throw error("the formula ends where a number, p, t, w or ( is expected")
    }
    if take("(") {
      let node = try comparison(depth: depth + 1)
      try close()
      return node
    }
    let first = letters[position]
    if first.isNumber || first == "." { return try number() }
    guard first.isLetter else { throw error("\"\(first)\" is not expected here") }
    let start = position
    while position < letters.count,
      letters[position].isLetter || letters[position].isNumber || letters[position] == "_"
    {
      position += 1
    }
    let name = String(letters[start..<position])
    if ["p", "t", "w"].contains(name) { return .name(Character(name)) }
    if name == "sum" || name == "mean" { return try reduction(name, start, depth) }
    guard let function = FormulaFunction.named.first(where: { $0.name == name }) else {
      position = start
      let known = FormulaFunction.named.map(\.name).joined(separator: ", ")
      throw error("\"\(name)\" is not known; there are p, t, w, sum, mean, \(known)")
    }
    guard take("(") else { throw error("( is expected after \(name)") }
    var arguments = [try comparison(depth: depth + 1)]
    while take(",") { arguments.append(try comparison(depth: depth + 1)) }
    guard arguments.count == function.arguments else {
      position = start
      throw error("\(name) takes \(function.arguments) arguments, not \(arguments.count)")
    }
    try close()
    return .call(function, arguments)
  }

  /// sum(x) or sum(x, zyx).
  private mutating func reduction(_ name: String, _ start: Int, _ depth: Int) throws(LossError) -> FormulaNode
  {
    guard take("(") else { throw error("( is expected after \(name)") }
    let argument = try comparison(depth: depth + 1)
    var axes: String?
    if take(",") {
      skipSpace()
      var names = ""
      while position < letters.count, letters[position].isLetter {
        guard "bczyx".contains(letters[position]) else {
          throw error("there is no axis \"\(letters[position])\"; b, c, z, y and x are known")
        }
        names.append(letters[position])
        position += 1
      }
      guard !names.isEmpty, Set(names).count == names.count else {
        throw error("axes are expected here, each once, as in sum(p*t, zyx)")
      }
      axes = names
    }
    try close()
    return .reduction(isMean: name == "mean", argument, axes: axes)
  }

  private mutating func number() throws(LossError) -> FormulaNode {
    let start = position
    while position < letters.count, letters[position].isNumber || letters[position] == "." { position += 1 }
    if position < letters.count, letters[position] == "e" || letters[position] == "E" {
      position += 1
      if position < letters.count, letters[position] == "-" || letters[position] == "+" { position += 1 }
      while position < letters.count, letters[position].isNumber { position += 1 }
    }
    guard let value = Double(String(letters[start..<position])), value.isFinite else {
      let text = String(letters[start..<position])
      position = start
      throw error("\"\(text)\" is not a number")
    }
    return .number(value)
  }

  private mutating func close() throws(LossError) {
    guard take(")") else {
      throw error(
        position < letters.count ? "\"\(letters[position])\" where ) is expected" : "a ) is missing")
    }
  }

  private mutating func skipSpace() {
    while position < letters.count, letters[position].isWhitespace { position += 1 }
  }

  /// Moves past `token` if it is what comes next.
  private mutating func take(_ token: String) -> Bool {
    skipSpace()
    guard letters[position...].starts(with: token) else { return false }
    position += token.count
    return true
  }

  private func error(_ reason: String) -> LossError {
    .badFormula(text, position: position, reason: reason)
  }
}
