import LabelMaps
import MaskIO
import TextFormats

/// Label names from a file.
package enum LabelsFile {
  /// Reads JSON (`{"1": "liver", "whole": [1, 2]}`, or nnU-Net's `dataset.json` with names and numbers the
  /// other way round under `labels`), or lines `1 liver` or `1=liver`.
  ///
  /// - Parameter background: left out of what is scored, as it is when no labels are named.
  /// - Returns: what to score, and the labels that nnU-Net's file calls `ignore`.
  /// - Throws: `ScoreError` naming the place.
  package static func scheme(
    contentsOf path: String, background: UInt32?
  ) throws -> (scheme: LabelScheme, ignored: [UInt32]) {
    let text = try FileBytes.text(contentsOf: path)
    do {
      let all = text.first { !$0.isWhitespace } == "{" ? try json(text) : try lines(text)
      let ignored = all.filter { !$0.isRegion && $0.name == "ignore" }.map { $0.labels[0] }
      let items = all.filter { item in
        item.isRegion || background.map { item.labels != [$0] } ?? true && item.name != "ignore"
      }
      guard !items.isEmpty else { throw LabelSchemeError.malformed("no label in this file") }
      return (try LabelScheme(items), ignored)
    } catch {
      throw ScoreError(.usage, "\(path): \(error)")
    }
  }

  private static func json(_ text: String) throws -> [LabelScheme.Item] {
    let document: JSONValue
    do { document = try JSONValue(parsing: text) } catch { throw LabelSchemeError.malformed("not JSON") }
    let labels = document["labels"] ?? document
    var items: [LabelScheme.Item] = []
    for member in labels.members ?? [] {
      if let label = UInt32(member.key), let name = member.value.text {
        items.append(.label(label, name: name))
      } else if let label = member.value.unsigned.flatMap({ UInt32(exactly: $0) }) {
        items.append(.label(label, name: member.key))
      } else if let labels = member.value.elements {
        let numbers = labels.compactMap { $0.unsigned.flatMap { UInt32(exactly: $0) } }
        guard numbers.count == labels.count else { throw LabelSchemeError.malformed(member.key) }
        guard !numbers.isEmpty else { throw LabelSchemeError.emptyRegion(member.key) }
        items.append(.region(member.key, numbers))
      } else {
        throw LabelSchemeError.malformed(member.key)
      }
    }
    guard !items.isEmpty else { throw LabelSchemeError.malformed("no labels") }
    return items.sorted {
      ($0.isRegion ? 1 : 0, $0.labels[0], $0.key) < ($1.isRegion ? 1 : 0, $1.labels[0], $1.key)
    }
  }

  private static func lines(_ text: String) throws -> [LabelScheme.Item] {
    try text.split(whereSeparator: \.isNewline).filter {
      !$0.allSatisfy(\.isWhitespace) && !$0.hasPrefix("#")
    }
    .flatMap { line -> [LabelScheme.Item] in
      let line =
        line.contains("=")
        ? String(line) : line.split(maxSplits: 1, whereSeparator: \.isWhitespace).joined(separator: "=")
      return try LabelScheme(parsing: line).items
    }
  }
}
