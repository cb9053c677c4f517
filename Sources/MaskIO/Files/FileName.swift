/// Names of files as text, whatever bytes they are made of.
///
/// A name is bytes, and a `String` is Unicode. Bytes that are no UTF-8 are written as `\xE9`, and so are those of characters that
/// end a line, steer a terminal or turn the direction of writing; so that nothing else looks like one, a backslash before an `x` is
/// written as `\x5C`. What is shown so can be given back: in a manifest or as an argument it names the same file.
package enum FileName {
  /// The text of a name; a name that is plain UTF-8 and has no `\x` is its own text.
  package static func text(_ bytes: some Collection<UInt8>) -> String {
    let bytes = Array(bytes)
    if let text = String(validating: bytes, as: UTF8.self),
      !bytes.contains(where: { $0 == backslash || isControl($0) }),
      !text.unicodeScalars.contains(where: steers)
    {
      return text
    }
    var text = ""
    var index = 0
    while index < bytes.count {
      if bytes[index] == backslash, index + 1 < bytes.count, bytes[index + 1] == UInt8(ascii: "x") {
        text += escaped(backslash)
        index += 1
      } else if !isControl(bytes[index]), let length = scalarLength(bytes[index]),
        index + length <= bytes.count,
        let scalar = String(validating: bytes[index..<index + length], as: UTF8.self)
      {
        text +=
          scalar.unicodeScalars.contains(where: steers)
          ? bytes[index..<index + length].map(escaped).joined() : scalar
        index += length
      } else {
        text += escaped(bytes[index])
        index += 1
      }
    }
    return text
  }

  /// The text of an argument: unchanged if it is UTF-8, since it need not be a name.
  package static func argument(_ bytes: some Collection<UInt8>) -> String {
    String(validating: Array(bytes), as: UTF8.self) ?? text(bytes)
  }

  /// The folder part of a path: `a/b` of `a/b/c`, `/` of `/c`; nil where there is none.
  ///
  /// By bytes: a slash before a combining mark is one character with it, and a slash all the same.
  package static func folder(of path: String) -> String? {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return nil }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// What follows the last slash; empty for a path that ends in one.
  package static func last(of path: String) -> String {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return path }
    return String(path[path.utf8.index(after: slash)...])
  }

  /// A path without a slash at its end.
  package static func withoutSlash(_ path: String) -> String {
    path.utf8.count > 1 && path.utf8.last == UInt8(ascii: "/") ? String(path.unicodeScalars.dropLast()) : path
  }

  /// The bytes that a text stands for; without the zero that C wants.
  package static func bytes(_ text: String) -> [UInt8] {
    let all = Array(text.utf8)
    guard all.contains(backslash) else { return all }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(all.count)
    var index = 0
    while index < all.count {
      if index + 3 < all.count, all[index] == backslash, all[index + 1] == UInt8(ascii: "x"),
        let high = digit(all[index + 2]), let low = digit(all[index + 3]),
        high >= 8 || high << 4 | low == backslash || isControl(high << 4 | low)
      {
        bytes.append(high << 4 | low)
        index += 4
      } else {
        bytes.append(all[index])
        index += 1
      }
    }
    return bytes
  }

  private static let backslash = UInt8(ascii: "\\")

  private static func isControl(_ byte: UInt8) -> Bool { byte < 0x20 || byte == 0x7F }

  /// Controls beyond ASCII, ends of lines, and what turns the direction of writing.
  private static func steers(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x80..<0xA0, 0x2028...0x202E, 0x2066...0x2069: true
    default: false
    }
  }

  private static func escaped(_ byte: UInt8) -> String {
    let digits = String(byte, radix: 16, uppercase: true)
    return "\\x" + (digits.utf8.count < 2 ? "0" : "") + digits
  }

  private static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
  }

  /// How many bytes a scalar has that begins with this one; nil for a byte that begins none.
  private static func scalarLength(_ first: UInt8) -> Int? {
    switch first {
    case 0..<0x80: 1
    case 0xC2..<0xE0: 2
    case 0xE0..<0xF0: 3
    case 0xF0..<0xF5: 4
    default: nil
    }
  }
}
