/// Names that were probably meant to be the same.
package enum NearestName {
  /// The name among `others` with the fewest edits from `name`, nil if none is near.
  package static func of(_ name: String, among others: [String]) -> String? {
    // Edit distance is quadratic; thousands of unpaired names need no more than a good example each.
    let best = others.prefix(500).map { ($0, distance(plain(name), plain($0))) }.min { $0.1 < $1.1 }
    guard let (nearest, edits) = best, edits <= max(2, max(name.count, nearest.count) / 2) else { return nil }
    return nearest
  }

  /// A name without the leading zeros of its numbers: `slice_05` and `slice_5` are the same.
  private static func plain(_ name: String) -> String {
    var plain = ""
    for character in name {
      if let last = plain.last, last == "0", character.isNumber, plain.dropLast().last?.isNumber != true {
        plain.removeLast()
      }
      plain.append(character)
    }
    return plain
  }

  /// The endings by which all of `names` differ from all of `others`: `_pred` and `_gt`, or `_pred` and nothing.
  package static func suffixes(_ names: [String], _ others: [String]) -> (String, String)? {
    guard names.count > 1, names.count == others.count else { return nil }
    let (left, right) = (commonSuffix(names), commonSuffix(others))
    guard left != right else { return nil }
    let stems = Set(names.map { $0.dropLast(left.count) })
    return stems == Set(others.map { $0.dropLast(right.count) }) ? (left, right) : nil
  }

  private static func commonSuffix(_ names: [String]) -> String {
    guard var suffix = names.first.map({ $0[...] }) else { return "" }
    for name in names { while !name.hasSuffix(suffix) { suffix = suffix.dropFirst() } }
    // A digit belongs to the case's number, not to the ending all share.
    let start = suffix.lastIndex { $0.isNumber }.map(suffix.index(after:)) ?? suffix.startIndex
    return String(suffix[start...])
  }

  /// Levenshtein's distance.
  package static func distance(_ left: String, _ right: String) -> Int {
    // The cost grows with the square, and names that are longer differ before.
    let a = Array(left.utf8.prefix(256))
    let b = Array(right.utf8.prefix(256))
    var row = Array(0...b.count)
    for i in a.indices {
      var diagonal = row[0]
      row[0] = i + 1
      for j in b.indices {
        let replaced = diagonal + (a[i] == b[j] ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(replaced, min(row[j], diagonal) + 1)
      }
    }
    return row[b.count]
  }
}
