import LabelMaps
import Testing

@Suite("Spacing")
struct SpacingTests {
  @Test(
    "Both separators and spaces around numbers are read, in array-axis order, as millimetres",
    arguments: [
      ("3,0.8,0.7", [3, 0.8, 0.7]), ("3x0.8x0.7", [3, 0.8, 0.7]), ("3x0.8,0.7", [3, 0.8, 0.7]),
      (" 3 , 0.8 ,\t0.7 ", [3, 0.8, 0.7]), ("0.5,2", [0.5, 2]), ("0.5 x 2", [0.5, 2]),
      ("1e-3,1E2", [0.001, 100]),
      ("+1,.5", [1, 0.5]),
    ])
  func parsing(text: String, lengths: [Double]) throws {
    let spacing = try Spacing(parsing: text)
    #expect(spacing.lengths == lengths)
    #expect(spacing.unit == .millimetres)
  }

  @Test(
    "A length that is not a finite number above zero is refused",
    arguments: [
      "0", "-0", "-1", "nan", "inf", "-inf", "infinity", "1e999", "-0.5",
    ])
  func notPositive(length: String) {
    for text in ["\(length),1", "1,\(length)", "1,\(length),1", "1x1x\(length)"] {
      let error = #expect(throws: SpacingError.self, "\(text)") { try Spacing(parsing: text) }
      guard case .notPositive = error else {
        Issue.record("\(text) gave \(String(describing: error))")
        continue
      }
    }
  }

  @Test(
    "What is no number is refused by its text",
    arguments: [
      ("", ""), (" ", " "), ("1,", ""), (",1", ""), ("1,,1", ""), ("1,a", "a"), ("1mm,1", "1mm"),
      ("1;2", "1;2"),
      ("1,1.2.3", "1.2.3"),
    ])
  func notANumber(text: String, part: String) {
    #expect(throws: SpacingError.notANumber(part)) { try Spacing(parsing: text) }
    #expect(SpacingError.notANumber(part).description.contains("'\(part)'"))
  }

  @Test("Numbers with a space between them are not glued together", arguments: ["3 1,1", "0. 8,1", "1,2 3"])
  func spaceInsideANumber(text: String) {
    #expect(throws: SpacingError.self) { try Spacing(parsing: text) }
  }

  @Test("Any number of axes but two and three is refused", arguments: [1, 4, 5])
  func wrongNumber(count: Int) {
    let text = [String](repeating: "1", count: count).joined(separator: ",")
    #expect(throws: SpacingError.wrongNumber(count)) { try Spacing(parsing: text) }
    #expect(throws: SpacingError.wrongNumber(count)) { try Spacing([Double](repeating: 1, count: count)) }
    let noun = count == 1 ? "1 number given" : "\(count) numbers given"
    #expect(SpacingError.wrongNumber(count).description.contains(noun))
  }

  @Test("Lengths given as numbers are checked as those given as text")
  func lengths() throws {
    for bad in [0, -0.0, -1, .nan, .infinity, -.infinity, .leastNonzeroMagnitude, 9e-31, 1.1e30, 1e308] {
      #expect(throws: SpacingError.notPositive("\(bad)")) { try Spacing([1, bad]) }
      #expect(throws: SpacingError.notPositive("\(bad)")) { try Spacing([bad, 1, 1]) }
    }
    #expect(throws: SpacingError.wrongNumber(0)) { try Spacing([]) }
    // Squares and sums of what is allowed are numbers that keep their digits, whatever the extents.
    #expect(try Spacing([1e-30, 1e30]).lengths == [1e-30, 1e30])
  }

  @Test("Pixels are length 1 along each axis", arguments: [2, 3])
  func pixels(rank: Int) throws {
    let spacing = Spacing.pixels(rank: rank)
    #expect(spacing.lengths == [Double](repeating: 1, count: rank))
    #expect(spacing.unit == .pixels)
    #expect(spacing == (try Spacing([Double](repeating: 1, count: rank), unit: .pixels)))
    #expect(spacing != (try Spacing([Double](repeating: 1, count: rank))))
  }

  @Test("The description names lengths and unit")
  func description() throws {
    #expect(try Spacing(parsing: "3,0.8,0.8").description == "3.0×0.8×0.8 mm")
    #expect(Spacing.pixels(rank: 2).description == "1.0×1.0 px")
  }
}
