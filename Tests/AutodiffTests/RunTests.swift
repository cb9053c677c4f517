import Autodiff
import TestSupport
import Testing

/// How a plan is run must not matter: threads, repetition, stages; and values outside a domain are found.
@Suite("How a plan is run does not matter to its results") struct RunTests {
  static let orders = [[0, 1, 2], [0, 2, 1], [2, 0, 1]].map(MemoryOrder.init)

  private func bits<Scalar: ArrayScalar>(
    _ runner: PlanRunner<Scalar>, _ task: ExecutionTests.Task, _ work: Plan.Workspace
  ) -> [[Scalar]] {
    let numbers = task.numbers.indices.map { (work.numbers($0)?.elements ?? []).map { Scalar($0) } }
    return numbers + task.arrays.indices.map { runner.bits($0) }
  }

  private func threadsGiveTheSameBits<Scalar: ArrayScalar>(_ type: Scalar.Type, _ order: MemoryOrder) throws {
    let task = try ExecutionTests.Task(seed: UInt64(20 + order.axes[1]), [2, 2, 70001], classAxis: 1)
    var first: [[Scalar]]?
    for threads in [1, 2, 3, 5] {
      let runner = try PlanRunner<Scalar>(
        numbers: task.numbers, arrays: task.arrays, task.point, order: order, classAxis: 1)
      let work = runner.plan.makeWorkspace(threads: threads)
      for run in 0..<(threads == 2 ? 2 : 1) {
        runner.clearResults()
        try runner.run(work)
        let found = bits(runner, task, work)
        #expect(found == first ?? found, "\(threads) threads, run \(run), \(order)")
        first = first ?? found
      }
    }
  }

  @Test(arguments: orders) func threadsGiveTheSameBits(_ order: MemoryOrder) throws {
    try threadsGiveTheSameBits(Float.self, order)
    try threadsGiveTheSameBits(Double.self, order)
  }

  /// A workspace that has seen another point gives what a new one gives.
  @Test(arguments: orders) func workspacesForget(_ order: MemoryOrder) throws {
    for seed in 40..<UInt64(52) {
      let task = try ExecutionTests.Task(seed: seed, [2, 3, 77], classAxis: 1)
      let runner = try PlanRunner<Float>(
        numbers: task.numbers, arrays: task.arrays, task.point, order: order, classAxis: 1)
      let work = runner.plan.makeWorkspace()
      try runner.run(work)
      let first = bits(runner, task, work)
      let x = task.world.x
      runner.set(x, Tensor([Double](repeating: .nan, count: x.shape.count), shape: x.shape))
      try runner.run(work)
      runner.set(x, task.point[x] ?? 0)
      try runner.run(work)
      #expect(bits(runner, task, work) == first, "seed \(seed)")
    }
  }

