// Work on parts of a range by several threads, each part written by one of them alone.
import Dispatch

/// Divides a range into parts that do not depend on each other.
public enum Slabs {
  /// Calls `body` for parts that together are `0..<count`, on up to `threads` threads.
  ///
  /// - Parameters:
  ///   - least: the smallest part worth a thread of its own.
  ///   - body: must write to places of its own part alone.
  public static func run(_ count: Int, threads: Int, atLeast least: Int = 1, _ body: (Range<Int>) -> Void) {
    // More parts than threads, so that a slow part does not keep the others waiting.
    let parts = threads < 2 ? 1 : max(1, min(4 * threads, count / max(least, 1)))
    guard parts > 1 else { return body(0..<count) }
    withoutActuallyEscaping(body) { escaping in
      nonisolated(unsafe) let shared = escaping
      // As many iterations as threads: each takes parts until none is left.
      DispatchQueue.concurrentPerform(iterations: min(threads, parts)) { worker in
        for part in stride(from: worker, to: parts, by: threads) {
          shared(part * count / parts..<(part + 1) * count / parts)
        }
      }
    }
  }
}
