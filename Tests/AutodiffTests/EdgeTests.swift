import Autodiff
import Testing

/// Shapes at their ends, failures on their way, numbers beyond the ordinary.
@Suite("Shapes at their ends, failures on their way and numbers beyond the ordinary are handled")
struct EdgeTests {
  let x = Variable("x", shape: [2, 3])
  var at: [Variable: Tensor] { [x: Tensor([1, 2, 3, 4, 5, 6], shape: [2, 3])] }
  let failed = Expression(Tensor([1, 2])) + Expression(Tensor([1, 2, 3]))
  let failure = AutodiffError.shapesDoNotMatch(operation: "add", shapes: [[2], [3]])

  /// The first thing that went wrong is what is reported, whatever is made of it.
  @Test func failuresStay() {
    let x = x.expression
    let made: [(String, Expression)] = [
      ("sum", failed.sum([2])), ("mean", failed.mean([1])), ("sum of all", failed.sum()), ("x +", x + failed),
      ("0 +", 0 + failed), ("0 -", 0 - failed), ("0 *", 0 * failed), ("0 /", 0 / failed), ("/ x", failed / x),
      ("x /", x / failed), ("pow 0", pow(failed, 0)), ("pow 1", pow(failed, 1)), ("pow 2", pow(failed, 2)),
      ("pow x", pow(x, failed)), ("1 pow", pow(1, failed)), ("select", select(failed, 0, 0)),
      ("select x", select(x, failed, 0)), ("select y", select(x, 0, failed)), ("max", max(failed, 1)),
      ("clip", clip(failed, 0, 1)), ("softmax", softmax(failed, axis: 3)),
      ("withoutGradient", failed.withoutGradient),
      ("reshaped", failed.reshaped(to: [7])), ("permuted", failed.permuted([0, 1])),
      ("gathered", failed.gathered([9], axis: 4)), ("transposed", failed.transposed),
      ("concatenated", concatenated([x, failed], axis: 0)), ("matrixProduct", matrixProduct(x, failed)),
      ("log", log(1 - failed)), ("negated", -failed), ("squared", square(failed)),
    ]
    for (name, expression) in made { #expect(expression.failure == failure, "\(name)") }
  }

  @Test func shapesOfSelections() throws {
    let wide = x.expression
    let narrow = Expression(Tensor([1, 2, 3]))
    let column = Expression(Tensor([5, 7], shape: [2, 1]))
    for (name, expression) in [
      ("both the same", select(less(wide, 3), narrow, narrow)), ("known", select(1, column, wide)),
      ("known and narrow", select(0, wide, column)), ("zeros", select(column, 0 * wide, 0 * wide)),
      ("zero rows", select(column, 0 * narrow, 0 * narrow)), ("pow", pow(column, 2 + 0 * wide)),
      ("pow 0", pow(narrow, 0 * wide)), ("pow 1", pow(column, 1 + 0 * narrow)),
    ] {
      #expect(
        expression.shape == [2, 3], "\(name): \(expression.shape) \(String(describing: expression.failure))")
      if expression.failure == nil { _ = try (expression + 0 * wide).evaluate(at) }
    }
  }

