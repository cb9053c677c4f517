// Running a plan.
import CVectorMath
import Dispatch

extension Plan {
  /// Runs the plan.
  ///
  /// - Parameters:
  ///   - inputs: the address of each source's first element, in the order of the sources.
  ///   - outputs: where each array result goes, in the order of the results.
  /// - Throws: `OutsideDomain`, with the sums not used and no array of a later pass written; an array of the pass that
  ///   checks the values is then NaN everywhere.
  package func run(
    _ stage: Stage = .all, inputs: UnsafePointer<UnsafeRawPointer?>,
    outputs: UnsafePointer<UnsafeMutableRawPointer?>, _ work: Workspace
  ) throws(OutsideDomain) {
    for number in checkedSources where stage != .late && mayBeOutside(number, inputs[number]) {
      if let index = firstOutside(number, inputs[number]) {
        throw OutsideDomain(source: number, index: index)
      }
    }
    if stage != .late { try run(early, inputs, outputs, work) }
    if stage != .early {
      try run(late, inputs, outputs, work)
      scatter(outputs, work)
      fill(outputs)
      for (arena, count, place) in wholeExtremes {
        work.arena[place] = .infinity
        work.arena[place + 1] = -.infinity
        vm_smallest_f64(work.arena + place, work.arena + arena, nil, nil, count)
        vm_largest_f64(work.arena + place + 1, work.arena + arena, nil, nil, count)
      }
    }
  }

  private func run(
    _ steps: [Step], _ inputs: UnsafePointer<UnsafeRawPointer?>,
    _ outputs: UnsafePointer<UnsafeMutableRawPointer?>, _ work: Workspace
  ) throws(OutsideDomain) {
    for step in steps {
      switch step {
      case .dense(let range):
        denseSteps.withUnsafeBufferPointer { steps in
          for index in range {
            steps[index].run(
              work.arena, maps: maps, inputs: inputs, precision: precision, tensors: tensorSteps)
          }
        }
      case .pass(let number):
        guard let loop else { continue }
        try run(programs[number], loop, inputs, outputs, work)
      }
    }
  }

  /// Below this many numbers made by kernels, starting a second thread costs more than it saves.
  private static let parallelNumbers = 250_000

  private func run(
    _ program: Program, _ loop: SiteLoop, _ inputs: UnsafePointer<UnsafeRawPointer?>,
    _ outputs: UnsafePointer<UnsafeMutableRawPointer?>, _ work: Workspace
  ) throws(OutsideDomain) {
    let chunks = loop.chunks
    let numbers = loop.rows * loop.count * max(loop.lanes, program.kernels)
    let threads = numbers < Self.parallelNumbers ? 1 : min(work.threads, chunks)
    nonisolated(unsafe) let (inputs, outputs, arena, partials) = (inputs, outputs, work.arena, work.partials)
    for worker in work.workers.prefix(threads) {
      for extremes in program.extremes {
        worker.extremes[2 * extremes.slot] = .infinity
        worker.extremes[2 * extremes.slot + 1] = -.infinity
      }
    }
    if threads == 1 {
      program.run(0..<chunks, loop, precision, inputs, outputs, arena, partials, work.workers[0])
    } else {
      let workers = work.workers
      DispatchQueue.concurrentPerform(iterations: threads) { thread in
        let range = chunks * thread / threads..<chunks * (thread + 1) / threads
        program.run(range, loop, precision, inputs, outputs, arena, partials, workers[thread])
      }
    }
    program.addUp(loop, work.arena, work.partials)
    for extremes in program.extremes {
      let found = work.workers.prefix(threads).map { $0.extremes + 2 * extremes.slot }
      work.arena[extremes.arena] = .infinity
      work.arena[extremes.arena + 1] = -.infinity
      for one in found {
        vm_smallest_f64(work.arena + extremes.arena, one, nil, nil, 1)
        vm_largest_f64(work.arena + extremes.arena + 1, one + 1, nil, nil, 1)
      }
    }
    for check in program.checks {
      var outside = 0.0
      for chunk in 0..<chunks {
        for lane in 0..<check.lanes {
          outside += work.partials[chunk * program.slots + check.slot + lane * check.slotStride]
        }
      }
      if outside > 0 {
        spoil(program, loop, outputs)
        throw OutsideDomain(source: check.check, index: firstOutside(check.check, inputs[check.check]) ?? 0)
      }
    }
  }

  /// Makes what a pass has written NaN: where an array needs no sum it is written as the values are checked.
  private func spoil(
    _ program: Program, _ loop: SiteLoop, _ outputs: UnsafePointer<UnsafeMutableRawPointer?>
  ) {
    let count = loop.rows * loop.count * loop.lanes
    for case .output(let number) in program.memory.map(\.source) {
      switch precision {
      case .single: outputs[number]?.assumingMemoryBound(to: Float.self).update(repeating: .nan, count: count)
      case .double:
        outputs[number]?.assumingMemoryBound(to: Double.self).update(repeating: .nan, count: count)
      }
    }
  }

