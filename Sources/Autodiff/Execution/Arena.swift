// Where whole tensors lie: each has room of its own while it is needed, and large ones take the room of those that are not
// any more.

/// Room for one whole tensor.
package struct ArenaRegion: Sendable {
  package enum Contents: Sendable {
    /// Written by a step.
    case computed
    /// One number everywhere, known when the plan is made.
    case uniform(Double)
    /// Known numbers.
    case known([Double])
  }
  var start: Int
  let count: Int
  var contents = Contents.computed
}

/// The layout of a plan's arena.
package struct Arena: Sendable {
  private(set) var regions: [ArenaRegion] = []
  package private(set) var count = 0

  package init() {}

  /// Room for `count` numbers.
  package mutating func reserve(_ count: Int, _ contents: ArenaRegion.Contents = .computed) -> Int {
    regions.append(ArenaRegion(start: self.count, count: count, contents: contents))
    defer { self.count += count }
    return self.count
  }

  mutating func fill(_ start: Int, _ contents: ArenaRegion.Contents) {
    if let index = regions.lastIndex(where: { $0.start == start }) { regions[index].contents = contents }
  }

  /// Memory with what is known in place.
  func allocate() -> UnsafeMutablePointer<Double> {
    let memory = UnsafeMutablePointer<Double>.allocate(capacity: max(count, 1))
    memory.initialize(repeating: 0, count: max(count, 1))
    for region in regions {
      switch region.contents {
      case .computed: break
      case .uniform(let value):
        (memory + region.start).update(repeating: value, count: region.count)
      case .known(let numbers):
        for (index, number) in numbers.enumerated() { memory[region.start + index] = number }
      }
    }
    return memory
  }
}

/// When the regions of an arena are in use, step by step.
package struct ArenaLifetimes {
  /// Below this many numbers sharing is not worth it.
  private static let leastShared = 4096
  private var first: [Int: Int] = [:]
  private var last: [Int: Int] = [:]
  /// The step from which what was made before may be read again and again.
  private let lateStart: Int
  private let stepCount: Int

  package init(steps: Int, lateStart: Int) { (stepCount, self.lateStart) = (steps, lateStart) }

  package mutating func write(_ start: Int, at step: Int) {
    first[start] = min(first[start] ?? step, step)
    use(start, at: step)
  }
  package mutating func use(_ start: Int, at step: Int) { last[start] = max(last[start] ?? step, step) }
  /// Read after the last step.
  mutating func keep(_ start: Int) { last[start] = stepCount }

  /// The same regions, packed, and the new start of each by the old one.
  package func packed(_ arena: Arena) -> (arena: Arena, moved: [Int: Int]) {
    var packed = Arena()
    var moved: [Int: Int] = [:]
    var shared: [ArenaRegion] = []
    for region in arena.regions {
      if case .computed = region.contents, region.count >= Self.leastShared, first[region.start] != nil {
        shared.append(region)
      } else {
        moved[region.start] = packed.reserve(region.count, region.contents)
      }
    }
    // Rooms that are taken until a step, and those that are free.
    var taken: [(until: Int, room: Range<Int>)] = []
    var free: [Range<Int>] = []
    for region in shared.sorted(by: { (first[$0.start] ?? 0, $0.start) < (first[$1.start] ?? 0, $1.start) }) {
      let begin = first[region.start] ?? 0
      free += taken.filter { $0.until < begin }.map(\.room)
      taken.removeAll { $0.until < begin }
      free = Self.joined(free)
      var end = last[region.start] ?? stepCount
      if begin < lateStart, end >= lateStart { end = stepCount }
      let fitting = free.indices.filter { free[$0].count >= region.count }
      let start: Int
      if let best = fitting.min(by: { free[$0].count < free[$1].count }) {
        start = free[best].lowerBound
        free[best] = start + region.count..<free[best].upperBound
      } else {
        start = packed.reserve(region.count)
      }
      taken.append((end, start..<start + region.count))
      moved[region.start] = start
    }
    return (packed, moved)
  }

  private static func joined(_ rooms: [Range<Int>]) -> [Range<Int>] {
    var joined: [Range<Int>] = []
    for room in rooms.filter({ !$0.isEmpty }).sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if let before = joined.last, before.upperBound == room.lowerBound {
        joined[joined.count - 1] = before.lowerBound..<room.upperBound
      } else {
        joined.append(room)
      }
    }
    return joined
  }
}

extension PlanCompiler {
  /// Packs the arena for steps that run in this order, and puts the new places into all that has them.
  mutating func packArena(early: [Plan.Step], late: [Plan.Step], programs: inout [Program]) {
    var lifetimes = ArenaLifetimes(steps: early.count + late.count, lateStart: early.count)
    for (number, step) in (early + late).enumerated() {
      switch step {
      case .dense(let range):
        for step in steps[range] {
          lifetimes.write(step.out, at: number)
          for start in step.reads(tensorSteps) { lifetimes.use(start, at: number) }
        }
      case .pass(let program):
        for start in programs[program].writes { lifetimes.write(start, at: number) }
        for start in programs[program].reads { lifetimes.use(start, at: number) }
      }
    }
    for start in places.compactMap(\.arena) + scattered.map(\.arena) { lifetimes.keep(start) }
    for extremes in wholeExtremes {
      lifetimes.keep(extremes.arena)
      lifetimes.keep(extremes.place)
    }
    let (packed, moved) = lifetimes.packed(arena)
    arena = packed
    func new(_ start: Int) -> Int { moved[start] ?? start }
    for index in steps.indices { steps[index].move(new) }
    tensorSteps = tensorSteps.map { step in
      DenseTensorStep(
        operation: step.operation, operands: step.operands.map { (new($0.offset), $0.shape) },
        shape: step.shape)
    }
    for index in programs.indices { programs[index].move(new) }
    places = places.map { ($0.arena.map(new), $0.shape) }
    scattered = scattered.map { (new($0.arena), $0.output, $0.map) }
    wholeExtremes = wholeExtremes.map { (new($0.arena), $0.count, new($0.place)) }
  }
}

extension DenseStep {
  /// The regions it reads.
  fileprivate func reads(_ tensors: [DenseTensorStep]) -> [Int] {
    switch kind {
    case .kernel: [a, b, c]
    case .gather, .accumulate: [a]
    case .load, .loadOneHot, .loadMask: []
    case .tensor: tensors[parameter].operands.map(\.offset)
    }
  }

  fileprivate mutating func move(_ new: (Int) -> Int) {
    out = new(out)
    switch kind {
    case .kernel: (a, b, c) = (new(a), new(b), new(c))
    case .gather, .accumulate: a = new(a)
    case .load, .loadOneHot, .loadMask, .tensor: break
    }
  }
}

extension Program {
  fileprivate var reads: [Int] {
    scalars.map(\.arena)
      + memory.compactMap { if case .arena(let start) = $0.source { start } else { nil } }
  }
  fileprivate var writes: [Int] { reductions.map(\.arena) + extremes.map(\.arena) }

  fileprivate mutating func move(_ new: (Int) -> Int) {
    for index in scalars.indices { scalars[index].arena = new(scalars[index].arena) }
    for index in reductions.indices { reductions[index].arena = new(reductions[index].arena) }
    for index in extremes.indices { extremes[index].arena = new(extremes[index].arena) }
    for index in memory.indices {
      if case .arena(let start) = memory[index].source { memory[index].source = .arena(new(start)) }
    }
  }
}
