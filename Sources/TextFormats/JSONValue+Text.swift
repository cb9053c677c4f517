extension JSONValue {
  /// How a document is written.
  package struct Style: Sendable {
    /// Spaces a level; nil for everything on one line.
    package var indent: Int?
    /// Whether NaN and infinities are bare words, as Python writes and reads them, or strings.
    package var bareNonFinite: Bool
    package var sortedKeys: Bool
    /// Whether an array of numbers or short texts stays on one line, as a person would write it.
    package var flatArrays: Bool

    /// For people and other programs: indented, "nan" and "inf" as strings, so that every reader takes it.
    package static let readable = Style(indent: 2, bareNonFinite: false, sortedKeys: false, flatArrays: true)
    /// One line, for a file of one record a line.
    package static let line = Style(indent: nil, bareNonFinite: false, sortedKeys: false, flatArrays: true)
    /// As Python's `json.dump(…, sort_keys=True, indent=4)`, which nnU-Net uses.
    package static let python = Style(indent: 4, bareNonFinite: true, sortedKeys: true, flatArrays: false)
  }

  /// The document as text. Numbers are the shortest that read back to the same bits.
  package func text(_ style: Style) -> String {
    var text = ""
    write(style, level: 0, to: &text)
    return text
  }

  /// Writes an object whose last member is a long array, one element at a time, so that the document is
  /// never in memory as a whole.
  ///
  /// - Parameters:
  ///   - object: the other members; at least one.
  ///   - key: the array's key, which must sort after the others if the style sorts keys.
  package static func write(
    _ object: JSONValue, _ key: String, of elements: some Sequence<JSONValue>, _ style: Style,
    to write: (String) throws -> Void
  ) rethrows {
    let indent = style.indent.map { String(repeating: " ", count: $0) } ?? ""
    let newLine = style.indent == nil ? "" : "\n"
    try write(
      String(object.text(style).dropLast(newLine.isEmpty ? 1 : 2)) + ",\(newLine)\(indent)\"\(key)\": [")
    var isFirst = true
    for element in elements {
      var text = (isFirst ? "" : ",") + newLine + indent + indent
      element.write(style, level: 2, to: &text)
      try write(text)
      isFirst = false
    }
    try write((isFirst ? "" : newLine + indent) + "]" + newLine + "}")
  }

  private func write(_ style: Style, level: Int, to text: inout String) {
    switch self {
    case .null: text += "null"
    case .bool(let truth): text += truth ? "true" : "false"
    case .integer(let number): text += String(number)
    case .number(let number): text += Self.text(number, style)
    case .string(let string): Self.quote(string, to: &text)
    case .array(let elements):
      let flat = style.flatArrays && elements.allSatisfy(\.isScalar)
      Self.write(elements.count, "[", "]", flat ? .line : style, level, to: &text) { index, text in
        elements[index].write(style, level: level + 1, to: &text)
      }
    case .object(let members):
      let members = style.sortedKeys ? members.sorted { $0.key < $1.key } : members
      Self.write(members.count, "{", "}", style, level, to: &text) { index, text in
        Self.quote(members[index].key, to: &text)
        text += ": "
        members[index].value.write(style, level: level + 1, to: &text)
      }
    }
  }

  private static func write(
    _ count: Int, _ open: String, _ close: String, _ style: Style, _ level: Int, to text: inout String,
    _ element: (Int, inout String) -> Void
  ) {
    text += open
    for index in 0..<count {
      if index > 0 { text += style.indent == nil ? ", " : "," }
      if let indent = style.indent { text += "\n" + String(repeating: " ", count: indent * (level + 1)) }
      element(index, &text)
    }
    if count > 0, let indent = style.indent { text += "\n" + String(repeating: " ", count: indent * level) }
    text += close
  }

  private var isScalar: Bool {
    switch self {
    case .array, .object: false
    default: true
    }
  }

  private static func text(_ number: Double, _ style: Style) -> String {
    if number.isFinite { return "\(number)" }
    guard style.bareNonFinite else { return "\"\(Decimals.shortest(number))\"" }
    return number.isNaN ? "NaN" : number < 0 ? "-Infinity" : "Infinity"
  }

  private static func quote(_ string: String, to text: inout String) {
    text += "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case _ where scalar.value < 0x20:
        let hex = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
      default: text.unicodeScalars.append(scalar)
      }
    }
    text += "\""
  }
}
