import SegmentationScoring
import TestSupport
import Testing

@Suite("Aggregates of many cases")
struct AggregateTests {
  @Test("Of no values, and of NaN alone, there is nothing but counts")
  func nothing() {
    for values in [[], [Double.nan], [.nan, .nan]] {
      let aggregate = Aggregate(values)
      #expect(aggregate.mean.isNaN && aggregate.meanFinite.isNaN && aggregate.median.isNaN)
      #expect(aggregate.minimum.isNaN && aggregate.maximum.isNaN && aggregate.standardDeviation.isNaN)
      #expect(aggregate.count == 0 && aggregate.nanCount == values.count && aggregate.infiniteCount == 0)
    }
  }

  @Test("NaN is left out of everything and counted")
  func notANumber() {
    let aggregate = Aggregate([0.25, .nan, 0.75, .nan, 1])
    #expect(aggregate.mean == 2.0 / 3)
    #expect(aggregate.median == 0.75)
    #expect(aggregate.minimum == 0.25 && aggregate.maximum == 1)
    #expect(aggregate.count == 3 && aggregate.nanCount == 2 && aggregate.infiniteCount == 0)
    // Sample variance of 1/4, 3/4, 1: ((5/12)² + (1/12)² + (4/12)²) / 2 = 42/288.
    #expect(isClose(aggregate.standardDeviation, (42.0 / 288).squareRoot()))
  }

  @Test("One infinity makes the mean infinite, whatever else there is; the finite mean stands beside")
  func infinities() {
    let aggregate = Aggregate([1, .infinity, 3, .nan])
    #expect(aggregate.mean == .infinity)
    #expect(aggregate.meanFinite == 2)
    #expect(aggregate.median == 3)
    #expect(aggregate.maximum == .infinity && aggregate.minimum == 1)
    #expect(aggregate.count == 3 && aggregate.nanCount == 1 && aggregate.infiniteCount == 1)
    #expect(aggregate.standardDeviation.isNaN)
    let all = Aggregate([Double.infinity, .infinity])
    #expect(all.mean == .infinity && all.median == .infinity && all.meanFinite.isNaN)
  }

  @Test("The median is the middle value, or the mean of the two middle ones")
  func median() throws {
    #expect(Aggregate([3, 1, 2]).median == 2)
    #expect(Aggregate([4, 1, 3, 2]).median == 2.5)
    #expect(Aggregate([1, .infinity]).median == .infinity)
    #expect(Aggregate([1, 2, .infinity, .infinity]).median == .infinity)
    var random = SeededRandom(seed: 101)
    for _ in 0..<500 {
      let values = (0..<Int.random(in: 1...40, using: &random)).map { _ in
        Double.random(in: 0...1, using: &random)
      }
      let median = Aggregate(values).median
      // By its defining property: at most half of the values on either side.
      try #require(2 * values.count { $0 < median } <= values.count)
      try #require(2 * values.count { $0 > median } <= values.count)
    }
  }

  @Test("Means are those of exact sums, whatever the order and however many cases")
  func exactMeans() throws {
    var random = SeededRandom(seed: 102)
    for _ in 0..<300 {
      // Multiples of 2⁻⁵² of very different sizes: their sum is a whole number of 2⁻⁵².
      let numbers = (0..<Int.random(in: 1...3000, using: &random)).map { _ in
        UInt64.random(in: 0...(1 << 52), using: &random) >> UInt64.random(in: 0...40, using: &random)
      }
      let unit = 1.0 / Double(UInt64(1) << 52)
      let sum = numbers.reduce(Int128(0)) { $0 + Int128($1) }
      var values = numbers.map { Double($0) * unit }
      let mean = Aggregate(values).mean
      try #require(isClose(mean, Double(sum) * unit / Double(numbers.count), within: 2e-16))
      values.shuffle(using: &random)
      try #require(Aggregate(values).mean == mean)
    }
  }

  @Test("Sums keep what cancellation hides (Neumaier's own example)")
  func compensation() {
    #expect(CompensatedSum.of([1, 1e100, 1, -1e100]) == 2)
    #expect(CompensatedSum.of([] as [Double]) == 0)
    // A hundred thousand tenths: naive summation is off in the eleventh digit.
    #expect(CompensatedSum.of(repeatElement(0.1, count: 100_000)) == 10000)
  }

  @Test("The deviation is the sample's, of a single value there is none")
  func deviation() {
    #expect(Aggregate([5]).standardDeviation.isNaN)
    #expect(Aggregate([2, 4, 4, 4, 5, 5, 7, 9]).standardDeviation == (32.0 / 7).squareRoot())
    #expect(Aggregate(repeatElement(0.3, count: 100)).standardDeviation == 0)
  }
}
