// From expressions to a plan: what is done in which pass, and where whole tensors lie.
import CVectorMath

extension Plan {
  /// Something to compute: a few numbers, kept in the workspace, or an array the caller gives room for.
  public struct Result: Sendable {
    let expression: Expression
    let layout: ArrayLayout?

    /// Numbers that are read with `Workspace.numbers(_:)` after a run.
    public static func numbers(_ expression: Expression) -> Result {
      Result(expression: expression, layout: nil)
    }
    /// An array with the expression's shape, laid out like this (row-major order if not given).
    public static func array(_ expression: Expression, layout: ArrayLayout? = nil) -> Result {
      Result(expression: expression, layout: layout ?? ArrayLayout(rowMajor: expression.shape))
    }
  }

  /// - Parameters:
  ///   - results: what to compute, in the order it is asked for.
  ///   - sources: every variable of the expressions.
  ///   - late: variables that change while the others stay; see `run(_:)`.
  ///   - classAxis: the axis along which classes lie, if there is one.
  /// - Throws: what went wrong in recording an expression; `AutodiffError.missingInput`.
  public init(
    _ results: [Result], sources: [Source], late: [Variable] = [], precision: Precision = .single,
    classAxis: Int? = nil
  ) throws(AutodiffError) {
    for result in results { try result.expression.checkRecorded() }
    let roots = Node.sharing(results.map(\.expression.node))
    var compiler = PlanCompiler(
      roots, sources: sources, late: late, precision: precision, classAxis: classAxis)
    try compiler.checkSources()
    self = compiler.compile(results.map(\.layout))
  }
}

private struct PlanCompiler: PassContext {
  let roots: [Node]
  let nodes: [Node]
  let sources: [Plan.Source]
  let precision: Precision
  private let hasLateSources: Bool
  var schedule: Schedule
  private var offsets: [ObjectIdentifier: Int] = [:]
  private var arena: [Double] = []
  private var steps: [DenseStep] = []
  private var stepKeys: [(late: Bool, level: Int)] = []
  private var tensorSteps: [DenseTensorStep] = []
  private var maps: [Int] = []
  private var siteSums: [(node: Node, late: Bool, level: Int)] = []

  init(_ roots: [Node], sources: [Plan.Source], late: [Variable], precision: Precision, classAxis: Int?) {
    let lateInputs = Set(late.map(\.input.identifier))
    hasLateSources = !late.isEmpty
    let recorded = Schedule(Node.ordered(roots), classAxis: classAxis, lateInputs: lateInputs)
    self.roots = PolynomialFusion(
      recorded,
      checkedInputs: Set(sources.filter { $0.bounds != nil }.map { $0.variable.input.identifier })
    ).fused(Node.sharingDifferences(roots))
    self.sources = sources
    self.precision = precision
    nodes = Node.ordered(self.roots)
    schedule = Schedule(nodes, classAxis: classAxis, lateInputs: lateInputs)
  }

  func checkSources() throws(AutodiffError) {
    for node in nodes {
      if case .input(let input) = node.operation, !sources.contains(where: { $0.variable.input == input }) {
        throw .missingInput(input.name)
      }
    }
  }

  func input(_ input: Input) -> (number: Int, layout: ArrayLayout) {
    let number = sources.firstIndex { $0.variable.input == input } ?? 0
    return (number, sources[number].layout)
  }

  func arenaOffset(_ node: Node) -> Int { offsets[node.identity] ?? 0 }

  // MARK: The whole plan