  private func fill(_ outputs: UnsafePointer<UnsafeMutableRawPointer?>) {
    for (output, value, count) in filled {
      guard let target = outputs[output] else { continue }
      switch precision {
      case .single:
        target.assumingMemoryBound(to: Float.self).update(repeating: Float(value), count: count)
      case .double: target.assumingMemoryBound(to: Double.self).update(repeating: value, count: count)
      }
    }
  }

  private func scatter(_ outputs: UnsafePointer<UnsafeMutableRawPointer?>, _ work: Workspace) {
    for (arena, output, map) in scattered {
      guard let target = outputs[output] else { continue }
      switch precision {
      case .single:
        let values = target.assumingMemoryBound(to: Float.self)
        map.forEach { values[$1] = Float(work.arena[arena + $0]) }
      case .double:
        let values = target.assumingMemoryBound(to: Double.self)
        map.forEach { values[$1] = work.arena[arena + $0] }
      }
    }
  }

  /// Whether an input that no pass reads has to be searched for an element outside its domain: if it is one piece of
  /// memory, it is counted first whether there is one.
  private func mayBeOutside(_ number: Int, _ input: UnsafeRawPointer?) -> Bool {
    guard let input, case .range(let lower, let upper)? = sources[number].bounds else { return true }
    let (shape, strides) = (sources[number].variable.shape, sources[number].layout.strides)
    let axes = (0..<shape.rank).filter { shape[$0] > 1 }.sorted { strides[$0] < strides[$1] }
    var step = 1
    for axis in axes {
      if strides[axis] != step { return true }
      step *= shape[axis]
    }
    var outside = 0.0
    switch precision {
    case .single:
      withUnsafeBytes(of: (Float(lower), Float(upper))) {
        vm_count_outside_f32(&outside, input, $0.baseAddress, nil, shape.count)
      }
    case .double:
      withUnsafeBytes(of: (lower, upper)) {
        vm_count_outside_f64(&outside, input, $0.baseAddress, nil, shape.count)
      }
    }
    return outside > 0
  }

  /// The position in memory of an input's first element outside its domain, in the order of its variable's axes.
  private func firstOutside(_ number: Int, _ input: UnsafeRawPointer?) -> Int? {
    guard let input, let bounds = sources[number].bounds else { return nil }
    let shape = sources[number].variable.shape
    let strides = sources[number].layout.strides
    return shape.firstOffset(strides: strides) { offset in
      switch (bounds, precision) {
      case (.range(let lower, let upper), .single):
        let value = input.assumingMemoryBound(to: Float.self)[offset]
        return !(value >= Float(lower) && value <= Float(upper))
      case (.range(let lower, let upper), .double):
        let value = input.assumingMemoryBound(to: Double.self)[offset]
        return !(value >= lower && value <= upper)
      case (.labels(let classes, let ignored), _):
        let label = input.assumingMemoryBound(to: UInt8.self)[offset]
        return Int(label) >= classes && label != ignored
      }
    }
  }
}

extension TensorShape {
  /// The offset of the first element, in row-major order, for which `found` is true.
  fileprivate func firstOffset(strides: [Int], where found: (Int) -> Bool) -> Int? {
    var position = [Int](repeating: 0, count: rank)
    var offset = 0
    for _ in 0..<count {
      if found(offset) { return offset }
      for axis in (0..<rank).reversed() {
        position[axis] += 1
        offset += strides[axis]
        if position[axis] < extents[axis] { break }
        offset -= strides[axis] * extents[axis]
        position[axis] = 0
      }
    }
    return nil
  }
}

extension Program {
  /// Runs the program for a range of chunks, leaving each chunk's sums in `partials`.
  fileprivate func run(
    _ chunks: Range<Int>, _ loop: SiteLoop, _ precision: Precision,
    _ inputs: UnsafePointer<UnsafeRawPointer?>,
    _ outputs: UnsafePointer<UnsafeMutableRawPointer?>, _ arena: UnsafeMutablePointer<Double>,
    _ partials: UnsafeMutablePointer<Double>, _ worker: Plan.Workspace.Worker
  ) {
    pool.withUnsafeBytes { pool in
      let bases = worker.bases
      bases[Int(Base.scratch)] = UInt(bitPattern: worker.scratch)
      bases[Int(Base.scalars)] = UInt(bitPattern: worker.scalars)
      bases[Int(Base.accumulators)] = UInt(bitPattern: worker.accumulators)
      bases[Int(Base.extremes)] = UInt(bitPattern: worker.extremes)
      bases[Int(Base.pool)] = pool.baseAddress.map { UInt(bitPattern: $0) } ?? 0
      var row = -1
      for chunk in chunks {
        let (newRow, part) = chunk.quotientAndRemainder(dividingBy: loop.chunksInRow)
        if newRow != row {
          row = newRow
          enter(row, loop, precision, inputs, outputs, arena, worker)
        }
        let end = min(loop.count, (part + 1) * loop.chunk)
        var start = part * loop.chunk
        while start < end {
          let count = min(loop.block, end - start)
          for (index, memory) in memory.enumerated() {
            bases[Int(Base.memory) + index] =
              worker.rows[index] &+ UInt(bitPattern: start &* memory.innerStride &* memory.elementSize)
          }
          let next = min(loop.block, loop.count - start - count)
          if next > 0 { fetch(bases, from: count, next) }
          runBlock(bases, count)
          start += count
        }
        for slot in 0..<slots {
          partials[chunk * slots + slot] = worker.accumulators[slot]
          worker.accumulators[slot] = 0
        }
      }
      // On the thread that wrote.
      if writesPastCache { vm_fence() }
    }
  }

