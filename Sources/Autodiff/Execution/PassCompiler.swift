// Code generation for one pass over the sites: vector registers, fused kernels, addresses.
import CVectorMath

/// What a pass has to know of the plan around it.
protocol PassContext {
  var schedule: Schedule { get }
  var precision: Precision { get }
  /// Where a whole tensor lies in the arena.
  func arenaOffset(_ node: Node) -> Int
  func input(_ input: Input) -> (number: Int, layout: ArrayLayout)
}

struct PassCompiler {
  /// A vector in memory or in a register, or a number that is the same for a whole row of sites.
  private enum Operand {
    case vector(Address, lanes: Int)
    case scalar(Address)
  }

  struct Output {
    let node: Node
    let number: Int
    let layout: ArrayLayout
    let streams: Bool
  }

  private let context: any PassContext
  private let block: Int
  private let elementSize: Int
  private let lanes: Int
  /// Graph axes that are loops around a row, and those that the row runs over.
  private let outerAxes: [Int]
  private let innerAxis: Int
  private var program = Program()
  private var places: [ObjectIdentifier: Operand] = [:]
  private var uses: [ObjectIdentifier: Int] = [:]
  private var free: [Int: [Int]] = [:]
  private var outputs: [ObjectIdentifier: Output] = [:]
  private var memoryBases: [String: Int32] = [:]
  private var scalarPlaces: [String: Address] = [:]
  private var labelPlaces: [Int: Address] = [:]
  /// Nodes that share a kernel with another one: log p and p of a softmax, a sigmoid and its slope.
  private var companions: [ObjectIdentifier: Node] = [:]

  init(_ context: any PassContext, loop: SiteLoop, outerAxes: [Int], innerAxis: Int) {
    self.context = context
    block = loop.block
    lanes = loop.lanes
    elementSize = context.precision.elementSize
    self.outerAxes = outerAxes
    self.innerAxis = innerAxis
  }

  /// The program that takes these sums, checks these inputs and writes these outputs.
  mutating func compile(
    sums: [Node], outputs: [Output], checks: [(node: Node, check: Int, bounds: DomainBounds)]
  ) -> Program {
    let operands = sums.map { $0.operands[0] }
    let needed = siteNodes(operands + outputs.map(\.node) + checks.map(\.node))
    for node in needed {
      for operand in node.operands { uses[operand.identity, default: 0] += 1 }
    }
    for node in operands + outputs.map(\.node) + checks.map(\.node) { uses[node.identity, default: 0] += 1 }
    for output in outputs { self.outputs[output.node.identity] = output }
    findCompanions(needed)

    let (rest, unchecked) = emitMoments(sums, checks)
    for (node, check, bounds) in unchecked { emitCheck(node, check, bounds) }
    for sum in rest { emitSum(sum) }
    for output in outputs { emitOutput(output) }
    program.scratchElements = max(program.scratchElements, block)
    return program
  }

  /// The nodes computed for each block that `roots` need, operands first.
  private func siteNodes(_ roots: [Node]) -> [Node] {
    var schedule = context.schedule
    var order: [Node] = []
    var seen: Set<ObjectIdentifier> = []
    func visit(_ node: Node) {
      guard schedule.siteLevel(node) != nil, seen.insert(node.identity).inserted else { return }
      for operand in node.operands { visit(operand) }
      order.append(node)
    }
    for root in roots { visit(root) }
    return order
  }

  private mutating func findCompanions(_ nodes: [Node]) {
    var sigmoids: [ObjectIdentifier: Node] = [:]
    for node in nodes {
      guard case .elementwise(let operation) = node.operation else { continue }
      if operation.name == Elementwise.sigmoid.name { sigmoids[node.operands[0].identity] = node }
      if operation.name == Elementwise.exponential.name, case .logSoftmax = node.operands[0].operation {
        companions[node.operands[0].identity] = node
      }
    }
    for node in nodes {
      guard case .elementwise(let operation) = node.operation,
        operation.name == Elementwise.sigmoidSlope.name,
        let sigmoid = sigmoids[node.operands[0].identity]
      else { continue }
      companions[node.identity] = sigmoid
      companions[sigmoid.identity] = node
    }
  }

  // MARK: Results

