import Autodiff
import TestSupport
import Testing

/// Gathers along the class axis keep the structure of the Hessian: against the dense Hessian of what was recorded.
@Suite("Choosing classes keeps the structure of the Hessian") struct ChosenClassesTests {
  static let x = Variable("x", shape: [2, 4, 5])
  static let t = Expression(Tensor((0..<40).map { Double(($0 * 7) % 10) / 10 }, shape: [2, 4, 5]))
  static let point = [x: Tensor((0..<40).map { 0.1 + 0.8 * Double(($0 * 11) % 41) / 41 }, shape: [2, 4, 5])]

  private static func ratio(_ p: Expression, _ t: Expression) -> Expression {
    (2 * (p * t).sum([2]) + 0.1) / (p.sum([2]) + t.sum([2]) + 0.2)
  }
  private static func rest(_ x: Expression) -> Expression { x.gathered([1, 2, 3], axis: 1) }

  static let values: [(String, Expression)] = {
    let p = softmax(x.expression, axis: 1)
    let weights = Expression(Tensor([0.5, 2, 1], shape: [1, 3, 1]))
    let site = square(x.expression - t)
    return [
      ("of ratios", mean(rest(ratio(p, t)))),
      ("of prediction and target", mean(ratio(rest(p), rest(t)))),
      ("of logits", mean(ratio(sigmoid(rest(x.expression)), rest(t)))),
      ("with weights after it", mean(rest(ratio(p, t)) * weights)),
      ("with weights before it", mean(ratio(rest(p), rest(t)) * weights)),
      ("of a softmax of what is left", mean(ratio(softmax(rest(x.expression), axis: 1), rest(t)))),
      ("to one class", square(p.gathered([2], axis: 1).sum())),
      ("to one class of what is left", exp(rest(ratio(p, t)).gathered([1], axis: 1)).sum()),
      ("twice", mean(ratio(rest(p).gathered([0, 2], axis: 1), rest(t).gathered([0, 2], axis: 1)))),
      ("with repetitions", mean(exp(ratio(p, t).gathered([3, 1, 1, 0], axis: 1)))),
      ("of sites alone", mean(site.gathered([0, 3], axis: 1))),
      ("and a sum of classes", mean(log(site.gathered([0, 3], axis: 1).sum([1]) + 1))),
      ("in a mean of means", pow(1 - mean(rest(ratio(p, t)), [1]), 1.5).mean()),
      ("held constant in part", mean(rest(ratio(p, t)) * rest(p.sum([2])).withoutGradient)),
      ("beside the whole", mean(rest(ratio(p, t))) + mean(ratio(p, t)) * sum(site)),
      ("put side by side", mean(concatenated([ratio(p, t), square(rest(ratio(p, t)))], axis: 1))),
      ("choosing and stretching", mean(rest(p) * rest(p).sum([2]) / 5)),
      (
        "with rows of repetitions held constant",
        {
          let volume = rest(t.sum([2])).withoutGradient
          let present = less(1.5, volume)
          let weights = select(present, 1 / volume, 0)
          let rows = (0..<2).map { weights.gathered([$0], axis: 0).gathered([$0, $0, 1], axis: 1) }
          let all = select(present, weights, concatenated(rows, axis: 0))
          return mean((all * rest((p * t).sum([2]))).sum([1]) / (all * rest(p.sum([2]))).sum([1]))
        }()
      ),
      ("two different ones", mean(p.gathered([0, 1], axis: 1) * p.gathered([2, 3], axis: 1))),
    ]
  }()
  /// Where classes meet that are not the same on both sides, or in a softmax.
  static let withoutStructure = ["of a softmax of what is left", "two different ones"]

