/// The rows of a map that hold stretches, so that what is sparse costs no more than it holds.
package struct OccupiedRows: Sendable {
  /// Slice × rows of a slice + row, in ascending order.
  private(set) var numbers: [Int] = []
  /// Where each of these rows begins among the stretches, and their end.
  private(set) var starts = [0]

  var count: Int { numbers.count }

  /// Where the stretches of a row stand, by its place among these.
  subscript(index: Int) -> Range<Int> { starts[index]..<starts[index + 1] }

  /// Tells that stretches were added; nothing if there were none.
  ///
  /// - Parameters:
  ///   - row: their row, none of those before being a later one.
  ///   - end: how many stretches there are now.
  mutating func add(_ row: Int, end: Int) {
    guard end > starts[numbers.count] else { return }
    if numbers.last == row {
      starts[numbers.count] = end
    } else {
      numbers.append(row)
      starts.append(end)
    }
  }

  /// Calls `body` with the places here and there of each row that both hold.
  func forEachShared(with other: OccupiedRows, _ body: (Int, Int) -> Void) {
    var i = 0
    var j = 0
    while i < count, j < other.count {
      let one = numbers[i]
      let two = other.numbers[j]
      if one == two { body(i, j) }
      if one <= two { i += 1 }
      if two <= one { j += 1 }
    }
  }
}
