import SegmentationKit
import TextFormats

// Files of text: whatever the bytes, an error or something that reads the same when it is written and read again.
extension FuzzTarget {
  func readText(_ bytes: [UInt8]) -> Bool {
    switch self {
    case .labels:
      guard let scheme = try? LabelScheme(parsing: String(decoding: bytes, as: UTF8.self)) else {
        return false
      }
      return !scheme.items.isEmpty
    case .labelsFile:
      return Self.withFile("labels.txt", bytes) {
        (try? LabelsFile.scheme(contentsOf: $0, background: 0)) != nil
      }
    case .manifest:
      return Self.withFile("pairs.csv", bytes) { (try? Manifest.pairing(contentsOf: $0)) != nil }
    case .colourMap: return Self.withFile("map.json", bytes) { (try? ColourMap(contentsOf: $0)) != nil }
    case .settings: return Self.withFile("result.json", bytes) { settings($0) }
    case .records: return Self.withFile("records.jsonl", bytes) { records($0) }
    case .table: return table(bytes)
    default: return fileName(bytes)
    }
  }

  private func settings(_ path: String) -> Bool {
    guard let settings = try? ScoreSettings(contentsOf: path) else { return false }
    try? settings.checkShapes()
    let text = settings.json().text(.readable)
    guard let again = try? ScoreSettings(JSONValue(parsing: text)) else {
      fatalError("written and not read: \(text)")
    }
    Self.require(again.json().text(.readable) == text, "read otherwise: \(text)")
    return true
  }

  private func records(_ path: String) -> Bool {
    guard let records = try? RecordFile.records(contentsOf: path) else { return false }
    for record in records {
      let text = record.json(ScoreSettings()).text(.line)
      guard let again = try? CaseRecord(JSONValue(parsing: text)) else {
        fatalError("written and not read: \(text)")
      }
      Self.require(again.id == record.id && again.status == record.status, "read otherwise: \(text)")
    }
    _ = try? ScoreResult(records, settings: ScoreSettings(), pairs: PooledPairs(), diagnoses: [])
    return true
  }

  private func table(_ bytes: [UInt8]) -> Bool {
    let text = String(decoding: bytes, as: UTF8.self)
    let guarded = SpreadsheetText.guarded(text)
    Self.require(Array(SpreadsheetText.unguarded(guarded).utf8) == Array(text.utf8), "another text")
    for shown in [ShownText.line(text), ShownText.markdown(text)] {
      Self.require(!shown.utf8.contains { $0 < 32 || $0 == 127 }, "control characters in \(shown)")
    }
    return CSV.rows(text).count > 1
  }

  private func fileName(_ bytes: [UInt8]) -> Bool {
    let text = FileName.text(bytes)
    Self.require(FileName.bytes(text) == bytes, "another name: \(text)")
    Self.require(!text.utf8.contains { $0 < 32 || $0 == 127 }, "control characters in \(text)")
    _ = FileName.folder(of: text)
    _ = FolderListing.stem(text)
    _ = FolderListing.isMask(text)
    _ = NaturalOrder.precedes(text, String(text.reversed()))
    _ = SliceOrder.finding(in: text.split(separator: ",").map(String.init))
    return true
  }
}
