import Dispatch
import MaskIO
import Synchronization
import SystemLimits

/// Work on many items by several threads, the results taken in the order of the items.
package enum OrderedWorkers {
  /// Calls `work` for 0, 1, … below `count` on `jobs` threads, and `take` for each result in that order,
  /// one at a time. Each thread has a state of its own, for memory that is used again.
  ///
  /// After the first error no new work is begun, and the error is thrown.
  package static func run<State, Result: Sendable>(
    count: Int, jobs: Int, state: @escaping @Sendable () -> State,
    work: @escaping @Sendable (inout State, Int) -> Result,
    take: @escaping @Sendable (Int, Result) throws -> Void
  ) throws {
    let queue = Mutex(Queue<Result>())
    let next = Atomic(0)
    let body: @Sendable (Int) -> Void = { _ in
      var own = state()
      while true {
        let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard index < count else { return }
        let result = work(&own, index)
        let goesOn = queue.withLock { queue in
          queue.waiting[index] = result
          while queue.failure == nil, let ready = queue.waiting.removeValue(forKey: queue.taken) {
            do { try take(queue.taken, ready) } catch { queue.failure = error }
            queue.taken += 1
          }
          return queue.failure == nil
        }
        if !goesOn { return }
      }
    }
    let threads = SystemThreads.affordable(max(1, min(jobs, count)))
    if threads == 1 { body(0) } else { DispatchQueue.concurrentPerform(iterations: threads, execute: body) }
    if let failure = queue.withLock({ $0.failure }) { throw failure }
  }

  private struct Queue<Result: Sendable>: Sendable {
    var waiting: [Int: Result] = [:]
    var taken = 0
    var failure: (any Error)?
  }
}
