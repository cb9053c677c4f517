// What a pass gives: sums, checks of values, arrays.
import CVectorMath

extension PassCompiler {
  mutating func emitSum(_ sum: Node) {
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

  mutating func emitExtremes(_ extremes: Extremes) {
    let slot = program.extremes.count
    program.extremes.append(Program.Extremes(slot: slot, arena: extremes.arena))
    let address = vectorised(extremes.node)
    let width = laneCount(extremes.node)
    for (index, kernel) in [
      pair(vm_smallest_f32, vm_smallest_f64), pair(vm_largest_f32, vm_largest_f64),
    ].enumerated() {
      emit(
        kernel, Address(base: Base.extremes, offset: (2 * slot + index) * 8, laneStride: 0), address, .none,
        lanes: width)
    }
    release(extremes.node)
  }

  mutating func addReduction(_ sum: Node, slot: Int, slotStride: Int) {
    let strides = sum.shape.strides(in: context.schedule.domain)
    program.reductions.append(
      Program.Reduction(
        slot: slot, slotStride: slotStride, lanes: laneCount(sum), arena: context.arenaOffset(sum),
        arenaLaneStride: laneStride(strides), outerStrides: outerStrides(strides), arenaCount: sum.shape.count
      ))
  }

  mutating func emitCheck(_ check: Check) {
    let node = check.node
    let slot = program.slots
    let width: Int
    switch check.bounds {
    case .range(let lower, let upper):
      let limits = poolNumbers([lower, upper])
      let kernel = pair(vm_count_outside_f32, vm_count_outside_f64)
      if places[node.identity] == nil, let memory = interleaved(node) {
        width = 1
        emit(kernel, accumulator(slot, 1), memory, limits, poolInteger(lanes), lanes: 1)
      } else {
        guard case .vector(let address, let count) = operand(node) else { return }
        width = count
        emit(kernel, accumulator(slot, width), address, limits, lanes: width)
      }
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
    program.checks.append(Program.Check(slot: slot, slotStride: 1, lanes: width, check: check.source))
    pendingChecks[node.identity] = nil
    release(node)
  }

  mutating func emitOutput(_ output: Output) {
    let address = vectorised(output.node)
    let width = laneCount(output.node)
    let target = memory(.output(output.number), output.layout, elementSize, shape: output.node.shape)
    if address.base == target.address.base { return }
    if target.inner == 1 || (target.inner == 0) {
      let kernel = output.streams ? pair(vm_stream_f32, vm_stream_f64) : pair(vm_copy_f32, vm_copy_f64)
      if output.streams { program.writesPastCache = true }
      emit(kernel, target.address, address, .none, lanes: width)
    } else if width > 1, target.inner == width, target.address.laneStride == elementSize {
      let stream = output.streams ? pair(vm_stream_f32, vm_stream_f64) : nil
      if let stream, address.base == Base.scratch, interleavedRegisters.remove(address.offset) != nil {
        program.writesPastCache = true
        emit(stream, target.address, address, .none, poolInteger(width), lanes: 1)
      } else {
        var side = target.address
        if stream != nil { side = register(width) }
        emitLanes(
          pair(vm_interleave_f32, vm_interleave_f64), side, address, in: address.laneStride,
          out: width * elementSize)
        if let stream {
          program.writesPastCache = true
          emit(stream, target.address, side, .none, poolInteger(width), lanes: 1)
          free[width, default: []].append(side.offset / elementSize)
        }
      }
    } else {
      emit(
        pair(vm_strided_store_f32, vm_strided_store_f64), target.address, address, poolInteger(target.inner),
        lanes: width)
    }
    release(output.node)
  }
}