  private mutating func emitCheck(_ node: Node, _ check: Int, _ bounds: DomainBounds) {
    let slot = program.slots
    let width: Int
    switch bounds {
    case .range(let lower, let upper):
      guard case .vector(let address, let count) = operand(node) else { return }
      width = count
      let limits = poolNumbers([lower, upper])
      emit(
        pair(vm_count_outside_f32, vm_count_outside_f64), accumulator(slot, width), address, limits,
        lanes: width)
    case .labels(let classes, let ignored):
      width = 1
      guard case .input(let input) = node.operation else { return }
      let limits = poolBytes(UInt16(clamping: classes))
      let skipped = poolBytes(ignored.map(UInt16.init) ?? 0xFFFF)
      program.instructions.append(
        Instruction(
          kernel: vm_count_labels_outside, out: accumulator(slot, 1), a: labelAddress(input), b: limits,
          c: skipped,
          lanes: 1))
    }
    program.slots += width
    program.checks.append(Program.Check(slot: slot, slotStride: 1, lanes: width, check: check))
    release(node)
  }

  private mutating func emitSum(_ sum: Node) {
    let summand = sum.operands[0]
    let width = laneCount(sum)
    let slot = program.slots
    program.slots += width
    addReduction(sum, slot: slot, slotStride: 1)
    // Lanes that are summed too go to one slot.
    let out = Address(base: Base.accumulators, offset: slot * 8, laneStride: width > 1 ? 8 : 0)
    let factors = productFactors(summand)
    if factors.count > 1 {
      var vectors: [Address] = []
      for factor in factors { vectors.append(vectorised(factor)) }
      let lanes = laneCount(summand)
      emit(
        factors.count == 2
          ? pair(vm_sum_of_products_f32, vm_sum_of_products_f64)
          : pair(vm_sum_of_three_products_f32, vm_sum_of_three_products_f64),
        out, vectors[0], vectors[1], vectors.count > 2 ? vectors[2] : .none, lanes: lanes)
      release(factors)
    } else {
      let address = vectorised(summand)
      emit(pair(vm_sum_f32, vm_sum_f64), out, address, .none, lanes: laneCount(summand))
      release(summand)
    }
  }

  private mutating func addReduction(_ sum: Node, slot: Int, slotStride: Int) {
    let strides = sum.shape.strides(in: context.schedule.domain)
    program.reductions.append(
      Program.Reduction(
        slot: slot, slotStride: slotStride, lanes: laneCount(sum), arena: context.arenaOffset(sum),
        arenaLaneStride: laneStride(strides), outerStrides: outerStrides(strides), arenaCount: sum.shape.count
      ))
  }

  /// Σa, Σb and Σab (or Σa², Σb² and Σab), where all three are wanted, from one reading of a and b, with the check of
  /// their values if both have one. Gives back what it does not take.
  private mutating func emitMoments(
    _ sums: [Node], _ checks: [(node: Node, check: Int, bounds: DomainBounds)]
  ) -> (sums: [Node], checks: [(node: Node, check: Int, bounds: DomainBounds)]) {
    var rest = sums
    var unchecked = checks
    for product in sums {
      var factors = productFactors(product.operands[0])
      if factors.count == 2, case .oneHot = factors[0].operation { factors.swapAt(0, 1) }
      guard factors.count == 2, factors[0] !== factors[1], factors.allSatisfy(isVector),
        laneCount(factors[0]) == laneCount(factors[1]), laneCount(product) == laneCount(factors[0])
      else { continue }
      func sum(of wanted: (Node) -> Bool) -> Node? {
        rest.first { $0.shape == product.shape && wanted($0.operands[0]) }
      }
      func square(_ factor: Node) -> (Node) -> Bool {
        { [uses] node in
          guard case .elementwise(let operation) = node.operation, operation.name == Elementwise.square.name
          else {
            return false
          }
          return node.operands[0] === factor && uses[node.identity] == 1
        }
      }
      let plain = factors.compactMap { factor in sum { $0 === factor } }
      let squared = factors.compactMap { factor in sum(of: square(factor)) }
      guard plain.count == 2 || squared.count == 2 else { continue }
      let firsts = plain.count == 2 ? plain : squared
      let width = laneCount(product)
      let own = factors.compactMap { factor in unchecked.first { $0.node === factor } }
      var bounds = Address.none
      if own.count == 2, case .range(let a, let b) = own[0].bounds, case .range(let c, let d) = own[1].bounds
      {
        bounds = poolNumbers([a, b, c, d])
      }
      let isChecked = bounds.base != Base.null
      let stride = isChecked ? 5 : 3
      let slot = program.slots
      program.slots += stride * width
      for (index, node) in (firsts + [product]).enumerated() {
        addReduction(node, slot: slot + index, slotStride: stride)
        rest.removeAll { $0 === node }
      }
      if plain.count == 2, !isChecked, let labels = labelSource(factors[1], uses: 2) {
        let classes = classBytes(width)
        emit(
          pair(vm_label_moments_f32, vm_label_moments_f64),
          Address(base: Base.accumulators, offset: slot * 8, laneStride: width > 1 ? stride * 8 : 0),
          vectorised(factors[0]), labels, classes, lanes: width)
        release(factors[0])
        release(factors[0])
        continue
      }
      let vectors = (vectorised(factors[0]), vectorised(factors[1]))
      let kernel: KernelPair =
        switch (plain.count == 2, isChecked) {
        case (true, false): pair(vm_moments_f32, vm_moments_f64)
        case (true, true): pair(vm_moments_checked_f32, vm_moments_checked_f64)
        case (false, false): pair(vm_squared_moments_f32, vm_squared_moments_f64)
        case (false, true): pair(vm_squared_moments_checked_f32, vm_squared_moments_checked_f64)
        }
      emit(
        kernel, Address(base: Base.accumulators, offset: slot * 8, laneStride: width > 1 ? stride * 8 : 0),
        vectors.0,
        vectors.1, bounds, lanes: width)
      for factor in factors {
        release(factor)
        release(factor)
      }
      if isChecked {
        for (index, check) in own.enumerated() {
          program.checks.append(
            Program.Check(slot: slot + 3 + index, slotStride: stride, lanes: width, check: check.check))
          unchecked.removeAll { $0.check == check.check }
          release(check.node)
        }
      }
    }
    return (rest, unchecked)
  }

