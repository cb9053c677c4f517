import MaskIO
import TextFormats

/// A file of case records, one JSON object a line, that only grows.
package struct RecordFile: Sendable {
  private let file: LineFile
  private let settings: ScoreSettings

  /// Opens `path` for appending; a last line torn by a crash is cut off, whole records stay.
  ///
  /// - Throws: `MaskFileError`, also for a file that is none of records: it must not lose its last line to a
  ///   mistyped name.
  package init(appendingTo path: String, _ settings: ScoreSettings) throws(MaskFileError) {
    file = try LineFile(appendingTo: path, beginningWith: #"{"case": "#)
    self.settings = settings
  }

  /// Appends a record: one whole line in one write.
  package func append(_ record: CaseRecord) throws(MaskFileError) {
    try file.append(record.json(settings).text(.line))
  }

  /// Makes sure that the records can be found where they should be.
  ///
  /// - Throws: `MaskFileError` if the file or its folder has been moved or removed meanwhile.
  package func finish() throws(MaskFileError) { try file.finish() }

  /// Reads the records of a file. A torn last line is passed over; of two records of a case the later counts.
  ///
  /// - Throws: `MaskFileError`, naming the line that is no record.
  package static func records(contentsOf path: String) throws(MaskFileError) -> [CaseRecord] {
    let text = try FileBytes.text(contentsOf: path)
    // By bytes: names in a record may hold other ends of lines.
    let lines = text.utf8.split(separator: 10, omittingEmptySubsequences: false).map { Substring($0) }
    var records: [CaseRecord] = []
    var places: [String: Int] = [:]
    for (number, line) in lines.enumerated() where !line.allSatisfy(\.isWhitespace) {
      let isTorn = number == lines.count - 1
      let record: CaseRecord
      do { record = try CaseRecord(JSONValue(parsing: String(line))) } catch {
        if isTorn { break }
        throw MaskFileError(
          path: path, "line \(number + 1) is no case record (\(error)); remove it, or write the file anew")
      }
      if let place = places[record.id] {
        records[place] = record
      } else {
        places[record.id] = records.count
        records.append(record)
      }
    }
    return records
  }
}