  mutating func compile(_ layouts: [ArrayLayout?]) -> Plan {
    // What each result is: numbers, an array written by a pass, or a whole tensor put into the caller's array.
    var places: [(arena: Int?, shape: TensorShape)] = []
    var arrays: [(node: Node, number: Int, layout: ArrayLayout, level: Int)] = []
    var scattered: [(arena: Int, output: Int, offsets: [Int])] = []
    var outputCount = 0
    for (node, layout) in zip(roots, layouts) {
      guard let layout else {
        places.append((dense(node), node.shape))
        continue
      }
      if let level = schedule.siteLevel(node), schedule.spansSites(node), node.shape == schedule.domain {
        arrays.append((node, outputCount, layout, level))
      } else {
        scattered.append((dense(node), outputCount, node.shape.offsets(strides: layout.strides)))
      }
      places.append((nil, node.shape))
      outputCount += 1
    }
    // Sums and arrays need whole tensors, whose own needs are found on the way.
    var done: Set<ObjectIdentifier> = []
    var next = 0
    for array in arrays { require(array.node, &done) }
    while next < siteSums.count {
      require(siteSums[next].node.operands[0], &done)
      next += 1
    }

    let (loop, outerAxes, inner) = siteLoop(arrays.map { $0.layout })
    var programs: [Program] = []
    var early: [Plan.Step] = []
    var late: [Plan.Step] = []
    let checks: [(node: Node, check: Int, bounds: DomainBounds, late: Bool)] = sources.enumerated().compactMap
    {
      number, source in
      guard let bounds = source.bounds,
        let node = nodes.first(where: {
          if case .input(let input) = $0.operation { input == source.variable.input } else { false }
        }), schedule.siteLevel(node) != nil
      else { return nil }
      return (node, number, bounds, schedule.isLate(node))
    }
    for isLate in [false, true] {
      let levels =
        siteSums.filter { $0.late == isLate }.map(\.level)
        + arrays.filter { isLateResult($0.node) == isLate }.map(\.level)
      let last = max(levels.max() ?? -1, stepKeys.filter { $0.late == isLate }.map(\.level).max() ?? 0, 0)
      var list: [Plan.Step] = []
      for level in 0...last + 1 {
        let ready = steps.indices.filter { stepKeys[$0].late == isLate && stepKeys[$0].level == level }
        list += ready.map { .dense($0...$0) }
        let sums = siteSums.filter { $0.late == isLate && $0.level == level }.map(\.node)
        let outputs = arrays.filter { isLateResult($0.node) == isLate && $0.level == level }
        let mine = level == 0 ? checks.filter { $0.late == isLate } : []
        guard let loop, !(sums.isEmpty && outputs.isEmpty && mine.isEmpty) else { continue }
        // Results that together go beyond a cache are written past it.
        let written = outputs.reduce(0) { $0 + $1.node.shape.count * precision.elementSize }
        let streams = written > 16 << 20
        var pass = PassCompiler(self, loop: loop, outerAxes: outerAxes, innerAxis: inner)
        let program = pass.compile(
          sums: sums,
          outputs: outputs.map {
            PassCompiler.Output(
              node: $0.node, number: $0.number, layout: $0.layout, streams: streams)
          }, checks: mine.map { ($0.node, $0.check, $0.bounds) })
        list.append(.pass(programs.count))
        programs.append(program)
      }
      if isLate { late = list } else { early = list }
    }
    return Plan(
      precision: precision, sources: sources, loop: loop, programs: programs, denseSteps: steps,
      tensorSteps: tensorSteps, maps: maps, arena: arena, early: merged(early), late: merged(late),
      results: places,
      scattered: scattered, outputCount: outputCount,
      checkedSources: sources.indices.filter { number in
        sources[number].bounds != nil && !checks.contains { $0.check == number }
      })
  }

  /// Runs of dense steps as ranges.
  private func merged(_ steps: [Plan.Step]) -> [Plan.Step] {
    var merged: [Plan.Step] = []
    for step in steps {
      if case .dense(let new) = step, case .dense(let old)? = merged.last,
        old.upperBound + 1 == new.lowerBound
      {
        merged[merged.count - 1] = .dense(old.lowerBound...new.upperBound)
      } else {
        merged.append(step)
      }
    }
    return merged
  }

  /// The loops: a row is as long as every array's strides allow.
  private func siteLoop(_ outputLayouts: [ArrayLayout]) -> (SiteLoop?, outerAxes: [Int], inner: Int) {
    guard let inner = schedule.innerAxis else { return (nil, [], 0) }
    let domain = schedule.domain
    var layouts = outputLayouts.map(\.strides)
    for node in nodes {
      if case .input(let input) = node.operation, node.shape.rank == domain.rank {
        layouts.append(self.input(input).layout.strides)
      } else if offsets[node.identity] != nil, node.shape.broadcasts(to: domain) {
        layouts.append(node.shape.strides(in: domain))
      }
    }
    var row = domain[inner]
    var outer: [Int] = []
    var merging = true
    var first = inner
    for axis in (0..<inner).reversed() where axis != schedule.laneAxis && domain[axis] > 1 {
      let joins = layouts.allSatisfy { $0[axis] == $0[first] * domain[first] }
      if merging && joins {
        row *= domain[axis]
        first = axis
      } else {
        merging = false
        outer.insert(axis, at: 0)
      }
    }
    let lanes = schedule.laneAxis.map { domain[$0] } ?? 1
    // Some dozen registers of a block and all its classes stay within the second-level cache.
    var block = 2048
    while block > 128 && block * lanes * precision.elementSize > 16 << 10 { block /= 2 }
    let loop = SiteLoop(outerExtents: outer.map { domain[$0] }, count: row, lanes: lanes, block: block)
    return (loop, outer, inner)
  }

  /// Makes sure that every whole tensor that a site-level node reads exists.
  private mutating func require(_ node: Node, _ done: inout Set<ObjectIdentifier>) {
    guard schedule.siteLevel(node) != nil, done.insert(node.identity).inserted else { return }
    for operand in node.operands {
      if operand.uniformValue != nil {
        // A polynomial's coefficients stand in the arena, known ones too.
        if case .polynomial = node.operation { _ = dense(operand) }
        continue
      }
      if schedule.siteLevel(operand) != nil { require(operand, &done) } else { _ = dense(operand) }
    }
  }

  // MARK: Whole tensors

  /// With late sources every array is written in the late stage: the early one is given no room for it.
  private func isLateResult(_ node: Node) -> Bool { hasLateSources || schedule.isLate(node) }