  private mutating func release(_ factors: [Node]) {
    for (index, factor) in factors.enumerated() where !factors[..<index].contains(where: { $0 === factor }) {
      release(factor)
    }
  }

  /// The vectors whose product is summed, where the product is needed for nothing else.
  private func productFactors(_ node: Node) -> [Node] {
    guard uses[node.identity] == 1, places[node.identity] == nil, outputs[node.identity] == nil,
      case .elementwise(let operation) = node.operation
    else { return [node] }
    if operation.name == Elementwise.square.name { return [node.operands[0], node.operands[0]] }
    guard operation.name == Elementwise.multiply.name, node.operands.allSatisfy(isVector) else {
      return [node]
    }
    for (inner, other) in [(0, 1), (1, 0)] {
      let product = node.operands[inner]
      if uses[product.identity] == 1, places[product.identity] == nil, outputs[product.identity] == nil,
        case .elementwise(let operation) = product.operation, operation.name == Elementwise.multiply.name,
        product.operands.allSatisfy(isVector)
      {
        return product.operands + [node.operands[other]]
      }
    }
    return node.operands
  }

  private mutating func emitOutput(_ output: Output) {
    let address = vectorised(output.node)
    let width = laneCount(output.node)
    let target = memory(.output(output.number), output.layout, elementSize, shape: output.node.shape)
    if address.base == target.address.base { return }
    if target.inner == 1 || (target.inner == 0) {
      let kernel = output.streams ? pair(vm_stream_f32, vm_stream_f64) : pair(vm_copy_f32, vm_copy_f64)
      if output.streams { program.writesPastCache = true }
      emit(kernel, target.address, address, .none, lanes: width)
    } else if width > 1, target.inner == width, target.address.laneStride == elementSize {
      emitLanes(
        pair(vm_interleave_f32, vm_interleave_f64), target.address, address, in: address.laneStride,
        out: width * elementSize)
    } else {
      emit(
        pair(vm_strided_store_f32, vm_strided_store_f64), target.address, address, poolInteger(target.inner),
        lanes: width)
    }
    release(output.node)
  }

  // MARK: Nodes

  private func isVector(_ node: Node) -> Bool {
    var schedule = context.schedule
    if node.uniformValue != nil { return false }
    if case .broadcast = node.operation { return !context.schedule.isSameAlongRow(node.operands[0]) }
    return schedule.siteLevel(node) != nil || context.schedule.spansSites(node)
  }

  private func laneCount(_ node: Node) -> Int {
    guard let axis = context.schedule.laneAxis else { return 1 }
    return node.shape.extent(axis, of: context.schedule.domain.rank) > 1 ? lanes : 1
  }

  private mutating func operand(_ node: Node) -> Operand {
    if let place = places[node.identity] { return place }
    let place = computed(node)
    places[node.identity] = place
    return place
  }

