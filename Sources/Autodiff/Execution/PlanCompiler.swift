// From expressions to a plan: what is done in which pass, and where whole tensors lie.
import CVectorMath
import SystemLimits

extension Plan {
  /// Something to compute: a few numbers, kept in the workspace, or an array the caller gives room for.
  public struct Result: Sendable {
    enum Kind {
      case numbers
      case array(ArrayLayout)
      case extremes
    }
    let expression: Expression
    let kind: Kind

    /// Numbers that are read with `Workspace.numbers(_:)` after a run.
    public static func numbers(_ expression: Expression) -> Result {
      Result(expression: expression, kind: .numbers)
    }
    /// An array with the expression's shape, laid out like this (row-major order if not given).
    public static func array(_ expression: Expression, layout: ArrayLayout? = nil) -> Result {
      Result(expression: expression, kind: .array(layout ?? ArrayLayout(rowMajor: expression.shape)))
    }
    /// The least and the largest element, two numbers that are read with `Workspace.numbers(_:)`; NaN if one is.
    public static func extremes(_ expression: Expression) -> Result {
      Result(expression: expression, kind: .extremes)
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
    for source in sources { try source.check() }
    let roots = Node.sharing(results.map(\.expression.node))
    var compiler = PlanCompiler(
      roots, sources: sources, late: late, precision: precision, classAxis: classAxis)
    try compiler.checkSources()
    self = compiler.compile(results.map(\.kind))
    // Orders and other work on a whole tensor take as much again as the largest, twice.
    let largest = tensorSteps.isEmpty ? 0 : arena.regions.map(\.count).max() ?? 0
    do throws(InsufficientMemory) {
      memory = try PlanMemory(arena: arena.count, scratch: 2 * largest)
    } catch {
      throw .beyondMemory(bytes: error.needed, memory: error.left)
    }
  }
}

struct PlanCompiler: PassContext {
  let roots: [Node]
  let nodes: [Node]
  let sources: [Plan.Source]
  let precision: Precision
  let hasLateSources: Bool
  var schedule: Schedule
  var offsets: [ObjectIdentifier: Int] = [:]
  var arena = Arena()
  var steps: [DenseStep] = []
  var stepKeys: [(late: Bool, level: Int)] = []
  var tensorSteps: [DenseTensorStep] = []
  var maps: [ElementMap] = []
  var siteSums: [(node: Node, late: Bool, level: Int)] = []
  // What each result is: numbers, an array written by a pass, or a whole tensor put into the caller's array.
  var places: [(arena: Int?, shape: TensorShape)] = []
  var arrays: [SiteArray] = []
  var extremes: [SiteExtremes] = []
  var scattered: [(arena: Int, output: Int, map: ElementMap)] = []
  var filled: [(output: Int, value: Double, count: Int)] = []
  var wholeExtremes: [(arena: Int, count: Int, place: Int)] = []
  var outputCount = 0
  /// Whether blocks are half as long.
  var hasSmallBlocks = false

