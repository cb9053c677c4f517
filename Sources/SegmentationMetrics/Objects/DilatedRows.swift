// One label's voxels, grown.
import CLabelKernels

/// A mask as the stretches of the rows it has voxels in, which grows without a voxel being touched.
package struct DilatedRows: Sendable {
  private let rowsOfSlice, rowCount, columns: Int
  private var rows = OccupiedRows()
  private var stretches: [Range<UInt32>] = []

  /// - Parameters:
  ///   - objects: all voxels of one label.
  ///   - map: tells the extents.
  package init(_ objects: ObjectMap, _ map: PlaceMap) {
    self.init(rowsOfSlice: map.rows, rowCount: map.slices * map.rows, columns: map.columns)
    rows = objects.rows
    stretches = objects.stretches.map { $0.start..<$0.end }
  }

  private init(rowsOfSlice: Int, rowCount: Int, columns: Int) {
    self.rowsOfSlice = rowsOfSlice
    self.rowCount = rowCount
    self.columns = columns
  }

  /// Grown that many times by the voxels that share a face or an edge; not at all for less than one time.
  package func dilated(times: Int) -> DilatedRows {
    var result = self
    for _ in 0..<max(times, 0) {
      let grown = result.dilatedOnce()
      // What fills the map grows no more.
      if grown.stretches == result.stretches, grown.rows.numbers == result.rows.numbers { break }
      result = grown
    }
    return result
  }

  private func dilatedOnce() -> DilatedRows {
    var result = DilatedRows(rowsOfSlice: rowsOfSlice, rowCount: rowCount, columns: columns)
    // The first row, of the slice before, the same and the one after, that can be beside the present one.
    var first = [0, 0, 0]
    var grown: [Range<UInt32>] = []
    for number in rowsWithNeighbours() {
      let y = number % rowsOfSlice
      grown.removeAll(keepingCapacity: true)
      for dz in -1...1 {
        let middle = number + dz * rowsOfSlice
        var row = first[dz + 1]
        while row < rows.count, rows.numbers[row] < middle - 1 { row += 1 }
        first[dz + 1] = row
        while row < rows.count, rows.numbers[row] <= middle + 1 {
          let dy = rows.numbers[row] - middle
          if y + dy >= 0, y + dy < rowsOfSlice {
            // Beside a row that lies across an edge only the same columns share an edge.
            add(row, reach: dz != 0 && dy != 0 ? 0 : 1, to: &grown)
          }
          row += 1
        }
      }
      Self.join(&grown, into: &result.stretches)
      result.rows.add(number, end: result.stretches.count)
    }
    return result
  }

  /// The rows that have voxels, and those beside them over a face or an edge, in ascending order.
  private func rowsWithNeighbours() -> [Int] {
    var ownSlice: [Int] = []
    ownSlice.reserveCapacity(3 * rows.count)
    for number in rows.numbers {
      let y = number % rowsOfSlice
      let lowest = max(number - (y > 0 ? 1 : 0), (ownSlice.last ?? -1) + 1)
      for near in lowest..<max(number + (y + 1 < rowsOfSlice ? 2 : 1), lowest) { ownSlice.append(near) }
    }
    var all: [Int] = []
    all.reserveCapacity(3 * ownSlice.count)
    var next = [0, 0, 0]
    while true {
      var least = Int.max
      for dz in 0..<3 {
        while next[dz] < ownSlice.count, ownSlice[next[dz]] + (dz - 1) * rowsOfSlice < 0 { next[dz] += 1 }
        if next[dz] < ownSlice.count { least = min(least, ownSlice[next[dz]] + (dz - 1) * rowsOfSlice) }
      }
      guard least < rowCount else { return all }
      all.append(least)
      for dz in 0..<3 where next[dz] < ownSlice.count {
        if ownSlice[next[dz]] + (dz - 1) * rowsOfSlice == least { next[dz] += 1 }
      }
    }
  }

  private func add(_ row: Int, reach: UInt32, to grown: inout [Range<UInt32>]) {
    for stretch in stretches[rows[row]] {
      grown.append(
        (stretch.lowerBound - min(reach, stretch.lowerBound))..<min(
          stretch.upperBound + reach, UInt32(columns)))
    }
  }

  /// Puts together what meets, from left to right.
  private static func join(_ grown: inout [Range<UInt32>], into stretches: inout [Range<UInt32>]) {
    grown.sort { $0.lowerBound < $1.lowerBound }
    guard var last = grown.first else { return }
    for next in grown.dropFirst() {
      if next.lowerBound <= last.upperBound {
        last = last.lowerBound..<max(last.upperBound, next.upperBound)
      } else {
        stretches.append(last)
        last = next
      }
    }
    stretches.append(last)
  }

  /// The connected components over corners, all of one place.
  package func components(place: Int) -> ObjectMap {
    let label = UInt32(place)
    return ObjectMap(
      stretches.map { labels_stretch(start: $0.lowerBound, end: $0.upperBound, label: label) }, rows,
      rowsOfSlice: rowsOfSlice, .corners)
  }
}