  private mutating func vectorised(_ node: Node) -> Address {
    switch operand(node) {
    case .vector(let address, _): return address
    case .scalar(let value):
      let width = laneCount(node)
      let register = result(node, width)
      emit(pair(vm_fill_f32, vm_fill_f64), register, value, .none, lanes: width)
      places[node.identity] = .vector(register, lanes: width)
      return register
    }
  }

  private mutating func computed(_ node: Node) -> Operand {
    var schedule = context.schedule
    if let value = node.uniformValue { return .scalar(poolNumbers([value])) }
    guard schedule.siteLevel(node) != nil else { return whole(node) }
    let width = laneCount(node)
    switch node.operation {
    case .input(let input): return .vector(loaded(node, input), lanes: width)
    case .stopGradient: return operand(node.operands[0])
    case .broadcast:
      let source = node.operands[0]
      if context.schedule.spansSites(source) {
        // Stretched along classes or rows: the same vector, read again.
        let place = operand(source)
        uses[source.identity, default: 0] += 1_000_000
        return place
      }
      return whole(source)
    case .labelMask(let ignored):
      guard case .input(let input) = node.operands[0].operation else { return .scalar(.none) }
      let register = result(node, width)
      emit(
        pair(vm_not_label_f32, vm_not_label_f64), register, labelAddress(input), poolBytes(ignored), lanes: 1)
      return .vector(register, lanes: 1)
    case .oneHot:
      guard case .input(let input) = node.operands[0].operation else { return .scalar(.none) }
      let register = result(node, width)
      emit(
        pair(vm_one_hot_f32, vm_one_hot_f64), register, labelAddress(input), classBytes(width), lanes: width)
      return .vector(register, lanes: width)
    case .sum: return .vector(sumOverLanes(node), lanes: 1)
    case .logSoftmax: return .vector(softmax(node), lanes: width)
    case .elementwise(let operation): return .vector(elementwise(node, operation, width), lanes: width)
    case .polynomial: return .vector(polynomial(node, width), lanes: width)
    case .constant, .data, .tensor, .failure: return whole(node)
    }
  }

  /// A whole tensor in the arena: a number a row, or, where it has an element a site, a vector.
  private mutating func whole(_ node: Node) -> Operand {
    let domain = context.schedule.domain
    let strides = node.shape.strides(in: domain)
    let arena = context.arenaOffset(node)
    if strides[innerAxis] != 0 {
      let width = laneCount(node)
      let source = memory(.arena(arena), ArrayLayout(strides: strides), 8, shape: domain)
      let register = result(node, width)
      // Row-major order: sites lie side by side unless an axis without sites comes after them.
      if source.inner == 1 {
        emit(pair(vm_f32_from_f64, vm_copy_f64), register, source.address, .none, lanes: width)
      } else {
        // Set side by side first, in twice the room: the arena is Double.
        let wide = Address(
          base: Base.scratch, offset: program.scratchElements * elementSize,
          laneStride: width > 1 ? block * 8 : 0)
        program.scratchElements += width * block * 8 / elementSize
        emit(
          pair(vm_strided_load_f64, vm_strided_load_f64), wide, source.address, poolInteger(source.inner),
          lanes: width)
        emit(pair(vm_f32_from_f64, vm_copy_f64), register, wide, .none, lanes: width)
      }
      return .vector(register, lanes: width)
    }
    let width = laneStride(strides) == 0 ? 1 : lanes
    let key = "\(arena) \(width)"
    if let place = scalarPlaces[key] { return .scalar(place) }
    let place = Address(
      base: Base.scalars, offset: program.scalarElements * elementSize,
      laneStride: width > 1 ? elementSize : 0)
    program.scalars.append(
      Program.Scalar(
        arena: arena, arenaLaneStride: laneStride(strides), outerStrides: outerStrides(strides), lanes: width,
        destination: program.scalarElements))
    program.scalarElements += width
    scalarPlaces[key] = place
    return .scalar(place)
  }

  private mutating func loaded(_ node: Node, _ input: Input) -> Address {
    let (number, layout) = context.input(input)
    let source = memory(.input(number), layout, elementSize, shape: node.shape)
    if source.inner == 1 { return source.address }
    let width = laneCount(node)
    let register = result(node, width)
    if width > 1, source.inner == width, source.address.laneStride == elementSize {
      var all = source.address
      all.laneStride = 0
      emitLanes(
        pair(vm_deinterleave_f32, vm_deinterleave_f64), register, all, in: width * elementSize,
        out: register.laneStride)
    } else {
      emit(
        pair(vm_strided_load_f32, vm_strided_load_f64), register, source.address, poolInteger(source.inner),
        lanes: width)
    }
    return register
  }

