import LabelMaps
import SegmentationReports
import SegmentationScoring
import TestSupport
import Testing
import TextFormats

/// Names and labels may hold anything: none of it moves a column, ends a row, becomes a formula or a tag.
@Suite("Text that stays text")
struct TextTests {
  @Test("Cells are quoted by bytes: a comma with a combining mark divides columns, and is quoted")
  func combining() {
    for field in ["a,\u{301}b", "\"\u{301}", "a\r\u{301}", "\n\u{301}", ",", "\r", "a\"b"] {
      let line = CSV.line([field, "x"] as [String])
      #expect(
        CSV.rows(line).map { $0.fields.map { Array($0.utf8) } } == [
          [Array(field.utf8), Array("x".utf8)]
        ])
      #expect(line.utf8.first == UInt8(ascii: "\""), "\(line)")
    }
  }

  @Test("Any bytes written as cells of our own files are read back")
  func roundTrip() throws {
    var random = SeededRandom(seed: 15)
    let alphabet: [Unicode.Scalar] = [
      "a", ",", "\"", "\n", "\r", "\u{301}", "=", "+", "-", "@", "\t", "'", "1", ".", "\u{2028}", "é", " ",
    ]
    for _ in 0..<5000 {
      let fields = (0..<3).map { _ -> String in
        var text = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 1...5, using: &random) {
          text.append(alphabet[Int.random(in: 0..<alphabet.count, using: &random)])
        }
        return "x" + String(text) + "x"
      }
      let texts = fields + fields.map { String($0.unicodeScalars.dropFirst().dropLast()) }
      // Blanks at the ends of what needs no quotes are not kept by a reader that trims.
      let kept = texts.filter { $0.unicodeScalars.first != " " && $0.unicodeScalars.last != " " }
      try #require(!kept.isEmpty)
      let rows = CSV.rows(CSV.line(kept.map { CSV.Cell.text($0) }))
      try #require(rows.count == 1)
      #expect(
        rows[0].fields.map(SpreadsheetText.unguarded).map { Array($0.utf8) } == kept.map { Array($0.utf8) })
    }
  }

  @Test(
    "What a spreadsheet would take for a formula gets one apostrophe, numbers and all else none",
    arguments: [
      ("=1+1", "'=1+1"), ("+a", "'+a"), ("@x", "'@x"), ("\tx", "'\tx"), ("\rx", "'\rx"), ("-a", "'-a"),
      ("-", "'-"),
      ("--1", "'--1"), ("-0.2", "-0.2"), ("-inf", "-inf"), ("-1e5", "-1e5"), ("0.5", "0.5"), ("a=b", "a=b"),
      ("", ""),
      ("'", "'"), ("'a", "'a"), ("'=1", "''=1"), ("''=1", "'''=1"), ("nan", "nan"), ("-2+3", "'-2+3"),
    ])
  func formulas(text: String, guarded: String) {
    #expect(SpreadsheetText.guarded(text) == guarded)
    #expect(SpreadsheetText.unguarded(guarded) == text)
  }

  @Test("Control characters are shown, and rows end where they should")
  func shown() {
    #expect(
      ShownText.line("a\nb\r\tc\u{1B}[31m\u{7F}\u{85}\u{202E}\u{2028}é")
        == "a\\nb\\r\\tc\\u{1B}[31m\\u{7F}\\u{85}\\u{202E}\\u{2028}é")
    #expect(ShownText.lines("a\nb\u{1B}") == "a\nb\\u{1B}")
    #expect(
      ShownText.markdown("<img src=x>|a&b`*[l](u)\n") == "&lt;img src=x&gt;\\|a&amp;b\\`\\*\\[l\\](u)\\\\n")
  }

  private static let nasty = [
    "=cmd|' /C calc'!A0", "a\nb", "<script>", "x|y", "\u{1B}]0;t\u{7}", "l,\u{301}m",
  ]

  @Test("Labels and cases of any names: as many columns and rows as there should be in every output")
  func outputs() throws {
    let set = try TinySet(grey: [([0, 1, 2], [0, 1, 2]), ([1, 1, 2], [0, 1, 2])])
    for name in Self.nasty {
      var settings = ScoreSettings()
      settings.labels = try LabelScheme([.label(1, name: name), .region("r" + name, [1, 2])])
      let pairing = try set.pairing()
      let cases = pairing.cases.enumerated().map { index, one -> ScoreCase in
        var one = one
        one.id = name + "\(index)"
        one.groups = ["g": name]
        return one
      }
      let result = try ScoreRun(cases, settings: settings, jobs: 1, keepsConfusion: true).run()
      var long = ""
      var wide = ""
      LongCSV.write(result) { long += $0 }
      WideCSV.write(result) { wide += $0 }
      let longRows = CSV.rows(long)
      #expect(longRows.allSatisfy { $0.fields.count == 5 }, "\(long)")
      #expect(SpreadsheetText.unguarded(longRows[1].fields[0]) == name + "0")
      let wideRows = CSV.rows(wide)
      #expect(wideRows.count == 3 && wideRows.allSatisfy { $0.fields.count == wideRows[0].fields.count })
      #expect(SpreadsheetText.unguarded(wideRows[1].fields[2]) == name)
      for text in [long, wide] {
        #expect(!CSV.rows(text).joined { $0.fields }.contains { "=+@".contains($0.first ?? "x") })
      }
      let table = SummaryTable(result).text
      #expect(table.split(separator: "\n").filter { $0.contains("1.000") || $0.hasPrefix("1 ") }.count >= 1)
      #expect(!table.unicodeScalars.contains { $0.value < 32 && $0 != "\n" }, "\(table)")
      let markdown = MarkdownReport.text(result, title: name)
      #expect(!markdown.contains("<") && !markdown.unicodeScalars.contains { $0.value < 32 && $0 != "\n" })
      let rows = markdown.split(separator: "\n").filter { $0.hasPrefix("|") }
      // Bars that divide cells have no backslash before them.
      let bars = rows.map { row in row.replacing("\\|", with: "").count { $0 == "|" } }
      #expect(Set(bars).count == 1, "\(markdown)")
      let confusion = CSV.rows(ConfusionTable(result).csv)
      #expect(confusion.allSatisfy { $0.fields.count == confusion[0].fields.count })
      // The records are read back whatever the names.
      for record in result.records {
        let again = try CaseRecord(JSONValue(parsing: record.json(settings).text(.line)))
        #expect(again.id == record.id && again.groups == record.groups)
      }
    }
  }
}

extension Array where Element == CSV.Row {
  fileprivate func joined(_ fields: (CSV.Row) -> [String]) -> [String] { flatMap(fields) }
}
