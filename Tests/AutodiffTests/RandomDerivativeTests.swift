import Autodiff
import TestSupport
import Testing

@Suite("Derivatives of random expressions agree with differences") struct RandomDerivativeTests {
  /// A formula at a point, and directions to look along.
  struct Case {
    let seed: UInt64
    let world: World
    let formula: Formula
    let value: Expression
    let point: [Variable: Tensor]
    let directions: [[Double]]

    init(seed: UInt64) {
      var formulas = RandomFormulas(seed: seed)
      self.seed = seed
      world = formulas.world
      formula = formulas.value(depth: 2)
      value = formula.recorded(world)
      point = world.point(&formulas.random)
      let count = world.shape.count
      var directions: [[Double]] = []
      for _ in 0..<3 {
        directions.append((0..<count).map { _ in .random(in: -1...1, using: &formulas.random) })
      }
      self.directions = directions
    }

    /// The smallest part of the formula that is not evaluated as by plain loops.
    var smallestWrong: String {
      let part = formula.smallest { part in
        guard let found = try? part.recorded(world).evaluate(point) else { return true }
        let expected = part.value(world, point)
        return found.shape != expected.shape
          || zip(found.elements, expected.elements).contains { abs($0 - $1) > 1e-12 * (1 + abs($1)) }
      }
      return "\(world.shape) \(part)"
    }

    /// The point moved along a direction.
    func moved(_ step: Double, _ direction: [Double]) -> [Variable: Tensor] {
      var moved = point
      guard let x = point[world.x] else { return point }
      moved[world.x] = Tensor(zip(x.elements, direction).map { $0 + step * $1 }, shape: x.shape)
      return moved
    }
  }

  @Test func gradientsAsDifferences() throws {
    for seed in 0..<UInt64(500) {
      let this = Case(seed: seed)
      if let failure = this.value.failure {
        Issue.record("seed \(seed): \(failure)")
        continue
      }
      let results = try evaluate(
        [this.value, gradient(of: this.value, withRespectTo: this.world.x)], this.point)
      let value = this.formula.value(this.world, this.point).value
      #expect(
        abs(results[0].value - value) <= 1e-10 * (1 + abs(value)), "seed \(seed): \(this.smallestWrong)")
      for direction in this.directions {
        let slope = richardson { this.formula.value(this.world, this.moved($0, direction)).value }
        let found = zip(results[1].elements, direction).reduce(0) { $0 + $1.0 * $1.1 }
        #expect(
          abs(found - slope) <= 1e-8 * (abs(slope) + 0.01), "seed \(seed): \(found), by differences \(slope)")
      }
    }
  }

  /// How many of the diagonals were found by which method.
  struct Methods {
    var structured = 0
    var classPasses = 0
    var ends = 0
    /// How many could be found by class passes.
    var byPasses = 0
  }

  @Test func hessiansAsDifferencesOfGradients() throws {
    var methods = Methods()
    for seed in 1000..<UInt64(1250) {
      let this = Case(seed: seed)
      do { try checkHessians(this, &methods) } catch {
        Issue.record("seed \(seed): \(error) in \(this.world.shape) \(this.formula)")
      }
    }
    #expect(methods.structured >= 100)
    #expect(methods.classPasses >= 2)
    #expect(methods.byPasses >= 100)
  }

  private func checkHessians(_ this: Case, _ methods: inout Methods) throws {
    let (world, x) = (this.world, this.world.x)
    let count = world.shape.count
    let vector = Variable("v", shape: world.shape)
    let gradient = try gradient(of: this.value, withRespectTo: x)
    let found = try hessianDiagonal(of: this.value, withRespectTo: x, classAxis: world.classAxis)
    var wanted = [
      try hessian(of: this.value, withRespectTo: [x]),
      try hessianVectorProduct(of: this.value, withRespectTo: x, times: vector.expression),
    ]
    let structured = try? Objective(this.value, of: x, classAxis: world.classAxis).structuredHessian()
    wanted.append(structured?.times(vector.expression).stretched(to: x.shape) ?? 0)
    wanted.append(structured?.exactDiagonal.stretched(to: x.shape) ?? 0)
    wanted.append(found.expression ?? 0)
    // Class passes are held to the same, where they are not needed too.
    let shared = Expression.sharing([this.value])[0]
    let passes = ClassPasses.diagonal(
      of: shared, source: shared.sources([x])[0].node,
      axes: SiteAxes(rank: world.shape.rank, classAxis: world.classAxis))
    wanted.append(passes ?? 0)
    var point = this.point
    point[vector] = Tensor(this.directions[0], shape: world.shape)
    let results = try evaluate(wanted, point)
    let dense = results[0]
    let scale = dense.elements.map(\.magnitude).max() ?? 0
    let tolerance = 1e-11 * (scale + 0.01)
    let gradients = try [-2e-3, -1e-3, 1e-3, 2e-3].map {
      try gradient.evaluate(this.moved($0, this.directions[0])).elements
    }
    var wrong: Set<String> = []
    func compare(_ a: Double, _ b: Double, _ tolerance: Double, _ what: String) {
      if !(abs(a - b) <= tolerance) { wrong.insert(what) }
    }
    for row in 0..<count {
      for column in 0..<row { compare(dense[row, column], dense[column, row], tolerance, "symmetry") }
      let product = (0..<count).reduce(0) { $0 + dense[row, $1] * this.directions[0][$1] }
      compare(results[1].elements[row], product, tolerance, "product")
      let difference =
        (8 * (gradients[2][row] - gradients[1][row]) - (gradients[3][row] - gradients[0][row])) / 12e-3
      compare(product, difference, 1e-7 * (scale + 0.1), "product by differences")
      if structured != nil {
        compare(results[2].elements[row], product, tolerance, "structured product")
        compare(results[3].elements[row], dense[row, row], tolerance, "structured Hessian's diagonal")
      }
      if found.expression != nil {
        compare(results[4].elements[row], dense[row, row], tolerance, "diagonal, \(found.method)")
      }
      if passes != nil { compare(results[5].elements[row], dense[row, row], tolerance, "class passes") }
    }
    #expect(wrong.isEmpty, "seed \(this.seed): \(wrong.sorted()) in \(world.shape) \(this.formula)")
    if passes != nil { methods.byPasses += 1 }
    switch found.method {
    case .structured: methods.structured += 1
    case .classPasses: methods.classPasses += 1
    case .hessianVectorProducts, .estimate: methods.ends += 1
    }
  }

  /// The slope at 0, by central differences carried to step 0.
  private func richardson(_ value: (Double) -> Double) -> Double {
    var column: [Double] = []
    for level in 0..<4 {
      let step = 0.02 / Double(1 << level)
      var row = [(value(step) - value(-step)) / (2 * step)]
      for (order, before) in column.enumerated() {
        let factor = Double(1 << (2 * (order + 1)))
        row.append((factor * row[order] - before) / (factor - 1))
      }
      column = row
    }
    return column[3]
  }
}