  private mutating func sumOverLanes(_ node: Node) -> Address {
    let summand = node.operands[0]
    let sum = pair(vm_add_vv_f32, vm_add_vv_f64)
    let factors = productFactors(summand)
    if factors.count == 2, factors[0] !== factors[1] {
      let (a, b) = (vectorised(factors[0]), vectorised(factors[1]))
      let out = result(node, 1)
      emit(pair(vm_multiply_vv_f32, vm_multiply_vv_f64), out, a, b, lanes: 1)
      for lane in 1..<lanes {
        emit(
          pair(vm_multiply_add_vvv_f32, vm_multiply_add_vvv_f64), out, a.moved(lane), b.moved(lane), out,
          lanes: 1)
      }
      release(factors)
      return out
    }
    let address = vectorised(summand)
    let out = result(node, 1)
    if address.laneStride == 0 {
      emit(pair(vm_multiply_vs_f32, vm_multiply_vs_f64), out, address, poolNumbers([Double(lanes)]), lanes: 1)
    } else {
      emit(sum, out, address, address.moved(1), lanes: 1)
      for lane in 2..<max(lanes, 2) { emit(sum, out, out, address.moved(lane), lanes: 1) }
    }
    release(summand)
    return out
  }

  /// log p of a softmax, with p itself where it is needed as well, from one set of exponentials.
  private mutating func softmax(_ node: Node) -> Address {
    let z = vectorised(node.operands[0])
    let logarithm = result(node, lanes)
    let probability = companions[node.identity]
    var onlyProbability = false
    if let probability {
      onlyProbability =
        uses[node.identity] == 1 && outputs[node.identity] == nil && probability.operands[0] === node
    }
    if let probability, outputs[probability.identity] == nil, outputs[node.identity] == nil {
      if onlyProbability {
        emitLanes(
          pair(vm_softmax_f32, vm_softmax_f64), logarithm, z, .none, in: z.laneStride,
          out: logarithm.laneStride)
        places[probability.identity] = .vector(logarithm, lanes: lanes)
        // The register is p's, not log p's.
        uses[node.identity, default: 0] += 1_000_000
      } else {
        let p = result(probability, lanes)
        emitLanes(
          pair(vm_softmax_f32, vm_softmax_f64), p, z, logarithm, in: z.laneStride, out: logarithm.laneStride)
        places[probability.identity] = .vector(p, lanes: lanes)
        release(node)
      }
    } else {
      emitLanes(
        pair(vm_softmax_f32, vm_softmax_f64), .none, z, logarithm, in: z.laneStride, out: logarithm.laneStride
      )
    }
    release(node.operands[0])
    return logarithm
  }

  private mutating func elementwise(_ node: Node, _ operation: Elementwise, _ width: Int) -> Address {
    if operation.name == Elementwise.exponential.name, case .logSoftmax = node.operands[0].operation {
      _ = operand(node.operands[0])
      if case .vector(let address, _)? = places[node.identity] { return address }
    }
    if let companion = companions[node.identity], operation.name.hasPrefix("sigmoid"),
      outputs[node.identity] == nil, outputs[companion.identity] == nil
    {
      return sigmoidWithSlope(node, companion, width)
    }
    if operation.name == Elementwise.add.name, let fused = multiplyAdd(node, width) { return fused }
    if operation.name == Elementwise.subtract.name {
      if let fused = softmaxPullback(node, width) ?? subtractProduct(node, width) { return fused }
    }
    switch operation.kernels {
    case .unary(let kernel):
      let x = vectorised(node.operands[0])
      return finish(node, width, kernel, x)
    case .binary(let vv, let vs, let sv):
      let (x, y) = (operand(node.operands[0]), operand(node.operands[1]))
      switch (x, y) {
      case (.vector(let a, _), .vector(let b, _)): return finish(node, width, vv, a, b)
      case (.vector(let a, _), .scalar(let b)): return finish(node, width, vs, a, b)
      case (.scalar(let a), .vector(let b, _)): return finish(node, width, sv, a, b)
      case (.scalar, .scalar(let b)): return finish(node, width, vs, vectorised(node.operands[0]), b)
      }
    case .ternary(let vvv, let vvs, let vsv, let vss):
      let x = vectorised(node.operands[0])
      switch (operand(node.operands[1]), operand(node.operands[2])) {
      case (.vector(let b, _), .vector(let c, _)): return finish(node, width, vvv, x, b, c)
      case (.vector(let b, _), .scalar(let c)): return finish(node, width, vvs, x, b, c)
      case (.scalar(let b), .vector(let c, _)): return finish(node, width, vsv, x, b, c)
      case (.scalar(let b), .scalar(let c)): return finish(node, width, vss, x, b, c)
      }
    }
  }

