/// Numbers as text and text as numbers, without Foundation.
package enum Decimals {
  /// A fixed number of digits after the point, for people: 0.9412 with 3 digits is `0.941`.
  ///
  /// `NaN`, `inf` and `-inf` are words. Where there would be more than 15 digits the number stands as Swift writes it, and
  /// less than 0 digits are none.
  package static func fixed(_ value: Double, digits: Int) -> String {
    guard value.isFinite else { return value.isNaN ? "NaN" : value < 0 ? "-inf" : "inf" }
    var scale = 1.0
    for _ in 0..<max(digits, 0) { scale *= 10 }
    guard value.magnitude * scale < 1e15, scale <= 1e15 else { return "\(value)" }
    let rounded = Int64((value.magnitude * scale).rounded())
    let whole = rounded / Int64(scale)
    let part = String(rounded % Int64(scale))
    let sign = value < 0 && rounded > 0 ? "-" : ""
    guard digits > 0 else { return sign + String(whole) }
    return sign + "\(whole)." + String(repeating: "0", count: digits - part.count) + part
  }

  /// The shortest text that reads back as the same bits, for programs: `0.1`, `1e-07`, `nan`, `inf`, `-inf`.
  package static func shortest(_ value: Double) -> String {
    value.isFinite ? "\(value)" : value.isNaN ? "nan" : value < 0 ? "-inf" : "inf"
  }

  /// The shortest text, a whole number without a point, as parameters are written within names: `95`, `0.5`.
  package static func plain(_ value: Double) -> String {
    value == value.rounded() && value.magnitude < 1e9 ? "\(Int(value))" : "\(value)"
  }

  /// A power of ten with `digits` significant digits: 0.00023 with 2 digits is `2.3e-4`; `0`, `nan`, `inf` and `-inf`.
  package static func scientific(_ value: Double, digits: Int = 1) -> String {
    guard value.isFinite, value != 0 else { return value == 0 ? "0" : shortest(value) }
    var mantissa = value.magnitude
    var power = 0
    while mantissa < 1 {
      mantissa *= 10
      power -= 1
    }
    while mantissa >= 10 {
      mantissa /= 10
      power += 1
    }
    var text = fixed(mantissa, digits: digits - 1)
    // 9.96 with two digits is 10.0, which has one too many.
    if text.hasPrefix("10") {
      text = fixed(1, digits: digits - 1)
      power += 1
    }
    return (value < 0 ? "-" : "") + "\(text)e\(power)"
  }
}

extension Double {
  /// The number that a text is in decimal notation: `2`, `-0.5`, `1e-3`, and `inf`, `infinity` or `nan` in any case.
  ///
  /// nil for everything else. All text from files and users is read by this: `Double(_:)` takes hexadecimal numbers too, and
  /// of a text with a NUL it takes what stands before it, so that `1\u{0}5` would be 1.
  package init?(decimal text: some StringProtocol) {
    let unsigned =
      text.utf8.first.map { [UInt8(ascii: "+"), UInt8(ascii: "-")].contains($0) } == true
      ? text.dropFirst() : text[...]
    let isWord = ["inf", "infinity", "nan"].contains(unsigned.lowercased())
    guard isWord || text.utf8.allSatisfy(Self.mayBeInDecimal) else { return nil }
    self.init(String(text))
  }

  private static func mayBeInDecimal(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."),
      UInt8(ascii: "e"), UInt8(ascii: "E"):
      true
    default: false
    }
  }
}
