// The Gauss–Newton diagonal: the second derivative by the sums over sites, made positive semidefinite, between their
// first derivatives.

extension Objective {
  /// diag(Jᵀ M₊ J), with J the first derivatives of the sums over sites and M₊ the positive semidefinite part of the
  /// second derivative of the value by these sums.
  func gaussNewtonDiagonal() throws(AutodiffError) -> Expression {
    let source = source
    guard let cut = SiteCut(value.node, source: source, axes: axes) else {
      throw .invalid(
        operation: "Gauss-Newton curvature",
        reason: "the value is not a function of sums over sites, taken once")
    }
    do throws(StructureEnds) {
      var upper = SecondOrderPush(
        [(value.node, .uniform(1, value.shape))], sources: cut.sums, axes: axes, entries: .all)
      try upper.run()
      let shape = cut.sums[0].shape
      guard upper.products.isEmpty, cut.sums.allSatisfy({ $0.shape == shape }) else {
        return try coupledDiagonal(cut)
      }
      let seeds = positivePart(upper, cut.sums)
      var lower = SecondOrderPush(
        cut.sums.map { ($0, nil) }, seeds: seeds, sources: [source], axes: axes, entries: .only)
      try lower.run()
      return lower.secondOrder(source).exactDiagonal.stretched(to: variable.shape)
    } catch {
      throw .invalid(operation: "Gauss-Newton curvature", reason: error.reason)
    }
  }

  /// The positive semidefinite part of the matrix between the sums, position by position.
  private func positivePart(_ upper: SecondOrderPush, _ sums: [Node]) -> [(Node, Node, Expression)] {
    let shape = sums[0].shape
    let count = sums.count
    var entries: [Expression] = []
    for row in 0..<count {
      for column in 0..<count {
        let entry = upper.pair(sums[row], sums[column]) ?? .uniform(0, shape)
        entries.append(entry.stretched(to: shape).reshaped(to: [shape.count, 1]))
      }
    }
    let matrix = concatenated(entries, axis: 1)
    let positive = Expression(
      Node(.tensor(PositivePart(order: count)), [matrix.node], [shape.count, count * count]))
    var seeds: [(Node, Node, Expression)] = []
    for row in 0..<count {
      for column in 0...row {
        let entry = positive.gathered([row * count + column], axis: 1).reshaped(to: shape)
        seeds.append((sums[row], sums[column], entry))
      }
    }
    return seeds
  }
}

/// Where the value couples sums at different positions, as the logarithm of a mean does: M as one dense matrix.
extension Objective {
  private static let mostCoupledSums = 512

  /// The diagonal by covectors: with M₊ = Σ v vᵀ for the sums that a site takes part in, Σ (Jᵀ v)² there.
  private func coupledDiagonal(_ cut: SiteCut) throws(StructureEnds) -> Expression {
    let sums = cut.sums
    let count = sums.reduce(0) { $0 + $1.shape.count }
    guard count <= Self.mostCoupledSums else {
      throw StructureEnds(
        reason: "it couples \(count) sums of different groups, and \(Self.mostCoupledSums) are the most")
    }
    var lower = SecondOrderPush(
      sums.map { ($0.operands[0], nil) }, sources: [source], axes: axes, entries: .only)
    let rank = variable.shape.rank
    let isMixed = sums.contains { lower.mixesClasses($0.operands[0]) || $0.sumsClasses(axes) }
    // Sites at different positions along these axes take part in different sums.
    let groupAxes = (0..<rank).filter { axis in
      (axes.isSite(axis) || !isMixed) && sums.contains { $0.shape[axis] > 1 }
    }
    var extents = [Int](repeating: 1, count: rank)
    for axis in groupAxes { extents[axis] = variable.shape[axis] }
    let groups = TensorShape(extents)
    let members = Members(sums, groups: groups, classAxis: isMixed ? axes.classAxis : nil)
    let order = members.ofGroup[0].count
    let factor = PositiveFactor(order: count, groups: members.ofGroup)
    let factors = Expression(
      Node(
        .tensor(factor), [denseSecondDerivative(sums).reshaped(to: [count * count]).node],
        [groups.count, order * order]))
    let positions = (0..<rank).filter { variable.shape[$0] > 1 && (axes.isSite($0) || !isMixed) }
    for k in 0..<order {
      var covector: [(Node, Expression)] = []
      for (sum, range) in zip(sums, members.ofSum) {
        var own = extents
        if range.count > 1, let axis = axes.classAxis { own[axis] = range.count }
        let entries = factors.gathered(range.map { k * order + $0 }, axis: 1)
        covector.append(
          (sum.operands[0], entries.laidOut(groups, own, axes.classAxis).stretched(to: sum.operands[0].shape))
        )
      }
      lower.addSquare(of: covector, group: positions)
    }
    try lower.run()
    return lower.secondOrder(source).exactDiagonal.stretched(to: variable.shape)
  }

