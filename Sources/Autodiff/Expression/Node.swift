// What an expression is made of: immutable nodes that share what they have in common.
import CVectorMath
import Synchronization

/// One operation and what it is applied to.
package final class Node: Sendable {
  package let operation: Operation
  /// Never changed but where the node is freed.
  nonisolated(unsafe) package private(set) var operands: [Node]
  package let shape: TensorShape

  package init(_ operation: Operation, _ operands: [Node], _ shape: TensorShape) {
    self.operation = operation
    self.operands = operands
    self.shape = shape
  }

  /// Frees what this node alone holds one node after another: a long chain freed by recursion would overflow the stack.
  deinit {
    if operands.isEmpty { return }
    var waiting = operands
    operands = []
    while var node = waiting.popLast() {
      guard isKnownUniquelyReferenced(&node) else { continue }
      waiting += node.operands
      node.operands = []
    }
  }

  package var identity: ObjectIdentifier { ObjectIdentifier(self) }
}

/// What a node does. Element-wise operations and operations on whole tensors are open lists, one file an operation;
/// the others are what derivatives and execution are built on.
package enum Operation: Sendable {
  /// An array given when the expression is run.
  case input(Input)
  /// One number, everywhere.
  case constant(Double)
  /// An array known when the expression is recorded.
  case data(Tensor)
  case elementwise(Elementwise)
  /// The operand stretched to the node's shape.
  case broadcast
  /// Sums over these axes, which stay with extent 1.
  case sum(axes: [Int])
  /// log(softmax) along an axis.
  case logSoftmax(axis: Int)
  /// From labels (an integer input without extent along the axis): 1 where the label is the position along the axis.
  case oneHot(axis: Int)
  /// From labels: 0 where the label is the ignored one, else 1.
  case labelMask(ignored: UInt8)
  /// The operand, whose derivative is taken as zero.
  case stopGradient
  case tensor(any TensorOperation)
  /// Made for execution only: a polynomial of degree 2. Operands are one site-level node and the numbers k0, k1, k2 of
  /// k0 + k1 x + k2 x², or two and k0 … k5 of k0 + k1 x + k2 y + k3 x² + k4 xy + k5 y².
  case polynomial
  /// Recorded in place of an expression that cannot be; thrown when it is used.
  case failure(AutodiffError)
}

/// An array given when an expression is run.
package struct Input: Hashable, Sendable {
  package enum Elements: Hashable, Sendable {
    case real
    /// Bytes that are class numbers.
    case labels
  }
  package let identifier: Int
  let name: String
  package let elements: Elements

  private static let next = Atomic<Int>(0)
  init(name: String, elements: Elements) {
    identifier = Input.next.wrappingAdd(1, ordering: .relaxed).newValue
    self.name = name
    self.elements = elements
  }
}

/// An operation on whole tensors that is neither element-wise nor a sum: a matrix product, a permutation. It ends the
/// structure that exact Hessian diagonals are found by, but has derivatives of every order.
package protocol TensorOperation: Sendable {
  /// With its parameters: two operations with one name do the same.
  var name: String { get }
  func evaluate(_ operands: [Tensor], shape: TensorShape) -> Tensor
  /// The cotangents of the operands, given that of the result; `nil` where it is zero.
  func cotangents(_ operands: [Expression], _ result: Expression, _ cotangent: Expression) -> [Expression?]
  /// The tangent of the result, given those of the operands (`nil`: zero).
  func tangent(_ operands: [Expression], _ result: Expression, _ tangents: [Expression?]) -> Expression?
}

extension Node {
  /// The nodes that `roots` need, each after its operands.
  package static func ordered(_ roots: [Node]) -> [Node] {
    var order: [Node] = []
    var seen: Set<ObjectIdentifier> = []
    var stack: [(node: Node, next: Int)] = []
    for root in roots where seen.insert(root.identity).inserted {
      stack.append((root, 0))
      while let (node, next) = stack.last {
        if next < node.operands.count {
          stack[stack.count - 1].next += 1
          let operand = node.operands[next]
          if seen.insert(operand.identity).inserted { stack.append((operand, 0)) }
        } else {
          order.append(node)
          stack.removeLast()
        }
      }
    }
    return order
  }

  /// Those of `order` (operands first) that depend on one of `sources`.
  static func dependents(on sources: [Node], in order: [Node]) -> Set<ObjectIdentifier> {
    var found = Set(sources.map(\.identity))
    for node in order where node.operands.contains(where: { found.contains($0.identity) }) {
      if case .stopGradient = node.operation { continue }
      found.insert(node.identity)
    }
    return found
  }

  /// The number this node holds everywhere, if it is known.
  var uniformValue: Double? {
    switch operation {
    case .constant(let value): value
    case .broadcast: operands[0].uniformValue
    case .data(let tensor) where tensor.shape.count == 1: tensor.elements[0]
    default: nil
    }
  }
}