  init(_ roots: [Node], sources: [Plan.Source], late: [Variable], precision: Precision, classAxis: Int?) {
    let lateInputs = Set(late.map(\.input.identifier))
    hasLateSources = !late.isEmpty
    let classesLieApart = sources.allSatisfy { source in
      guard let classAxis, classAxis < source.layout.strides.count else { return true }
      let (own, others) = (source.layout.strides[classAxis], source.layout.strides[(classAxis + 1)...])
      return own == 0 || others.allSatisfy { $0 < own }
    }
    let recorded = Schedule(
      Node.ordered(roots), classAxis: classAxis, lateInputs: lateInputs, classesLieApart: classesLieApart)
    self.roots = PolynomialFusion(
      recorded,
      checkedInputs: Set(sources.filter { $0.bounds != nil }.map { $0.variable.input.identifier })
    ).fused(roots)
    self.sources = sources
    self.precision = precision
    nodes = Node.ordered(self.roots)
    schedule = Schedule(
      nodes, classAxis: classAxis, lateInputs: lateInputs, classesLieApart: classesLieApart)
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

  func isWhole(_ node: Node) -> Bool {
    if case .input = node.operation { return false }
    return offsets[node.identity] != nil && schedule.spansSites(node)
  }

  // MARK: The whole plan

  mutating func compile(_ kinds: [Plan.Result.Kind]) -> Plan {
    var untouched = self
    place(kinds)
    // Sums and arrays need whole tensors, whose own needs are found on the way.
    var done: Set<ObjectIdentifier> = []
    var next = 0
    for node in arrays.map(\.node) + extremes.map(\.node) { require(node, &done) }
    while next < siteSums.count {
      require(siteSums[next].node.operands[0], &done)
      next += 1
    }

    let (loop, outerAxes, inner) = siteLoop(arrays.map { $0.layout })
    var programs: [Program] = []
    var early: [Plan.Step] = []
    var late: [Plan.Step] = []
    let checks: [(check: PassCompiler.Check, late: Bool)] = sources.enumerated().compactMap {
      number, source in
      guard let bounds = source.bounds,
        let node = nodes.first(where: {
          if case .input(let input) = $0.operation { input == source.variable.input } else { false }
        }), schedule.siteLevel(node) != nil
      else { return nil }
      return (PassCompiler.Check(node: node, source: number, bounds: bounds), schedule.isLate(node))
    }
    for isLate in [false, true] {
      let levels =
        siteSums.filter { $0.late == isLate }.map(\.level)
        + arrays.filter { isLateResult($0.node) == isLate }.map(\.level)
        + extremes.filter { isLateResult($0.node) == isLate }.map(\.level)
      let last = max(levels.max() ?? -1, stepKeys.filter { $0.late == isLate }.map(\.level).max() ?? 0, 0)
      var list: [Plan.Step] = []
      for level in 0...last + 1 {
        let ready = steps.indices.filter { stepKeys[$0].late == isLate && stepKeys[$0].level == level }
        list += ready.map { .dense($0...$0) }
        let sums = siteSums.filter { $0.late == isLate && $0.level == level }.map(\.node)
        let outputs = arrays.filter { isLateResult($0.node) == isLate && $0.level == level }
        let bounds = extremes.filter { isLateResult($0.node) == isLate && $0.level == level }
        let mine = level == 0 ? checks.filter { $0.late == isLate }.map(\.check) : []
        guard let loop, !(sums.isEmpty && outputs.isEmpty && mine.isEmpty && bounds.isEmpty) else { continue }
        func add(
          _ sums: [Node], _ extremes: [SiteExtremes], _ outputs: [PassCompiler.Output],
          _ checks: [PassCompiler.Check]
        ) {
          var pass = PassCompiler(self, loop: loop, outerAxes: outerAxes, innerAxis: inner)
          list.append(.pass(programs.count))
          programs.append(
            pass.compile(
              sums: sums, extremes: extremes.map { PassCompiler.Extremes(node: $0.node, arena: $0.place) },
              outputs: outputs, checks: checks))
        }
        // Results that together go beyond a cache are written past it: one, or any where classes lie side by side.
        // (Two in turn are written faster through the cache, measured.)
        let written = outputs.reduce(0) { $0 + $1.node.shape.count * precision.elementSize }
        let isLarge = written > 8 << 20
        add(
          sums, bounds,
          outputs.map {
            PassCompiler.Output(
              node: $0.node, number: $0.number, layout: $0.layout,
              streams: isLarge && (outputs.count == 1 || $0.layout.strides[inner] > 1))
          }, mine)
      }
      if isLate { late = list } else { early = list }
    }
    // What a pass reads, writes and keeps is to fit into the first-level cache; smaller blocks cost more calls.
    if let loop, loop.lanes == 1, !hasSmallBlocks,
      let most = programs.map({ $0.memory.count + $0.registers }).max(), most > 3
    {
      untouched.hasSmallBlocks = true
      return untouched.compile(kinds)
    }
    packArena(early: early, late: late, programs: &programs)
    return Plan(
      precision: precision, sources: sources, loop: loop, programs: programs, denseSteps: steps,
      tensorSteps: tensorSteps, maps: maps, arena: arena, early: merged(early), late: merged(late),
      results: places, scattered: scattered, filled: filled, wholeExtremes: wholeExtremes,
      outputCount: outputCount,
      checkedSources: sources.indices.filter { number in
        sources[number].bounds != nil && !checks.contains { $0.check.source == number }
      })
  }

  /// Runs of dense steps as ranges.
  func merged(_ steps: [Plan.Step]) -> [Plan.Step] {
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
  func siteLoop(_ outputLayouts: [ArrayLayout]) -> (SiteLoop?, outerAxes: [Int], inner: Int) {
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
    // A few registers of a block, and all its classes, stay within the first-level cache, many within the second.
    let values = nodes.filter { schedule.spansSites($0) && $0.shape == domain }.count
    let bytes = lanes == 1 ? (hasSmallBlocks ? 4 << 10 : 8 << 10) : values > 16 ? 8 << 10 : 16 << 10
    var block = 2048
    while block > 128 && block * lanes * precision.elementSize > bytes { block /= 2 }
    let loop = SiteLoop(outerExtents: outer.map { domain[$0] }, count: row, lanes: lanes, block: block)
    return (loop, outer, inner)
  }

  /// Makes sure that every whole tensor that a site-level node reads exists.
  mutating func require(_ node: Node, _ done: inout Set<ObjectIdentifier>) {
    guard schedule.siteLevel(node) != nil, done.insert(node.identity).inserted else { return }
    var waiting = [(node: node, next: 0)]
    while let (node, next) = waiting.last {
      guard next < node.operands.count else {
        waiting.removeLast()
        continue
      }
      waiting[waiting.count - 1].next += 1
      let operand = node.operands[next]
      if operand.uniformValue != nil {
        // A polynomial's coefficients stand in the arena, known ones too.
        if case .polynomial = node.operation { _ = dense(operand) }
      } else if schedule.siteLevel(operand) == nil {
        _ = dense(operand)
      } else if done.insert(operand.identity).inserted {
        waiting.append((operand, 0))
      }
    }
  }
}
