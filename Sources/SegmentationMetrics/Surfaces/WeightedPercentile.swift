/// The percentile of a surface whose elements have areas.
package enum WeightedPercentile {
  /// The least distance within which lies at least the percentage of the surface (surface-distance).
  ///
  /// Equal parts of a surface often end exactly at the percentage, so rounding decides: elements are ordered by distance
  /// and weight, and added up, as surface-distance and NumPy do it.
  package static func of(_ values: [Double], _ weights: [Double], _ percent: Double) -> Double {
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
}
