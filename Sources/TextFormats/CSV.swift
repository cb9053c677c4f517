/// Comma-separated values (RFC 4180), read and quoted by bytes: a comma before a combining mark is one character with it, and a
/// comma all the same.
package enum CSV {
  /// A row, and the line of the file it starts on.
  package struct Row: Equatable {
    package var line: Int
    package var fields: [String]

    package init(line: Int, fields: [String]) {
      self.line = line
      self.fields = fields
    }
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

extension CSV {
  /// A cell of this project's own files.
  package enum Cell {
    /// What files and users call things: a spreadsheet must not take it for a formula.
    case text(String)
    /// What this project writes: numbers, and words of its own.
    case plain(String)
  }

  /// Rows as they stand: of another tool's file.
  package static func text(_ rows: [[String]]) -> String { rows.map(line).joined() }

  /// A row as it stands, quoted where it must be.
  package static func line(_ fields: [String]) -> String { fields.map(quoted).joined(separator: ",") + "\n" }

  /// A row of this project's own files.
  package static func line(_ cells: [Cell]) -> String {
    line(
      cells.map { (cell) -> String in
        switch cell {
        case .text(let text): SpreadsheetText.guarded(text)
        case .plain(let text): text
        }
      })
  }

  private static func quoted(_ field: String) -> String {
    let special: [UInt8] = [UInt8(ascii: ","), UInt8(ascii: "\""), 10, 13]
    guard field.utf8.contains(where: special.contains) else { return field }
    var quoted = String.UnicodeScalarView("\"".unicodeScalars)
    for scalar in field.unicodeScalars {
      if scalar == "\"" { quoted.append(scalar) }
      quoted.append(scalar)
    }
    quoted.append("\"")
    return String(quoted)
  }
}
