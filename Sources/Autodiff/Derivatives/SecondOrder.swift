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
struct SiteAxes {
  let rank: Int
  let classAxis: Int?
  func isSite(_ axis: Int) -> Bool { axis != classAxis }
}

struct SecondOrderPush {
  enum SiteEntries { case only, all }

  private struct Pair: Hashable {
    let first, second: ObjectIdentifier
    init(_ a: Node, _ b: Node) {
      (first, second) =
        a.identity.hashValue <= b.identity.hashValue ? (a.identity, b.identity) : (b.identity, a.identity)
    }
  }
  private struct Row {
    var values: [ObjectIdentifier: Expression]
    let group: [Int]
  }
  private struct TermKey: Hashable { let left, right: Int }

  private let sources: [Node]
  private let axes: SiteAxes
  private let entries: SiteEntries
  private let order: [Node]
  private let active: Set<ObjectIdentifier>
  /// Nodes that the source reaches through a sum over sites.
  private let fedBack: Set<ObjectIdentifier>
  /// Nodes below which classes are coupled, between them and the source.
  private let mixed: Set<ObjectIdentifier>
  private let nodes: [ObjectIdentifier: Node]

  private var cotangents = Cotangents()
  private var pairs: [Pair: Expression] = [:]
  private var partners: [ObjectIdentifier: Set<ObjectIdentifier>] = [:]
  private var rows: [Row] = []
  private var terms: [TermKey: Expression] = [:]
  private var termOrder: [TermKey] = []

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
    var nodes: [ObjectIdentifier: Node] = [:]
    for node in order where active.contains(node.identity) {
      nodes[node.identity] = node
      if !sources.contains(where: { $0 === node }) {
        if node.operands.contains(where: { fedBack.contains($0.identity) }) { fedBack.insert(node.identity) }
        if node.operands.contains(where: { mixed.contains($0.identity) }) { mixed.insert(node.identity) }
      }
      if sources.contains(where: { $0 === node }) { continue }
      switch node.operation {
      case .sum(let summed):
        if summed.contains(where: axes.isSite) { fedBack.insert(node.identity) }
        if summed.contains(where: { !axes.isSite($0) }) { mixed.insert(node.identity) }
      case .logSoftmax: mixed.insert(node.identity)
      default: break
      }
    }
    (self.order, self.active, self.fedBack, self.mixed, self.nodes) = (order, active, fedBack, mixed, nodes)
    for root in roots where active.contains(root.node.identity) {
      if let cotangent = root.cotangent { cotangents.add(cotangent, to: root.node) }
    }
    for (one, other, value) in seeds { addPair(one, other, value) }
  }

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
  private mutating func addPair(_ one: Node, _ other: Node, _ value: Expression) {
    if value.isUniform(0) { return }
    let key = Pair(one, other)
    pairs[key] = pairs[key].map { $0 + value } ?? value
    partners[one.identity, default: []].insert(other.identity)
    partners[other.identity, default: []].insert(one.identity)
  }

  /// Adds what a pair (i, p) means for (operand of i, p): twice where they meet in one node.
  private mutating func pushPair(_ operand: Node, _ partner: Node, _ value: Expression) {
    addPair(operand, partner, operand === partner ? 2 * value : value)
  }

  private mutating func addRow(_ entries: [(Node, Expression)], group: [Int]) -> Int {
    var values: [ObjectIdentifier: Expression] = [:]
    for (node, value) in entries { values[node.identity] = values[node.identity].map { $0 + value } ?? value }
    rows.append(Row(values: values, group: group))
    return rows.count - 1
  }

  private mutating func addTerm(_ coefficient: Expression, _ left: Int, _ right: Int) {
    if coefficient.isUniform(0) { return }
    let key = TermKey(left: left, right: right)
    terms[key] = coefficient
    termOrder.append(key)
  }

  private mutating func takePair(_ key: Pair) -> Expression? {
    partners[key.first]?.remove(key.second)
    partners[key.second]?.remove(key.first)
    return pairs.removeValue(forKey: key)
  }

  // MARK: One node

  private mutating func push(_ node: Node) throws(StructureEnds) {
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

  private mutating func pushElementwise(
    _ node: Node, _ operation: Elementwise, _ cotangent: Expression?, _ own: Expression?,
    _ others: [(Node, Expression)], _ passing: [Int]
  ) {
    let point = Elementwise.Point(operands: node.operands.map(Expression.init(_:)), result: Expression(node))
    let slopes = operation.first(point)
    let curvatures = operation.second(point)
    for (j, operand) in node.operands.enumerated() where active.contains(operand.identity) {
      if let slope = slopes[j] {
        if let cotangent { cotangents.add((cotangent * slope).stretched(to: node.shape), to: operand) }
        for row in passing { addToRow(row, (rows[row].values[node.identity] ?? 0) * slope, operand) }
        for (partner, value) in others { pushPair(operand, partner, value * slope) }
        if let own { addPair(operand, operand, own * square(slope)) }
      }
      if let cotangent, let curvature = curvatures[j * (j + 1) / 2 + j] {
        addPair(operand, operand, (cotangent * curvature).stretched(to: node.shape))
      }
      for k in 0..<j where active.contains(node.operands[k].identity) {
        let other = node.operands[k]
        if let own, let one = slopes[j], let two = slopes[k] { pushPair(operand, other, own * (one * two)) }
        if let cotangent, let curvature = curvatures[j * (j + 1) / 2 + k] {
          pushPair(operand, other, (cotangent * curvature).stretched(to: node.shape))
        }
      }
    }
    for row in passing { rows[row].values[node.identity] = nil }
  }

  private mutating func addToRow(_ row: Int, _ value: Expression, _ node: Node) {
    if value.isUniform(0) { return }
    rows[row].values[node.identity] = rows[row].values[node.identity].map { $0 + value } ?? value
  }

  /// Moves covectors through a node that is linear in its only operand.
  private mutating func pushLinear(
    _ node: Node, _ cotangent: Expression?, _ passing: [Int], _ pull: (Expression) -> Expression
  ) {
    let operand = node.operands[0]
    if let cotangent { cotangents.add(pull(cotangent), to: operand) }
    for row in passing {
      guard let value = rows[row].values.removeValue(forKey: node.identity) else { continue }
      addToRow(row, pull(value.stretched(to: node.shape)), operand)
    }
  }

  private mutating func pushBroadcast(
    _ node: Node, _ cotangent: Expression?, _ own: Expression?, _ others: [(Node, Expression)],
    _ passing: [Int]
  ) throws(StructureEnds) {
    let operand = node.operands[0]
    let rank = node.shape.rank
    let stretched = operand.shape.stretchedAxes(in: node.shape)
    if passing.contains(where: { rows[$0].group.contains(where: stretched.contains) }) {
      throw StructureEnds(reason: "a sum over some axes feeds back into sites that another sum keeps apart")
    }
    pushLinear(node, cotangent, passing) { $0.stretched(to: node.shape).gathered(to: operand.shape) }
    if let own {
      addPair(operand, operand, own.stretched(to: node.shape).gathered(to: operand.shape))
    }
    for (partner, value) in others {
      // Elements of the operand are told apart only by axes that the partner has.
      guard partner.shape.rank == rank || partner.shape.count == 1 else {
        throw StructureEnds(reason: "shapes \(partner.shape) and \(node.shape) have different axes")
      }
      let joined = node.shape.joined(with: partner.shape) ?? node.shape
      let alone = stretched.filter { partner.shape.extent($0, of: rank) == 1 }
      pushPair(operand, partner, value.stretched(to: joined).summed(over: alone))
    }
  }

  private mutating func pushSum(
    _ node: Node, _ summed: [Int], _ cotangent: Expression?, _ own: Expression?,
    _ others: [(Node, Expression)],
    _ passing: [Int]
  ) throws(StructureEnds) {
    let operand = node.operands[0]
    let rank = operand.shape.rank
    let summed = summed.filter { operand.shape[$0] > 1 }
    if passing.contains(where: { rows[$0].group.contains(where: summed.contains) }) {
      throw StructureEnds(reason: "a sum runs over an axis that an outer sum keeps apart")
    }
    pushLinear(node, cotangent, passing) { $0.stretched(to: operand.shape) }
    let local = entries == .only && !fedBack.contains(operand.identity)
    if let own {
      let coupled = summed.filter { !(local && axes.isSite($0)) }
      if coupled.isEmpty {
        addPair(operand, operand, own.stretched(to: operand.shape))
      } else {
        let group = (0..<rank).filter { operand.shape[$0] > 1 && !coupled.contains($0) }
        try addSquare(operand, own.stretched(to: node.shape), group)
      }
    }
    for (partner, value) in others {
      guard partner.shape.rank == rank || partner.shape.count == 1 else {
        throw StructureEnds(reason: "shapes \(partner.shape) and \(node.shape) have different axes")
      }
      let own = local && !fedBack.contains(partner.identity)
      let coupled = summed.filter { partner.shape.extent($0, of: rank) > 1 && !(own && axes.isSite($0)) }
      let joined = operand.shape.joined(with: partner.shape) ?? operand.shape
      if coupled.isEmpty {
        pushPair(operand, partner, value.stretched(to: joined))
      } else {
        try addProduct(operand, partner, value, coupled)
      }
    }
  }

  /// The entries c · 1 1ᵀ within each position of the group axes of a node.
  private mutating func addSquare(_ node: Node, _ coefficient: Expression, _ group: [Int])
    throws(StructureEnds)
  {
    guard let classAxis = axes.classAxis, group.contains(classAxis), mixed.contains(node.identity) else {
      let row = addRow([(node, .uniform(1, node.shape))], group: group)
      addTerm(coefficient, row, row)
      return
    }
    // Below, classes are coupled: one covector for each of them.
    for position in 0..<node.shape[classAxis] {
      let here = Expression.indicator(position, along: classAxis, of: node.shape)
      let row = addRow([(node, here.stretched(to: node.shape))], group: group.filter { $0 != classAxis })
      addTerm((coefficient * here).stretched(to: coefficient.shape).summed(over: [classAxis]), row, row)
    }
  }

  /// The entries W between every element of `node` and every element of `partner` along the coupled axes.
  private mutating func addProduct(
    _ node: Node, _ partner: Node, _ value: Expression, _ coupled: [Int]
  ) throws(StructureEnds) {
    let rank = node.shape.rank
    let varies = value.narrowest.shape
    func extent(_ node: Node, _ axis: Int) -> Int { node.shape.extent(axis, of: rank) }
    let group = (0..<rank).filter { extent(node, $0) > 1 && extent(partner, $0) > 1 && !coupled.contains($0) }
    // W goes to the side that has the axes along which it varies.
    let onNode = (0..<rank).contains { varies.extent($0, of: rank) > 1 && extent(partner, $0) == 1 }
    let onPartner = (0..<rank).contains {
      varies.extent($0, of: rank) > 1 && (extent(node, $0) == 1 || coupled.contains($0))
    }
    guard !(onNode && onPartner) else {
      throw StructureEnds(reason: "a coupling of sums is not of low rank")
    }
    let left: Expression = onNode ? value.narrowest : 1
    let right: Expression = onNode ? 1 : value.narrowest
    guard let classAxis = axes.classAxis, group.contains(classAxis),
      mixed.contains(node.identity) || mixed.contains(partner.identity)
    else {
      let first = addRow([(node, left.stretched(to: node.shape))], group: group)
      let second = addRow([(partner, right.stretched(to: partner.shape))], group: group)
      addTerm(1, first, second)
      return
    }
    // Below, classes are coupled: one pair of covectors for each of them.
    for position in 0..<node.shape[classAxis] {
      let here = Expression.indicator(position, along: classAxis, of: node.shape)
      let rest = group.filter { $0 != classAxis }
      let first = addRow([(node, (here * left).stretched(to: node.shape))], group: rest)
      let second = addRow([(partner, (here * right).stretched(to: partner.shape))], group: rest)
      addTerm(1, first, second)
    }
  }

  private mutating func pushLogSoftmax(
    _ node: Node, _ axis: Int, _ cotangent: Expression?, _ own: Expression?, _ others: [(Node, Expression)],
    _ passing: [Int]
  ) throws(StructureEnds) {
    if passing.contains(where: { rows[$0].group.contains(axis) }) {
      throw StructureEnds(reason: "a softmax couples classes that an outer sum keeps apart")
    }
    let operand = node.operands[0]
    let shape = node.shape
    let p = exp(Expression(node))
    pushLinear(node, cotangent, passing) { value in
      let value = value.stretched(to: shape)
      return value - p * value.summed(over: [axis])
    }
    for (partner, value) in others {
      let value = value.stretched(to: shape.joined(with: partner.shape) ?? shape)
      guard partner.shape.extent(axis, of: shape.rank) > 1 else {
        pushPair(operand, partner, value - p * value.summed(over: [axis]))
        continue
      }
      pushPair(operand, partner, value)
      let group = (0..<shape.rank).filter {
        $0 != axis && shape[$0] > 1 && partner.shape.extent($0, of: shape.rank) > 1
      }
      let varies = value.narrowest.shape
      if (0..<shape.rank).allSatisfy({
        partner.shape.extent($0, of: shape.rank) >= varies.extent($0, of: shape.rank)
      }) {
        let left = addRow([(operand, p)], group: group)
        let right = addRow([(partner, value.narrowest.stretched(to: partner.shape))], group: group)
        addTerm(-1, left, right)
        continue
      }
      // The partner is the same for several sites, and W is not: one product for each class of the partner.
      for position in 0..<shape[axis] {
        let here = Expression.indicator(position, along: axis, of: shape)
        let left = addRow([(operand, p * (value * here).summed(over: [axis]))], group: group)
        let right = addRow([(partner, here.stretched(to: partner.shape))], group: group)
        addTerm(-1, left, right)
      }
    }
    // ∂²q_k/∂z_c∂z_d = −p_c(δ_cd − p_d) for every k, and J D Jᵀ for the curvature D = diag(a) above.
    let slopes = cotangent?.stretched(to: shape).summed(over: [axis])
    let group = (0..<shape.rank).filter { $0 != axis && shape[$0] > 1 }
    if let own {
      let a = own.stretched(to: shape)
      addPair(operand, operand, slopes.map { a - p * $0 } ?? a)
      let probability = addRow([(operand, p)], group: group)
      let weighted = addRow([(operand, a)], group: group)
      addTerm(-1, probability, weighted)
      let both = a.summed(over: [axis]) + (slopes ?? 0)
      addTerm(both, probability, probability)
    } else if let slopes {
      addPair(operand, operand, -(p * slopes))
      let probability = addRow([(operand, p)], group: group)
      addTerm(slopes, probability, probability)
    }
  }

  private mutating func pushTensor(
    _ node: Node, _ operation: any TensorOperation, _ cotangent: Expression?, _ own: Expression?,
    _ others: [(Node, Expression)], _ passing: [Int]
  ) throws(StructureEnds) {
    guard node.shape.count == 1, node.operands.count == 1, node.operands[0].shape.count == 1 else {
      throw StructureEnds(reason: "\(operation.name) is neither element-wise nor a sum")
    }
    // One number under another shape.
    let operand = node.operands[0]
    pushLinear(node, cotangent, passing) { $0.reshaped(to: operand.shape) }
    if let own { addPair(operand, operand, own.reshaped(to: operand.shape)) }
    for (partner, value) in others {
      pushPair(operand, partner, value.shape.count == 1 ? value.reshaped(to: operand.shape) : value)
    }
  }
}

extension Expression {
  /// 1 at one position along an axis, else 0; extent 1 along the other axes.
  static func indicator(_ position: Int, along axis: Int, of shape: TensorShape) -> Expression {
    var extents = [Int](repeating: 1, count: shape.rank)
    extents[axis] = shape[axis]
    var elements = [Double](repeating: 0, count: shape[axis])
    elements[position] = 1
    return Expression(Tensor(elements, shape: TensorShape(extents)))
  }
}