  /// Asks for what the next block will read: its classes lie far apart, which a machine does not foresee.
  private func fetch(_ bases: UnsafePointer<UInt>, from count: Int, _ next: Int) {
    for (index, memory) in memory.enumerated() where memory.lanes > 1 && memory.innerStride == 1 {
      guard case .input = memory.source else { continue }
      vm_fetch(
        UnsafeRawPointer(bitPattern: bases[Int(Base.memory) + index] &+ UInt(count * memory.elementSize)),
        next * memory.elementSize, memory.lanes, memory.laneStride * memory.elementSize)
    }
  }

  /// Every kernel once, or once a class, on `count` sites.
  private func runBlock(_ bases: UnsafePointer<UInt>, _ count: Int) {
    instructions.withUnsafeBufferPointer { instructions in
      for instruction in instructions {
        var out = bases[Int(instruction.out.base)] &+ UInt(bitPattern: instruction.out.offset)
        var a = bases[Int(instruction.a.base)] &+ UInt(bitPattern: instruction.a.offset)
        var b = bases[Int(instruction.b.base)] &+ UInt(bitPattern: instruction.b.offset)
        var c = bases[Int(instruction.c.base)] &+ UInt(bitPattern: instruction.c.offset)
        for _ in 0..<instruction.lanes {
          instruction.kernel(
            UnsafeMutableRawPointer(bitPattern: out), UnsafeRawPointer(bitPattern: a),
            UnsafeRawPointer(bitPattern: b),
            UnsafeRawPointer(bitPattern: c), count)
          out = out &+ UInt(bitPattern: instruction.out.laneStride)
          a = a &+ UInt(bitPattern: instruction.a.laneStride)
          b = b &+ UInt(bitPattern: instruction.b.laneStride)
          c = c &+ UInt(bitPattern: instruction.c.laneStride)
        }
      }
    }
  }

  /// Points the bases at a row, and fetches the numbers that hold for it.
  private func enter(
    _ row: Int, _ loop: SiteLoop, _ precision: Precision, _ inputs: UnsafePointer<UnsafeRawPointer?>,
    _ outputs: UnsafePointer<UnsafeMutableRawPointer?>, _ arena: UnsafeMutablePointer<Double>,
    _ worker: Plan.Workspace.Worker
  ) {
    for (index, memory) in memory.enumerated() {
      let base: UInt =
        switch memory.source {
        case .input(let number): UInt(bitPattern: inputs[number])
        case .output(let number): UInt(bitPattern: outputs[number])
        case .arena(let offset): UInt(bitPattern: arena + offset)
        }
      let offset = loop.offset(of: row, strides: memory.outerStrides)
      worker.rows[index] = base &+ UInt(bitPattern: offset &* memory.elementSize)
    }
    for scalar in scalars {
      let from = arena + scalar.arena + loop.offset(of: row, strides: scalar.outerStrides)
      for lane in 0..<scalar.lanes {
        let value = from[lane * scalar.arenaLaneStride]
        let place = scalar.destination + lane * scalar.destinationStride
        switch precision {
        case .single:
          worker.scalars.storeBytes(of: Float(value), toByteOffset: place * 4, as: Float.self)
        case .double:
          worker.scalars.storeBytes(of: value, toByteOffset: place * 8, as: Double.self)
        }
      }
    }
  }

  /// The sums of all chunks, in their order.
  fileprivate func addUp(
    _ loop: SiteLoop, _ arena: UnsafeMutablePointer<Double>, _ partials: UnsafePointer<Double>
  ) {
    for reduction in reductions {
      for index in 0..<reduction.arenaCount { arena[reduction.arena + index] = 0 }
      for row in 0..<loop.rows {
        let to = arena + reduction.arena + loop.offset(of: row, strides: reduction.outerStrides)
        for chunk in row * loop.chunksInRow..<(row + 1) * loop.chunksInRow {
          for lane in 0..<reduction.lanes {
            to[lane * reduction.arenaLaneStride] +=
              partials[chunk * slots + reduction.slot + lane * reduction.slotStride]
          }
        }
      }
    }
  }
}

extension SiteLoop {
  /// How far the row with this number lies from the first.
  func offset(of row: Int, strides: [Int]) -> Int {
    var rest = row
    var offset = 0
    for axis in outerExtents.indices.reversed() {
      let (quotient, position) = rest.quotientAndRemainder(dividingBy: outerExtents[axis])
      offset += position * strides[axis]
      rest = quotient
    }
    return offset
  }
}
