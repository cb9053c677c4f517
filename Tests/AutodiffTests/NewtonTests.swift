import Autodiff
import TestSupport
import Testing

/// What can be asked at a point: products with the Hessian, Newton steps.
@Suite("Products with the Hessian and Newton steps are those of the dense Hessian") struct NewtonTests {
  /// An objective held at a point, with its arrays.
  final class Point<Scalar: ArrayScalar> {
    let plans: PointPlans
    let work: PointPlans.Workspace
    let objective: Objective
    let at: [Variable: Tensor]
    private var owned: [UnsafeMutableRawPointer] = []

    init(_ objective: Objective, _ at: [Variable: Tensor]) throws {
      self.objective = objective
      self.at = at
      let others = at.keys.filter { $0 != objective.variable }.sorted {
        $0.input.identifier < $1.input.identifier
      }
      let variables = [objective.variable] + others
      plans = try PointPlans(
        objective, sources: variables.map { Plan.Source($0) }, precision: Scalar.precision)
      work = plans.makeWorkspace()
      for (number, variable) in variables.enumerated() {
        let elements = at[variable]?.elements ?? []
        let room = UnsafeMutableRawPointer.allocate(byteCount: elements.count * 8 + 8, alignment: 64)
        if variable.input.elements == .labels {
          for (i, x) in elements.enumerated() {
            room.storeBytes(of: UInt8(x), toByteOffset: i, as: UInt8.self)
          }
        } else {
          let size = MemoryLayout<Scalar>.size
          for (i, x) in elements.enumerated() {
            room.storeBytes(of: Scalar(x), toByteOffset: i * size, as: Scalar.self)
          }
        }
        owned.append(room)
        work.setInput(number, UnsafeRawPointer(room))
      }
    }
    deinit { for pointer in owned { pointer.deallocate() } }

    func step(_ damping: Double) throws -> NewtonStep<Scalar> {
      try plans.newtonStep(Scalar.self, damping: damping, work)
    }

    /// Gradient and dense Hessian at the point.
    func derivatives() throws -> (gradient: [Double], hessian: [Double]) {
      let x = objective.variable
      let results = try evaluate(
        [objective.gradient(), hessian(of: objective.value, withRespectTo: [x])], at)
      return (results[0].elements, results[1].elements)
    }
  }

  private func objective(_ seed: UInt64) throws -> (Objective, [Variable: Tensor], Formula, World) {
    var formulas = RandomFormulas(seed: seed)
    let formula = formulas.value(depth: 1)
    let world = formulas.world
    let objective = try Objective(formula.recorded(world), of: world.x, classAxis: world.classAxis)
    return (objective, world.point(&formulas.random), formula, world)
  }

  private func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
  private func largest(_ a: [Double]) -> Double { a.map(\.magnitude).max() ?? 0 }

  @Test func stepsAsDense() throws {
    var solved = 0
    for seed in 300..<UInt64(380) {
      let (objective, at, formula, world) = try objective(seed)
      let point = try Point<Double>(objective, at)
      guard point.plans.solve != nil else { continue }
      let (gradient, hessian) = try point.derivatives()
      if largest(gradient) < 1e-9 { continue }
      for damping in [0.3, 3] {
        try check(point, damping, gradient, hessian, "seed \(seed): \(world.shape) \(formula)")
      }
      solved += 1
    }
    #expect(solved >= 50)
  }

  private func check(
    _ point: Point<Double>, _ damping: Double, _ gradient: [Double], _ hessian: [Double], _ what: String
  ) throws {
    let n = gradient.count
    var system = hessian
    for row in 0..<n { system[row * n + row] += damping }
    let expected = solve(system, gradient.map { -$0 }, order: n)
    let slope = dot(gradient, expected)
    let step: NewtonStep<Double>
    do { step = try point.step(damping) } catch let error as AutodiffError {
      guard case .notDescent(let found, damping, let enough) = error else { throw error }
      #expect(slope >= 0 && abs(found - slope) <= 1e-9 * slope, "\(what): \(error)")
      #expect(try point.step(enough).slope < 0, "\(what)")
      return
    }
    let product = (0..<n).map { row in dot(Array(hessian[row * n..<(row + 1) * n]), expected) }
    #expect(zip(step.step, expected).allSatisfy { abs($0 - $1) <= 1e-9 * largest(expected) }, "\(what)")
    #expect(abs(step.slope - slope) <= 1e-9 * abs(slope), "\(what)")
    let decrease = -(slope + 0.5 * dot(expected, product))
    #expect(abs(step.predictedDecrease - decrease) <= 1e-9 * abs(slope), "\(what)")
    #expect(step.residual <= 1e-10 && step.slope < 0 && step.damping == damping, "\(what)")
  }

