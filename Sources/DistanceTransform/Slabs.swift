// Work on parts of a range by several threads, each part written by one of them alone.
import Dispatch
import SystemLimits

/// Divides a range into parts that do not depend on each other.
package enum Slabs {
  /// Calls `body` for parts that together are `0..<count`, on up to `threads` threads.
  ///
  /// - Parameters:
  ///   - least: the smallest part worth a thread of its own.
  ///   - body: must write to places of its own part alone.
  package static func run(_ count: Int, threads: Int, atLeast least: Int = 1, _ body: (Range<Int>) -> Void) {
    // More parts than threads, so that a slow part does not keep the others waiting.
    let threads = min(threads, max(count, 1))
    let parts = threads < 2 || !SystemThreads.canBegin ? 1 : max(1, min(4 * threads, count / max(least, 1)))
    guard parts > 1 else { return body(0..<count) }
    withoutActuallyEscaping(body) { escaping in
      nonisolated(unsafe) let shared = escaping
      // As many iterations as threads, each taking parts from all over the range.
      DispatchQueue.concurrentPerform(iterations: min(threads, parts)) { worker in
        for part in stride(from: worker, to: parts, by: threads) {
          shared(part * count / parts..<(part + 1) * count / parts)
        }
      }
    }
  }

  /// The result of each element, in order.
  package static func map<Element, Result>(
    _ elements: [Element], threads: Int, _ work: (Element) -> Result
  ) -> [Result] {
    var results = [Result?](repeating: nil, count: elements.count)
    results.withUnsafeMutableBufferPointer { results in
      nonisolated(unsafe) let results = results
      run(elements.count, threads: threads) { part in
        for index in part { results[index] = work(elements[index]) }
      }
    }
    return results.compactMap { $0 }
  }

  /// The results of two pieces of work that do not depend on each other, on two threads if there are as many.
  package static func both<Result: Sendable>(threads: Int, _ work: (Int) -> Result) -> (Result, Result) {
    guard threads > 1, SystemThreads.canBegin else { return (work(0), work(1)) }
    var results: [Result?] = [nil, nil]
    results.withUnsafeMutableBufferPointer { results in
      nonisolated(unsafe) let results = results
      withoutActuallyEscaping(work) { escaping in
        nonisolated(unsafe) let shared = escaping
        DispatchQueue.concurrentPerform(iterations: 2) { results[$0] = shared($0) }
      }
    }
    guard let first = results[0], let second = results[1] else { return (work(0), work(1)) }
    return (first, second)
  }
}