  private mutating func reserve(_ node: Node) -> Int {
    let offset = arena.count
    arena += [Double](repeating: 0, count: node.shape.count)
    offsets[node.identity] = offset
    return offset
  }

  private mutating func add(_ step: DenseStep, for node: Node) {
    steps.append(step)
    stepKeys.append((schedule.isLate(node), schedule.denseLevel(node)))
  }

  /// Where the node lies as a whole tensor; plans its computation if that has not happened yet.
  private mutating func dense(_ node: Node) -> Int {
    if let known = offsets[node.identity] { return known }
    if let value = node.uniformValue {
      let offset = reserve(node)
      for index in 0..<node.shape.count { arena[offset + index] = value }
      return offset
    }
    if schedule.isSiteSum(node), schedule.siteLevel(node.operands[0]) != nil {
      let offset = reserve(node)
      siteSums.append((node, schedule.isLate(node), schedule.denseLevel(node) - 1))
      return offset
    }
    let operands: [Int]
    switch node.operation {
    case .input, .oneHot, .labelMask: operands = []
    default: operands = node.operands.map { dense($0) }
    }
    let out = reserve(node)
    let count = node.shape.count
    switch node.operation {
    case .constant, .failure: break
    case .data(let tensor):
      for (index, element) in tensor.elements.enumerated() { arena[out + index] = element }
    case .input(let input):
      let (number, layout) = self.input(input)
      let map = addMap(node.shape.offsets(strides: layout.strides))
      add(DenseStep(kind: .load, out: out, count: count, map: map, parameter: number), for: node)
    case .oneHot(let axis):
      guard case .input(let input) = node.operands[0].operation else { break }
      let (number, layout) = self.input(input)
      var strides = layout.strides
      strides[axis] = 0
      let inner = node.shape.extents[(axis + 1)...].reduce(1, *)
      add(
        DenseStep(
          kind: .loadOneHot, out: out, b: inner, c: node.shape[axis], count: count,
          map: addMap(node.shape.offsets(strides: strides)), parameter: number), for: node)
    case .labelMask(let ignored):
      guard case .input(let input) = node.operands[0].operation else { break }
      let (number, layout) = self.input(input)
      add(
        DenseStep(
          kind: .loadMask, out: out, b: Int(ignored), count: count,
          map: addMap(node.shape.offsets(strides: layout.strides)), parameter: number), for: node)
    case .elementwise(let operation): add(denseElementwise(node, operation, operands, out), for: node)
    case .stopGradient:
      add(DenseStep(kind: .kernel, kernel: vm_copy_f64, out: out, a: operands[0], count: count), for: node)
    case .broadcast:
      let source = node.operands[0].shape
      if source.count == 1 {
        add(DenseStep(kind: .kernel, kernel: vm_fill_f64, out: out, a: operands[0], count: count), for: node)
      } else {
        let map = addMap(node.shape.offsets(strides: source.strides(in: node.shape)))
        add(DenseStep(kind: .gather, out: out, a: operands[0], count: count, map: map), for: node)
      }
    case .sum:
      let source = node.operands[0].shape
      let map = addMap(source.offsets(strides: node.shape.strides(in: source)))
      add(
        DenseStep(kind: .accumulate, out: out, a: operands[0], c: count, count: source.count, map: map),
        for: node)
    case .logSoftmax(let axis): add(WholeLogSoftmax(axis: axis), node, operands, out)
    case .polynomial: add(WholePolynomial(), node, operands, out)
    case .tensor(let operation): add(operation, node, operands, out)
    }
    return out
  }

  private mutating func add(_ operation: any TensorOperation, _ node: Node, _ operands: [Int], _ out: Int) {
    tensorSteps.append(
      DenseTensorStep(
        operation: operation, operands: zip(operands, node.operands).map { ($0, $1.shape) }, shape: node.shape
      ))
    add(
      DenseStep(kind: .tensor, out: out, count: node.shape.count, parameter: tensorSteps.count - 1), for: node
    )
  }

  private mutating func addMap(_ map: [Int]) -> Int {
    defer { maps += map }
    return maps.count
  }

  private func denseElementwise(_ node: Node, _ operation: Elementwise, _ operands: [Int], _ out: Int)
    -> DenseStep
  {
    let single = node.operands.map { $0.shape.count == 1 && node.shape.count > 1 }
    var step = DenseStep(kind: .kernel, out: out, count: node.shape.count)
    step.a = operands[0]
    if operands.count > 1 { step.b = operands[1] }
    if operands.count > 2 { step.c = operands[2] }
    switch operation.kernels {
    case .unary(let kernel): step.kernel = kernel.double
    case .binary(let vv, let vs, let sv): step.kernel = (single[0] ? sv : single[1] ? vs : vv).double
    case .ternary(let vvv, let vvs, let vsv, let vss):
      step.kernel = (single[1] ? (single[2] ? vss : vsv) : (single[2] ? vvs : vvv)).double
    }
    return step
  }
}