  /// The labels that a one-hot target is made of, where the target itself is not there yet (and, if `uses` is given,
  /// nothing else needs it).
  private mutating func labelSource(_ node: Node, uses wanted: Int?) -> Address? {
    var schedule = context.schedule
    guard case .oneHot = node.operation, schedule.siteLevel(node) != nil,
      wanted == nil || uses[node.identity] == wanted,
      places[node.identity] == nil, case .input(let input) = node.operands[0].operation
    else { return nil }
    return labelAddress(input)
  }

  /// The class numbers as bytes, one a lane.
  private mutating func classBytes(_ width: Int) -> Address {
    var classes = pool((0..<width).map { UInt8(truncatingIfNeeded: $0) }, alignment: 1)
    classes.laneStride = width > 1 ? 1 : 0
    return classes
  }

  private mutating func polynomial(_ node: Node, _ width: Int) -> Address {
    let atoms = node.operands.count == 4 ? 1 : 2
    if atoms == 1, let labels = labelSource(node.operands[0], uses: nil) {
      let coefficients = coefficients(node.operands[1...], width)
      let out = result(node, width)
      emit(
        pair(vm_label_choice_f32, vm_label_choice_f64), out, labels, classBytes(width), coefficients,
        lanes: width)
      return out
    }
    let x = vectorised(node.operands[0])
    let y = atoms == 2 ? vectorised(node.operands[1]) : .none
    let coefficients = coefficients(node.operands[atoms...], width)
    return finish(
      node, width,
      atoms == 1
        ? pair(vm_polynomial_v_f32, vm_polynomial_v_f64) : pair(vm_polynomial_vv_f32, vm_polynomial_vv_f64),
      x, y,
      coefficients)
  }

  private mutating func coefficients(_ nodes: ArraySlice<Node>, _ width: Int) -> Address {
    // Those of a class side by side.
    let count = nodes.count
    let start = program.scalarElements
    program.scalarElements += count * width
    for (index, coefficient) in nodes.enumerated() {
      let strides = coefficient.shape.strides(in: context.schedule.domain)
      program.scalars.append(
        Program.Scalar(
          arena: context.arenaOffset(coefficient), arenaLaneStride: laneStride(strides),
          outerStrides: outerStrides(strides), lanes: width, destination: start + index,
          destinationStride: count))
    }
    return Address(
      base: Base.scalars, offset: start * elementSize, laneStride: width > 1 ? count * elementSize : 0)
  }

  private mutating func sigmoidWithSlope(_ node: Node, _ companion: Node, _ width: Int) -> Address {
    let x = vectorised(node.operands[0])
    let isSlope: Bool
    if case .elementwise(let operation) = node.operation {
      isSlope = operation.name == Elementwise.sigmoidSlope.name
    } else {
      isSlope = false
    }
    let own = result(node, width)
    let other = result(companion, width)
    let (sigmoid, slope) = isSlope ? (other, own) : (own, other)
    emit(pair(vm_sigmoid_and_slope_f32, vm_sigmoid_and_slope_f64), sigmoid, x, slope, lanes: width)
    places[companion.identity] = .vector(other, lanes: width)
    release(node.operands[0])
    release(companion.operands[0])
    return own
  }

  /// The operands of a product that is needed for nothing else, all of them vectors.
  private func factorsOfOwnProduct(_ node: Node) -> (Node, Node)? {
    guard uses[node.identity] == 1, places[node.identity] == nil, outputs[node.identity] == nil,
      case .elementwise(let operation) = node.operation, operation.name == Elementwise.multiply.name,
      node.operands.allSatisfy(isVector)
    else { return nil }
    return (node.operands[0], node.operands[1])
  }

