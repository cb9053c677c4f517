import SegmentationKit

/// Where text goes: results to standard output, all else to standard error.
enum Terminal {
  /// Writes a result.
  static func out(_ text: String) { send(text, to: STDOUT_FILENO) }

  /// Writes a message.
  static func err(_ text: String) { send(text, to: STDERR_FILENO) }

  /// Writes `error: …`.
  static func error(_ text: String) { err(label("error", colour: "31") + " " + text + "\n") }

  /// Writes a diagnosis under its name, in a colour by its weight.
  static func diagnosis(_ diagnosis: Diagnosis) {
    let colour =
      switch diagnosis.kind {
      case .warning: "33"
      case .hint: "36"
      default: "2"
      }
    err(label(diagnosis.kind.rawValue, colour: colour) + " " + diagnosis.text + "\n")
  }

  /// Ends the process.
  static func end(_ code: Int32) -> Never { exit(code) }

  /// Whether a person watches standard error.
  static var isInteractive: Bool { isatty(STDERR_FILENO) == 1 }

  private static var usesColour: Bool {
    isInteractive && (getenv("NO_COLOR").map { $0.pointee == 0 } ?? true)
      && getenv("TERM").map { String(cString: $0) } != "dumb"
  }

  private static func label(_ name: String, colour: String) -> String {
    usesColour ? "\u{1B}[\(colour)m\(name):\u{1B}[0m" : name + ":"
  }

  private static func send(_ text: String, to descriptor: Int32) {
    let bytes = Array(text.utf8)
    var offset = 0
    while offset < bytes.count {
      let written = bytes.withUnsafeBytes {
        write(descriptor, $0.baseAddress?.advanced(by: offset), $0.count - offset)
      }
      if written < 0, errno == EINTR { continue }
      // Nobody is left to read; files are still to be written.
      if written <= 0 { return }
      offset += written
    }
  }
}

extension String {
  /// With blanks behind it up to a width.
  func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