  @Test(arguments: values.indices) func diagonalAsDense(_ number: Int) throws {
    let (name, value) = Self.values[number]
    let found = try hessianDiagonal(of: value, withRespectTo: Self.x, classAxis: 1)
    let isStructured = found.method == .structured
    #expect(isStructured != Self.withoutStructure.contains(name), "\(name): \(found.method) \(found.reason)")
    let objective = try Objective(value, of: Self.x, classAxis: 1)
    let results = try evaluate(
      [
        value, objective.value, gradient(of: value, withRespectTo: Self.x), objective.gradient(),
        hessian(of: value, withRespectTo: [Self.x]), found.expression ?? value,
      ], Self.point)
    #expect(abs(results[0].value - results[1].value) < 1e-14 * abs(results[0].value), "\(name)")
    for (a, b) in zip(results[2].elements, results[3].elements) { #expect(abs(a - b) < 1e-13, "\(name)") }
    guard found.expression != nil else { return }
    let dense = (0..<40).map { results[4][$0, $0] }
    let scale = max(dense.map(\.magnitude).max() ?? 0, 1e-6)
    for (a, b) in zip(results[5].elements, dense) { #expect(abs(a - b) < 1e-12 * scale, "\(name)") }
  }

  /// The whole Hessian too: products with a vector.
  @Test(arguments: values.indices) func productsAsDense(_ number: Int) throws {
    let (name, value) = Self.values[number]
    let objective = try Objective(value, of: Self.x, classAxis: 1)
    guard let structured = try? objective.structuredHessian() else {
      #expect(Self.withoutStructure.contains(name), "\(name)")
      return
    }
    let vector = Expression(Tensor((0..<40).map { Double($0 % 7) - 3 }, shape: [2, 4, 5]))
    let results = try evaluate(
      [structured.times(vector), hessianVectorProduct(of: value, withRespectTo: Self.x, times: vector)],
      Self.point)
    let scale = max(results[1].elements.map(\.magnitude).max() ?? 0, 1e-6)
    for (a, b) in zip(results[0].elements, results[1].elements) {
      #expect(abs(a - b) < 1e-11 * scale, "\(name)")
    }
  }

  /// 0/0 in a class that is left out reaches neither the value nor a derivative where numbers of sites are chosen.
  @Test func leftOutMayBeUndefined() throws {
    let x = Variable("x", shape: [1, 3, 2])
    let t = Expression(Tensor([0, 0, 1, 0, 0, 1], shape: [1, 3, 2]))
    func ratio(_ p: Expression, _ t: Expression) -> Expression {
      2 * (p * t).sum([2]) / (p.sum([2]) + t.sum([2]))
    }
    let value = mean(ratio(x.expression.gathered([1, 2], axis: 1), t.gathered([1, 2], axis: 1)))
    let objective = try Objective(value, of: x, classAxis: 1)
    let diagonal = try #require(try objective.curvature().expression)
    let results = try evaluate(
      [objective.value, objective.gradient(), diagonal],
      [x: Tensor([0, 0, 0.5, 0.2, 0.3, 0.9], shape: [1, 3, 2])])
    #expect(abs(results[0].value - (2 * 0.5 / 1.7 + 2 * 0.9 / 2.2) / 2) < 1e-15)
    for result in results {
      let isFinite = result.elements.allSatisfy { $0.isFinite }
      #expect(isFinite)
    }
    for result in results.dropFirst() { #expect(Array(result.elements.prefix(2)) == [0, 0]) }
  }
}

/// What cannot be recorded, compiled or run is an error.
@Suite("Shapes that no tensor has are errors") struct ImpossibleShapeTests {
  @Test(arguments: [[0], [-1], [3, 0], [Int.max, 2], [Int.min], [Int.max]] as [[Int]])
  func shapesAreErrors(_ extents: [Int]) {
    let shape = TensorShape(extents)
    let x = Variable("x", shape: shape)
    #expect(throws: AutodiffError.self) { try Objective(sum(x.expression), of: x) }
    #expect(throws: AutodiffError.self) { try gradient(of: mean(square(x.expression)), withRespectTo: x) }
    #expect(throws: AutodiffError.self) { try Objective(1, of: x) }
    #expect(throws: AutodiffError.self) { try Expression(2).reshaped(to: shape).evaluate() }
    let labels = Variable.labels(shape: shape)
    #expect(oneHot(labels, axis: 0, classes: 3).failure != nil)
    #expect(mask(labels, ignoring: 0).failure != nil)
    if extents == [0] || extents == [3, 0] { #expect(Expression(Tensor([], shape: shape)).failure != nil) }
  }

  @Test func axesAndLayoutsAreErrors() throws {
    let x = Variable("x", shape: [2, 3])
    let value = square(x.expression).sum()
    for axis in [-1, 2, Int.max] {
      #expect(throws: AutodiffError.self) { try Objective(value, of: x, classAxis: axis) }
      #expect(throws: AutodiffError.self) {
        try hessianDiagonal(of: value, withRespectTo: x, classAxis: axis)
      }
    }
    #expect(sum(x.expression, .from(-3)).failure != nil)
    #expect(sum(x.expression, .from(-1)).shape == [2, 1])
    #expect(sum(x.expression, .from(9)).shape == [2, 3])
    let objective = try Objective(value, of: x)
    let y = Variable("y", shape: [2, 3])
    for sources in [
      [], [Plan.Source(y)], [Plan.Source(x, layout: ArrayLayout(strides: [1]))],
      [Plan.Source(x, layout: ArrayLayout(strides: [3, -1]))],
    ] {
      #expect(throws: AutodiffError.self) { try CompiledObjective(objective, sources: sources) }
      #expect(throws: AutodiffError.self) { try PointPlans(objective, sources: sources) }
    }
    let labels = Variable.labels(shape: [2])
    for wrong in [Double.nan, -1, 256, 0.5, 1e300] {
      #expect(throws: AutodiffError.self) {
        try mask(labels, ignoring: 0).evaluate([labels: Tensor([0, wrong])])
      }
    }
  }

  @Test func tooManyOperations() throws {
    let x = Variable("x", shape: [2])
    var node = x.expression.node
    for _ in 0..<Expression.mostOperations { node = Node(.stopGradient, [node], node.shape) }
    let long = Expression(node).sum()
    #expect(throws: AutodiffError.self) { try gradient(of: long, withRespectTo: x) }
  }
}
