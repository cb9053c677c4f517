import ArgumentParser
import SegmentationKit
import Synchronization
import TextFormats

/// How progress is shown.
enum ProgressStyle: String, CaseIterable, ExpressibleByArgument {
  case bar
  case json
  case none

  /// A bar where a person watches, else nothing.
  static var automatic: ProgressStyle { Terminal.isInteractive ? .bar : .none }
}

/// Shows on standard error how many cases are done.
final class Progress: Sendable {
  private let style: ProgressStyle
  private let total: Int
  private let started = ContinuousClock.now
  private let lastShown = Mutex(ContinuousClock.now - .seconds(1))

  init(_ style: ProgressStyle, total: Int) {
    self.style = style
    self.total = total
  }

  /// Some ten times a second, and at the end.
  func show(_ done: Int) {
    guard style != .none else { return }
    let isDue = lastShown.withLock { last in
      let now = ContinuousClock.now
      guard done == total || now - last >= .milliseconds(100) else { return false }
      last = now
      return true
    }
    guard isDue else { return }
    switch style {
    case .bar: Terminal.err(bar(done))
    case .json:
      Terminal.err(
        "{\"done\": \(done), \"total\": \(total), \"seconds\": \(Decimals.fixed(seconds, digits: 1))}\n")
    case .none: break
    }
  }

  /// Removes the bar, so that what follows starts on an empty line.
  func clear() { if style == .bar { Terminal.err("\r\u{1B}[K") } }

  private var seconds: Double {
    let elapsed = (ContinuousClock.now - started).components
    return Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18
  }

  private func bar(_ done: Int) -> String {
    let width = 30
    let filled = total == 0 ? width : done * width / total
    let left = done > 0 ? seconds / Double(done) * Double(total - done) : 0
    let time = left >= 1 ? ", \(Int(left)) s left" : ""
    return "\r\u{1B}[K[" + String(repeating: "#", count: filled)
      + String(repeating: ".", count: width - filled)
      + "] \(done)/\(total)\(time)"
  }
}
