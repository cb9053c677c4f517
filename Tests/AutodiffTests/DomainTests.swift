import Autodiff
import TestSupport
import Testing

/// Values outside a domain are found, and the first of them named, wherever it lies.
@Suite("Values outside a domain are found, and the first of them is named") struct DomainTests {
  static let orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]].map(MemoryOrder.init)
  let shape: TensorShape = [2, 3, 2500]

  /// What `numbers` give for x and labels with some elements replaced.
  private func run<Scalar: ArrayScalar>(
    _ type: Scalar.Type, _ order: MemoryOrder, _ replaced: [Int: Double] = [:], labels: [Int: Double] = [:],
    ignored: UInt8? = 200, record: (Expression, Expression) -> Expression
  ) throws {
    let x = Variable("x", shape: shape)
    let target = Variable.labels(shape: shape.reduced(over: [1]))
    var elements = (0..<shape.count).map { Double($0 % 7) / 6 }
    for (index, value) in replaced { elements[index] = value }
    var classes = (0..<target.shape.count).map { Double($0 % 3) }
    for (index, value) in labels { classes[index] = value }
    let value = record(x.expression, oneHot(target, axis: 1, classes: 3))
    let runner = try PlanRunner<Scalar>(
      numbers: [value], arrays: [],
      [x: Tensor(elements, shape: shape), target: Tensor(classes, shape: target.shape)], order: order,
      classAxis: 1, bounds: [x: 0...1], labels: (3, ignored))
    try runner.run(runner.plan.makeWorkspace(threads: 2))
  }

  /// Expressions that read both arrays, x alone, labels alone, none: domains hold all the same.
  static let records: [@Sendable (Expression, Expression) -> Expression] = [
    { x, t in (x * t).sum() / (x.sum() + t.sum()) }, { x, t in (square(x) - t).sum() }, { x, _ in x.sum() },
    { _, t in t.sum() }, { _, _ in 1 }, { x, t in (x.sum([0]) * t.sum([0])).sum() },
    { x, t in mean(((x * t).sum([2]) + 1) / (x.sum([2]) + t.sum([2]) + 1)) },
  ]

  @Test(arguments: orders) func insideItsDomain(_ order: MemoryOrder) throws {
    for record in Self.records {
      try run(Float.self, order, [5: 0, 6: 1], labels: [7: 200], record: record)
      try run(Double.self, order, [5: 0, 6: 1], labels: [7: 200], record: record)
    }
  }

  @Test(arguments: orders) func firstValueOutside(_ order: MemoryOrder) throws {
    // In the order of the variable's axes; the position is one in memory.
    let places = order.places(shape)
    for (number, record) in Self.records.enumerated() {
      for bad in [Double.nan, .infinity, -.infinity, -0.001, 1.001] {
        for index in [0, 2499, 2500, 7499, 7500, 11111, 14999] {
          let expected = Plan.OutsideDomain(source: 0, index: places[index])
          var later = [index: bad]
          if index + 2000 < shape.count { later[index + 2000] = .nan }
          #expect(throws: expected, "\(number), \(bad) at \(index)") {
            try run(Float.self, order, later, record: record)
          }
          if index == 7499 {
            #expect(throws: expected) { try run(Double.self, order, later, record: record) }
          }
        }
      }
    }
  }

  @Test(arguments: orders) func firstLabelOutside(_ order: MemoryOrder) throws {
    let places = order.places(shape.reduced(over: [1]))
    for (number, record) in Self.records.enumerated() {
      for index in [0, 1, 2499, 2500, 4999] {
        for bad in [3, 4, 199, 201, 255] as [Double] {
          var labels = [index: bad]
          if index + 900 < places.count { labels[index + 900] = bad }
          #expect(
            throws: Plan.OutsideDomain(source: 1, index: places[index]), "\(number), \(bad) at \(index)"
          ) { try run(Float.self, order, labels: labels, record: record) }
        }
        #expect(throws: Plan.OutsideDomain(source: 1, index: places[index])) {
          try run(Double.self, order, labels: [index: 200], ignored: nil, record: record)
        }
      }
    }
  }

  /// Every late value is checked when the late stage is run.
  @Test func lateValues() throws {
    let x = Variable("x", shape: shape)
    let late = Variable("v", shape: shape)
    let zeros = Tensor([Double](repeating: 0.5, count: shape.count), shape: shape)
    let runner = try PlanRunner<Float>(
      numbers: [(x.expression * late.expression).sum()], arrays: [], [x: zeros, late: zeros],
      order: MemoryOrder([0, 1, 2]), classAxis: 1, late: [late], bounds: [x: 0...1, late: 0...1])
    let work = runner.plan.makeWorkspace()
    try runner.run(work)
    var bad = zeros.elements
    bad[123] = 2
    runner.set(late, Tensor(bad, shape: shape))
    #expect(throws: Plan.OutsideDomain(source: 1, index: 123)) { try runner.run(work, .late) }
    runner.set(x, Tensor(bad, shape: shape))
    #expect(throws: Plan.OutsideDomain(source: 0, index: 123)) { try runner.run(work, .early) }
  }

  /// Where an array needs no sum it is written as the values are checked; after an error nothing of it is to be used.
  @Test func nothingHalfWrittenIsLeft() throws {
    let x = Variable("x", shape: shape)
    let good = Tensor((0..<shape.count).map { Double($0 % 5) / 4 }, shape: shape)
    let runner = try PlanRunner<Float>(
      numbers: [square(x.expression).sum()], arrays: [2 * x.expression], [x: good],
      order: MemoryOrder([0, 1, 2]), classAxis: 1, bounds: [x: 0...1])
    let work = runner.plan.makeWorkspace()
    var bad = good.elements
    bad[shape.count - 1] = 1.5
    runner.set(x, Tensor(bad, shape: shape))
    #expect(throws: Plan.OutsideDomain(source: 0, index: shape.count - 1)) { try runner.run(work) }
    #expect(runner.array(0).allSatisfy { $0.isNaN })
    runner.set(x, good)
    try runner.run(work)
    #expect(runner.array(0) == good.elements.map { 2 * $0 })
  }

  /// An error leaves nothing behind: the next run is as the first.
  @Test func afterAnError() throws {
    let x = Variable("x", shape: shape)
    let good = Tensor((0..<shape.count).map { Double($0 % 5) / 4 }, shape: shape)
    let runner = try PlanRunner<Float>(
      numbers: [x.expression.sum()], arrays: [x.expression / x.expression.sum()], [x: good],
      order: MemoryOrder([0, 1, 2]), classAxis: 1, bounds: [x: 0...1])
    let work = runner.plan.makeWorkspace()
    try runner.run(work)
    let (value, bits) = (work.number(0), runner.bits(0))
    runner.clearResults()
    let cleared = runner.bits(0)
    var bad = good.elements
    bad[14000] = .nan
    runner.set(x, Tensor(bad, shape: shape))
    #expect(throws: Plan.OutsideDomain(source: 0, index: 14000)) { try runner.run(work) }
    #expect(runner.bits(0) == cleared, "an array of a later pass is not written")
    runner.set(x, good)
    try runner.run(work)
    #expect(work.number(0) == value)
    #expect(runner.bits(0) == bits)
  }
}
