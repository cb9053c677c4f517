import MaskIO
import SegmentationScoring
import TestSupport
import Testing

@Suite("Patterns for names")
struct NamePatternTests {
  @Test("Groups are given in order, nil for what took no part, and names that do not match have none")
  func groups() throws {
    let pattern = try NamePattern("(a+)(b)?_([0-9]+)", groups: 2, flag: "--stack")
    let found = try pattern.groups(of: ["aab_12", "xa_3y", "b_1", ""])
    #expect(found.count == 4)
    #expect(found[0] == ["aa", "b", "12"])
    #expect(found[1] == ["a", nil, "3"])
    #expect(found[2] == nil && found[3] == nil)
  }

  @Test("A pattern that takes too long for one name ends the search with that name, and soon")
  func slow() throws {
    let pattern = try NamePattern("^(a|a)*$", groups: 1, flag: "--match", patience: .milliseconds(300))
    let slow = String(repeating: "a", count: 200) + "!"
    let clock = ContinuousClock.now
    let text = try scoreError(.usage) { _ = try pattern.groups(of: ["aaa", slow, "a"]) }
    #expect(text.contains("'\(slow)'") && text.contains("--match"))
    #expect(ContinuousClock.now - clock < .seconds(5))
    #expect(NamePattern.patience == .seconds(10))
  }

  @Test("Patterns too long or too deep, or none at all, are refused")
  func refused() throws {
    for pattern in [
      String(repeating: "(", count: 50_000) + "a" + String(repeating: ")", count: 50_000),
      String(repeating: "a", count: 10_000) + "(b)", "(", "a{3", "a",
      String(repeating: "[", count: 200) + "(a)",
    ] {
      _ = try scoreError(.usage) { _ = try NamePattern(pattern, groups: 1, flag: "--match") }
    }
  }
}
