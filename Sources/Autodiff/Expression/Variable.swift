/// An array that an expression is a function of.
public struct Variable: Sendable, Hashable {
  let node: Node
  package let input: Input

  /// - Parameters:
  ///   - name: what error messages call it.
  ///   - shape: its extents; none for a single number.
  public init(_ name: String = "x", shape: TensorShape = []) {
    self.init(Input(name: name, elements: .real), shape)
  }

  /// An array of bytes that are class numbers.
  public static func labels(_ name: String = "labels", shape: TensorShape) -> Variable {
    Variable(Input(name: name, elements: .labels), shape)
  }

  private init(_ input: Input, _ shape: TensorShape) {
    self.input = input
    node = Node(.input(input), [], shape)
  }

  public var name: String { input.name }
  public var shape: TensorShape { node.shape }
  /// The variable as an expression. Labels are no numbers: see `oneHot(_:axis:classes:)` and `mask(_:ignoring:)`.
  public var expression: Expression {
    if let error = shape.check("input \(name)") { return .failed(error) }
    return input.elements == .labels
      ? .failed(.invalid(operation: "expression", reason: "input \(name) holds labels, not numbers"))
      : Expression(node)
  }

  public static func == (one: Variable, other: Variable) -> Bool { one.input == other.input }
  public func hash(into hasher: inout Hasher) { hasher.combine(input) }
}

extension Variable {
  /// Throws where it cannot be differentiated by.
  func check(classAxis: Int?) throws(AutodiffError) {
    if let error = shape.check("input \(name)") { throw error }
    if let classAxis, !(0..<shape.rank).contains(classAxis) {
      throw .noSuchAxis(classAxis, rank: shape.rank)
    }
  }
}
