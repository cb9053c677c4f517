import Foundation
import MaskIO
import SegmentationMetrics
import SegmentationScoring
import TestSupport
import Testing

@Suite("Files of case records")
struct RecordFileTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private static func record(_ id: String, tp: UInt64 = 1) -> CaseRecord {
    var record = CaseRecord(id: id, predictionFile: "p", referenceFile: "r")
    record.counted = 9
    record.counts = [.init(key: "1", counts: .init(truePositives: tp, trueNegatives: 9 - tp))]
    return record
  }

  private static func line(_ record: CaseRecord) -> String { record.json(ScoreSettings()).text(.line) }

  @Test("What is appended is read back, one line a record, over several openings")
  func appending() throws {
    let path = folder.file("r.jsonl")
    let records = ["a", "b", "c"].map { Self.record($0) }
    for record in records { try RecordFile(appendingTo: path, ScoreSettings()).append(record) }
    #expect(try RecordFile.records(contentsOf: path) == records)
    let text = try String(contentsOfFile: path, encoding: .utf8)
    #expect(text.hasSuffix("\n") && text.split(separator: "\n").count == 3)
  }

  @Test("A torn last line is passed over wherever it is torn, and cut off before appending")
  func tornLine() throws {
    let (first, second) = (Self.record("a"), Self.record("b"))
    let torn = Self.line(second)
    for length in stride(from: 1, to: torn.utf8.count, by: 7) {
      let path = try folder.text(
        "r.jsonl", Self.line(first) + "\n" + String(decoding: torn.utf8.prefix(length), as: UTF8.self))
      #expect(try RecordFile.records(contentsOf: path) == [first], "torn after \(length) bytes")
      try RecordFile(appendingTo: path, ScoreSettings()).append(second)
      #expect(try RecordFile.records(contentsOf: path) == [first, second])
    }
  }

  @Test("Of two records of a case the later counts, in the place of the first")
  func laterWins() throws {
    let lines = [Self.record("a", tp: 1), Self.record("b"), Self.record("a", tp: 5)].map(Self.line)
    let path = try folder.text("r.jsonl", lines.joined(separator: "\n") + "\n")
    #expect(try RecordFile.records(contentsOf: path) == [Self.record("a", tp: 5), Self.record("b")])
  }

  @Test("A damaged line within the file is an error that names it")
  func damagedLine() throws {
    let good = Self.line(Self.record("a"))
    for bad in [String(good.dropLast(5)), "{}", "x"] {
      let path = try folder.text("r.jsonl", good + "\n\n" + bad + "\n" + Self.line(Self.record("b")) + "\n")
      let error = try #require(throws: MaskFileError.self) { try RecordFile.records(contentsOf: path) }
      #expect(error.path == path && error.reason.contains("line 3"))
      // The same at the end of the file: a line with its end is not torn but damaged.
      let last = try folder.text("r.jsonl", good + "\n" + bad + "\n")
      #expect(throws: MaskFileError.self) { try RecordFile.records(contentsOf: last) }
    }
  }

  @Test("Line ends of Windows lose no record")
  func windowsLineEnds() throws {
    let records = ["a", "b"].map { Self.record($0) }
    let path = try folder.text("r.jsonl", records.map { Self.line($0) + "\r\n" }.joined())
    #expect(try RecordFile.records(contentsOf: path) == records)
  }

  @Test("A run's records as they are written are those of its result")
  func writtenByARun() throws {
    let path = folder.file("run.jsonl")
    let file = try RecordFile(appendingTo: path, ScoreSettings())
    let pairing = try Pairing(
      predictions: TestFiles.fixture("organs/predictions"),
      references: TestFiles.fixture("organs/references"), pattern: CasePattern())
    let result = try ScoreRun(pairing.cases, settings: ScoreSettings(), jobs: 3, keepsConfusion: true)
      .run { try file.append($0) }
    #expect(try RecordFile.records(contentsOf: path) == result.records)
  }
}
