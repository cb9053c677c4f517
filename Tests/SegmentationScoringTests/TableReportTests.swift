import Foundation
import LabelMaps
import SegmentationMetrics
import SegmentationReports
import SegmentationScoring
import TestSupport
import Testing
import TextFormats

@Suite("Results as tables")
struct TableReportTests {
  @Test(
    "The confusion matrix has reference labels in rows, predicted ones in columns, and sums up to all voxels")
  func confusion() throws {
    let result = try ReportSamples.plain(labels: "1=one,2")
    let table = ConfusionTable(result)
    #expect(table.labels == [0, 1, 2])
    for (row, reference) in table.labels.enumerated() {
      for (column, prediction) in table.labels.enumerated() {
        let count = result.records.reduce(UInt64(0)) {
          $0 + ($1.confusion?.count(prediction: prediction, reference: reference) ?? 0)
        }
        #expect(table.counts[row][column] == count)
      }
    }
    #expect(table.counts.joined().reduce(0, +) == 15)
    #expect(table.unlabelled == [0, 0, 0])
    let rows = CSV.rows(table.csv).map(\.fields)
    #expect(rows[0] == ["reference\\prediction", "0", "1 one", "2"])
    #expect(rows.dropFirst().map { $0[0] } == ["0", "1 one", "2"])
    #expect(rows.dropFirst().map { $0.dropFirst().compactMap { UInt64($0) } } == table.counts)
    #expect(try table.json.at("matrix").elements?.map { $0.elements?.compactMap(\.unsigned) } == table.counts)
    #expect(table.json["unlabelled"] == nil)
  }

  @Test("Voxels without a predicted label have a column of their own")
  func unlabelled() throws {
    let table = ConfusionTable(try ReportSamples.troubled())
    // torn: 0, 1, 1, 0; lonely: 0, 0, 0, 1.
    #expect(table.labels == [0, 1, 2] && table.unlabelled == [5, 3, 0])
    #expect(table.counts == [[1, 1, 0], [0, 1, 0], [1, 0, 0]])
    let rows = CSV.rows(table.csv).map(\.fields)
    #expect(rows[0].last == "unlabelled" && rows[1].last == "5")
    #expect(try table.json.at("unlabelled").elements?.compactMap(\.unsigned) == [5, 3, 0])
  }

  /// The cells of a Markdown table's line.
  private static func cells(_ line: some StringProtocol) -> [String] {
    line.replacingOccurrences(of: "\\|", with: "\u{1F}").split(separator: "|").map { cell in
      String(cell.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()).replacingOccurrences(
        of: "\u{1F}", with: "|")
    }
  }

  @Test("The summary has a row a label with mean, pooled value and counts, and a mean over labels")
  func summary() throws {
    let result = try ReportSamples.plain(labels: "1=li|ver,2,3,whole=1+2")
    let lines = SummaryTable(result).markdown.split(separator: "\n").filter { $0.hasPrefix("|") }
    let rows = lines.map { Self.cells($0) }
    #expect(
      rows[0] == ["label", "dice", "pooled", "recall", "relative-volume-difference", "n", "NaN", "inf"])
    #expect(rows[1].allSatisfy { $0.allSatisfy { "-:".contains($0) } })
    #expect(rows.dropFirst(2).map { $0[0] } == ["1 li|ver", "2", "3", "whole", "mean"])
    // Label 1, Dice: 2/3 in each case; pooled TP 3, FP 2, FN 1. Recall: 1, 1/2, 1.
    #expect(Array(rows[2].dropFirst()) == ["0.667", "0.667", "0.833", "0.500", "3", "0", "0"])
    #expect(rows[4][1] == "NaN" && Array(rows[4].suffix(3)) == ["0", "3", "0"])
    // Label 2, Dice: 1, NaN, 1/2; the mean is over labels 1 and 2.
    #expect(rows[3][1] == "0.750" && rows[6][1] == "0.708")
    #expect(SummaryTable(result).markdown.contains("1 label without any value left out"))
  }

  @Test("The table for terminals holds the same cells, in aligned columns")
  func alignment() throws {
    let result = try ReportSamples.plain()
    let text = SummaryTable(result).text.split(separator: "\n").prefix(4)
    let markdown = SummaryTable(result).markdown.split(separator: "\n").prefix(5).map { Self.cells($0) }
    let rows = text.map { $0.split(separator: " ").map(String.init) }
    #expect(rows == [markdown[0], markdown[2], markdown[3], markdown[4].filter { !$0.isEmpty }])
    let ends = text.prefix(3).map { line in
      line.indices.filter { index in
        line[index] != " "
          && (line.index(after: index) == line.endIndex || line[line.index(after: index)] == " ")
      }.map { line.distance(from: line.startIndex, to: $0) }.dropFirst()
    }
    #expect(Set(ends.map(Array.init)).count == 1)
  }

  @Test("The Markdown page has the title, the table, the cases in trouble and what was noticed")
  func markdown() throws {
    let result = try ReportSamples.troubled()
    let page = MarkdownReport.text(result, title: "p against r")
    #expect(page.hasPrefix("# p against r\n"))
    #expect(page.contains(SummaryTable(result).markdown))
    for (id, status) in [("torn", "failed"), ("lonely", "missing"), ("worse", "error")] {
      let record = try result.record(id)
      let line = try #require(page.split(separator: "\n").first { $0.hasPrefix("- \(id): \(status)") })
      #expect(line.contains(try #require(record.message)))
    }
    #expect(!page.contains("- good:"))
    for diagnosis in result.diagnoses { #expect(page.contains(diagnosis.text)) }
  }
}
