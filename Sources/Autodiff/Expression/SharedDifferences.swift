// Differences that are there already are used again.

extension Node {
  /// `roots` with (x + y) − z as x + (y − z) where y − z is computed anyway: the diagonal through a softmax then needs
  /// of the gradient what is there.
  static func sharingDifferences(_ roots: [Node]) -> [Node] {
    struct Operands: Hashable { let first, second: ObjectIdentifier }
    let order = ordered(roots)
    var differences: [Operands: Node] = [:]
    for node in order where node.isElementwise(.subtract) {
      differences[Operands(first: node.operands[0].identity, second: node.operands[1].identity)] = node
    }
    var replacement: [ObjectIdentifier: Node] = [:]
    func replaced(_ node: Node) -> Node { replacement[node.identity] ?? node }
    for node in order {
      if node.isElementwise(.subtract), node.operands[0].isElementwise(.add) {
        let (sum, z) = (node.operands[0], node.operands[1])
        for (x, y) in [(0, 1), (1, 0)] {
          guard let known = differences[Operands(first: sum.operands[y].identity, second: z.identity)] else {
            continue
          }
          replacement[node.identity] = Node(
            .elementwise(.add), [replaced(sum.operands[x]), replaced(known)], node.shape)
          break
        }
      }
      if replacement[node.identity] == nil {
        let operands = node.operands.map(replaced)
        if zip(operands, node.operands).contains(where: { $0 !== $1 }) {
          replacement[node.identity] = Node(node.operation, operands, node.shape)
        }
      }
    }
    return sharing(roots.map(replaced))
  }

  private func isElementwise(_ operation: Elementwise) -> Bool {
    if case .elementwise(let own) = self.operation { own.name == operation.name } else { false }
  }
}
