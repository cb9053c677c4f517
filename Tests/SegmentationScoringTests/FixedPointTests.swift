import Foundation
import SegmentationScoring
import TestSupport
import Testing

@Suite("Numbers for people")
struct FixedPointTests {
  @Test("Digits are those that C's printf gives")
  func digits() throws {
    var random = SeededRandom(seed: 131)
    for _ in 0..<5000 {
      let value = Double.random(in: -1000...1000, using: &random)
      for digits in 0...6 {
        let expected = String(format: "%.\(digits)f", value)
        let found = FixedPoint.text(value, digits: digits)
        // printf keeps the sign of what it rounds to zero.
        let isZero = expected.allSatisfy { "-0.".contains($0) }
        try #require(found == expected || isZero && "-" + found == expected, "\(value) with \(digits) digits")
      }
    }
  }

  @Test("Words for what is no number, zeros kept, very large numbers not cut")
  func special() {
    #expect(FixedPoint.text(.nan, digits: 3) == "NaN")
    #expect(FixedPoint.text(.infinity, digits: 3) == "inf")
    #expect(FixedPoint.text(-.infinity, digits: 3) == "-inf")
    #expect(FixedPoint.text(1, digits: 3) == "1.000")
    #expect(FixedPoint.text(0.005, digits: 1) == "0.0")
    #expect(FixedPoint.text(-0.0001, digits: 3) == "0.000")
    #expect(FixedPoint.text(0.9996, digits: 3) == "1.000")
    #expect(Double(FixedPoint.text(1e300, digits: 3)) == 1e300)
  }
}
