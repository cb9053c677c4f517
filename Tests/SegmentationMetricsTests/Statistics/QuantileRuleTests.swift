import SegmentationMetrics
import TestSupport
import Testing

@Suite("Quantiles, and means without NaN")
struct QuantileRuleTests {
  private static let values = [0.1, 3.7, 2.2, 9.4, 1e-3, 5.5, 7.25, 0.3]

  @Test(
    "The linear rule is NumPy's percentile but for the last bits of a rank",
    arguments: [
      (0.0, 0.001), (5, 0.03565000000000001), (10, 0.07030000000000002), (25, 0.25), (33, 0.8890000000000002),
      (50, 2.95), (66.6, 4.891599999999999), (75, 5.9375), (90, 7.895), (95, 8.647499999999999),
      (99.9, 9.384950000000002), (100, 9.4),
    ])
  func linear(percent: Double, expected: Double) {
    #expect(abs(QuantileRule.linear.percentile(percent, of: Self.values) - expected) <= 4 * expected.ulp)
  }

  @Test("The lower rule takes a value that is there, the middle rule is the median of the textbook")
  func others() throws {
    var random = SeededRandom(seed: 153)
    for count in 1...40 {
      let values = (0..<count).map { _ in Double.random(in: 0...9, using: &random).rounded() }
      let sorted = values.sorted()
      for percent in [0.0, 12.5, 50, 95, 100] {
        let rank = Int(Double(count - 1) * (percent / 100))
        #expect(QuantileRule.lower.percentile(percent, of: values) == sorted[rank])
      }
      let median = count % 2 == 1 ? sorted[count / 2] : (sorted[count / 2 - 1] + sorted[count / 2]) / 2
      #expect(QuantileRule.middle.percentile(50, of: values) == median)
    }
  }

  @Test("Infinite values stay infinite, and equal ones have no difference")
  func infinite() {
    let values = [1, .infinity, 2, .infinity]
    #expect(QuantileRule.middle.percentile(50, of: values) == .infinity)
    #expect(QuantileRule.linear.percentile(33, of: values) < 2)
    #expect(QuantileRule.linear.percentile(90, of: values) == .infinity)
    for rule in QuantileRule.allCases {
      #expect(rule.percentile(50, of: []).isNaN)
      #expect(rule.percentile(.nan, of: values).isNaN)
    }
  }

  @Test("NaN is left out of a mean, and a mean of nothing is NaN")
  func definedMean() {
    #expect([1, .nan, 2, 6].meanOfDefined == 3)
    #expect([Double.nan].meanOfDefined.isNaN)
    #expect([Double]().meanOfDefined.isNaN)
    #expect([1, Double.infinity].meanOfDefined == .infinity)
  }
}
