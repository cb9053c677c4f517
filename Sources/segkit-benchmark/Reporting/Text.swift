import MaskIO
internal import Platform

/// Tells what is going on, beside the results.
func note(_ line: String) {
  let bytes = Array((line + "\n").utf8)
  _ = write(2, bytes, bytes.count)
}

extension Double {
  /// With `digits` after the point; a dash for no number.
  func text(_ digits: Int) -> String {
    guard isFinite, magnitude < 1e15 else { return "-" }
    var scale = 1.0
    for _ in 0..<digits { scale *= 10 }
    let scaled = Int((magnitude * scale).rounded())
    let (whole, part) = scaled.quotientAndRemainder(dividingBy: Int(scale))
    let sign = self < 0 && scaled > 0 ? "-" : ""
    if digits == 0 { return "\(sign)\(whole)" }
    let fraction = String(part)
    return "\(sign)\(whole)." + String(repeating: "0", count: digits - fraction.count) + fraction
  }
}

/// Columns under each other: the first to the left, numbers to the right.
struct TextTable {
  private var rows: [[String]]

  init(_ heading: [String]) { rows = [heading] }

  mutating func add(_ row: [String]) { rows.append(row) }

  func print() {
    let columns = rows.reduce(0) { max($0, $1.count) }
    let widths = (0..<columns).map { column in
      rows.reduce(0) { column < $1.count ? max($0, $1[column].count) : $0 }
    }
    for row in rows {
      let cells = row.enumerated().map { index, cell in
        let blank = String(repeating: " ", count: widths[index] - cell.count)
        return index == 0 ? cell + blank : blank + cell
      }
      Swift.print(cells.joined(separator: "  "))
    }
  }
}