  /// What is late depends on what is early, and runs again with the early part kept.
  @Test(arguments: orders) func stages(_ order: MemoryOrder) throws {
    for seed in 60..<UInt64(90) {
      var formulas = RandomFormulas(seed: seed, [2, 3, 19], classAxis: 1)
      let world = formulas.world
      let value = formulas.value(depth: 2).recorded(world)
      let vector = Variable("v", shape: world.shape)
      var point = world.point(&formulas.random)
      let product = try hessianVectorProduct(
        of: value, withRespectTo: world.x, times: vector.expression)
      let arrays = [product, vector.expression * value + vector.expression.sum([0, 2])]
      let numbers = [value, (vector.expression * product).sum()]
      func random() -> Tensor {
        Tensor(
          (0..<world.shape.count).map { _ in .random(in: -1...1, using: &formulas.random) },
          shape: world.shape)
      }
      point[vector] = random()
      let runner = try PlanRunner<Double>(
        numbers: numbers, arrays: arrays, point, order: order, classAxis: 1, late: [vector])
      let work = runner.plan.makeWorkspace()
      try runner.run(work, .early)
      for _ in 0..<2 {
        let next = random()
        point[vector] = next
        runner.set(vector, next)
        runner.clearResults()
        try runner.run(work, .late)
        let whole = try PlanRunner<Double>(
          numbers: numbers, arrays: arrays, point, order: order, classAxis: 1)
        let wholeWork = whole.plan.makeWorkspace()
        try whole.run(wholeWork)
        let found = runner.array(0) + runner.array(1) + [work.number(0), work.number(1)]
        let expected = whole.array(0) + whole.array(1) + [wholeWork.number(0), wholeWork.number(1)]
        let scale = expected.reduce(1e-3) { Swift.max($0, $1.magnitude) }
        #expect(
          zip(found, expected).allSatisfy { abs($0 - $1) <= 1e-12 * scale },
          "seed \(seed): \(found.last ?? 0) \(expected.last ?? 0) \(zip(found, expected).map { $0 - $1 }.map(abs).max() ?? 0) \(scale)"
        )
      }
    }
  }

  /// Results too large for a cache are written past it.
  @Test func largeResults() throws {
    let shape: TensorShape = [1, 2, 2_200_003]
    let x = Variable("x", shape: shape)
    let elements: [Double] = (0..<shape.count).map { Double($0 % 1021) / 512 }
    let doubled = 2 * x.expression
    let squared = square(x.expression)
    for (order, one) in [
      (MemoryOrder([0, 1, 2]), true), (MemoryOrder([0, 1, 2]), false), (MemoryOrder([0, 2, 1]), false),
    ] {
      let runner = try PlanRunner<Float>(
        numbers: [doubled.sum()], arrays: one ? [doubled] : [doubled, squared, x.expression],
        [x: Tensor(elements, shape: shape)], order: order, classAxis: 1)
      let work = runner.plan.makeWorkspace(threads: 2)
      try runner.run(work)
      #expect(runner.guardsStand)
      let sum = 2 * elements.reduce(0, +)
      #expect(abs(work.number(0) - sum) <= 1e-7 * sum)
      let places = order.places(shape)
      let first = runner.bits(0)
      let second = one ? nil : runner.bits(1)
      let third = one ? nil : runner.bits(2)
      let wrong = elements.indices.first { index in
        let value = Float(elements[index])
        let place = places[index]
        return first[place] != 2 * value || (second?[place] ?? value * value) != value * value
          || (third?[place] ?? value) != value
      }
      #expect(wrong == nil, "\(order)")
    }
  }
}

/// How large results are, found without their arrays.
@Suite("How large results are is found without their arrays") struct ExtremesTests {
  @Test(arguments: [[1, 1, 1], [2, 3, 700], [1, 4, 9000], [3, 1, 40_000]])
  func ofSitesAndOfWholeTensors(_ extents: [Int]) throws {
    let shape = TensorShape(extents)
    let elements = (0..<shape.count).map { Double(($0 * 7919 + 13) % 1009) / 500 - 1 }
    let x = Variable("x", shape: shape)
    let site = square(x.expression) - x.expression / (1 + sum(square(x.expression)))
    let whole = x.expression.permuted([0, 2, 1])
    let plan = try Plan(
      [.extremes(site), .extremes(whole), .extremes(.uniform(3, shape)), .numbers(site)],
      sources: [Plan.Source(x, range: -2...2)], precision: .double, classAxis: 1)
    let input = UnsafeMutablePointer<Double>.allocate(capacity: shape.count)
    let address = UnsafeMutablePointer<UnsafeRawPointer?>.allocate(capacity: 1)
    let none = UnsafeMutablePointer<UnsafeMutableRawPointer?>.allocate(capacity: 1)
    defer {
      input.deallocate()
      address.deallocate()
      none.deallocate()
    }
    for (index, element) in elements.enumerated() { input[index] = element }
    address.initialize(to: UnsafeRawPointer(input))
    none.initialize(to: nil)
    for threads in [1, 2, 3] {
      let work = plan.makeWorkspace(threads: threads)
      for _ in 0..<2 {
        try plan.run(inputs: address, outputs: none, work)
        let values = try #require(work.numbers(3)?.elements)
        #expect(work.numbers(0)?.elements == [values.min() ?? 0, values.max() ?? 0])
        #expect(work.numbers(1)?.elements == [elements.min() ?? 0, elements.max() ?? 0])
        #expect(work.numbers(2)?.elements == [3, 3])
      }
    }
  }
}