  @Test func emptyAndSingleAxes() throws {
    #expect(try x.expression.sum([]).evaluate(at).elements == [1, 2, 3, 4, 5, 6])
    #expect(try x.expression.mean([]).evaluate(at).elements == [1, 2, 3, 4, 5, 6])
    #expect(try x.expression.sum(.from(5)).evaluate(at).elements == [1, 2, 3, 4, 5, 6])
    #expect(try x.expression.sum(.from(1)).evaluate(at) == Tensor([6, 15], shape: [2, 1]))
    #expect(try x.expression.sum(.at(0) + .at(-1)).evaluate(at) == Tensor([21], shape: [1, 1]))
    #expect(try x.expression.sum([-1, 1]).evaluate(at) == Tensor([6, 15], shape: [2, 1]))
    let scalar = Variable("s")
    let f = square(scalar.expression.sum()) + mean(scalar.expression)
    #expect(try gradient(of: f, withRespectTo: scalar).evaluate([scalar: 3]) == 7)
    #expect(try #require(hessianDiagonal(of: f, withRespectTo: scalar).expression).evaluate([scalar: 3]) == 2)
    #expect(
      try logSoftmax(scalar.expression.reshaped(to: [1, 1]), axis: 1).evaluate([scalar: 3]).elements == [0])
    let one = Variable("one", shape: [1, 1, 1])
    let g = log(softmax(one.expression, axis: 1)).sum() + exp(one.expression).mean()
    let found = try #require(hessianDiagonal(of: g, withRespectTo: one, classAxis: 1).expression)
    #expect(abs(try found.evaluate([one: Tensor([0], shape: [1, 1, 1])]).value - 1) < 1e-15)
  }

  @Test func variablesUnusedAndRepeated() throws {
    let y = Variable("y", shape: [2])
    let f = square(x.expression).sum()
    let gradients = try gradient(of: f, withRespectTo: [y, x, x])
    #expect(gradients.map(\.shape) == [[2], [2, 3], [2, 3]])
    let values = try evaluate(gradients, at)
    #expect(
      values[0].elements == [0, 0] && values[1].elements == [2, 4, 6, 8, 10, 12] && values[1] == values[2])
    let dense = try hessian(of: f, withRespectTo: [y, x]).evaluate(at)
    for row in 0..<8 {
      for column in 0..<8 { #expect(dense[row, column] == (row == column && row > 1 ? 2 : 0)) }
    }
    let diagonal = try hessianDiagonal(of: f, withRespectTo: y)
    #expect(try #require(diagonal.expression).evaluate(at).elements == [0, 0])
    #expect(try hessianVectorProduct(of: f, withRespectTo: y, times: 1).evaluate(at).elements == [0, 0])
    let constant = try #require(hessianDiagonal(of: 3, withRespectTo: x).expression)
    #expect(try constant.evaluate().elements == [0, 0, 0, 0, 0, 0])
    #expect(try gradient(of: 3, withRespectTo: x).evaluate().elements == [0, 0, 0, 0, 0, 0])
  }

  @Test func withoutGradient() throws {
    let p = x.expression
    let f =
      (p * p.withoutGradient).sum() + square(p.sum().withoutGradient) + (p.sum().withoutGradient * p).sum()
    let results = try evaluate(
      [f, gradient(of: f, withRespectTo: x), hessian(of: f, withRespectTo: [x])], at)
    #expect(results[0].value == 91 + 441 + 441)
    #expect(results[1].elements == [22, 23, 24, 25, 26, 27])
    #expect(results[2].elements.allSatisfy { $0 == 0 })
    let diagonal = try hessianDiagonal(of: f, withRespectTo: x)
    #expect(try #require(diagonal.expression).evaluate(at).elements == [0, 0, 0, 0, 0, 0])
    let tangent = try derivative(of: f, withRespectTo: x, along: 1)
    #expect(try tangent.evaluate(at).value == 147)
  }

  /// Numbers far beyond the ordinary do not meet a coefficient of 0.
  @Test(arguments: [1e30, -1e30, 1e160, -1e160]) func hugeNumbers(_ huge: Double) throws {
    let y = Variable("y", shape: [4])
    let t = Variable("t", shape: [4])
    let weight = Variable("w", shape: [1])
    let f = y.expression + weight.expression * y.expression * t.expression - 3 * t.expression + 1
    let point = [y: Tensor([huge, 1, 2, 3]), t: Tensor([1, 0, 1, 0]), weight: Tensor([0.5])]
    let found = try f.evaluate(point).elements
    #expect(found[0] == huge + 0.5 * huge - 2)
    let single = try PlanRunner<Float>(
      numbers: [], arrays: [f],
      [y: Tensor([Double(Float(huge)), 1, 2, 3]), t: point[t] ?? 0, weight: Tensor([0.5])],
      order: MemoryOrder([0]), classAxis: nil)
    if abs(huge) < 1e38 {
      let work = single.plan.makeWorkspace()
      try single.run(work)
      #expect(single.array(0)[0] == Double(1.5 * Float(huge)))
    }
  }

  /// Labels are bytes: they are not numbers to compute with.
  @Test func labelsAreNotNumbers() throws {
    let labels = Variable.labels(shape: [2, 3])
    #expect(throws: AutodiffError.self) {
      try (2 * labels.expression).evaluate([labels: Tensor([0, 1, 2, 0, 1, 2], shape: [2, 3])])
    }
  }

  /// A recording of some thousand operations.
  @Test func longChains() throws {
    let y = Variable("y", shape: [3])
    var f = y.expression
    for step in 0..<400 { f = step % 2 == 0 ? sigmoid(f) + 0.5 * y.expression : f / (1 + square(f)) }
    let g = try gradient(of: f.sum(), withRespectTo: y)
    let found = try evaluate([f, g], [y: Tensor([0.1, 0.2, 0.3])])
    #expect(found.allSatisfy { $0.elements.allSatisfy(\.isFinite) })
  }

  /// A comparison is decided once, wherever its operands are computed: here each element is compared with a copy of
  /// itself that went through a whole tensor, and must get the derivative of one of them, not of both or none.
  @Test func comparisonsAreDecidedOnce() throws {
    let shape: TensorShape = [1, 3, 40]
    let x = Variable("x", shape: shape)
    let p = softmax(x.expression, axis: 1)
    let copy = p.gathered(Array(0..<40), axis: 2)
    let weights = Expression(Tensor((0..<120).map { Double($0 % 7) - 3 }, shape: shape))
    let point = Tensor((0..<120).map { Double(Float($0 * 37 % 101) / 25 - 2) }, shape: shape)
    let plain = try gradient(of: (weights * p).sum(), withRespectTo: x).evaluate([x: point]).elements
    for value in [(weights * max(p, copy)).sum(), (weights * min(copy, p)).sum()] {
      let found = try gradient(of: value, withRespectTo: x)
      for (elements, tolerance) in [
        (try floatArray(found, x, point), 1e-6), (try found.evaluate([x: point]).elements, 1e-14),
      ] {
        #expect(zip(elements, plain).allSatisfy { abs($0 - $1) < tolerance })
      }
    }
  }

  private func floatArray(_ expression: Expression, _ x: Variable, _ point: Tensor) throws -> [Double] {
    let runner = try PlanRunner<Float>(
      numbers: [], arrays: [expression], [x: point], order: MemoryOrder([0, 1, 2]), classAxis: 1)
    try runner.run(runner.plan.makeWorkspace())
    return runner.array(0)
  }
}