  /// x − p Σx over the classes: what comes back through a softmax.
  private mutating func softmaxPullback(_ node: Node, _ width: Int) -> Address? {
    let x = node.operands[0]
    guard width > 1, isVector(x), let (one, other) = factorsOfOwnProduct(node.operands[1]) else { return nil }
    for (p, stretched) in [(one, other), (other, one)] {
      guard case .broadcast = stretched.operation else { continue }
      let sum = stretched.operands[0]
      guard case .sum(let axes) = sum.operation, axes == context.schedule.laneAxis.map({ [$0] }),
        sum.operands[0] === x, laneCount(p) == width, laneCount(x) == width
      else { continue }
      // Where others need the sum it is taken for them, and once more here: that is cheaper than reading it.
      let isOnlyUse = uses[stretched.identity] == 1 && uses[sum.identity] == 1 && places[sum.identity] == nil
      let (a, b) = (vectorised(x), vectorised(p))
      let out = result(node, width)
      let strides = poolBytes(
        vm_lane_strides(
          lanes: lanes, out: out.laneStride / elementSize, a: a.laneStride / elementSize,
          b: b.laneStride / elementSize))
      emit(pair(vm_softmax_pullback_f32, vm_softmax_pullback_f64), out, a, b, strides, lanes: 1)
      release(x)
      if isOnlyUse { release(x) }
      release(p)
      return out
    }
    return nil
  }

  /// c − a·b in one kernel.
  private mutating func subtractProduct(_ node: Node, _ width: Int) -> Address? {
    guard isVector(node.operands[0]), let (one, other) = factorsOfOwnProduct(node.operands[1]) else {
      return nil
    }
    let (a, b, c) = (vectorised(one), vectorised(other), vectorised(node.operands[0]))
    let out = result(node, width)
    emit(pair(vm_subtract_product_f32, vm_subtract_product_f64), out, a, b, c, lanes: width)
    release(one)
    release(other)
    release(node.operands[0])
    return out
  }

  /// a·b + c in one kernel, where the product is needed for nothing else.
  private mutating func multiplyAdd(_ node: Node, _ width: Int) -> Address? {
    for (index, other) in [(0, 1), (1, 0)] {
      let product = node.operands[index]
      guard uses[product.identity] == 1, places[product.identity] == nil, outputs[product.identity] == nil,
        case .elementwise(let operation) = product.operation, operation.name == Elementwise.multiply.name
      else { continue }
      let vectorFirst = isVector(product.operands[0]) ? (0, 1) : (1, 0)
      guard isVector(product.operands[vectorFirst.0]) else { continue }
      let (first, second) = (product.operands[vectorFirst.0], product.operands[vectorFirst.1])
      let a = vectorised(first)
      let address: Address
      switch (operand(second), operand(node.operands[other])) {
      case (.vector(let b, _), .vector(let c, _)):
        address = fused(
          node, width, pair(vm_multiply_add_vvv_f32, vm_multiply_add_vvv_f64), a, b, c, product, other)
      case (.vector(let b, _), .scalar(let c)):
        address = fused(
          node, width, pair(vm_multiply_add_vvs_f32, vm_multiply_add_vvs_f64), a, b, c, product, other)
      case (.scalar(let b), .vector(let c, _)):
        address = fused(
          node, width, pair(vm_multiply_add_vsv_f32, vm_multiply_add_vsv_f64), a, b, c, product, other)
      case (.scalar(let b), .scalar(let c)):
        address = fused(
          node, width, pair(vm_multiply_add_vss_f32, vm_multiply_add_vss_f64), a, b, c, product, other)
      }
      return address
    }
    return nil
  }

  private mutating func fused(
    _ node: Node, _ width: Int, _ kernel: KernelPair, _ a: Address, _ b: Address, _ c: Address,
    _ product: Node,
    _ other: Int
  ) -> Address {
    let out = result(node, width)
    emit(kernel, out, a, b, c, lanes: width)
    for operand in product.operands { release(operand) }
    release(node.operands[other])
    return out
  }

  private mutating func finish(
    _ node: Node, _ width: Int, _ kernel: KernelPair, _ a: Address, _ b: Address = .none, _ c: Address = .none
  ) -> Address {
    let out = result(node, width)
    emit(kernel, out, a, b, c, lanes: width)
    for operand in node.operands { release(operand) }
    return out
  }

  // MARK: Registers and addresses

  /// Where a node's vector goes: straight to the caller's array where it can, else to a register.
  private mutating func result(_ node: Node, _ width: Int) -> Address {
    if let output = outputs[node.identity], !output.streams {
      let target = memory(.output(output.number), output.layout, elementSize, shape: node.shape)
      if target.inner == 1 { return target.address }
    }
    let register: Int
    if let reused = free[width]?.popLast() {
      register = reused
    } else {
      register = program.scratchElements
      program.scratchElements += width * block
    }
    return Address(
      base: Base.scratch, offset: register * elementSize, laneStride: width > 1 ? block * elementSize : 0)
  }

