/// How a quantile of values is read where it falls between two of them. Tools differ, so each rule says whose it is.
package enum QuantileRule: Sendable, CaseIterable {
  /// Between the two nearest ranks, at rank (n − 1) p: NumPy's default, and with it MONAI's reports, and pandas' `describe`,
  /// which grand-challenge shows. Infinite where a rank it needs is.
  case linear
  /// The rank below, int((n − 1) p): grand-challenge's evaluation library.
  case lower
  /// Halfway between the two ranks around (n − 1) p, and the value itself where that is a rank: the median of
  /// everybody's statistics.
  case middle

  /// The quantile of `values`, which need no order.
  ///
  /// - Parameter percent: from 0 to 100; beyond them as at these.
  /// - Returns: NaN of no values, and where the percentage is NaN.
  package func percentile(_ percent: Double, of values: [Double]) -> Double {
    guard !values.isEmpty, !percent.isNaN else { return .nan }
    let rank = self.rank(min(max(percent, 0), 100), values.count)
    let low = Int(rank.rounded(.down))
    let fraction = rank - Double(low)
    var values = values
    let lower = Self.select(low, &values)
    guard self != .lower, fraction > 0, low + 1 < values.count else { return lower }
    // What comes after the selected rank are larger values.
    let upper = values[(low + 1)...].min() ?? lower
    // Equal infinities have no difference to share.
    if lower == upper { return lower }
    guard upper.isFinite else { return .infinity }
    if self == .middle { return lower + (upper - lower) / 2 }
    // As NumPy has it, from the nearer end.
    return fraction < 0.5
      ? lower + (upper - lower) * fraction : upper - (upper - lower) * (1 - fraction)
  }

  /// NumPy and the others divide first: where the rank is a whole number they may miss it by a last bit, and the value by
  /// some. Rounded down that would be another value, so theirs is followed there.
  private func rank(_ percent: Double, _ count: Int) -> Double {
    self == .lower ? Double(count - 1) * (percent / 100) : Double(count - 1) * percent / 100
  }

  /// Puts the value of a rank to its place, smaller ones before and larger ones after it (Hoare 1961).
  private static func select(_ rank: Int, _ values: inout [Double]) -> Double {
    values.withUnsafeMutableBufferPointer { values in
      var (low, high) = (0, values.count - 1)
      while low < high {
        let (a, b, c) = (values[low], values[(low + high) / 2], values[high])
        let pivot = max(min(a, b), min(max(a, b), c))
        var (i, j) = (low, high)
        while i <= j {
          while values[i] < pivot { i += 1 }
          while values[j] > pivot { j -= 1 }
          if i <= j {
            values.swapAt(i, j)
            i += 1
            j -= 1
          }
        }
        if rank <= j { high = j } else if rank >= i { low = i } else { break }
      }
      return values[rank]
    }
  }
}
