// Which stretches hang together.
import CLabelKernels

extension ObjectMap {
  /// Joins the stretches that have one label and touch.
  static func joinNeighbours(
    _ stretches: [labels_stretch], _ rows: OccupiedRows, _ rowsOfSlice: Int, _ connectivity: Connectivity,
    _ union: inout DisjointSets
  ) {
    let edge: UInt32 = connectivity == .faces ? 0 : 1
    let corner: UInt32 = connectivity == .corners ? 1 : 0
    // The first row of the slice before that can touch.
    var before = 0
    for index in 0..<rows.count {
      let number = rows.numbers[index]
      let y = number % rowsOfSlice
      if y > 0, index > 0, rows.numbers[index - 1] == number - 1 {
        join(stretches, rows[index], rows[index - 1], edge, &union)
      }
      let beside = number - rowsOfSlice
      while rows.numbers[before] < beside - 1 { before += 1 }
      var other = before
      while other < index, rows.numbers[other] <= beside + 1 {
        let step = rows.numbers[other] - beside
        if step == 0 {
          join(stretches, rows[index], rows[other], edge, &union)
        } else if connectivity != .faces, y + step >= 0, y + step < rowsOfSlice {
          join(stretches, rows[index], rows[other], corner, &union)
        }
        other += 1
      }
    }
  }

  /// Joins the stretches of two rows, `reach` being 1 if a diagonal counts.
  private static func join(
    _ stretches: [labels_stretch], _ row: Range<Int>, _ other: Range<Int>, _ reach: UInt32,
    _ union: inout DisjointSets
  ) {
    var first = other.lowerBound
    for i in row {
      let own = stretches[i]
      // What ends before this stretch ends before all that follow.
      while first < other.upperBound, stretches[first].end + reach <= own.start { first += 1 }
      var j = first
      while j < other.upperBound, stretches[j].start < own.end + reach {
        if stretches[j].label == own.label { union.join(i, j) }
        j += 1
      }
    }
  }
}

/// Sets that are joined two by two (Galler and Fischer 1964), each known by its first member.
struct DisjointSets: Sendable {
  private var parents: [Int]

  init(count: Int) { parents = Array(0..<count) }

  mutating func root(_ member: Int) -> Int {
    var at = member
    while parents[at] != at {
      parents[at] = parents[parents[at]]
      at = parents[at]
    }
    return at
  }

  mutating func join(_ one: Int, _ other: Int) {
    let a = root(one)
    let b = root(other)
    if a < b { parents[b] = a } else if b < a { parents[a] = b }
  }
}
