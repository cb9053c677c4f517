import Autodiff
// A small language for losses: arithmetic, functions and sums over p, t and w.
import TextFormats

/// A loss given as a text: `1 - (2*sum(p*t) + 1) / (sum(p) + sum(t) + 1)`.
///
/// p is the prediction (after the activation), t the target, w the weights of classes and sites (1 where none are
/// given). Numbers, + − × ÷ (`+ - * /`), powers (`^`, from the right), comparisons (1 or 0), functions, and
/// `sum`, `mean` over everything or over the axes named: `sum(p*t, zyx)`. A formula that is no single number is averaged.
///
/// It has at most `mostOperations` operations, and at most `mostDepth` parentheses, signs and powers within each other.
public struct FormulaLoss: Loss {
  public let text: String
  public var classWeights: [Double]?
  private let root: FormulaNode

  public static let mostOperations = 2_000
  public static let mostDepth = 64

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
  /// From the left: a sum of sums, a product of products, however long.
  case chain(FormulaNode, [FormulaLink])
  case reduction(isMean: Bool, FormulaNode, axes: String?)

  func expression(_ input: FormulaInput) -> Expression {
    switch self {
    case .number(let value): return Expression(value)
    case .name("p"): return input.p
    case .name("t"): return input.t
    case .name: return input.w
    case .call(let function, let arguments): return function.apply(arguments.map { $0.expression(input) })
    case .chain(let first, let links):
      return links.reduce(first.expression(input)) { $1.function.apply([$0, $1.operand.expression(input)]) }
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

/// What a chain goes on with.
struct FormulaLink: Sendable {
  let function: FormulaFunction
  let operand: FormulaNode
}

/// Reads a formula by recursive descent.
private struct FormulaParser {
  private let text: String
  private let letters: [Character]
  private var position = 0
  private var operations = 0

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
    try check(depth)
    let left = try sum(depth: depth)
    skipSpace()
    for name in ["<=", ">=", "==", "<", ">"] where take(name) {
      let right = try sum(depth: depth)
      if let function = FormulaFunction.comparisons[name] { return try call(function, [left, right]) }
    }
    return left
  }

  private mutating func sum(depth: Int) throws(LossError) -> FormulaNode {
    let first = try product(depth: depth)
    var links: [FormulaLink] = []
    while true {
      if take("+") {
        links.append(try link(.add, try product(depth: depth)))
      } else if take("-") || take("−") {
        links.append(try link(.subtract, try product(depth: depth)))
      } else {
        return links.isEmpty ? first : .chain(first, links)
      }
    }
  }

  private mutating func product(depth: Int) throws(LossError) -> FormulaNode {
    let first = try factor(depth: depth)
    var links: [FormulaLink] = []
    while true {
      skipSpace()
      if letters[position...].starts(with: "**") { throw error("a power is written ^") }
      if take("*") || take("×") {
        links.append(try link(.multiply, try factor(depth: depth)))
      } else if take("/") || take("÷") {
        links.append(try link(.divide, try factor(depth: depth)))
      } else {
        return links.isEmpty ? first : .chain(first, links)
      }
    }
  }

  /// A sign, or a power: −x^2 is −(x²).
  private mutating func factor(depth: Int) throws(LossError) -> FormulaNode {
    try check(depth)
    if take("-") || take("−") { return try call(.negate, [try factor(depth: depth + 1)]) }
    if take("+") { return try factor(depth: depth + 1) }
    let base = try atom(depth: depth)
    guard take("^") else { return base }
    return try call(.power, [base, try factor(depth: depth + 1)])
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
    while arguments.count <= function.arguments, take(",") {
      arguments.append(try comparison(depth: depth + 1))
    }
    guard arguments.count == function.arguments else {
      position = start
      let more = arguments.count > function.arguments ? " or more" : ""
      throw error("\(name) takes \(function.arguments) arguments, not \(arguments.count)\(more)")
    }
    try close()
    return try call(function, arguments)
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
    try count()
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
    guard let value = Double(decimal: String(letters[start..<position])), value.isFinite else {
      let text = String(letters[start..<position])
      position = start
      throw error("\"\(text)\" is not a number")
    }
    return .number(value)
  }

  // MARK: Limits

  private func check(_ depth: Int) throws(LossError) {
    guard depth < FormulaLoss.mostDepth else {
      throw error("more than \(FormulaLoss.mostDepth) parentheses, signs or powers within each other")
    }
  }

  private mutating func count() throws(LossError) {
    operations += 1
    guard operations <= FormulaLoss.mostOperations else {
      throw error("more than \(FormulaLoss.mostOperations) operations in one formula")
    }
  }

  private mutating func call(
    _ function: FormulaFunction, _ arguments: [FormulaNode]
  ) throws(LossError) -> FormulaNode {
    try count()
    return .call(function, arguments)
  }

  private mutating func link(
    _ function: FormulaFunction, _ operand: FormulaNode
  ) throws(LossError) -> FormulaLink {
    try count()
    return FormulaLink(function: function, operand: operand)
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
