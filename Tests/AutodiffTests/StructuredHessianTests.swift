import Autodiff
import Testing

@Suite("The structured Hessian is the dense one") struct StructuredHessianTests {
  let x = Variable("x", shape: [2, 3, 4])
  let t = Variable("t", shape: [2, 3, 4])
  let v = Variable("v", shape: [2, 3, 4])
  var point: [Variable: Tensor] {
    let probabilities: [Double] = (0..<24).map { 0.1 + 0.8 * Double(($0 * 37) % 31) / 31 }
    let targets: [Double] = (0..<24).map { ($0 * 13) % 7 < 3 ? 1 : 0 }
    let vector: [Double] = (0..<24).map { Double(($0 * 29) % 17) / 8 - 1 }
    return [
      x: Tensor(probabilities, shape: x.shape), t: Tensor(targets, shape: x.shape),
      v: Tensor(vector, shape: x.shape),
    ]
  }

  var losses: [(String, Expression)] {
    let t = t.expression
    var losses: [(String, Expression)] = []
    for (name, p) in [
      ("none", x.expression), ("sigmoid", sigmoid(x.expression)), ("softmax", softmax(x.expression, axis: 1)),
    ] {
      for axes: Axes in [[2], [0, 2], [1, 2], [0, 1, 2]] {
        let i = (p * t).sum(axes)
        let u = p.sum(axes) + t.sum(axes)
        losses.append(("dice \(name) \(axes)", mean(1 - (2 * i + 1) / (u + 1))))
        losses.append(("log-cosh dice \(name) \(axes)", logCosh(mean(1 - (2 * i + 1) / (u + 1)))))
      }
      let weights = Expression(Tensor([0.2, 0.5, 0.3], shape: [1, 3, 1]))
      let i = (p * t).sum([2])
      let u = (p + t).sum([2])
      losses.append(
        ("generalized \(name)", mean(1 - (2 * (weights * i).sum([1]) + 0.1) / ((weights * u).sum([1]) + 0.1)))
      )
      losses.append(("variance \(name)", mean(square(p - mean(p)))))
      losses.append(("inside sites \(name)", mean(pow(4 - (p * t).sum([1]), 1.5))))
    }
    return losses
  }

  @Test func timesVectorAsDense() throws {
    for (name, value) in losses {
      let objective = try Objective(value, of: x, classAxis: 1)
      let structured = try objective.structuredHessian()
      let dense = try hessian(of: value, withRespectTo: [x])
      let results = try evaluate(
        [
          structured.times(v.expression), structured.exactDiagonal.stretched(to: x.shape), dense,
          try hessianVectorProduct(of: value, withRespectTo: x, times: v.expression),
        ], point)
      let vector = point[v]?.elements ?? []
      let scale = results[2].elements.map(abs).max() ?? 0
      for row in 0..<24 {
        let expected = (0..<24).reduce(0) { $0 + results[2][row, $1] * vector[$1] }
        #expect(abs(results[0].elements[row] - expected) < 1e-12 * scale * 24, "\(name) \(row)")
        #expect(abs(results[3].elements[row] - expected) < 1e-12 * scale * 24, "\(name) \(row)")
        #expect(abs(results[1].elements[row] - results[2][row, row]) < 1e-12 * scale, "\(name) \(row)")
        for column in 0..<row {
          #expect(abs(results[2][row, column] - results[2][column, row]) < 1e-12 * scale)
        }
      }
    }
  }

  @Test func solvesAsDense() throws {
    for (name, value) in losses {
      let objective = try Objective(value, of: x, classAxis: 1)
      let damping = 0.05
      let solution = try objective.structuredHessian().solved(v.expression, damping: 0.05)
      let results = try evaluate(
        [solution.stretched(to: x.shape), try hessian(of: value, withRespectTo: [x])], point)
      var dense = results[1].elements
      for row in 0..<24 { dense[row * 24 + row] += damping }
      let expected = solve(dense, point[v]?.elements ?? [], order: 24)
      let scale = expected.map(abs).max() ?? 0
      for index in 0..<24 {
        #expect(abs(results[0].elements[index] - expected[index]) < 1e-8 * scale, "\(name)")
      }
    }
  }
}
