import Dispatch
import MaskIO
import Synchronization
import _StringProcessing

/// A user's regular expression for names of files.
///
/// Some patterns take longer than anybody lives to find that they do not match a name (`(a+)+$` on a name of many a). Matching
/// has no time limit of its own, so it runs in a thread that is left behind when one name takes too long.
package struct NamePattern {
  /// What the pattern's groups found, from the first on; nil for a group that took no part.
  package typealias Groups = [String?]

  /// The longest that one name may take.
  package static let patience = Duration.seconds(10)

  private let pattern: String
  private let flag: String
  private let patience: Duration

  /// The compiler goes deeper with every parenthesis.
  private static let deepest = 100
  private static let longest = 2000

  /// - Parameters:
  ///   - groups: how many the pattern must have.
  ///   - flag: that gave it, for errors.
  /// - Throws: `ScoreError` of kind usage for what is no pattern, or has too few groups.
  package init(_ pattern: String, groups: Int, flag: String, patience: Duration = patience) throws(ScoreError)
  {
    self.pattern = pattern
    self.flag = flag
    self.patience = patience
    guard pattern.utf8.count <= Self.longest, Self.depth(of: pattern) <= Self.deepest else {
      throw ScoreError(
        .usage,
        "\(flag): a pattern has at most \(Self.longest) bytes, and parentheses \(Self.deepest) deep; write a simpler one"
      )
    }
    let found: Int
    do { found = try Self.groupCount(of: pattern) } catch {
      throw ScoreError(.usage, "\(flag): '\(pattern)' is no regular expression: \(error)")
    }
    guard found >= groups else {
      let needed =
        groups == 1 ? "a group ( ) for the case" : "two groups: ( ) for the case and ( ) for the slice"
      throw ScoreError(.usage, "\(flag): '\(pattern)' needs \(needed); it has \(found)")
    }
  }

  /// The groups of each name; nil for a name that does not match.
  ///
  /// - Throws: `ScoreError` of kind usage with the name that took too long.
  package func groups(of names: [String]) throws(ScoreError) -> [Groups?] {
    let work = Work(pattern: pattern, names: names)
    // Not one of the system's own threads: it may never end.
    guard DetachedThread.run({ work.run() }) else {
      throw ScoreError(.usage, "\(flag): no thread to match names in; allow the process more")
    }
    while !work.isDone.waits(.milliseconds(50)) {
      guard let slow = work.slow(patience) else { continue }
      throw ScoreError(
        .usage,
        "\(flag): '\(pattern)' takes more than \(patience.components.seconds) s for the name '\(slow)'; write a pattern without "
          + "repetitions inside repetitions")
    }
    return work.results
  }

  /// What the two threads share.
  private final class Work: Sendable {
    private struct State {
      var results: [Groups?] = []
      var begun = ContinuousClock.now
    }
    private let state = Mutex(State())
    private let pattern: String
    private let names: [String]
    let isDone = Signal()

    init(pattern: String, names: [String]) { (self.pattern, self.names) = (pattern, names) }

    var results: [Groups?] { state.withLock(\.results) }

    /// The name that has been worked at for longer than this.
    func slow(_ patience: Duration) -> String? {
      let (done, begun) = state.withLock { ($0.results.count, $0.begun) }
      return done < names.count && ContinuousClock.now - begun > patience ? names[done] : nil
    }

    func run() {
      defer { isDone.send() }
      guard let regex = try? Regex(pattern) as Regex<AnyRegexOutput> else { return }
      for name in names {
        state.withLock { $0.begun = .now }
        let output = (try? regex.firstMatch(in: name))?.output
        let groups = output.map { output in (1..<output.count).map { output[$0].substring.map(String.init) } }
        state.withLock { $0.results.append(groups) }
      }
    }
  }

  private static func depth(of pattern: String) -> Int {
    var depth = 0
    var deepest = 0
    for byte in pattern.utf8 {
      if byte == UInt8(ascii: "(") || byte == UInt8(ascii: "[") { depth += 1 }
      if byte == UInt8(ascii: ")") || byte == UInt8(ascii: "]") { depth -= 1 }
      deepest = max(deepest, depth)
    }
    return deepest
  }

  /// Capturing groups of a pattern: an alternative to nothing matches everything, and a match has all groups, found or not.
  private static func groupCount(of pattern: String) throws -> Int {
    _ = try Regex(pattern) as Regex<AnyRegexOutput>
    // On a line of its own, so that a comment at the pattern's end does not swallow the parenthesis.
    let optional = try? Regex("(?:" + pattern + "\n)|") as Regex<AnyRegexOutput>
    guard
      let match = try? optional?.firstMatch(in: "")
        ?? (try? Regex("(?:" + pattern + ")|"))?.firstMatch(in: "")
    else { return 0 }
    return match.output.count - 1
  }
}

/// Something that happens once, and that another thread waits for.
private final class Signal: Sendable {
  private let semaphore = DispatchSemaphore(value: 0)

  func send() { semaphore.signal() }

  /// Whether it has happened by then; not to be asked again after it has.
  func waits(_ time: DispatchTimeInterval) -> Bool { semaphore.wait(timeout: .now() + time) == .success }
}