  /// The second derivative of the value by all elements of the sums, side by side.
  private func denseSecondDerivative(_ sums: [Node]) -> Expression {
    func flat(_ parts: [Expression?]) -> Expression {
      concatenated(
        zip(parts, sums).map { part, sum in
          (part ?? 0).stretched(to: sum.shape).reshaped(to: [sum.shape.count])
        }, axis: 0)
    }
    let gradient = flat(Cotangents.pulledBack([(value.node, .uniform(1, value.shape))], to: sums))
    let rows = (0..<gradient.shape.count).map { row -> Expression in
      let element = gradient.gathered([row], axis: 0)
      return flat(Cotangents.pulledBack([(element.node, .uniform(1, element.shape))], to: sums))
    }
    return concatenated(rows, axis: 0)
  }
}

extension Node {
  /// Whether this is a sum over classes.
  fileprivate func sumsClasses(_ axes: SiteAxes) -> Bool {
    guard case .sum(let summed) = operation else { return false }
    return summed.contains { !axes.isSite($0) }
  }
}

/// Which elements of which sums the sites of a group take part in.
private struct Members {
  /// For each group, the elements' numbers when all sums' elements are counted one after another.
  var ofGroup: [[Int]] = []
  /// For each sum, which of a group's elements are its own: one, or one a class.
  var ofSum: [Range<Int>] = []

  init(_ sums: [Node], groups: TensorShape, classAxis: Int?) {
    for position in 0..<groups.count {
      var rest = position
      var place = [Int](repeating: 0, count: groups.rank)
      for axis in (0..<groups.rank).reversed() {
        place[axis] = rest % groups[axis]
        rest /= groups[axis]
      }
      var members: [Int] = []
      var start = 0
      for sum in sums {
        let strides = sum.shape.strides
        let first =
          start + (0..<groups.rank).reduce(0) { $0 + (sum.shape[$1] > 1 ? place[$1] * strides[$1] : 0) }
        let classes = classAxis.map { sum.shape[$0] } ?? 1
        if position == 0 { ofSum.append(members.count..<members.count + classes) }
        for number in 0..<classes { members.append(first + number * (classAxis.map { strides[$0] } ?? 0)) }
        start += sum.shape.count
      }
      ofGroup.append(members)
    }
  }
}

extension Expression {
  /// Rows, one a group, of numbers, one a class, as an array with the groups' axes and the class axis.
  fileprivate func laidOut(_ groups: TensorShape, _ extents: [Int], _ classAxis: Int?) -> Expression {
    guard let classAxis, shape[1] > 1 else { return reshaped(to: TensorShape(extents)) }
    // Groups have extent 1 along the class axis here; it comes last first, then goes to its place.
    let rank = groups.rank
    var order = Array(0..<rank)
    order.remove(at: classAxis)
    var last = order.map { groups[$0] }
    last.append(shape[1])
    var back = Array(0..<rank - 1)
    back.insert(rank - 1, at: classAxis)
    return reshaped(to: TensorShape(last)).permuted(back)
  }
}

/// Factors v of M₊ = Σ v vᵀ, for the rows and columns of each group; a row of `order`² numbers for each.
private struct PositiveFactor: TensorOperation {
  let order: Int
  let groups: [[Int]]
  var name: String { "positiveFactor \(order) \(groups)" }

  func evaluate(_ operands: [Tensor], shape: TensorShape) -> Tensor {
    let whole = SymmetricEigen(operands[0].elements, order: order)
    let positive = whole.positivePart
    var elements: [Double] = []
    elements.reserveCapacity(shape.count)
    for members in groups {
      let count = members.count
      let block = members.flatMap { row in members.map { positive[row * order + $0] } }
      let eigen = SymmetricEigen(block, order: count)
      for k in 0..<count {
        let length = Swift.max(eigen.values[k], 0).squareRoot()
        for row in 0..<count { elements.append(length * eigen.vectors[row * count + k]) }
      }
    }
    return Tensor(elements, shape: shape)
  }
  /// Held constant, as `PositivePart`.
  func cotangents(_ operands: [Expression], _ result: Expression, _ cotangent: Expression) -> [Expression?] {
    [nil]
  }
  func tangent(_ operands: [Expression], _ result: Expression, _ tangents: [Expression?]) -> Expression? {
    nil
  }
}

/// The positive semidefinite part of symmetric matrices, one a row: negative eigenvalues are replaced by 0.
private struct PositivePart: TensorOperation {
  let order: Int
  var name: String { "positivePart \(order)" }

  func evaluate(_ operands: [Tensor], shape: TensorShape) -> Tensor {
    var result = operands[0].elements
    for matrix in stride(from: 0, to: result.count, by: order * order) {
      let eigen = SymmetricEigen(Array(result[matrix..<matrix + order * order]), order: order)
      result.replaceSubrange(matrix..<matrix + order * order, with: eigen.positivePart)
    }
    return Tensor(result, shape: shape)
  }
  /// Held constant: a Gauss–Newton matrix is not differentiated further.
  func cotangents(_ operands: [Expression], _ result: Expression, _ cotangent: Expression) -> [Expression?] {
    [nil]
  }
  func tangent(_ operands: [Expression], _ result: Expression, _ tangents: [Expression?]) -> Expression? {
    nil
  }
}
