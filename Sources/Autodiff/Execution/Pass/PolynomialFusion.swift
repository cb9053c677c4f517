// Site-level sums of products become one kernel: polynomials of degree 2 in at most two arrays, with coefficients that
// are the same for many sites and are computed once.

struct PolynomialFusion {
  private let schedule: Schedule
  private let checkedInputs: Set<Int>

  /// - Parameter checkedInputs: those whose values are checked to be finite.
  init(_ schedule: Schedule, checkedInputs: Set<Int>) {
    self.schedule = schedule
    self.checkedInputs = checkedInputs
  }

  /// The same results, with polynomials in place of the operations they are written with.
  func fused(_ roots: [Node]) -> [Node] {
    var replaced: [ObjectIdentifier: Node] = [:]
    var polynomials: [ObjectIdentifier: Polynomial] = [:]
    let order = Node.ordered(roots)
    for node in order { polynomials[node.identity] = polynomial(node, polynomials) }
    // Only what is read by something that is not part of a polynomial is made one. What has to be replaced first waits on
    // a stack of our own: expressions may be deeper than the thread's.
    var polynomialOperands: [ObjectIdentifier: [Node]] = [:]
    var waiting = roots
    while let node = waiting.last {
      if replaced[node.identity] != nil {
        waiting.removeLast()
        continue
      }
      if polynomialOperands[node.identity] == nil, let polynomial = polynomials[node.identity],
        polynomial.isWorthwhile, polynomial.atoms.allSatisfy(isBounded)
      {
        polynomialOperands[node.identity] = polynomial.operands
      }
      let own = polynomialOperands[node.identity]
      let operands = own ?? node.operands
      let missing = operands.filter { replaced[$0.identity] == nil }
      if !missing.isEmpty {
        waiting += missing
        continue
      }
      let new = operands.map { replaced[$0.identity] ?? $0 }
      if own != nil {
        replaced[node.identity] = Node(.polynomial, new, node.shape)
      } else {
        let changed = zip(new, operands).contains { $0 !== $1 }
        replaced[node.identity] = changed ? Node(node.operation, new, node.shape) : node
      }
      waiting.removeLast()
    }
    return Node.sharing(roots.map { replaced[$0.identity] ?? $0 })
  }

  /// The node as a polynomial of what it is made of; of itself, if it is not one.
  private func polynomial(_ node: Node, _ known: [ObjectIdentifier: Polynomial]) -> Polynomial? {
    guard schedule.spansSites(node) else { return nil }
    let atom = Polynomial(atoms: [node], terms: [[0]: 1], operations: 0)
    func operand(_ index: Int) -> Polynomial? {
      let operand = node.operands[index]
      if let value = operand.uniformValue {
        return Polynomial(atoms: [], terms: [[]: Expression(value)], operations: 0)
      }
      if case .broadcast = operand.operation, schedule.isSameAlongRow(operand.operands[0]) {
        return Polynomial(atoms: [], terms: [[]: Expression(operand.operands[0])], operations: 0)
      }
      return known[operand.identity]
    }
    guard case .elementwise(let operation) = node.operation else { return atom }
    let found: Polynomial? =
      switch operation.name {
      case Elementwise.add.name: operand(0).flatMap { x in operand(1).flatMap { x.plus($0, sign: 1) } }
      case Elementwise.subtract.name: operand(0).flatMap { x in operand(1).flatMap { x.plus($0, sign: -1) } }
      case Elementwise.multiply.name: operand(0).flatMap { x in operand(1).flatMap { x.times($0) } }
      case Elementwise.square.name: operand(0).flatMap { $0.times($0) }
      default: nil
      }
    return found ?? atom
  }

  /// Whether a node's values are finite for all inputs within their domain: a coefficient of 0 then leaves it out.
  private func isBounded(_ node: Node) -> Bool {
    switch node.operation {
    case .input(let input): return checkedInputs.contains(input.identifier)
    case .oneHot, .labelMask: return true
    case .broadcast, .stopGradient: return isBounded(node.operands[0])
    case .elementwise(let operation):
      if operation.name == Elementwise.exponential.name, case .logSoftmax = node.operands[0].operation {
        return true
      }
      return [Elementwise.sigmoid.name, Elementwise.sigmoidSlope.name, Elementwise.hyperbolicTangent.name]
        .contains(
          operation.name)
    default: return false
    }
  }
}

/// A polynomial of degree 2 in at most two arrays.
private struct Polynomial {
  var atoms: [Node]
  /// Coefficients by the sorted atoms of a monomial.
  var terms: [[Int]: Expression]
  /// How many kernels it takes as it is written.
  var operations: Int

  var isWorthwhile: Bool {
    // Of a one-hot target it is a choice between two numbers, which needs no target.
    if atoms.count == 1, case .oneHot = atoms[0].operation { return operations >= 1 }
    return operations >= 3 && !atoms.isEmpty && terms.count >= 2
  }

  func plus(_ other: Polynomial, sign: Double) -> Polynomial? {
    guard var sum = joined(other) else { return nil }
    for (monomial, coefficient) in sum.renamed {
      let signed = sign * coefficient
      sum.result.terms[monomial] = sum.result.terms[monomial].map { $0 + signed } ?? signed
    }
    return sum.result
  }

  /// The product, of single terms only: a product of sums, written out, could cancel where it does not as it stands.
  func times(_ other: Polynomial) -> Polynomial? {
    guard terms.count == 1, other.terms.count == 1, let joined = joined(other), let (one, a) = terms.first,
      let (two, b) = joined.renamed.first, one.count + two.count <= 2
    else { return nil }
    var product = joined.result
    product.terms = [(one + two).sorted(): a * b]
    return product
  }

  /// Both over the same atoms; `nil` if these are more than two.
  private func joined(_ other: Polynomial) -> (result: Polynomial, renamed: [[Int]: Expression])? {
    var atoms = atoms
    let names = other.atoms.map { atom in
      if let known = atoms.firstIndex(where: { $0 === atom }) { return known }
      atoms.append(atom)
      return atoms.count - 1
    }
    guard atoms.count <= 2 else { return nil }
    let renamed = Dictionary(
      uniqueKeysWithValues: other.terms.map { ($0.key.map { names[$0] }.sorted(), $0.value) })
    return (Polynomial(atoms: atoms, terms: terms, operations: operations + other.operations + 1), renamed)
  }

  /// The arrays, then the coefficients.
  var operands: [Node] {
    let monomials: [[Int]] =
      atoms.count == 1 ? [[], [0], [0, 0]] : [[], [0], [1], [0, 0], [0, 1], [1, 1]]
    return atoms + monomials.map { (terms[$0] ?? 0).node }
  }
}
