import TestSupport
import Testing
import TextFormats

@Suite("NearestName")
struct NearestNameTests {
  @Test("The distance is that of the recursive definition")
  func distance() throws {
    var random = SeededRandom(seed: 31)
    func word() -> String {
      String(
        (0..<Int.random(in: 0...6, using: &random)).map { _ in "ab_1".randomElement(using: &random) ?? "a" })
    }
    for _ in 0..<1000 {
      let (left, right) = (word(), word())
      try #require(NearestName.distance(left, right) == Self.edits(Array(left)[...], Array(right)[...]))
    }
  }

  @Test(
    "Distances that the literature gives",
    arguments: [
      // Wagner and Fischer's paper is quoted with these two everywhere, e.g. Jurafsky & Martin, ch. 2.
      ("kitten", "sitting", 3), ("saturday", "sunday", 3), ("", "abc", 3), ("same", "same", 0),
    ])
  func knownDistances(left: String, right: String, edits: Int) {
    #expect(NearestName.distance(left, right) == edits)
    #expect(NearestName.distance(right, left) == edits)
  }

  @Test("The nearest name has the fewest edits, and there is none if all are far")
  func nearest() {
    #expect(NearestName.of("case_01", among: ["other", "case_10x", "case_1"]) == "case_1")
    #expect(NearestName.of("case_01", among: ["completely-different"]) == nil)
    #expect(NearestName.of("case_01", among: []) == nil)
  }

  @Test("Endings that all names of a side share are found")
  func suffixes() throws {
    let found = try #require(NearestName.suffixes(["a1_pred", "a2_pred"], ["a1_gt", "a2_gt"]))
    #expect(found == ("_pred", "_gt"))
    let one = try #require(NearestName.suffixes(["x_mask", "y_mask"], ["x", "y"]))
    #expect(one == ("_mask", ""))
  }

  @Test("Numbers are no endings, and names that differ otherwise have none")
  func noSuffixes() {
    #expect(NearestName.suffixes(["a1", "b1"], ["a2", "b2"]) == nil)
    #expect(NearestName.suffixes(["a_p", "b_p"], ["c_g", "d_g"]) == nil)
    #expect(NearestName.suffixes(["a_p"], ["a_g"]) == nil)
    #expect(NearestName.suffixes(["a", "b"], ["a", "b"]) == nil)
  }

  /// Levenshtein's definition as it stands.
  private static func edits(_ left: ArraySlice<Character>, _ right: ArraySlice<Character>) -> Int {
    guard let a = left.first else { return right.count }
    guard let b = right.first else { return left.count }
    if a == b { return edits(left.dropFirst(), right.dropFirst()) }
    return 1
      + min(
        edits(left.dropFirst(), right), edits(left, right.dropFirst()),
        edits(left.dropFirst(), right.dropFirst()))
  }
}
