/// Cells of text that a spreadsheet would take for a formula: those that begin with `=`, `+`, `@`, a tab or a return, or with
/// `-` before anything but a number. This project's own CSV files write an apostrophe before them, and its readers take
/// it off again.
package enum SpreadsheetText {
  /// The text with an apostrophe where it needs one. Numbers stay as they are.
  package static func guarded(_ text: String) -> String { needsGuard(text.utf8[...]) ? "'" + text : text }

  /// The text as it was before it was guarded.
  package static func unguarded(_ text: String) -> String {
    let rest = text.utf8.dropFirst()
    guard text.utf8.first == apostrophe, needsGuard(rest) else { return text }
    return String(decoding: rest, as: UTF8.self)
  }

  private static let apostrophe = UInt8(ascii: "'")

  /// Apostrophes before such a beginning count as part of it, or the reader could not tell whose they are.
  private static func needsGuard(_ text: Substring.UTF8View) -> Bool {
    let rest = text.drop { $0 == apostrophe }
    switch rest.first {
    case UInt8(ascii: "="), UInt8(ascii: "+"), UInt8(ascii: "@"), 9, 13: return true
    case UInt8(ascii: "-"): return Double(decimal: Substring(rest)) == nil
    default: return false
    }
  }
}
