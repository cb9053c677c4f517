import Foundation
import TestSupport
import Testing
import TextFormats

@Suite("Numbers for people")
struct DecimalsTests {
  @Test("Digits are those that C's printf gives")
  func digits() throws {
    var random = SeededRandom(seed: 131)
    for _ in 0..<5000 {
      let value = Double.random(in: -1000...1000, using: &random)
      for digits in 0...6 {
        let expected = String(format: "%.\(digits)f", value)
        let found = Decimals.fixed(value, digits: digits)
        // printf keeps the sign of what it rounds to zero.
        let isZero = expected.allSatisfy { "-0.".contains($0) }
        try #require(found == expected || isZero && "-" + found == expected, "\(value) with \(digits) digits")
      }
    }
  }

  @Test("Words for what is no number, zeros kept, very large numbers not cut")
  func special() {
    #expect(Decimals.fixed(.nan, digits: 3) == "NaN")
    #expect(Decimals.fixed(.infinity, digits: 3) == "inf")
    #expect(Decimals.fixed(-.infinity, digits: 3) == "-inf")
    #expect(Decimals.fixed(1, digits: 3) == "1.000")
    #expect(Decimals.fixed(0.005, digits: 1) == "0.0")
    #expect(Decimals.fixed(-0.0001, digits: 3) == "0.000")
    #expect(Decimals.fixed(0.9996, digits: 3) == "1.000")
    #expect(Double(Decimals.fixed(1e300, digits: 3)) == 1e300)
  }

  @Test(
    "Numbers are read in decimal notation alone",
    arguments: [
      ("2", 2.0), ("-0.5", -0.5), ("+1e-3", 0.001), (".5", 0.5), ("5.", 5), ("1E2", 100), ("inf", .infinity),
      ("-Infinity", -.infinity),
    ])
  func reading(text: String, value: Double) {
    #expect(Double(decimal: text) == value)
    #expect(Double(decimal: ("x" + text).dropFirst()) == value)
  }

  @Test(
    "What is no decimal number is none, whatever stands before a NUL",
    arguments: [
      "", "1\u{0}5", "\u{0}", "0x1", "0x1p3", "1 ", " 1", "1,5", "1_000", "e5", "1e", "--1", "1-2", "+",
      "nan(1)", "infi",
      "1\u{301}", "٣",
    ])
  func refused(text: String) { #expect(Double(decimal: text) == nil) }

  @Test("Not a number is a word with a sign or without")
  func notANumber() {
    for text in ["nan", "NaN", "-nan"] { #expect(Double(decimal: text)?.isNaN == true, "\(text)") }
  }

  @Test("Powers of ten have as many digits as asked for, as C's printf rounds them")
  func scientific() throws {
    var random = SeededRandom(seed: 132)
    for _ in 0..<3000 {
      let value = Double.random(in: -1...1, using: &random) * Double(Int.random(in: 1...9, using: &random))
      for digits in 1...3 {
        let expected = String(format: "%.\(digits - 1)e", value)
        let found = Decimals.scientific(value, digits: digits)
        // printf writes two digits of the exponent and its sign.
        try #require(Double(found) == Double(expected), "\(found) for \(expected)")
        try #require(found.prefix { $0 != "e" } == expected.prefix { $0 != "e" })
      }
    }
    #expect(Decimals.scientific(9.96, digits: 2) == "1.0e1")
    #expect(Decimals.scientific(0) == "0")
    #expect(Decimals.scientific(-.infinity) == "-inf")
  }
}
