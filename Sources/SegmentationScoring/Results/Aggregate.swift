import SegmentationMetrics

/// Values of many cases in a few numbers, with how many there were of each kind.
public struct Aggregate: Sendable, Equatable {
  /// The mean of all values that are not NaN; infinite if one is.
  public let mean: Double
  /// The mean of the finite values; for the eye, never for ranking.
  public let meanFinite: Double
  public let median: Double
  public let minimum: Double
  public let maximum: Double
  /// The sample standard deviation (n − 1) of the values that are not NaN.
  public let standardDeviation: Double
  /// Values that are not NaN.
  public let count: Int
  public let nanCount: Int
  public let infiniteCount: Int
  /// Values that a penalty stands for.
  public let penalisedCount: Int

  /// Of no values, or of NaN alone, everything but the counts is NaN.
  ///
  /// - Parameter penalised: how many of the values a penalty stands for.
  public init(_ values: some Sequence<Double>, penalised: Int = 0) {
    penalisedCount = penalised
    let all = Array(values)
    let defined = all.filter { !$0.isNaN }.sorted()
    let finite = defined.filter(\.isFinite)
    count = defined.count
    nanCount = all.count - defined.count
    infiniteCount = defined.count - finite.count
    meanFinite = Self.mean(finite)
    mean = infiniteCount > 0 ? defined.reduce(0, +) : meanFinite
    minimum = defined.first ?? .nan
    maximum = defined.last ?? .nan
    median = QuantileRule.middle.percentile(50, of: defined)
    standardDeviation = Self.deviation(defined, mean: mean)
  }

  private static func mean(_ values: [Double]) -> Double { CompensatedSum.of(values) / Double(values.count) }

  private static func deviation(_ values: [Double], mean: Double) -> Double {
    guard values.count > 1, mean.isFinite else { return .nan }
    return (CompensatedSum.of(values.map { ($0 - mean) * ($0 - mean) }) / Double(values.count - 1))
      .squareRoot()
  }
}

/// Neumaier's summation (1974): the same sum, to the last bit or nearly, for any number of cases.
package enum CompensatedSum {
  package static func of(_ values: some Sequence<Double>) -> Double {
    var (sum, lost) = (0.0, 0.0)
    for value in values {
      let next = sum + value
      lost += sum.magnitude >= value.magnitude ? (sum - next) + value : (value - next) + sum
      sum = next
    }
    return sum + lost
  }
}
