import Autodiff
import TestSupport
import Testing

/// Plans against plain loops: sizes around blocks and chunks, orders of axes, both precisions.
@Suite("Plans give what plain loops give, at all sizes, orders of axes and precisions") struct ExecutionTests
{
  /// What is computed of a formula: its value, gradient and diagonal, and something with an element for each site.
  struct Task {
    let world: World
    let point: [Variable: Tensor]
    let numbers: [Expression]
    let arrays: [Expression]
    let formula: Formula
    let seed: UInt64
    /// Values of arrays with a domain are checked, and may then go into other kernels.
    let bounds: [Variable: ClosedRange<Double>]

    init(seed: UInt64, _ shape: TensorShape, classAxis: Int?, diagonal: Bool = true) throws {
      self.seed = seed
      var formulas = RandomFormulas(seed: seed, shape, classAxis: classAxis)
      let world = formulas.world
      formula = formulas.value(depth: 1)
      let value = formula.recorded(world)
      let all = formulas.sites(depth: 2).recorded(world)
      let reduced = formulas.above(depth: 1).recorded(world)
      var arrays = [try gradient(of: value, withRespectTo: world.x), all + 0 * world.x.expression, reduced]
      if diagonal,
        let found = try hessianDiagonal(of: value, withRespectTo: world.x, classAxis: classAxis).expression
      {
        arrays.append(found)
      }
      self.world = world
      bounds = [[:], [world.x: -1...1], [world.x: -1...1, world.other: 0...1]][Int(seed % 3)]
      numbers = [value, reduced]
      self.arrays = arrays
      // Floats, so that both precisions are given the same.
      point = world.point(&formulas.random).mapValues { tensor in
        Tensor(tensor.elements.map { Double(Float($0)) }, shape: tensor.shape)
      }
    }
  }

  func check<Scalar: ArrayScalar>(
    _ task: Task, _ order: MemoryOrder, _ type: Scalar.Type, threads: Int = 1, _ tolerance: Double
  ) throws {
    let runner = try PlanRunner<Scalar>(
      numbers: task.numbers, arrays: task.arrays, task.point, order: order, classAxis: task.world.classAxis,
      bounds: task.bounds, labels: (task.world.classes, task.world.ignored))
    let work = runner.plan.makeWorkspace(threads: threads)
    try runner.run(work)
    var loops = NodeLoops(task.point)
    func compare(_ found: [Double], _ expression: Expression, _ what: String, terms: Double = 1) {
      let expected = loops.value(expression)
      // Parts of what comes out this small are beyond the range of Float.
      if Scalar.self == Float.self, expected.allSatisfy({ $0.magnitude < 1e-30 }) { return }
      // What is summed is of this size; some of it cancels.
      let scale = expected.reduce(0.05 * terms) { Swift.max($0, $1.magnitude) }
      let wrong = zip(found, expected).enumerated().first {
        !(abs($0.element.0 - $0.element.1) <= tolerance * scale)
      }
      #expect(
        found.count == expected.count && wrong == nil,
        "seed \(task.seed), \(type), \(what), \(task.world.shape), \(order): \(String(describing: wrong)), labels \(usesLabels(expression))"
      )
    }
    for (number, expression) in task.numbers.enumerated() {
      compare(work.numbers(number)?.elements ?? [], expression, "number \(number)")
    }
    for (number, expression) in task.arrays.enumerated() {
      compare(
        runner.array(number), expression, "array \(number)",
        terms: number == 0 || number == 3 ? 1 / Double(expression.shape.count) : 1)
    }
    #expect(runner.guardsStand, "\(task.world.shape), \(order)")
  }

  private func usesLabels(_ expression: Expression) -> Bool {
    Node.ordered([expression.node]).contains { node in
      if case .input(let input) = node.operation { input.elements == .labels } else { false }
    }
  }

  /// Orders of batch, class and space in memory.
  static let orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]].map(MemoryOrder.init)

  @Test(arguments: orders) func smallArrays(_ order: MemoryOrder) throws {
    var seed = UInt64(order.axes[0] * 1000 + order.axes[1] * 100)
    for shape: TensorShape in [
      [1, 1, 1], [2, 3, 1], [1, 3, 5], [2, 1, 7], [3, 2, 63], [1, 5, 3], [2, 4, 17], [1, 9, 6],
    ] {
      for _ in 0..<3 {
        seed += 1
        let task = try Task(seed: seed, shape, classAxis: 1)
        try check(task, order, Double.self, 1e-11)
        try check(task, order, Float.self, 2e-5)
      }
    }
  }

  @Test(arguments: orders) func aroundBlocks(_ order: MemoryOrder) throws {
    var seed = UInt64(7000 + order.axes[0] * 100 + order.axes[1] * 10)
    for shape: TensorShape in [[1, 2, 2047], [2, 1, 2048], [1, 3, 2049], [2, 2, 4097]] {
      seed += 1
      let task = try Task(seed: seed, shape, classAxis: 1)
      try check(task, order, Double.self, 1e-10)
      try check(task, order, Float.self, 1e-4)
    }
  }

  @Test(arguments: [MemoryOrder([0, 1, 2]), MemoryOrder([0, 2, 1]), MemoryOrder([2, 1, 0])])
  func acrossChunks(_ order: MemoryOrder) throws {
    let task = try Task(seed: UInt64(8000 + order.axes[1]), [2, 2, 40000], classAxis: 1)
    try check(task, order, Double.self, threads: 2, 1e-10)
    try check(task, order, Float.self, threads: 3, 1e-4)
  }

  /// More axes in space, in orders that cannot be one row, and classes in other places.
  @Test func moreAxes() throws {
    var seed: UInt64 = 9000
    for (shape, classAxis, orders) in [
      (
        [2, 3, 4, 5] as TensorShape, 1 as Int?,
        [[0, 1, 2, 3], [0, 2, 3, 1], [0, 2, 1, 3], [3, 2, 1, 0], [2, 0, 3, 1]]
      ),
      ([2, 1, 4, 5], 1, [[0, 1, 2, 3], [3, 0, 2, 1]]), ([2, 4, 5, 3], 3, [[0, 1, 2, 3], [0, 3, 1, 2]]),
      ([3, 2, 5], 0, [[0, 1, 2], [1, 2, 0]]), ([2, 5, 6], nil, [[0, 1, 2], [2, 1, 0]]), ([11], nil, [[0]]),
      ([2, 2, 2, 3, 4], 1, [[0, 1, 2, 3, 4], [0, 2, 3, 4, 1], [4, 0, 3, 1, 2]]),
      ([1, 3, 1, 6, 1], 1, [[0, 1, 2, 3, 4], [0, 2, 3, 4, 1]]),
    ] {
      for order in orders {
        for _ in 0..<4 {
          seed += 1
          let task = try Task(seed: seed, shape, classAxis: classAxis)
          try check(task, MemoryOrder(order), Double.self, 1e-11)
          try check(task, MemoryOrder(order), Float.self, 2e-5)
        }
      }
    }
  }
}
