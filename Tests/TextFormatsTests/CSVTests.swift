import TestSupport
import Testing
import TextFormats

@Suite("Comma-separated values")
struct CSVTests {
  @Test(
    "Texts of RFC 4180 are read as it says",
    arguments: [
      ("a,b\nc,d\n", [["a", "b"], ["c", "d"]]),
      ("a,b\r\nc,d", [["a", "b"], ["c", "d"]]),
      ("a,,c\n", [["a", "", "c"]]),
      ("a,\n", [["a", ""]]),
      ("\"a,b\",\"c\"\"d\"\n", [["a,b", "c\"d"]]),
      ("\"two\nlines\",x\n", [["two\nlines", "x"]]),
      ("\"\",x\n", [["", "x"]]),
      ("\n\na\n\n", [["a"]]),
      ("", []),
      (" a , b \n", [["a", "b"]]),
      ("\" a \",b\n", [[" a ", "b"]]),
    ])
  func reading(text: String, rows: [[String]]) {
    #expect(CSV.rows(text).map(\.fields) == rows)
  }

  @Test("Rows know the line they start on, lines within quotes counted")
  func lines() {
    let rows = CSV.rows("h\n\n\"a\nb\nc\"\nd\n")
    #expect(rows.map(\.line) == [1, 3, 6])
  }

  @Test("What is written is read back, whatever the fields hold")
  func roundTrip() throws {
    var random = SeededRandom(seed: 91)
    let alphabet = Array("ab\",\n |é;'=")
    for _ in 0..<2000 {
      let width = Int.random(in: 2...4, using: &random)
      let rows = (0..<Int.random(in: 1...4, using: &random)).map { _ in
        (0..<width).map { _ in
          // Blanks at the ends of a field that needs no quotes are not kept by any reader that trims.
          "x"
            + String(
              (0..<Int.random(in: 0...6, using: &random)).map { _ in
                alphabet.randomElement(using: &random) ?? "a"
              }) + "x"
        }
      }
      try #require(CSV.rows(CSV.text(rows)).map(\.fields) == rows)
    }
  }
}