  /// One use of a node is done; its register is free after the last.
  private mutating func release(_ node: Node) {
    guard let left = uses[node.identity] else { return }
    uses[node.identity] = left - 1
    guard left == 1, case .vector(let address, let width)? = places[node.identity],
      address.base == Base.scratch
    else { return }
    // What stands for another node's vector does not own it.
    switch node.operation {
    case .stopGradient, .broadcast: return
    default: break
    }
    free[width, default: []].append(address.offset / elementSize)
  }

  private mutating func emit(
    _ kernel: KernelPair, _ out: Address, _ a: Address, _ b: Address, _ c: Address = .none, lanes: Int
  ) {
    program.instructions.append(
      Instruction(
        kernel: context.precision == .single ? kernel.single : kernel.double, out: out, a: a, b: b, c: c,
        lanes: lanes))
  }

  private mutating func emitLanes(
    _ kernel: KernelPair, _ out: Address, _ a: Address, _ b: Address = .none, in inStride: Int,
    out outStride: Int
  ) {
    let description = poolLanes(
      lanes: lanes, inStride: inStride / elementSize, outStride: outStride / elementSize)
    emit(kernel, out, a, b, description, lanes: 1)
  }

  private func pair(_ single: @escaping Kernel, _ double: @escaping Kernel) -> KernelPair {
    KernelPair(single, double)
  }

  private func accumulator(_ slot: Int, _ width: Int) -> Address {
    Address(base: Base.accumulators, offset: slot * 8, laneStride: width > 1 ? 8 : 0)
  }

  private func laneStride(_ strides: [Int]) -> Int { context.schedule.laneAxis.map { strides[$0] } ?? 0 }
  private func outerStrides(_ strides: [Int]) -> [Int] { outerAxes.map { strides[$0] } }

  private mutating func memory(
    _ source: Program.Memory.Source, _ layout: ArrayLayout, _ size: Int, shape: TensorShape
  ) -> (address: Address, inner: Int) {
    let strides = layout.strides
    let key = "\(source) \(strides) \(size)"
    let base: Int32
    if let known = memoryBases[key] {
      base = known
    } else {
      base = Base.memory + Int32(program.memory.count)
      program.memory.append(
        Program.Memory(
          source: source, elementSize: size, innerStride: strides[innerAxis],
          outerStrides: outerStrides(strides)))
      memoryBases[key] = base
    }
    return (Address(base: base, offset: 0, laneStride: laneStride(strides) * size), strides[innerAxis])
  }

  private mutating func labelAddress(_ input: Input) -> Address {
    let (number, layout) = context.input(input)
    if let known = labelPlaces[number] { return known }
    let source = memory(.input(number), layout, 1, shape: context.schedule.domain)
    var address = source.address
    if source.inner != 1 {
      // Set side by side first; kept for the whole block.
      address = Address(base: Base.scratch, offset: program.scratchElements * elementSize, laneStride: 0)
      program.scratchElements += block
      program.instructions.append(
        Instruction(
          kernel: vm_strided_load_u8, out: address, a: source.address, b: poolInteger(source.inner), lanes: 1)
      )
    }
    labelPlaces[number] = address
    return address
  }

  // MARK: The pool of constants

  private mutating func pool(_ bytes: [UInt8], alignment: Int) -> Address {
    while program.pool.count % alignment != 0 { program.pool.append(0) }
    let offset = program.pool.count
    program.pool += bytes
    return Address(base: Base.pool, offset: offset, laneStride: 0)
  }
  private mutating func poolBytes<T>(_ value: T) -> Address {
    pool(withUnsafeBytes(of: value) { Array($0) }, alignment: MemoryLayout<T>.alignment)
  }
  private mutating func poolInteger(_ value: Int) -> Address { poolBytes(Int64(value)) }
  private mutating func poolNumbers(_ values: [Double]) -> Address {
    switch context.precision {
    case .single:
      pool(values.flatMap { value in withUnsafeBytes(of: Float(value)) { Array($0) } }, alignment: 4)
    case .double: pool(values.flatMap { value in withUnsafeBytes(of: value) { Array($0) } }, alignment: 8)
    }
  }
  private mutating func poolLanes(lanes: Int, inStride: Int, outStride: Int) -> Address {
    poolBytes(vm_lanes(lanes: lanes, in_stride: inStride, out_stride: outStride))
  }
}

extension Address {
  func moved(_ lanes: Int) -> Address {
    Address(base: base, offset: offset + lanes * laneStride, laneStride: laneStride)
  }
}

/// The values an input may have.
enum DomainBounds: Sendable {
  case range(Double, Double)
  case labels(classes: Int, ignored: UInt8?)
}
