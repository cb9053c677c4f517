import MaskIO
internal import Platform
import TextFormats

/// Tells what is going on, beside the results.
func note(_ line: String) {
  let bytes = Array((line + "\n").utf8)
  _ = write(2, bytes, bytes.count)
}

extension Double {
  /// With `digits` after the point; a dash for no number.
  func text(_ digits: Int) -> String { isFinite ? Decimals.fixed(self, digits: digits) : "-" }
}

extension TextTable {
  func print() { for line in lines { Swift.print(line) } }
}
