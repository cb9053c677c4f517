/// Rows of cells under each other, as wide as their widest.
///
///     label   dice      n
///     liver   0.953    12
///     tumour  0.7       9
package struct TextTable {
  /// Where a cell stands in its column.
  package enum Alignment {
    case left
    case right
  }

  private var rows: [[String]]
  private let alignments: [Alignment]

  /// - Parameters:
  ///   - rows: the heading first, for Markdown; a row may end early.
  ///   - alignments: of the columns in order; the last one's is that of all further columns.
  package init(_ rows: [[String]], _ alignments: [Alignment] = [.left, .right]) {
    self.rows = rows
    self.alignments = alignments
  }

  package mutating func add(_ row: [String]) { rows.append(row) }

  /// The lines for a terminal, two blanks between columns.
  package var lines: [String] {
    let widths = widths
    return rows.map { row in
      var line = cells(row, widths).joined(separator: "  ")[...]
      while line.last == " " { line = line.dropLast() }
      return String(line)
    }
  }

  /// The lines of a Markdown table; what stands in the cells must be Markdown already.
  package var markdown: [String] {
    let widths = widths
    var lines = rows.map { "| " + cells($0, widths).joined(separator: " | ") + " |" }
    let rule = widths.indices.map { column in
      alignment(column) == .left
        ? String(repeating: "-", count: widths[column])
        : String(repeating: "-", count: max(1, widths[column] - 1)) + ":"
    }
    if !lines.isEmpty { lines.insert("| " + rule.joined(separator: " | ") + " |", at: 1) }
    return lines
  }

  private var widths: [Int] {
    let columns = rows.map(\.count).max() ?? 0
    return (0..<columns).map { column in
      rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
    }
  }

  private func cells(_ row: [String], _ widths: [Int]) -> [String] {
    row.enumerated().map { column, cell in
      let padding = String(repeating: " ", count: max(0, widths[column] - cell.count))
      return alignment(column) == .left ? cell + padding : padding + cell
    }
  }

  private func alignment(_ column: Int) -> Alignment {
    column < alignments.count ? alignments[column] : alignments.last ?? .left
  }
}
