// Running the program of one pass: block by block, every kernel once.
import CVectorMath

extension Program {
  /// Runs the program for a range of chunks, leaving each chunk's sums in `partials`.
  func run(
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
  func addUp(
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
