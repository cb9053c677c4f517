import Testing
import TextFormats

@Suite("Tables of text")
struct TextTableTests {
  private static let rows = [["label", "dice", "n"], ["liver", "0.953", "12"], ["tumour", "-", ""]]

  @Test("Columns are as wide as their widest cell, the first to the left, the others to the right")
  func aligned() {
    #expect(
      TextTable(Self.rows).lines == [
        "label    dice   n",
        "liver   0.953  12",
        "tumour      -",
      ])
  }

  @Test("Each column may stand on its own side, and further ones as the last said")
  func sides() {
    let rows = [["1.5", "hd", "largest", "x"], ["12.25", "assd", "mean", "y"]]
    #expect(
      TextTable(rows, [.right, .left]).lines == [
        "  1.5  hd    largest  x",
        "12.25  assd  mean     y",
      ])
  }

  @Test("Markdown has a rule that says the sides")
  func markdown() {
    #expect(
      TextTable(Self.rows).markdown == [
        "| label  |  dice |  n |",
        "| ------ | ----: | -: |",
        "| liver  | 0.953 | 12 |",
        "| tumour |     - |    |",
      ])
  }

  @Test("A row may end early, and a table may be empty")
  func ragged() {
    var table = TextTable([["a", "b", "c"]])
    table.add(["long"])
    #expect(table.lines == ["a     b  c", "long"])
    #expect(TextTable([]).lines.isEmpty)
    #expect(TextTable([]).markdown.isEmpty)
  }
}
