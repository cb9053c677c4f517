extension Sequence<Double> {
  /// The mean of the values that are not NaN, added up in their order; NaN where there are none.
  ///
  /// Other tools' files have it so (NumPy's `nanmean`); `Aggregate` adds up with less rounding.
  package var meanOfDefined: Double {
    var sum = 0.0
    var count = 0
    for value in self where !value.isNaN {
      sum += value
      count += 1
    }
    return sum / Double(count)
  }
}
