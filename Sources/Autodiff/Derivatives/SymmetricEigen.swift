// A small symmetric matrix taken apart.

/// Eigenvalues and eigenvectors of a small symmetric matrix, by Jacobi rotations.
package struct SymmetricEigen {
  package private(set) var values: [Double]
  /// Row-major; column k belongs to value k.
  package private(set) var vectors: [Double]

  package init(_ matrix: [Double], order n: Int) {
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

extension SymmetricEigen {
  /// The matrix with its negative eigenvalues replaced by 0.
  var positivePart: [Double] {
    let n = values.count
    var part = [Double](repeating: 0, count: n * n)
    for k in 0..<n where values[k] > 0 {
      for row in 0..<n {
        for column in 0..<n {
          part[row * n + column] += values[k] * vectors[row * n + k] * vectors[column * n + k]
        }
      }
    }
    return part
  }
}
