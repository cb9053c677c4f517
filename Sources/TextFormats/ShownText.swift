/// Text that comes from files and users, as a terminal or a page shows it: names and labels may hold anything, and none of it
/// may move the cursor, end a row, or become a tag.
package enum ShownText {
  /// One line: every character that is not to be seen stands as its code, `\n`, `\t`, `\u{1B}`.
  package static func line(_ text: String) -> String { escaped(text, keepingNewlines: false) }

  /// Several lines: as `line(_:)`, but for the ends of lines.
  package static func lines(_ text: String) -> String { escaped(text, keepingNewlines: true) }

  /// Text within a line of Markdown: as `line(_:)`, and what Markdown or HTML would take for its own has a backslash or a name.
  package static func markdown(_ text: String) -> String {
    var shown = String.UnicodeScalarView()
    for scalar in line(text).unicodeScalars {
      switch scalar {
      case "&": shown.append(contentsOf: "&amp;".unicodeScalars)
      case "<": shown.append(contentsOf: "&lt;".unicodeScalars)
      case ">": shown.append(contentsOf: "&gt;".unicodeScalars)
      case "\\", "`", "*", "[", "]", "|":
        shown.append("\\")
        shown.append(scalar)
      default: shown.append(scalar)
      }
    }
    return String(shown)
  }

  private static func escaped(_ text: String, keepingNewlines: Bool) -> String {
    guard text.unicodeScalars.contains(where: isHidden) else { return text }
    var shown = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      guard isHidden(scalar), !(keepingNewlines && scalar == "\n") else {
        shown.append(scalar)
        continue
      }
      switch scalar {
      case "\n": shown.append(contentsOf: "\\n".unicodeScalars)
      case "\r": shown.append(contentsOf: "\\r".unicodeScalars)
      case "\t": shown.append(contentsOf: "\\t".unicodeScalars)
      default:
        let code = String(scalar.value, radix: 16, uppercase: true)
        shown.append(contentsOf: "\\u{\(code)}".unicodeScalars)
      }
    }
    return String(shown)
  }

  /// Control characters, what turns the direction of writing, and what ends lines without being a newline.
  private static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7F..<0xA0, 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x206F, 0xFEFF, 0xFFF9...0xFFFB:
      true
    default: false
    }
  }
}
