import MaskIO
import TextFormats

extension MaskInspection {
  /// Some lines for people.
  package var text: String {
    guard let header else { return "\(ShownText.line(path))\n  error      \(error ?? "")\n" }
    var lines = [
      ShownText.line(path), "  size       \(header.height)×\(header.width) (rows × columns)",
      "  samples    \(header.bitDepth)-bit \(header.colourType.name)"
        + (header.isInterlaced ? ", interlaced" : "") + (header.hasTransparency ? ", with tRNS" : ""),
    ]
    if !header.palette.isEmpty {
      let colours = header.palette.prefix(4).map(\.description).joined(separator: " ")
      lines.append(
        "  palette    \(header.palette.count) colours: \(colours)\(header.palette.count > 4 ? " …" : "")")
    }
    lines.append("  read as    \(reading)")
    lines += valueLines(header)
    if let hint { lines.append("  hint       \(hint)") }
    return lines.map { $0 + "\n" }.joined()
  }

  /// One line, for a file among others.
  package func line(name: String) -> String {
    guard let header else { return "\(name)  error: \(error ?? "")" }
    let labels = labelCounts
    let shown = labels.isEmpty ? "\(colours.count) colours" : "labels \(Self.list(labels.keys.sorted()))"
    return
      "\(name)  \(header.height)×\(header.width)  \(header.bitDepth)-bit \(header.colourType.name)  \(shown)"
  }

  static func list(_ labels: [UInt32]) -> String {
    labels.prefix(10).map(String.init).joined(separator: " ")
      + (labels.count > 10 ? " … (\(labels.count))" : "")
  }

  private func valueLines(_ header: PNGHeader) -> [String] {
    let labels = labelCounts
    let total = header.width * header.height
    return labels.isEmpty
      ? Self.lines(colours, of: total, "colour") { RGB(packed: $0).description }
      : Self.lines(labels, of: total)
  }

  /// A line for each of the first labels or colours, with its share of all voxels.
  static func lines(
    _ counts: [UInt32: UInt64], of total: Int, _ title: String = "label ",
    name: (UInt32) -> String = { String($0) }
  ) -> [String] {
    let shown = 24
    var lines = counts.sorted { $0.key < $1.key }.prefix(shown).map { key, count in
      let share = Decimals.fixed(100 * Double(count) / Double(max(total, 1)), digits: 2)
      return "  \(title)     \(name(key)): \(count) (\(share) %)"
    }
    if counts.count > shown { lines.append("             … and \(counts.count - shown) more") }
    return lines
  }
}

/// All masks below a folder.
package struct FolderInspection: Sendable {
  package let path: String
  package let files: [FileInspection]
  private let others: [String]

  /// - Throws: `MaskFileError` if the folder cannot be listed.
  package init(_ path: String) throws(MaskFileError) {
    let listing = try FolderListing(path)
    self.path = FileName.withoutSlash(path)
    let folder = self.path
    files = listing.masks.map { FileInspection(folder + "/" + $0) }
    others = listing.others
  }

  /// A file's path without the folder's.
  private func relative(_ file: String) -> String {
    String(decoding: file.utf8.dropFirst(path.utf8.count + 1), as: UTF8.self)
  }

  /// A line a file, then what they have in common and what is probably wrong.
  package var text: String {
    var lines = ["\(ShownText.line(path)): \(files.count) mask\(files.count == 1 ? "" : "s")"]
    lines += files.map { "  " + $0.line(name: relative($0.path)) }
    let names = files.map { relative($0.path) }
    if names.count > 1, names.allSatisfy({ !$0.contains("/") }), let finding = SliceOrder.finding(in: names) {
      switch finding {
      case .doubled(let text), .missing(let text): lines.append("  as a stack: \(text)")
      }
    }
    let sizes = Set(files.compactMap(\.size)).sorted()
    if sizes.count > 1 { lines.append("  sizes differ: \(sizes.prefix(5).joined(separator: ", "))") }
    let labels = files.reduce(into: Set<UInt32>()) { $0.formUnion($1.labelCounts.keys) }
    if !labels.isEmpty { lines.append("  all labels: \(MaskInspection.list(labels.sorted()))") }
    var seen: Set<String> = []
    for file in files {
      if let hint = file.hint, !hint.hasPrefix("one label"), seen.insert(hint).inserted {
        lines.append("  hint: \(hint)")
      }
    }
    let flat = files.filter { $0.labelCounts.count == 1 }
    if !flat.isEmpty { lines.append("  one label everywhere in \(flat.count) of \(files.count)") }
    if let first = others.first { lines.append("  other files: \(others.count), such as \(first)") }
    return lines.map { $0 + "\n" }.joined()
  }
}
