// What a formula may call, by name.
import Autodiff

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