  /// What is left of the decrease beyond the second order is of the third.
  @Test func predictedDecreases() throws {
    for seed in 300..<UInt64(330) {
      let (objective, at, formula, world) = try objective(seed)
      let point = try Point<Double>(objective, at)
      guard point.plans.solve != nil, let x = at[world.x] else { continue }
      func remainder(_ damping: Double) throws -> (Double, Double) {
        let step = try point.step(damping)
        var moved = at
        moved[world.x] = Tensor(zip(x.elements, step.step).map { $0 + $1 }, shape: x.shape)
        let decrease = formula.value(world, at).value - formula.value(world, moved).value
        let length = dot(step.step, step.step).squareRoot()
        return (abs(decrease - step.predictedDecrease), length * length * length)
      }
      let (far, farCube) = try remainder(1)
      let (near, nearCube) = try remainder(8)
      // The same constant in front of the third power, within a factor that the fourth order explains.
      if farCube > 1e-12 {
        #expect(near <= 4 * far / farCube * nearCube + 1e-13, "seed \(seed): \(near) \(far)")
      }
    }
  }

  @Test func inSinglePrecision() throws {
    for seed in 300..<UInt64(330) {
      let (objective, at, _, _) = try objective(seed)
      let point = try Point<Float>(objective, at)
      guard point.plans.solve != nil, largest(try point.derivatives().gradient) > 1e-6 else { continue }
      let exact = try Point<Double>(objective, at).step(1)
      let step = try point.step(1)
      #expect(step.residual < 1e-4, "seed \(seed)")
      #expect(
        zip(step.step, exact.step).allSatisfy { abs(Double($0) - $1) < 1e-3 * largest(exact.step) },
        "seed \(seed)")
    }
  }

  /// Where the Hessian is not positive enough, the damping that is named descends.
  @Test func ascentIsRefused() throws {
    let x = Variable("x", shape: [3])
    for (value, at) in [
      (-square(x.expression).sum(), [0.4, -1, 2]), (cos3(x.expression).sum(), [0.1, 0.2, -0.1]),
      (-pow(square(x.expression).sum() + 1, 2), [0.3, 0.1, 0.2]),
    ] {
      let point = try Point<Double>(Objective(value, of: x), [x: Tensor(at)])
      do {
        _ = try point.step(0)
        Issue.record("a step up was given")
      } catch let error as AutodiffError {
        guard case .notDescent(let slope, 0, let damping) = error else {
          Issue.record("\(error)")
          continue
        }
        #expect(slope >= 0)
        #expect(error.description.contains("damping \(damping) does"))
        #expect(try point.step(damping).slope < 0)
      }
    }
    let point = try Point<Double>(Objective(square(x.expression).sum(), of: x), [x: Tensor([1, 2, 3])])
    for damping in [-1, .nan, .infinity] {
      #expect(throws: AutodiffError.self) { try point.step(damping) }
    }
  }
  private func cos3(_ x: Expression) -> Expression { exp(-square(x)) }

  /// At a minimum there is nowhere to go, and that is no error.
  @Test func atAMinimum() throws {
    let x = Variable("x", shape: [3])
    let step = try Point<Double>(
      Objective(square(x.expression - 1).sum(), of: x), [x: Tensor([1, 1, 1])]
    ).step(0)
    #expect(step.step == [0, 0, 0] && step.slope == 0 && step.predictedDecrease == 0 && step.residual == 0)
  }

  /// A Hessian that does not depend on the vector: 0.
  @Test func linearObjectives() throws {
    let x = Variable("x", shape: [2, 3])
    for value in [x.expression.sum(), (x.expression * Expression(Tensor([1, 2, 3]))).sum()] {
      let point = try Point<Double>(Objective(value, of: x), [x: Tensor([1, 2, 3, 4, 5, 6], shape: [2, 3])])
      #expect(try point.plans.product([1, 2, 3, 4, 5, 6], point.work) == [0, 0, 0, 0, 0, 0])
      let gradient = try evaluate([gradient(of: value, withRespectTo: x)], point.at)[0].elements
      let step = try point.step(0.5)
      #expect(step.step == gradient.map { -2 * $0 })
      #expect(step.slope == -2 * dot(gradient, gradient))
      #expect(step.predictedDecrease == 2 * dot(gradient, gradient))
    }
  }

  /// Without structure there is no step, and the reason is given.
  @Test func withoutStructure() throws {
    let x = Variable("x", shape: [2, 2])
    let value = square(matrixProduct(x.expression, x.expression)).sum()
    let point = try Point<Double>(Objective(value, of: x), [x: Tensor([1, 2, 3, 4], shape: [2, 2])])
    do {
      _ = try point.step(1)
      Issue.record("a step was given")
    } catch let error as AutodiffError {
      guard case .structureEnds(let reason, _, _) = error else { throw error }
      #expect(reason.contains("matrixProduct"))
    }
  }

  /// What is kept of a point is given up when the point moves.
  @Test func otherPoints() throws {
    let x = Variable("x", shape: [2, 3])
    let value = pow(mean(square(x.expression)) + 1, 1.5)
    let objective = try Objective(value, of: x)
    let first = Tensor([1, 2, 3, 4, 5, 6], shape: [2, 3])
    let other = Tensor([0.5, -2, 1, 0, 3, 1], shape: [2, 3])
    let point = try Point<Double>(objective, [x: first])
    _ = try point.step(0.1)
    try other.elements.withUnsafeBytes { bytes in
      point.work.setInput(0, bytes.baseAddress)
      let expected = try Point<Double>(objective, [x: other]).step(0.1)
      let found = try point.step(0.1)
      #expect(found.step == expected.step && found.predictedDecrease == expected.predictedDecrease)
    }
  }
}
