// Second-order reverse mode. Pushes the second derivative of a value from the result down to a variable, together with
// the cotangents, keeping it in a form that costs about as much as a gradient to evaluate.
//
// The Hessian with respect to the nodes not yet passed is held as
//   pairs  W(i, j): entries between elements of node i and elements of node j with compatible positions (the same
//          position along every axis both have). This is all that element-wise operations create (edge pushing, Gower
//          and Mello 2012).
//   terms  c · v wᵀ (and its transpose where v and w differ): what a sum couples. v and w are covectors, which go down
//          like cotangents. A term is a family of such products, one for each position along its `group` axes, and
//          each covector of the family lives on the elements at its own position.
//
// A sum over sites couples every site with every other. Where nothing below it sums over sites again, the entries of one
// site can be kept as pairs (`SiteEntries.only`), which is all that a diagonal needs; otherwise they are terms.

/// The second derivative of a value with respect to one variable.
struct SecondOrder {
  /// Entries between elements at the same position: the diagonal of a diagonal-plus-low-rank form.
  var diagonal: Expression
  var terms: [Term]
  var gradient: Expression

  struct Term {
    /// Constant along every axis that is not in `group`.
    var coefficient: Expression
    /// In the variable's shape. `right` is `nil` where it is the same as `left`.
    var left: Expression
    var right: Expression?
    /// The axes along which this is a family: elements at different positions are not coupled.
    var group: [Int]
  }

  /// The exact diagonal.
  var exactDiagonal: Expression {
    // Terms with one left covector are added up before they are multiplied with it.
    var lefts: [Expression] = []
    var factors: [Expression] = []
    for term in terms {
      let factor = term.right.map { 2 * term.coefficient * $0 } ?? term.coefficient * term.left
      if let known = lefts.firstIndex(where: { $0.node === term.left.node }) {
        factors[known] += factor
      } else {
        lefts.append(term.left)
        factors.append(factor)
      }
    }
    return zip(lefts, factors).reduce(diagonal) { $0 + $1.0 * $1.1 }
  }
}

/// Why the second derivative does not keep its form.
struct StructureEnds: Error {
  let reason: String
}

/// Which axes couple what: `classAxis` is the one inside a site.
package struct SiteAxes {
  let rank: Int
  let classAxis: Int?

  package init(rank: Int, classAxis: Int?) {
    self.rank = rank
    self.classAxis = classAxis
  }

  func isSite(_ axis: Int) -> Bool { axis != classAxis }
}

struct SecondOrderPush {
  enum SiteEntries { case only, all }

  struct Pair: Hashable {
    let first, second: ObjectIdentifier
    init(_ a: Node, _ b: Node) {
      (first, second) =
        a.identity.hashValue <= b.identity.hashValue ? (a.identity, b.identity) : (b.identity, a.identity)
    }
  }
  struct Row {
    var values: [ObjectIdentifier: Expression]
    let group: [Int]
  }
  struct TermKey: Hashable { let left, right: Int }

  let sources: [Node]
  let axes: SiteAxes
  let entries: SiteEntries
  let order: [Node]
  let active: Set<ObjectIdentifier>
  /// Nodes that the source reaches through a sum over sites.
  let fedBack: Set<ObjectIdentifier>
  /// Nodes between which and the source there are only element-wise operations.
  let plain: Set<ObjectIdentifier>
  /// Nodes below which classes are coupled, between them and the source.
  let mixed: Set<ObjectIdentifier>
  let nodes: [ObjectIdentifier: Node]

  var cotangents = Cotangents()
  var pairs: [Pair: Expression] = [:]
  var partners: [ObjectIdentifier: Set<ObjectIdentifier>] = [:]
  var rows: [Row] = []
  var terms: [TermKey: Expression] = [:]
  var termOrder: [TermKey] = []

  /// - Parameters:
  ///   - roots: what the value is a function of, with their cotangents.
  ///   - seeds: second derivatives of the value between two of the roots.
  ///   - sources: where to stop.
  init(
    _ roots: [(node: Node, cotangent: Expression?)], seeds: [(Node, Node, Expression)] = [], sources: [Node],
    axes: SiteAxes, entries: SiteEntries
  ) {
    self.sources = sources
    self.axes = axes
    self.entries = entries
    let order = Node.ordered(roots.map(\.node))
    let active = Node.dependents(on: sources, in: order)
    var fedBack: Set<ObjectIdentifier> = []
    var mixed: Set<ObjectIdentifier> = []
    var plain = Set(sources.map(\.identity))
    var nodes: [ObjectIdentifier: Node] = [:]
    for node in order where active.contains(node.identity) {
      nodes[node.identity] = node
      if !sources.contains(where: { $0 === node }) {
        if node.operands.contains(where: { fedBack.contains($0.identity) }) { fedBack.insert(node.identity) }
        if node.operands.contains(where: { mixed.contains($0.identity) }) { mixed.insert(node.identity) }
      }
      if sources.contains(where: { $0 === node }) { continue }
      switch node.operation {
      case .elementwise:
        if node.operands.allSatisfy({ !active.contains($0.identity) || plain.contains($0.identity) }) {
          plain.insert(node.identity)
        }
      case .sum(let summed):
        if summed.contains(where: axes.isSite) { fedBack.insert(node.identity) }
        if summed.contains(where: { !axes.isSite($0) }) { mixed.insert(node.identity) }
      case .logSoftmax: mixed.insert(node.identity)
      default: break
      }
    }
    (self.order, self.active, self.fedBack, self.mixed, self.nodes) = (order, active, fedBack, mixed, nodes)
    self.plain = plain
    for root in roots where active.contains(root.node.identity) {
      if let cotangent = root.cotangent { cotangents.add(cotangent, to: root.node) }
    }
    for (one, other, value) in seeds { addPair(one, other, value) }
  }

