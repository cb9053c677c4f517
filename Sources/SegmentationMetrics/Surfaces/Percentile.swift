// Percentiles of distances, in every form that a tool calls "the 95th".

/// How a percentile of one set of distances is read: of percentages beyond 0 and 100 as at these, NaN of no values and where
/// the percentage is NaN.
package enum Percentile {
  /// Between the two nearest ranks, linearly (NumPy's default): rank (n − 1) p. Infinite where a rank it needs is.
  package static func linear(_ values: [Double], _ percent: Double) -> Double {
    guard !values.isEmpty, !percent.isNaN else { return .nan }
    let rank = Double(values.count - 1) * min(max(percent, 0), 100) / 100
    let low = Int(rank.rounded(.down))
    let fraction = rank - Double(low)
    var values = values
    let lower = select(low, &values)
    guard fraction > 0, low + 1 < values.count else { return lower }
    // What comes after the selected rank are larger values.
    let upper = values[(low + 1)...].min() ?? lower
    if lower == upper { return lower }
    guard upper.isFinite else { return .infinity }
    // As NumPy has it, from the nearer end.
    return fraction < 0.5
      ? lower + (upper - lower) * fraction : upper - (upper - lower) * (1 - fraction)
  }

  /// The rank below, int((n − 1) p) (grand-challenge).
  package static func floor(_ values: [Double], _ percent: Double) -> Double {
    guard !values.isEmpty, !percent.isNaN else { return .nan }
    var values = values
    return select(Int(Double(values.count - 1) * (min(max(percent, 0), 100) / 100)), &values)
  }

  /// The least distance within which lies at least the percentage of the surface (surface-distance).
  ///
  /// Equal parts of a surface often end exactly at the percentage, so rounding decides: elements are ordered by distance
  /// and weight, and added up, as surface-distance and NumPy do it.
  package static func weighted(_ values: [Double], _ weights: [Double], _ percent: Double) -> Double {
    guard !values.isEmpty, !weights.isEmpty, !percent.isNaN else { return .nan }
    let sorted = zip(values, weights).sorted { $0.0 != $1.0 ? $0.0 < $1.0 : $0.1 < $1.1 }
    let total = pairwiseSum(sorted.map(\.1)[...])
    var sum = 0.0
    for (value, weight) in sorted {
      sum += weight
      if sum / total >= percent / 100 { return value }
    }
    return sorted[sorted.count - 1].0
  }

  /// Eight sums in turn up to 128 numbers, halves beyond (NumPy's order).
  private static func pairwiseSum(_ values: ArraySlice<Double>) -> Double {
    if values.count < 8 { return values.reduce(0, +) }
    if values.count <= 128 {
      var sums = Array(values.prefix(8))
      let whole = values.count - values.count % 8
      let start = values.startIndex
      for place in stride(from: 8, to: whole, by: 8) {
        for lane in 0..<8 { sums[lane] += values[start + place + lane] }
      }
      let halves = ((sums[0] + sums[1]) + (sums[2] + sums[3]), (sums[4] + sums[5]) + (sums[6] + sums[7]))
      return values[(start + whole)...].reduce(halves.0 + halves.1, +)
    }
    let half = values.count / 2 - values.count / 2 % 8
    return pairwiseSum(values.prefix(half)) + pairwiseSum(values.dropFirst(half))
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
