// (H + λ)⁻¹ r for a Hessian with structure: Woodbury's identity inside each site, then across sites.

extension StructuredHessian {
  /// The most covectors across sites for which a step is solved.
  static let mostCovectors = 256

  /// The solution of (H + damping) x = rightHandSide, in the variable's shape.
  package func solved(_ rightHandSide: Expression, damping: Expression) throws(AutodiffError) -> Expression {
    let shape = diagonal.shape
    let sites = SiteSolver(diagonal + damping, withinSites)
    let common = acrossSites.reduce(Array(0..<shape.rank)) { group, product in
      group.filter(product.group.contains)
    }
    let system = try CovectorSystem(acrossSites, group: common, shape: shape)
    let base = sites.solved(rightHandSide)
    guard !system.covectors.isEmpty else { return base }

    // y = (I + M Uᵀ B⁻¹ U)⁻¹ M Uᵀ B⁻¹ r, for each position of the common group axes.
    let axes = (0..<shape.rank).filter { !common.contains($0) && shape[$0] > 1 }
    let solved = system.covectors.map(sites.solved)
    let count = system.covectors.count
    let position = system.positionShape
    var gram: [Expression] = []
    for row in 0..<count {
      for column in 0..<count {
        // Symmetric: the lower half is the upper one's, so that both have the same bits.
        let (i, j) = (Swift.min(row, column), Swift.max(row, column))
        gram.append((system.covectors[i] * solved[j]).summed(over: axes))
      }
    }
    let projections = solved.map { ($0 * rightHandSide).summed(over: axes) }
    func flat(_ entries: [Expression]) -> Expression {
      concatenated(entries.map { $0.stretched(to: position).reshaped(to: [position.count, 1]) }, axis: 1)
    }
    let weights = Expression(
      Node(
        .tensor(WoodburySolve(order: count)),
        [flat(system.matrix).node, flat(gram).node, flat(projections).node],
        [position.count, count]))
    return (0..<count).reduce(base) { sum, index in
      sum - solved[index] * weights.gathered([index], axis: 1).reshaped(to: position)
    }
  }
}

/// The covectors across sites, all families over the same axes, and the symmetric matrix between them.
private struct CovectorSystem {
  var covectors: [Expression] = []
  /// Row-major, entries in the shape of the group's positions.
  var matrix: [Expression]
  let positionShape: TensorShape

  init(_ products: [StructuredHessian.Product], group: [Int], shape: TensorShape) throws(AutodiffError) {
    let outside = (0..<shape.rank).filter { !group.contains($0) }
    positionShape = shape.reduced(over: outside)
    var entries: [[Int]: Expression] = [:]
    for product in products {
      // A family over more axes than the common ones: a covector for each of its positions there.
      let extra = product.group.filter { !group.contains($0) && shape[$0] > 1 }
      let positions = extra.reduce([[Int]()]) { list, axis in
        list.flatMap { prefix in (0..<shape[axis]).map { prefix + [$0] } }
      }
      guard covectors.count + positions.count * 2 <= StructuredHessian.mostCovectors else {
        throw .tooLarge(
          what: "the system of a Newton step", count: covectors.count + positions.count * 2,
          limit: StructuredHessian.mostCovectors)
      }
      for position in positions {
        let here = zip(position, extra).reduce(1 as Expression) { mask, entry in
          mask * Expression.indicator(entry.0, along: entry.1, of: shape)
        }
        let coefficient =
          extra.isEmpty
          ? product.coefficient
          : (product.coefficient.stretched(to: shape.reduced(over: outside.filter { !extra.contains($0) }))
            * here)
            .summed(over: extra)
        let left = covectors.count
        covectors.append((product.left * here).stretched(to: shape))
        if let right = product.right {
          covectors.append((right * here).stretched(to: shape))
          entries[[left, left + 1]] = coefficient
          entries[[left + 1, left]] = coefficient
        } else {
          entries[[left, left]] = coefficient
        }
      }
    }
    let count = covectors.count
    matrix = (0..<count * count).map { entries[[$0 / count, $0 % count]] ?? 0 }
  }
}

/// (I + M G)⁻¹ M b for small matrices, one system a row.
private struct WoodburySolve: TensorOperation {
  let order: Int
  var name: String { "woodbury \(order)" }

