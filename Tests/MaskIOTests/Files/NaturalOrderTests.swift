import Foundation
import MaskIO
import TestSupport
import Testing

@Suite("NaturalOrder")
struct NaturalOrderTests {
  @Test(
    "Names come in the order people expect",
    arguments: [
      ["slice2", "slice10"], ["slice_9.png", "slice_10.png", "slice_100.png"],
      ["a", "a1", "a2", "a10", "b1"],
      ["1", "2", "10", "x"], ["img1_z2", "img1_z10", "img2_z1", "img10_z1"], ["v1.9", "v1.10"],
      ["9999999999999999999999999", "10000000000000000000000000"], ["a-1", "a-2"], ["", "0", "a"],
      ["slice", "slice0", "slice1"], ["B", "a"], ["a/1.png", "a/2.png", "a/10.png", "b/1.png"],
    ])
  func expected(names: [String]) {
    for (i, left) in names.enumerated() {
      for (j, right) in names.enumerated() {
        #expect(NaturalOrder.precedes(left, right) == (i < j), "\(left) and \(right)")
      }
    }
  }

  @Test("Leading zeros do not change a number, only the order among names that are else the same")
  func leadingZeros() {
    #expect(NaturalOrder.precedes("s001", "s2"))
    #expect(NaturalOrder.precedes("s2", "s010"))
    #expect(NaturalOrder.precedes("s09_b1", "s10_a1"))
    // The same number: what follows decides.
    #expect(NaturalOrder.precedes("s01_a", "s1_b"))
    #expect(NaturalOrder.precedes("s1_a", "s01_b"))
    #expect(NaturalOrder.precedes("s1", "s01") != NaturalOrder.precedes("s01", "s1"))
    #expect(NaturalOrder.precedes("s0", "s000") != NaturalOrder.precedes("s000", "s0"))
  }

  /// Short names of few letters, so that runs of digits, zeros and ties are frequent.
  private static func name(_ random: inout SeededRandom) -> String {
    let letters = Array("00129ab_/.é")
    return String(
      (0..<Int.random(in: 0...6, using: &random)).map { _ in
        letters[Int.random(in: 0..<letters.count, using: &random)]
      })
  }

  @Test("The order is total: of two different names exactly one comes first")
  func total() throws {
    var random = SeededRandom(seed: 41)
    for _ in 0..<50_000 {
      let (left, right) = (Self.name(&random), Self.name(&random))
      let (before, after) = (NaturalOrder.precedes(left, right), NaturalOrder.precedes(right, left))
      let isSame = Array(left.utf8) == Array(right.utf8)
      try #require(isSame ? !before && !after : before != after, "'\(left)' and '\(right)'")
    }
  }

  @Test("The order is transitive")
  func transitive() throws {
    var random = SeededRandom(seed: 42)
    for _ in 0..<100_000 {
      let (a, b, c) = (Self.name(&random), Self.name(&random), Self.name(&random))
      guard NaturalOrder.precedes(a, b), NaturalOrder.precedes(b, c) else { continue }
      try #require(NaturalOrder.precedes(a, c), "'\(a)', '\(b)', '\(c)'")
    }
  }

  @Test("Sorting gives the same whatever the order before")
  func sorting() {
    var random = SeededRandom(seed: 43)
    for _ in 0..<200 {
      let names = (0..<20).map { _ in Self.name(&random) }
      let sorted = names.sorted(by: NaturalOrder.precedes)
      #expect(names.shuffled(using: &random).sorted(by: NaturalOrder.precedes) == sorted)
      #expect(names.sorted() == sorted.sorted())
    }
  }

  @Test("Names with one number each are ordered as by comparing text, then number")
  func againstNumbers() throws {
    var random = SeededRandom(seed: 44)
    for _ in 0..<20_000 {
      let stems = ["case_", "a", "b-", "scan"]
      let make = { (random: inout SeededRandom) -> (stem: String, number: Int, text: String) in
        let stem = stems[Int.random(in: 0..<4, using: &random)]
        let number = Int.random(in: 0...Int.random(in: 1...2000, using: &random), using: &random)
        let zeros = String(repeating: "0", count: Int.random(in: 0...3, using: &random))
        return (stem, number, stem + zeros + String(number))
      }
      let (left, right) = (make(&random), make(&random))
      guard (left.stem, left.number) != (right.stem, right.number) else { continue }
      let expected = (left.stem, left.number) < (right.stem, right.number)
      try #require(NaturalOrder.precedes(left.text, right.text) == expected, "\(left.text) and \(right.text)")
    }
  }

  @Test(
    "The last number of a name is the one that counts slices",
    arguments: [
      ("t1_slice007", 7), ("t1", 1), ("slice", nil), ("", nil), ("12", 12), ("a10b", 10), ("1_2_3x", 3),
      ("0", 0), ("-5", 5), ("é9", 9), ("9223372036854775807", Int.max),
    ] as [(String, Int?)])
  func lastNumber(name: String, number: Int?) {
    #expect(NaturalOrder.lastNumber(in: name) == number)
  }
}
