/// Numbers for people: a fixed number of digits, without Foundation.
package enum FixedPoint {
  /// For example 0.9412 with 3 digits as `0.941`; `NaN`, `inf` and `-inf` in words; as Swift writes it where that would be more
  /// than 15 digits. Less than 0 digits are none.
  package static func text(_ value: Double, digits: Int) -> String {
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
}
