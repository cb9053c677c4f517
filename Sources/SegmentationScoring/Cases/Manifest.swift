import LabelMaps
import MaskIO
import TextFormats

/// A table of pairs: columns case, prediction, reference and, if wanted, spacing, mask and any to group by.
package enum Manifest {
  /// Reads the pairs. Relative paths start at the manifest's folder; a path to a folder is a stack.
  ///
  /// - Throws: `ScoreError` naming the line for anything it cannot use.
  package static func pairing(contentsOf path: String) throws -> Pairing {
    let text = try FileBytes.text(contentsOf: path)
    guard text.utf8.count(where: { $0 == UInt8(ascii: "\"") }).isMultiple(of: 2) else {
      throw ScoreError(
        .usage, "\(path): a quotation mark is not closed; close it, or double it inside a quoted field")
    }
    let rows = CSV.rows(text).map { row in
      CSV.Row(line: row.line, fields: row.fields.map(SpreadsheetText.unguarded))
    }
    let known: Set = ["case", "prediction", "reference", "spacing", "mask"]
    guard let header = rows.first?.fields.map({ known.contains($0.lowercased()) ? $0.lowercased() : $0 })
    else {
      throw ScoreError(
        .usage, "\(path): the manifest is empty; its first line names the columns case,prediction,reference")
    }
    if header.count == 1, header[0].contains(";") || header[0].contains("\t") {
      throw ScoreError(
        .usage, "\(path): the columns are not divided by commas; save the table as CSV with commas")
    }
    for column in ["case", "prediction", "reference"] where !header.contains(column) {
      throw ScoreError(
        .usage, "\(path): no column '\(column)'; the first line must name case,prediction,reference")
    }
    var seen: Set<String> = []
    for name in header where !seen.insert(name).inserted {
      throw ScoreError(.usage, "\(path): column '\(name)' stands twice")
    }
    let folder = FileName.folder(of: path).map { $0 == "/" ? "/" : $0 + "/" } ?? ""
    var pairing = Pairing()
    var lines: [String: Int] = [:]
    for row in rows.dropFirst() {
      guard row.fields.count == header.count else {
        throw ScoreError(
          .usage, "\(path): line \(row.line) has \(row.fields.count) fields, the header \(header.count)")
      }
      let cells = Dictionary(zip(header, row.fields), uniquingKeysWith: { first, _ in first })
      let id = cells["case"] ?? ""
      guard !id.isEmpty else { throw ScoreError(.usage, "\(path): line \(row.line) names no case") }
      if let other = lines.updateValue(row.line, forKey: id) {
        throw ScoreError(
          .pairing, "\(path): lines \(other) and \(row.line) both name case '\(id)'; rename one")
      }
      try add(cells, id: id, folder: folder, place: "\(path): line \(row.line)", to: &pairing)
    }
    if rows.count == 1 {
      throw ScoreError(.usage, "\(path): no line below the header; add a line for each pair")
    }
    pairing.sort()
    return pairing
  }

  private static func add(
    _ cells: [String: String], id: String, folder: String, place: String, to pairing: inout Pairing
  ) throws {
    func resolved(_ column: String) -> String? {
      guard let path = cells[column], !path.isEmpty else { return nil }
      return path.hasPrefix("/") ? path : folder + path
    }
    func source(_ path: String) -> MaskSource? {
      do { return try MaskSource.at(path) } catch {
        pairing.faults.append(MaskFileError(path: place, "case '\(id)': \(error)"))
        return nil
      }
    }
    var spacing: Spacing?
    if let text = cells["spacing"], !text.isEmpty {
      do { spacing = try Spacing(parsing: text) } catch { throw ScoreError(.usage, "\(place): \(error)") }
    }
    guard let referencePath = resolved("reference"), FileKind(referencePath) != .nothing else {
      pairing.faults.append(
        MaskFileError(
          path: resolved("reference") ?? place,
          "no such reference for case '\(id)'; mend the path in the manifest"))
      return
    }
    guard let reference = source(referencePath) else { return }
    var mask: MaskSource?
    if let path = resolved("mask") {
      guard let found = source(path) else { return }
      mask = found
    }
    var prediction: MaskSource?
    if let path = resolved("prediction"), FileKind(path) != .nothing {
      guard let found = source(path) else { return }
      prediction = found
    } else {
      pairing.missing.append(id)
    }
    let groups = cells.filter { !["case", "prediction", "reference", "spacing", "mask"].contains($0.key) }
    pairing.cases.append(
      ScoreCase(
        id: id, prediction: prediction, reference: reference, mask: mask, spacing: spacing, groups: groups))
  }
}