  /// Adds the square of a covector: the second derivative v vᵀ within each position of the group axes.
  mutating func addSquare(of covector: [(Node, Expression)], group: [Int]) {
    let row = addRow(covector.filter { active.contains($0.0.identity) }, group: group)
    addTerm(1, row, row)
  }

  /// Whether classes are coupled below a node.
  func mixesClasses(_ node: Node) -> Bool { mixed.contains(node.identity) }

  /// Pushes everything down to the sources.
  mutating func run() throws(StructureEnds) {
    for node in order.reversed()
    where active.contains(node.identity) && !sources.contains(where: { $0 === node }) {
      try push(node)
    }
  }

  // MARK: What has reached the sources

  func cotangent(_ source: Node) -> Expression? { cotangents[source] }
  func pair(_ one: Node, _ other: Node) -> Expression? { pairs[Pair(one, other)] }

  /// The products of covectors, by what each covector is on each source; `right` is `nil` where it is `left`.
  var products: [(coefficient: Expression, left: [Expression?], right: [Expression?]?, group: [Int])] {
    termOrder.compactMap { key in
      guard let coefficient = terms[key] else { return nil }
      let left = sources.map { rows[key.left].values[$0.identity] }
      let right = sources.map { rows[key.right].values[$0.identity] }
      if left.allSatisfy({ $0 == nil }) || right.allSatisfy({ $0 == nil }) { return nil }
      return (coefficient, left, key.left == key.right ? nil : right, rows[key.left].group)
    }
  }

  /// The second derivative with respect to the only source.
  func secondOrder(_ source: Node) -> SecondOrder {
    SecondOrder(
      diagonal: pair(source, source)?.stretched(to: source.shape) ?? .uniform(0, source.shape),
      terms: products.compactMap { product in
        guard let left = product.left[0] else { return nil }
        let right = product.right?[0]
        if product.right != nil && right == nil { return nil }
        return SecondOrder.Term(
          coefficient: product.coefficient, left: left, right: right, group: product.group)
      },
      gradient: cotangent(source)?.stretched(to: source.shape) ?? .uniform(0, source.shape))
  }

  // MARK: Bookkeeping

  /// Adds `value` to the entries between two nodes; to those of a node with itself once, not once a side.
  mutating func addPair(_ one: Node, _ other: Node, _ value: Expression) {
    if value.isUniform(0) { return }
    let key = Pair(one, other)
    pairs[key] = pairs[key].map { $0 + value } ?? value
    partners[one.identity, default: []].insert(other.identity)
    partners[other.identity, default: []].insert(one.identity)
  }

  /// Adds what a pair (i, p) means for (operand of i, p): twice where they meet in one node.
  mutating func pushPair(_ operand: Node, _ partner: Node, _ value: Expression) {
    addPair(operand, partner, operand === partner ? 2 * value : value)
  }

  mutating func addRow(_ entries: [(Node, Expression)], group: [Int]) -> Int {
    var values: [ObjectIdentifier: Expression] = [:]
    for (node, value) in entries { values[node.identity] = values[node.identity].map { $0 + value } ?? value }
    rows.append(Row(values: values, group: group))
    return rows.count - 1
  }

  mutating func addTerm(_ coefficient: Expression, _ left: Int, _ right: Int) {
    if coefficient.isUniform(0) { return }
    let key = TermKey(left: left, right: right)
    terms[key] = coefficient
    termOrder.append(key)
  }

  mutating func takePair(_ key: Pair) -> Expression? {
    partners[key.first]?.remove(key.second)
    partners[key.second]?.remove(key.first)
    return pairs.removeValue(forKey: key)
  }

  // MARK: One node

  mutating func push(_ node: Node) throws(StructureEnds) {
    let cotangent = cotangents.take(node)
    let own = takePair(Pair(node, node))
    var others: [(Node, Expression)] = []
    // In the order of the expression, so that the same input gives the same bits.
    let waiting = partners[node.identity] ?? []
    if !waiting.isEmpty {
      for partner in order where waiting.contains(partner.identity) {
        if let value = takePair(Pair(node, partner)) { others.append((partner, value)) }
      }
    }
    let passing = rows.indices.filter { rows[$0].values[node.identity] != nil }
    if cotangent == nil, own == nil, others.isEmpty, passing.isEmpty { return }

    switch node.operation {
    case .elementwise(let operation): pushElementwise(node, operation, cotangent, own, others, passing)
    case .broadcast: try pushBroadcast(node, cotangent, own, others, passing)
    case .sum(let summed): try pushSum(node, summed, cotangent, own, others, passing)
    case .logSoftmax(let axis): try pushLogSoftmax(node, axis, cotangent, own, others, passing)
    case .tensor(let operation): try pushTensor(node, operation, cotangent, own, others, passing)
    case .input, .constant, .data, .oneHot, .labelMask, .stopGradient, .polynomial, .failure: break
    }
  }
}
