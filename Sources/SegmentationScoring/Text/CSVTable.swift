/// Comma-separated values (RFC 4180), read by bytes: a comma before a combining mark is one character with it, and a comma
/// all the same.
package enum CSVTable {
  /// A row, and the line of the file it starts on.
  package struct Row: Equatable {
    package var line: Int
    package var fields: [String]
  }

  /// The rows of a text; empty lines are passed over. A quotation mark that is not closed holds all that follows.
  package static func rows(_ text: String) -> [Row] {
    var reader = Reader(bytes: Array(text.utf8))
    reader.read()
    return reader.rows
  }

  private struct Reader {
    let bytes: [UInt8]
    var rows: [Row] = []
    private var row = Row(line: 1, fields: [])
    private var field: [UInt8] = []
    private var line = 1
    private var isQuoted = false
    private var wasQuoted = false

    private static let quote = UInt8(ascii: "\"")
    private static let blank = UInt8(ascii: " ")

    init(bytes: [UInt8]) { self.bytes = bytes }

    mutating func read() {
      var index = 0
      while index < bytes.count {
        let byte = bytes[index]
        let next = index + 1 < bytes.count ? bytes[index + 1] : nil
        let isNewline = byte == 10 || byte == 13
        // A return and a newline are one end of a line.
        let length = byte == 13 && next == 10 ? 2 : 1
        if isQuoted {
          if byte == Self.quote, next == Self.quote {
            field.append(byte)
            index += 1
          } else if byte == Self.quote {
            isQuoted = false
          } else {
            field += bytes[index..<index + length]
          }
          if isNewline { line += 1 }
        } else if byte == Self.quote, field.allSatisfy({ $0 == Self.blank || $0 == 9 }) {
          isQuoted = true
          wasQuoted = true
          field = []
        } else if byte == UInt8(ascii: ",") {
          endField()
        } else if isNewline {
          endRow()
          line += 1
          row.line = line
        } else {
          field.append(byte)
        }
        index += isNewline ? length : 1
      }
      if !field.isEmpty || wasQuoted || !row.fields.isEmpty { endRow() }
    }

    private mutating func endField() {
      let trimmed = field.drop { $0 == Self.blank }.reversed().drop { $0 == Self.blank }.reversed()
      row.fields.append(String(decoding: wasQuoted ? field : Array(trimmed), as: UTF8.self))
      field = []
      wasQuoted = false
    }

    private mutating func endRow() {
      endField()
      if row.fields != [""] { rows.append(row) }
      row = Row(line: line, fields: [])
    }
  }
}

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
    case UInt8(ascii: "-"): return Double(Substring(rest)) == nil
    default: return false
    }
  }
}
