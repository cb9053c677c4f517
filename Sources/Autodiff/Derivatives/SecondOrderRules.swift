// How second derivatives go down through each kind of operation.

extension SecondOrderPush {
  mutating func pushElementwise(
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

  mutating func addToRow(_ row: Int, _ value: Expression, _ node: Node) {
    if value.isUniform(0) { return }
    rows[row].values[node.identity] = rows[row].values[node.identity].map { $0 + value } ?? value
  }

  /// Moves covectors through a node that is linear in its only operand.
  mutating func pushLinear(
    _ node: Node, _ cotangent: Expression?, _ passing: [Int], _ pull: (Expression) -> Expression
  ) {
    let operand = node.operands[0]
    if let cotangent { cotangents.add(pull(cotangent), to: operand) }
    for row in passing {
      guard let value = rows[row].values.removeValue(forKey: node.identity) else { continue }
      addToRow(row, pull(value.stretched(to: node.shape)), operand)
    }
  }

  mutating func pushBroadcast(
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

  mutating func pushSum(
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
  mutating func addSquare(_ node: Node, _ coefficient: Expression, _ group: [Int])
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
  mutating func addProduct(
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

  mutating func pushLogSoftmax(
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
    if let own, let cotangent, entries == .only, plain.contains(operand.identity) {
      // Nothing below needs the entries between classes.
      let down = cotangent.stretched(to: shape)
      let gradient = down - p * down.summed(over: [axis])
      let rest = own.stretched(to: shape).without(down)
      addPair(operand, operand, softmaxCurvature(p: p, e: rest, gradient: gradient, axis: axis))
      return
    }
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

  mutating func pushTensor(
    _ node: Node, _ operation: any TensorOperation, _ cotangent: Expression?, _ own: Expression?,
    _ others: [(Node, Expression)], _ passing: [Int]
  ) throws(StructureEnds) {
    guard node.shape.count == 1, node.operands.count == 1, node.operands[0].shape.count == 1 else {
      // The name has every parameter, positions too.
      let name = operation.name.prefix { $0 != " " }
      throw StructureEnds(reason: "\(name) is neither element-wise nor a sum")
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
  /// This less `other`, with the terms that both have left out.
  fileprivate func without(_ other: Expression) -> Expression {
    let shared = Expression.sharing([self, other])
    var left: [Node] = []
    var taken = shared[1].summands
    for term in shared[0].summands {
      if let same = taken.firstIndex(where: { $0 === term }) {
        taken.remove(at: same)
      } else {
        left.append(term)
      }
    }
    let sum = left.reduce(Expression(0)) { $0 + Expression($1) }
    return taken.reduce(sum) { $0 - Expression($1) }.stretched(to: shape)
  }

  /// The terms of a sum.
  private var summands: [Node] {
    var (found, waiting): ([Node], [Node]) = ([], [node])
    while let node = waiting.popLast() {
      if case .elementwise(let operation) = node.operation, operation.name == Elementwise.add.name {
        waiting += node.operands.reversed()
      } else {
        found.append(node)
      }
    }
    return found
  }

  /// 1 at one position along an axis, else 0; extent 1 along the other axes.
  static func indicator(_ position: Int, along axis: Int, of shape: TensorShape) -> Expression {
    var extents = [Int](repeating: 1, count: shape.rank)
    extents[axis] = shape[axis]
    var elements = [Double](repeating: 0, count: shape[axis])
    elements[position] = 1
    return Expression(Tensor(elements, shape: TensorShape(extents)))
  }
}