  func evaluate(_ operands: [Tensor], shape: TensorShape) -> Tensor {
    let n = order
    var result: [Double] = []
    for system in 0..<shape[0] {
      func entry(_ operand: Int, _ row: Int, _ column: Int) -> Double {
        operands[operand].elements[system * n * n + row * n + column]
      }
      var left = [Double](repeating: 0, count: n * n)
      var right = [Double](repeating: 0, count: n)
      for row in 0..<n {
        left[row * n + row] = 1
        for k in 0..<n {
          let m = entry(0, row, k)
          right[row] += m * operands[2].elements[system * n + k]
          for column in 0..<n { left[row * n + column] += m * entry(1, k, column) }
        }
      }
      result += solve(left, right, order: n)
    }
    return Tensor(result, shape: shape)
  }
  /// A step is not differentiated.
  func cotangents(_ operands: [Expression], _ result: Expression, _ cotangent: Expression) -> [Expression?] {
    [nil, nil, nil]
  }
  func tangent(_ operands: [Expression], _ result: Expression, _ tangents: [Expression?]) -> Expression? {
    nil
  }
}

/// Gaussian elimination with row pivoting; not a number where the matrix is singular.
package func solve(_ matrix: [Double], _ rightHandSide: [Double], order n: Int) -> [Double] {
  var (a, b) = (matrix, rightHandSide)
  for column in 0..<n {
    let pivot = (column..<n).max { a[$0 * n + column].magnitude < a[$1 * n + column].magnitude } ?? column
    if pivot != column {
      for k in 0..<n { a.swapAt(pivot * n + k, column * n + k) }
      b.swapAt(pivot, column)
    }
    for row in column + 1..<Swift.max(n, column + 1) {
      let factor = a[row * n + column] / a[column * n + column]
      for k in column..<n { a[row * n + k] -= factor * a[column * n + k] }
      b[row] -= factor * b[column]
    }
  }
  for row in (0..<n).reversed() {
    for k in row + 1..<Swift.max(n, row + 1) { b[row] -= a[row * n + k] * b[k] }
    b[row] /= a[row * n + row]
  }
  return b
}

/// B⁻¹ r for B = diagonal + products within sites, by elimination without pivoting, site by site.
private struct SiteSolver {
  let inverse: Expression
  private var covectors: [Expression] = []
  private var scaled: [Expression] = []
  /// M, and I + M Uᵀ D⁻¹ U.
  private var matrix: [[Expression]] = []
  private var system: [[Expression]] = []
  private let axes: [Int]

  init(_ diagonal: Expression, _ products: [StructuredHessian.Product]) {
    let shape = diagonal.shape
    inverse = reciprocal(diagonal)
    axes = products.first?.axes(in: shape) ?? []
    var entries: [[Int]: Expression] = [:]
    func number(_ covector: Expression) -> Int {
      if let known = covectors.firstIndex(where: { $0.node === covector.node }) { return known }
      covectors.append(covector)
      return covectors.count - 1
    }
    for product in products {
      let left = number(product.left)
      let right = product.right.map(number) ?? left
      entries[[left, right], default: 0] += product.coefficient
      if right != left { entries[[right, left], default: 0] += product.coefficient }
    }
    let count = covectors.count
    scaled = covectors.map { [inverse] in $0 * inverse }
    matrix = (0..<count).map { row in (0..<count).map { entries[[row, $0]] ?? 0 } }
    let gram = (0..<count).map { row in
      (0..<count).map { [axes, covectors, scaled] in
        (covectors[Swift.min(row, $0)] * scaled[Swift.max(row, $0)]).summed(over: axes)
      }
    }
    system = (0..<count).map { [matrix] row in
      (0..<count).map { column in
        (0..<count).reduce((row == column ? 1 : 0) as Expression) { $0 + matrix[row][$1] * gram[$1][column] }
      }
    }
  }

  func solved(_ rightHandSide: Expression) -> Expression {
    let base = inverse * rightHandSide
    let count = covectors.count
    if count == 0 { return base }
    let projections = scaled.map { ($0 * rightHandSide).summed(over: axes) }
    var b = (0..<count).map { row in
      (0..<count).reduce(0 as Expression) { $0 + matrix[row][$1] * projections[$1] }
    }
    var a = system
    for column in 0..<count {
      for row in column + 1..<Swift.max(count, column + 1) {
        let factor = a[row][column] / a[column][column]
        for k in column..<count { a[row][k] -= factor * a[column][k] }
        b[row] -= factor * b[column]
      }
    }
    for row in (0..<count).reversed() {
      for k in row + 1..<Swift.max(count, row + 1) { b[row] -= a[row][k] * b[k] }
      b[row] /= a[row][row]
    }
    return (0..<count).reduce(base) { $0 - scaled[$1] * b[$1] }
  }
}
