// Where the value of a node comes from: memory, whole tensors, kernels.
import CVectorMath

extension PassCompiler {
  func isVector(_ node: Node) -> Bool {
    var schedule = context.schedule
    if node.uniformValue != nil { return false }
    if case .broadcast = node.operation { return !context.schedule.isSameAlongRow(node.operands[0]) }
    return schedule.siteLevel(node) != nil || context.schedule.spansSites(node)
  }

  func laneCount(_ node: Node) -> Int {
    guard let axis = context.schedule.laneAxis else { return 1 }
    return node.shape.extent(axis, of: context.schedule.domain.rank) > 1 ? lanes : 1
  }

  mutating func operand(_ node: Node) -> Operand {
    if let place = places[node.identity] { return place }
    let place = computed(node)
    places[node.identity] = place
    return place
  }

  mutating func vectorised(_ node: Node) -> Address {
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

  mutating func computed(_ node: Node) -> Operand {
    var schedule = context.schedule
    if let value = node.uniformValue { return .scalar(poolNumbers([value])) }
    guard schedule.siteLevel(node) != nil, !context.isWhole(node) else { return whole(node) }
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
  mutating func whole(_ node: Node) -> Operand {
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

  mutating func loaded(_ node: Node, _ input: Input) -> Address {
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

  /// An input whose classes lie side by side: its memory.
  mutating func interleaved(_ node: Node) -> Address? {
    guard lanes > 1, laneCount(node) == lanes, case .input(let input) = node.operation else { return nil }
    let (number, layout) = context.input(input)
    guard layout.strides[innerAxis] == lanes, laneStride(layout.strides) == 1 else { return nil }
    return memory(.input(number), layout, elementSize, shape: node.shape).address
  }

  mutating func elementwise(_ node: Node, _ operation: Elementwise, _ width: Int) -> Address {
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
    if operation.name == Elementwise.multiply.name, let fused = softmaxTangent(node, width) { return fused }
    if operation.name == Elementwise.subtract.name {
      if let fused = softmaxPullback(node, width) ?? softmaxCurvature(node, width)
        ?? subtractProduct(node, width)
      {
        return fused
      }
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

  mutating func finish(
    _ node: Node, _ width: Int, _ kernel: KernelPair, _ a: Address, _ b: Address = .none, _ c: Address = .none
  ) -> Address {
    let out = result(node, width)
    emit(kernel, out, a, b, c, lanes: width)
    for operand in node.operands { release(operand) }
    return out
  }
}
