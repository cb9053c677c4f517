/// The order people expect of names with numbers: `slice2` before `slice10`.
package enum NaturalOrder {
  /// Whether `left` comes before `right`. Runs of digits compare as numbers of any length, everything
  /// else byte by byte; names that differ only in leading zeros fall back to byte order, so that the
  /// order is total and the same on every machine.
  package static func precedes(_ left: String, _ right: String) -> Bool {
    let (a, b) = (Array(left.utf8), Array(right.utf8))
    var (i, j) = (0, 0)
    while i < a.count, j < b.count {
      if isDigit(a[i]), isDigit(b[j]) {
        let (first, second) = (number(a, &i), number(b, &j))
        if first.count != second.count { return first.count < second.count }
        if !first.elementsEqual(second) { return first.lexicographicallyPrecedes(second) }
      } else {
        if a[i] != b[j] { return a[i] < b[j] }
        i += 1
        j += 1
      }
    }
    if a.count - i != b.count - j { return a.count - i < b.count - j }
    return a.lexicographicallyPrecedes(b)
  }

  /// The last number in a name, the one that counts slices: 7 for `t1_slice007`.
  package static func lastNumber(in name: String) -> Int? {
    let bytes = Array(name.utf8)
    guard let end = bytes.lastIndex(where: isDigit) else { return nil }
    var start = end
    while start > 0, isDigit(bytes[start - 1]) { start -= 1 }
    return Int(String(decoding: bytes[start...end], as: UTF8.self))
  }

  /// All numbers in a name, in order, that an integer can hold.
  static func numbers(in name: String) -> [Int] {
    name.utf8.split { !isDigit($0) }.compactMap { Int(String(decoding: $0, as: UTF8.self)) }
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }

  private static func number(_ bytes: [UInt8], _ index: inout Int) -> ArraySlice<UInt8> {
    let start = index
    while index < bytes.count, isDigit(bytes[index]) { index += 1 }
    return bytes[start..<index].drop { $0 == 48 }
  }
}
