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
      let seeds = try positivePart(upper, cut.sums)
      var lower = SecondOrderPush(
        cut.sums.map { ($0, nil) }, seeds: seeds, sources: [source], axes: axes, entries: .only)
      try lower.run()
      return lower.secondOrder(source).exactDiagonal.stretched(to: variable.shape)
    } catch {
      throw .invalid(operation: "Gauss-Newton curvature", reason: error.reason)
    }
  }

  /// The positive semidefinite part of the matrix between the sums, position by position.
  private func positivePart(
    _ upper: SecondOrderPush, _ sums: [Node]
  ) throws(StructureEnds) -> [(Node, Node, Expression)] {
    let shape = sums[0].shape
    guard upper.products.isEmpty, sums.allSatisfy({ $0.shape == shape }) else {
      throw StructureEnds(reason: "it couples the sums of different groups")
    }
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

/// The positive semidefinite part of symmetric matrices, one a row: negative eigenvalues are replaced by 0.
private struct PositivePart: TensorOperation {
  let order: Int
  var name: String { "positivePart \(order)" }

  func evaluate(_ operands: [Tensor], shape: TensorShape) -> Tensor {
    var result = operands[0].elements
    for matrix in stride(from: 0, to: result.count, by: order * order) {
      let eigen = SymmetricEigen(Array(result[matrix..<matrix + order * order]), order: order)
      for row in 0..<order {
        for column in 0..<order {
          var sum = 0.0
          for k in 0..<order where eigen.values[k] > 0 {
            sum += eigen.values[k] * eigen.vectors[row * order + k] * eigen.vectors[column * order + k]
          }
          result[matrix + row * order + column] = sum
        }
      }
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

/// Eigenvalues and eigenvectors of a small symmetric matrix, by Jacobi rotations.
struct SymmetricEigen {
  private(set) var values: [Double]
  /// Row-major; column k belongs to value k.
  private(set) var vectors: [Double]

  init(_ matrix: [Double], order n: Int) {
    var a = matrix
    vectors = (0..<n * n).map { $0 / n == $0 % n ? 1 : 0 }
    for _ in 0..<64 {
      var off = 0.0
      var total = 0.0
      for i in 0..<n {
        for j in 0..<n {
          if i != j { off += a[i * n + j] * a[i * n + j] }
          total += a[i * n + j] * a[i * n + j]
        }
      }
      if !(off > 1e-32 * total) { break }
      for p in 0..<n {
        for q in p + 1..<Swift.max(n, p + 1) where a[p * n + q] != 0 {
          let theta = (a[q * n + q] - a[p * n + p]) / (2 * a[p * n + q])
          let t = (theta >= 0 ? 1 : -1) / (theta.magnitude + (theta * theta + 1).squareRoot())
          let c = 1 / (t * t + 1).squareRoot()
          let s = t * c
          for k in 0..<n {
            (a[k * n + p], a[k * n + q]) = (
              c * a[k * n + p] - s * a[k * n + q], s * a[k * n + p] + c * a[k * n + q]
            )
          }
          for k in 0..<n {
            (a[p * n + k], a[q * n + k]) = (
              c * a[p * n + k] - s * a[q * n + k], s * a[p * n + k] + c * a[q * n + k]
            )
            (vectors[k * n + p], vectors[k * n + q]) = (
              c * vectors[k * n + p] - s * vectors[k * n + q], s * vectors[k * n + p] + c * vectors[k * n + q]
            )
          }
        }
      }
    }
    values = (0..<n).map { a[$0 * n + $0] }
  }
}
