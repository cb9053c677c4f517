import Autodiff
import Testing

/// What cannot be recorded, differentiated or run says what and where.
@Suite("What cannot be recorded, differentiated or run says what and where") struct ErrorTests {
  let x = Variable("x", shape: [2, 3])
  let y = Variable("y", shape: [4])

  @Test func shapesThatDoNotMatch() {
    let sum = x.expression + y.expression
    #expect(sum.failure == .shapesDoNotMatch(operation: "add", shapes: [[2, 3], [4]]))
    #expect(sum.failure?.description == "add: shapes [2, 3] and [4] do not match")
    // It stays with whatever is made of it, and is thrown where that is used.
    #expect(throws: AutodiffError.shapesDoNotMatch(operation: "add", shapes: [[2, 3], [4]])) {
      try gradient(of: log(sum).sum(), withRespectTo: x)
    }
    #expect(throws: AutodiffError.self) {
      try (1 + exp(sum)).evaluate([x: Tensor(.init(repeating: 0, count: 6), shape: [2, 3])])
    }
  }

  @Test func axesThatAreNotThere() {
    #expect(Autodiff.sum(x.expression, [2]).failure == .noSuchAxis(2, rank: 2))
    #expect(Autodiff.mean(x.expression, [-3]).failure == .noSuchAxis(-3, rank: 2))
    #expect(softmax(x.expression, axis: 5).failure == .noSuchAxis(5, rank: 2))
    #expect(x.expression.gathered([0], axis: 2).failure == .noSuchAxis(2, rank: 2))
    #expect(x.expression.gathered([3], axis: 1).failure != nil)
    #expect(x.expression.permuted([0, 0]).failure != nil)
    #expect(
      x.expression.reshaped(to: [5]).failure
        == .shapesDoNotMatch(operation: "reshape", shapes: [[2, 3], [5]]))
    #expect(matrixProduct(x.expression, x.expression).failure != nil)
    #expect(oneHot(x, axis: 1, classes: 3).failure != nil)
  }

  @Test func notANumber() {
    #expect(throws: AutodiffError.notScalar([2, 3], purpose: "a gradient")) {
      try gradient(of: square(x.expression), withRespectTo: x)
    }
    #expect(throws: AutodiffError.notScalar([2, 3], purpose: "an objective")) {
      try Objective(square(x.expression), of: x)
    }
  }

  @Test func limits() {
    let large = Variable("large", shape: [1000])
    #expect(throws: AutodiffError.tooLarge(what: "the rows of a dense Hessian", count: 1000, limit: 512)) {
      try hessian(of: square(large.expression).sum(), withRespectTo: [large])
    }
    // A matrix product mixes sites: exact by products up to the limit, an error that says so beyond.
    let matrix = Variable("matrix", shape: [80, 80])
    let value = square(matrixProduct(matrix.expression, matrix.expression)).sum()
    do {
      _ = try CompiledObjective(Objective(value, of: matrix), sources: [Plan.Source(matrix)])
      Issue.record("6,400 elements are more than the limit")
    } catch {
      #expect(
        error
          == .structureEnds(
            reason: "matrixProduct is neither element-wise nor a sum", count: 6400, limit: 4096))
      #expect(error.description.contains("Raise the limit"))
    }
  }

  @Test func inputs() {
    #expect(throws: AutodiffError.missingInput("x")) { try x.expression.evaluate() }
    #expect(throws: AutodiffError.wrongCount(input: "x", expected: 6, actual: 2)) {
      try x.expression.evaluate([x: Tensor([1, 2])])
    }
    let tape = GradientTape()
    let a = tape.variable(1)
    #expect(throws: AutodiffError.self) { try tape.gradient(of: a * a, withRespectTo: [a * a]) }
    #expect(throws: AutodiffError.wrongCount(input: "x0", expected: 1, actual: 2)) {
      try tape.set(a, to: Tensor([1, 2]))
    }
  }
}

/// The tape, nested to any order.
@Suite("The tape can be nested to any order") struct GradientTapeTests {
  @Test func thirdDerivative() throws {
    let tape = GradientTape()
    let x = tape.variable(2)
    var f = x * x * x * x
    var values: [Double] = []
    for _ in 0..<4 {
      f = try tape.gradient(of: f, withRespectTo: [x])[0]
      values.append(try tape.value(of: f).value)
    }
    #expect(values == [32, 48, 48, 24])
    try tape.set(x, to: 1)
    #expect(try tape.value(of: f).value == 24)
  }

  @Test func severalOutputs() throws {
    let tape = GradientTape()
    let x = tape.variable(Tensor([1, 2, 3]))
    let y = tape.variable(2)
    let f = sum(x * x) * y
    let g = sum(exp(x))
    let jacobian = try tape.value(
      of: tape.jacobian(of: [f.reshaped(to: [1]), g.reshaped(to: [1])], withRespectTo: [x, y]))
    #expect(jacobian.shape == [2, 4])
    for (found, expected) in zip(jacobian.elements.prefix(4), [4.0, 8, 12, 14]) {
      #expect(abs(found - expected) < 1e-12)
    }
    #expect(jacobian[1, 3] == 0)
  }

  @Test func stopGradient() throws {
    let tape = GradientTape()
    let x = tape.variable(3)
    #expect(try tape.value(of: tape.gradient(of: x * x.withoutGradient, withRespectTo: [x])[0]).value == 3)
  }

  @Test("Variables that hold more numbers together than an integer counts are too large for a dense Hessian")
  func counts() {
    let first = Variable(shape: [1 << 40, 1 << 40])
    let second = Variable(shape: [1 << 40, 1 << 40])
    #expect(throws: AutodiffError.self) { try hessian(of: 1, withRespectTo: [first, second]) }
  }
}
