import Autodiff
import Testing

/// What may stand for the Hessian diagonal, and diagonals without structure.
@Suite("What stands for the Hessian diagonal is what it says it is") struct CurvatureTests {
  let x = Variable("x", shape: [1, 3, 6])
  let t = Expression(Tensor((0..<18).map { $0 % 3 == 0 ? 1 : 0 }, shape: [1, 3, 6]))
  var point: [Variable: Tensor] {
    [x: Tensor((0..<18).map { Double(($0 * 7) % 11) / 4 - 1 }, shape: [1, 3, 6])]
  }

  func objective(_ p: Expression) throws -> Objective {
    let i = sum(p * t, [2])
    let s = sum(p, [2])
    let u = sum(t, [2])
    return try Objective(mean(1 - (2 * i + 0.1) / (s + u + 0.1)), of: x, classAxis: 1)
  }

  private func values(_ objective: Objective, _ curvature: Curvature) throws -> [Double] {
    let found = try #require(try objective.curvature(curvature).expression)
    return try found.evaluate(point).elements
  }

  @Test func absoluteAndPositive() throws {
    let objective = try objective(softmax(x.expression, axis: 1))
    let exact = try values(objective, .exact)
    #expect(exact.contains { $0 < 0 } && exact.contains { $0 > 0 })
    #expect(try values(objective, .absolute) == exact.map(abs))
    let floor = 0.2 * exact.map(abs).reduce(0, +) / 18
    for (found, exact) in zip(try values(objective, .positive(floor: .relative(0.2))), exact) {
      #expect(abs(found - Swift.max(exact, floor)) < 1e-15)
    }
    #expect(try values(objective, .positive(floor: .absolute(0.03))) == exact.map { Swift.max($0, 0.03) })
  }

  /// diag(Jᵀ M₊ J), with J and M dense and by themselves.
  @Test func gaussNewtonAsDense() throws {
    for p in [sigmoid(x.expression), softmax(x.expression, axis: 1)] {
      let objective = try objective(p)
      let found = try values(objective, .gaussNewton)
      var expected = [Double](repeating: 0, count: 18)
      for c in 0..<3 {
        let i = sum((p * t).gathered([c], axis: 1))
        let s = sum(p.gathered([c], axis: 1))
        let jacobians = try evaluate(
          [i, s, gradient(of: i, withRespectTo: x), gradient(of: s, withRespectTo: x)], point)
        // 1 − (2i + ε)/(s + u + ε) over 3 classes: M = 1/3 [[0, 2/v²], [2/v², −2n/v³]].
        let u = 2.0
        let v = jacobians[1].value + u + 0.1
        let n = 2 * jacobians[0].value + 0.1
        let (b, d) = (2 / (v * v) / 3, -2 * n / (v * v * v) / 3)
        // Eigenvalues of [[0, b], [b, d]]: one of them is positive.
        let positive = d / 2 + (d * d / 4 + b * b).squareRoot()
        let length = (b * b + positive * positive).squareRoot()
        for k in 0..<18 {
          let along = (b * jacobians[2].elements[k] + positive * jacobians[3].elements[k]) / length
          expected[k] += positive * along * along
        }
      }
      let scale = expected.max() ?? 0
      #expect(found.allSatisfy { $0 >= 0 })
      for (a, b) in zip(found, expected) { #expect(abs(a - b) < 1e-12 * scale) }
    }
  }

  @Test func withoutStructureByProducts() throws {
    let y = Variable("y", shape: [4, 4])
    let value = square(matrixProduct(y.expression, y.expression.transposed)).sum()
    let compiled = try CompiledObjective(
      Objective(value, of: y), sources: [Plan.Source(y)], options: CompileOptions(precision: .double))
    #expect(compiled.method == .hessianVectorProducts(16))
    let at = (0..<16).map { Double(($0 * 5) % 7) / 3 - 1 }
    let work = compiled.makeWorkspace()
    var gradient = [Double](repeating: 0, count: 16)
    var diagonal = gradient
    let found = try at.withUnsafeBytes { at in
      work.setInput(0, at.baseAddress)
      var gradientRoom = gradient.mutableSpan
      var diagonalRoom = diagonal.mutableSpan
      return try compiled.run(gradient: &gradientRoom, diagonal: &diagonalRoom, work)
    }
    let dense = try hessian(of: value, withRespectTo: [y])
    let results = try evaluate([value, dense], [y: Tensor(at, shape: [4, 4])])
    #expect(abs(found - results[0].value) < 1e-12 * found)
    for k in 0..<16 { #expect(abs(diagonal[k] - results[1][k, k]) < 1e-10 * found) }
  }

  @Test func estimateHasAStandardError() throws {
    let objective = try objective(sigmoid(x.expression))
    let plans = try PointPlans(objective, sources: [Plan.Source(x)], precision: .double)
    let work = plans.makeWorkspace()
    let exact = try values(objective, .exact)
    let estimate = try (point[x]?.elements ?? []).withUnsafeBytes { bytes in
      work.setInput(0, bytes.baseAddress)
      return try plans.estimateDiagonal(Double.self, probes: 4000, seed: 3, work)
    }
    let far = exact.indices.filter { abs(estimate.estimate[$0] - exact[$0]) > 4 * estimate.standardError[$0] }
    #expect(far.isEmpty)
    #expect(estimate.standardError.allSatisfy { $0 > 0 })
    #expect(throws: AutodiffError.self) { try plans.estimateDiagonal(Double.self, probes: 1, seed: 0, work) }
  }
}
