// Running a plan.
import CVectorMath
import Dispatch
import SystemLimits

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
    let threads = numbers < Self.parallelNumbers || !SystemThreads.canBegin ? 1 : min(work.threads, chunks)
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
        map.visit { values[$1] = Float(work.arena[arena + $0]) }
      case .double:
        let values = target.assumingMemoryBound(to: Double.self)
        map.visit { values[$1] = work.arena[arena + $0] }
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
