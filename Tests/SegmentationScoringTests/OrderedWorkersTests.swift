import SegmentationScoring
import Synchronization
import TestSupport
import Testing

@Suite("Work by several threads")
struct OrderedWorkersTests {
  private struct Stop: Error, Equatable { var index: Int }

  /// Work that takes longer for some items, so that they finish out of order.
  private static func result(_ index: Int) -> Int {
    var random = SeededRandom(seed: UInt64(index))
    var sum = 0
    for _ in 0..<Int.random(in: 0...3000, using: &random) { sum &+= Int(truncatingIfNeeded: random.next()) }
    return sum
  }

  @Test("Results are taken in the order of the items, each once, for any number of threads", arguments: 1...8)
  func order(jobs: Int) throws {
    for count in [0, 1, 2, 7, 100, 1000] {
      let taken = Mutex<[(Int, Int)]>([])
      try OrderedWorkers.run(
        count: count, jobs: jobs, state: { 0 }, work: { _, index in Self.result(index) },
        take: { index, result in taken.withLock { $0.append((index, result)) } })
      let found = taken.withLock { $0 }
      try #require(found.map(\.0) == Array(0..<count))
      try #require(found.map(\.1) == (0..<count).map(Self.result))
    }
  }

  @Test("Each thread keeps a state of its own, and all work is done in one of them", arguments: [1, 2, 5])
  func states(jobs: Int) throws {
    let made = Atomic(0)
    let worked = Mutex<[Int: Int]>([:])
    try OrderedWorkers.run(
      count: 500, jobs: jobs,
      state: { (made.wrappingAdd(1, ordering: .relaxed).newValue, 0) },
      work: { state, _ in
        state.1 += 1
        return state
      },
      take: { _, state in worked.withLock { $0[state.0] = max($0[state.0] ?? 0, state.1) } })
    let states = worked.withLock { $0 }
    #expect((1...jobs).contains(made.load(ordering: .relaxed)))
    #expect(states.values.reduce(0, +) == 500)
  }

  @Test("The first error comes out, nothing is taken after it and little work begun", arguments: 1...8)
  func errors(jobs: Int) throws {
    for failing in [0, 1, 17, 99] {
      let taken = Mutex<[Int]>([])
      let error = try #require(throws: Stop.self) {
        try OrderedWorkers.run(
          count: 100, jobs: jobs, state: { 0 }, work: { _, index in Self.result(index) },
          take: { index, _ in
            if index >= failing { throw Stop(index: index) }
            taken.withLock { $0.append(index) }
          })
      }
      #expect(error == Stop(index: failing))
      #expect(taken.withLock { $0 } == Array(0..<failing))
    }
  }
}
