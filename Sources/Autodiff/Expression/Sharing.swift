// Nodes that do the same to the same are made one.

extension Node {
  /// What tells nodes with different results apart.
  private struct Key: Hashable {
    let operation: String
    let operands: [ObjectIdentifier]
    let shape: TensorShape
  }

  /// `roots` with every repeated computation replaced by one node.
  static func sharing(_ roots: [Node]) -> [Node] {
    var unique: [Key: Node] = [:]
    var replacement: [ObjectIdentifier: Node] = [:]
    for node in ordered(roots) {
      let operands = node.operands.map { replacement[$0.identity] ?? $0 }
      let key = Key(operation: node.sharingName, operands: operands.map(\.identity), shape: node.shape)
      if let same = unique[key] {
        replacement[node.identity] = same
        continue
      }
      let changed = zip(operands, node.operands).contains { $0 !== $1 }
      let kept = changed ? Node(node.operation, operands, node.shape) : node
      unique[key] = kept
      replacement[node.identity] = kept
    }
    return roots.map { replacement[$0.identity] ?? $0 }
  }

  private var sharingName: String {
    switch operation {
    case .input(let input): "input \(input.identifier)"
    case .constant(let value): "constant \(value.bitPattern)"
    case .data: "data \(UInt(bitPattern: identity.hashValue))"
    case .elementwise(let operation): operation.name
    case .broadcast: "broadcast"
    case .sum(let axes): "sum \(axes)"
    case .logSoftmax(let axis): "logSoftmax \(axis)"
    case .oneHot(let axis): "oneHot \(axis)"
    case .labelMask(let ignored): "labelMask \(ignored)"
    case .stopGradient: "stopGradient"
    case .tensor(let operation): "tensor \(operation.name)"
    case .polynomial: "polynomial"
    case .failure: "failure \(UInt(bitPattern: identity.hashValue))"
    }
  }
}

extension Expression {
  package static func sharing(_ roots: [Expression]) -> [Expression] {
    Node.sharing(roots.map(\.node)).map(Expression.init(_:))
  }
}
