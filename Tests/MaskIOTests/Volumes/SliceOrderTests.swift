import MaskIO
import TestSupport
import Testing

@Suite("SliceOrder")
struct SliceOrderTests {
  private static func names(_ numbers: [Int]) -> [String] { numbers.map { "scan_\($0).png" } }

  @Test(
    "Whole stacks, strides, irregular numbers, single slices and names without numbers say nothing",
    arguments: [
      [], [0], [7], [0, 1, 2, 3], [5, 6, 7], [0, 2, 4, 6], [10, 20, 30], [1, 2], [1, 9], [3, 5, 8],
      [0, 3, 5], [2, 1, 0],
    ])
  func complete(numbers: [Int]) {
    #expect(SliceOrder.finding(in: Self.names(numbers)) == nil)
    #expect(SliceOrder.finding(numbers: numbers, names: Self.names(numbers)) == nil)
  }

  @Test(
    "Gaps are missing slices, named up to five",
    arguments: [
      ([0, 1, 3], "slice 2 missing"), ([0, 2, 6, 8], "slice 4 missing"), ([1, 4, 5], "slices 2, 3 missing"),
      ([0, 1, 7], "slices 2, 3, 4, 5, 6 missing"), ([0, 1, 8], "slices 2, 3, 4, 5, 6, … missing"),
      ([10, 11, 1_000_000_000], "slices 12, 13, 14, 15, 16, … missing"), ([5, 1, 2, 3], "slice 4 missing"),
    ])
  func gaps(numbers: [Int], text: String) throws {
    let finding = try #require(SliceOrder.finding(in: Self.names(numbers)))
    guard case .missing(let fault) = finding else {
      Issue.record("\(finding)")
      return
    }
    #expect(fault.contains(text), "\(fault)")
    let (first, last) = (try #require(numbers.min()), try #require(numbers.max()))
    #expect(fault.contains("between scan_\(first).png and scan_\(last).png"), "\(fault)")
    #expect(!fault.contains("\n"))
  }

  @Test(
    "Two slices with one number are named",
    arguments: [
      (["a_1.png", "b_1.png"], "1"), (["s01.png", "s1.png", "s2.png"], "1"),
      (["x/s7.png", "y/s7.png", "x/s8.png"], "7"),
    ])
  func doubles(names: [String], number: String) throws {
    guard case .doubled(let fault) = try #require(SliceOrder.finding(in: names)) else {
      Issue.record("not doubled")
      return
    }
    #expect(fault.contains("slice number \(number) stands twice"))
    #expect(fault.contains(names[0]) && fault.contains(names[1]), "\(fault)")
  }

  @Test("Names without any number say nothing; one among numbered ones is pointed out")
  func withoutNumbers() throws {
    #expect(SliceOrder.finding(in: ["a.png", "b.png", "c.png"]) == nil)
    guard
      case .doubled(let fault) = try #require(SliceOrder.finding(in: ["s1.png", "overview.png", "s2.png"]))
    else {
      Issue.record("not doubled")
      return
    }
    #expect(fault.hasPrefix("overview.png has no slice number"))
  }

  @Test("Digits of the folder and of the ending do not count")
  func onlyTheStem() {
    #expect(SliceOrder.finding(in: ["p1/s1.png", "p1/s2.png", "p9/s3.png"]) == nil)
    #expect(SliceOrder.finding(in: ["s1.mp4", "s2.mp4", "s3.mp4"]) == nil)
    #expect(SliceOrder.finding(in: ["t1_s1.png", "t1_s2.png", "t1_s3.png"]) == nil)
    #expect(SliceOrder.finding(in: ["dir4/a.png", "dir5/b.png"]) == nil)
  }

  @Test("Random stacks: doubled if a number repeats, missing if a slot of the stride is empty, else nothing")
  func bruteForce() throws {
    var random = SeededRandom(seed: 55)
    var seen: Set<String> = []
    for _ in 0..<20_000 {
      let stride = Int.random(in: 1...3, using: &random)
      let start = Int.random(in: 0...4, using: &random)
      var numbers = (0..<Int.random(in: 1...7, using: &random)).map { start + stride * $0 }
      for _ in 0..<Int.random(in: 0...2, using: &random) where !numbers.isEmpty {
        numbers.remove(at: Int.random(in: 0..<numbers.count, using: &random))
      }
      if Int.random(in: 0..<5, using: &random) == 0 { numbers.append(Int.random(in: 0...12, using: &random)) }
      numbers.shuffle(using: &random)
      let expected = Self.truth(numbers)
      seen.insert(expected)
      let found =
        switch SliceOrder.finding(in: Self.names(numbers)) {
        case .doubled: "doubled"
        case .missing: "missing"
        case nil: "nothing"
        }
      try #require(found == expected, "\(numbers)")
    }
    #expect(seen == ["doubled", "missing", "nothing"])
  }

  private static func truth(_ numbers: [Int]) -> String {
    let set = Set(numbers)
    guard set.count == numbers.count else { return "doubled" }
    guard let first = numbers.min(), let last = numbers.max(), numbers.count > 2 else { return "nothing" }
    // The stride is the least distance of two slices; all must stand on its grid.
    let stride = numbers.flatMap { a in numbers.map { $0 - a } }.filter { $0 > 0 }.min() ?? 1
    guard numbers.allSatisfy({ ($0 - first) % stride == 0 }) else { return "nothing" }
    let grid = (first...last).filter { ($0 - first) % stride == 0 }
    return grid.count == numbers.count ? "nothing" : "missing"
  }

  @Test("A number that is the same in all names does not count the slices")
  func constantNumbers() {
    #expect(SliceOrder.numbers(of: ["z001_v2.png", "z002_v2.png", "z004_v2.png"]) == [1, 2, 4])
    #expect(SliceOrder.numbers(of: ["t1_z1.png", "t1_z2.png"]) == [1, 2])
    #expect(SliceOrder.finding(in: ["z001_v2.png", "z002_v2.png", "z003_v2.png"]) == nil)
    #expect(SliceOrder.finding(in: ["z001_v2.png", "z002_v2.png", "z004_v2.png"]) != nil)
    #expect(SliceOrder.numbers(of: ["a.png", "b1.png"]) == nil)
  }
}
