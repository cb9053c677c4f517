import Autodiff
import TestSupport
import Testing

/// Operations on whole tensors: values by hand, and derivatives of every order against differences.
@Suite("Operations on whole tensors give values worked out by hand, and right derivatives")
struct RearrangingTests {
  let x = Variable("x", shape: [2, 3, 2])
  var at: Tensor { Tensor((0..<12).map { 0.3 + Double(($0 * 7) % 12) / 8 }, shape: [2, 3, 2]) }

  @Test func values() throws {
    let numbers = Variable("n", shape: [2, 3])
    let point = [numbers: Tensor([1, 2, 3, 4, 5, 6], shape: [2, 3])]
    let n = numbers.expression
    #expect(try n.transposed.evaluate(point) == Tensor([1, 4, 2, 5, 3, 6], shape: [3, 2]))
    #expect(try n.permuted([1, 0]).evaluate(point) == Tensor([1, 4, 2, 5, 3, 6], shape: [3, 2]))
    #expect(
      try n.gathered([2, 0, 2], axis: 1).evaluate(point) == Tensor([3, 1, 3, 6, 4, 6], shape: [2, 3]))
    #expect(try n.gathered([1], axis: -2).evaluate(point) == Tensor([4, 5, 6], shape: [1, 3]))
    #expect(try n.reshaped(to: [3, 1, 2]).evaluate(point) == Tensor([1, 2, 3, 4, 5, 6], shape: [3, 1, 2]))
    #expect(
      try concatenated([n, 10 * n.gathered([1], axis: 0)], axis: 0).evaluate(point)
        == Tensor([1, 2, 3, 4, 5, 6, 40, 50, 60], shape: [3, 3]))
    #expect(
      try concatenated([n, n.gathered([1], axis: 1), -n], axis: 1).evaluate(point)
        == Tensor([1, 2, 3, 2, -1, -2, -3, 4, 5, 6, 5, -4, -5, -6], shape: [2, 7]))
    #expect(try matrixProduct(n, n.transposed).evaluate(point) == Tensor([14, 32, 32, 77], shape: [2, 2]))
    // Orders of three axes: the result's element [k, i, j] is the operand's [i, j, k].
    let turned = try x.expression.permuted([2, 0, 1]).evaluate([x: at])
    for i in 0..<2 { for j in 0..<3 { for k in 0..<2 { #expect(turned[k, i, j] == at[i, j, k]) } } }
  }

  var expressions: [(String, Expression)] {
    let p = x.expression
    let weights = Expression(Tensor((0..<12).map { Double($0) / 6 - 0.7 }, shape: [2, 3, 2]))
    return [
      ("permute", square(p.permuted([2, 0, 1]) * weights.permuted([2, 0, 1]) + 1).sum()),
      ("permute and reduce", pow(exp(p.permuted([1, 2, 0])).sum([1]), 1.5).sum()),
      ("gather", exp(p.gathered([2, 0, 2, 2], axis: 1) * p.gathered([0, 1, 2, 0], axis: 1)).sum()),
      ("gather and reduce", square(p.gathered([1], axis: 0).sum() * p.gathered([0, 0], axis: 2).sum())),
      ("reshape", square(p.reshaped(to: [3, 4]).sum([0])).sum() + log(p.reshaped(to: [12]).sum())),
      ("reshape in front", (p.reshaped(to: [1, 2, 3, 2]) * square(p)).sum()),
      ("concatenate", exp(concatenated([p, square(p), sigmoid(p)], axis: 1).mean([1])).sum()),
      ("concatenate the same", square(concatenated([p, p], axis: 2).sum([0, 1])).sum()),
      (
        "matrix product",
        exp(0.3 * matrixProduct(p, p.gathered([1, 0], axis: 0).permuted([0, 2, 1]))).sum()
      ),
      ("cubed", matrixProduct(matrixProduct(p.transposed, p), p.transposed).sum()),
      ("transposed", (p.transposed * weights.transposed * p.transposed).sum([0]).sum()),
      ("log softmax of rows", (logSoftmax(p.reshaped(to: [6, 2]), axis: 1) * p.reshaped(to: [6, 2])).sum()),
      ("stretched rows", (p.gathered([0], axis: 1) * square(p)).sum()),
    ]
  }

  @Test func derivativesAsDifferences() throws {
    var random = SeededRandom(seed: 5)
    for (name, value) in expressions {
      #expect(value.failure == nil, "\(name)")
      let u = (0..<12).map { _ in Double.random(in: -1...1, using: &random) }
      let gradient = try gradient(of: value, withRespectTo: x)
      let product = try hessianVectorProduct(
        of: value, withRespectTo: x, times: Expression(Tensor(u, shape: x.shape)))
      let third = try derivative(
        of: product, withRespectTo: x, along: Expression(Tensor(u, shape: x.shape)))
      let dense = try hessian(of: value, withRespectTo: [x]).evaluate([x: at])
      let expressions = [value, gradient, product]
      func moved(_ step: Double) throws -> [Tensor] {
        try evaluate(
          expressions, [x: Tensor(zip(at.elements, u).map { $0 + step * $1 }, shape: x.shape)])
      }
      let (a, b, c, d) = (try moved(-2e-3), try moved(-1e-3), try moved(1e-3), try moved(2e-3))
      func difference(_ order: Int) -> [Double] {
        a[order].elements.indices.map {
          let near = c[order].elements[$0] - b[order].elements[$0]
          return (8 * near - (d[order].elements[$0] - a[order].elements[$0])) / 12e-3
        }
      }
      func expectSame(_ found: [Double], _ expected: [Double], _ tolerance: Double, _ what: String) {
        let scale = expected.map(abs).max() ?? 0
        let same = zip(found, expected).allSatisfy { abs($0 - $1) <= tolerance * (scale + 0.1) }
        #expect(found.count == expected.count && same, "\(name), \(what)")
      }
      let results = try evaluate([gradient, product, third], [x: at])
      let slope = zip(results[0].elements, u).reduce(0) { $0 + $1.0 * $1.1 }
      expectSame([slope], difference(0), 1e-8, "gradient")
      expectSame(results[1].elements, difference(1), 1e-8, "product")
      expectSame(results[2].elements, difference(2), 1e-8, "third derivative")
      let rows = (0..<12).map { row in (0..<12).reduce(0) { $0 + dense[row, $1] * u[$1] } }
      expectSame(results[1].elements, rows, 1e-12, "dense")
    }
  }

  /// The way back of what was taken several times, and forward again.
  @Test func derivativesAlong() throws {
    let p = x.expression
    let direction = Expression(Tensor((0..<12).map { Double($0) }, shape: x.shape))
    for expression in [
      p.gathered([1, 1, 0], axis: 1), p.permuted([1, 0, 2]), concatenated([p, 2 * p], axis: 0),
      p.reshaped(to: [4, 3]), matrixProduct(p, p.permuted([0, 2, 1])),
    ] {
      let along = try derivative(of: expression, withRespectTo: x, along: direction)
      let jacobian = try jacobian(of: expression, withRespectTo: [x])
      let results = try evaluate([along, jacobian], [x: at])
      #expect(along.shape == expression.shape)
      for row in 0..<expression.shape.count {
        let product = (0..<12).reduce(0) { $0 + results[1][row, $1] * Double($1) }
        #expect(abs(results[0].elements[row] - product) < 1e-12 * (1 + abs(product)))
      }
    }
  }
}

/// Places along axes against plain loops.
@Suite("Offsets along axes are those of plain loops") struct ElementMapTests {
  @Test func everyElementOnce() {
    let maps: [(ElementMap, [Int])] = [
      (.identity(5), [0, 1, 2, 3, 4]), (ElementMap([]), [0]),
      (ElementMap(TensorShape([2, 3]), strides: [1, 2]), [0, 2, 4, 1, 3, 5]),
      (ElementMap(TensorShape([2, 1, 2]), strides: [2, 9, 1]), [0, 1, 2, 3]),
      (ElementMap([.strided(extent: 2, stride: 10), .listed([3, 0, 3])]), [3, 0, 3, 13, 10, 13]),
      (ElementMap([.listed([5]), .strided(extent: 2, stride: 1)]), [5, 6]),
      (
        ElementMap([.listed([4, 0]), .strided(extent: 1, stride: 0), .strided(extent: 2, stride: 1)]),
        [4, 5, 0, 1]
      ),
    ]
    for (map, expected) in maps {
      var found = [Int](repeating: -1, count: map.count)
      map.visit { found[$0] = $1 }
      #expect(found == expected)
    }
  }
}
