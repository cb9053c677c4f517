import Autodiff
import Testing

/// The diagonal of the dense Hessian, by reverse mode twice.
private func denseDiagonal(_ value: Expression, _ x: Variable, _ at: [Variable: Tensor]) throws -> [Double] {
  let dense = try hessian(of: value, withRespectTo: [x]).evaluate(at)
  return (0..<x.shape.count).map { dense[$0, $0] }
}

private func expectSame(_ one: [Double], _ other: [Double], _ tolerance: Double = 1e-12) {
  #expect(one.count == other.count)
  let scale = max(other.map(abs).max() ?? 0, 1e-300)
  for (a, b) in zip(one, other) { #expect(abs(a - b) <= tolerance * scale, "\(a) and \(b)") }
}

@Suite("The Hessian diagonal is exact") struct HessianDiagonalTests {
  let x = Variable("x", shape: [2, 3, 5])
  let t = Variable("t", shape: [2, 3, 5])
  var point: [Variable: Tensor] {
    let probabilities: [Double] = (0..<30).map { 0.1 + 0.8 * Double(($0 * 37) % 31) / 31 }
    let targets: [Double] = (0..<30).map { ($0 * 13) % 7 < 3 ? 1 : 0 }
    return [x: Tensor(probabilities, shape: x.shape), t: Tensor(targets, shape: x.shape)]
  }

  func check(
    _ value: Expression, classAxis: Int? = 1, _ method: DiagonalMethod = .structured, file: Int = #line
  ) throws {
    let found = try hessianDiagonal(of: value, withRespectTo: x, classAxis: classAxis)
    #expect(found.method == method, "\(found.reason) line \(file)")
    guard let expression = found.expression else { return }
    expectSame(try expression.evaluate(point).elements, try denseDiagonal(value, x, point))
  }

  @Test func sumsOfSquares() throws { try check(square(x.expression).sum()) }
  @Test func variance() throws {
    let p = x.expression
    try check(mean(square(p - mean(p))))
    try check(mean(square(p - mean(p, [2]))))
    try check(mean(square(p / p.sum())))
  }
  @Test func dice() throws {
    let (p, t) = (x.expression, t.expression)
    for axes: Axes in [[2], [0, 2], [1, 2], [0, 1, 2]] {
      let i = (p * t).sum(axes)
      let u = p.sum(axes) + t.sum(axes)
      try check(mean(1 - (2 * i + 1) / (u + 1)))
      try check(logCosh(mean(1 - (2 * i + 1) / (u + 1))))
    }
  }
  @Test func throughActivations() throws {
    let t = t.expression
    for p in [sigmoid(x.expression), softmax(x.expression, axis: 1), softmax(3 * x.expression, axis: 1)] {
      for axes: Axes in [[2], [0, 2], [1, 2], [0, 1, 2]] {
        let i = (p * t).sum(axes)
        let u = p.sum(axes) + t.sum(axes)
        try check(mean(1 - (2 * i + 1) / (u + 1)))
        try check(pow(1 - mean((i + 1) / (i + 0.3 * (p.sum(axes) - i) + 0.7 * (t.sum(axes) - i) + 1)), 0.75))
        try check(mean(pow(1 - (i + 1) / (i + 0.3 * (p.sum(axes) - i) + 0.7 * (t.sum(axes) - i) + 1), 0.75)))
      }
      try check(-mean(t * log(p)))
      // Inside a site, then over sites.
      try check(mean(pow(4 - (p * t).sum([1]), 1.5)))
      let weights = Expression(Tensor([0.2, 0.5, 0.3], shape: [1, 3, 1]))
      let i = (p * t).sum([2])
      let u = (p + t).sum([2])
      try check(mean(1 - (2 * (weights * i).sum([1]) + 0.1) / ((weights * u).sum([1]) + 0.1)))
    }
  }
}

@Test func seedExample() throws {
  let x = Variable("x")
  let y = Variable("y")
  let f = square(x.expression) + square(y.expression)
  let h = try hessian(of: f, withRespectTo: [x, y]).evaluate([x: 2, y: 3])
  #expect(h == Tensor([2, 0, 0, 2], shape: [2, 2]))
}
