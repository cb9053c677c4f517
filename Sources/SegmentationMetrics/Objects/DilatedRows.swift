// One label's voxels, grown.
import CLabelKernels

/// A mask as the stretches of each row, which grows without a voxel being touched.
struct DilatedRows: Sendable {
  private let slices, rows, columns: Int
  private var stretches: [[Range<UInt32>]]

  init(_ objects: ObjectMap, place: Int, _ map: PlaceMap) {
    (slices, rows, columns) = (map.slices, map.rows, map.columns)
    stretches = (0..<map.slices * map.rows).map { row in
      objects.stretches[objects.rowStarts[row]..<objects.rowStarts[row + 1]].compactMap { stretch in
        stretch.object >= 0 && objects.objects[Int(stretch.object)].place == place
          ? stretch.start..<stretch.end : nil
      }
    }
  }

  /// Grown that many times by the voxels that share a face or an edge.
  func dilated(times: Int) -> DilatedRows {
    var result = self
    for _ in 0..<times {
      let before = result.stretches
      for z in 0..<slices {
        for y in 0..<rows {
          result.stretches[z * rows + y] = joined(before, z, y)
        }
      }
    }
    return result
  }

  /// One row after growing once.
  private func joined(_ before: [[Range<UInt32>]], _ z: Int, _ y: Int) -> [Range<UInt32>] {
    var grown: [Range<UInt32>] = []
    for dz in -1...1 where z + dz >= 0 && z + dz < slices {
      for dy in -1...1 where y + dy >= 0 && y + dy < rows {
        // Beside a row that lies across an edge only the same columns share an edge.
        let reach: UInt32 = dz != 0 && dy != 0 ? 0 : 1
        for stretch in before[(z + dz) * rows + y + dy] {
          grown.append(
            (stretch.lowerBound - min(reach, stretch.lowerBound))..<min(
              stretch.upperBound + reach, UInt32(columns)))
        }
      }
    }
    guard grown.count > 1 else { return grown }
    grown.sort { $0.lowerBound < $1.lowerBound }
    return grown.dropFirst().reduce(into: [grown[0]]) { result, next in
      let last = result.count - 1
      if next.lowerBound <= result[last].upperBound {
        result[last] = result[last].lowerBound..<max(result[last].upperBound, next.upperBound)
      } else {
        result.append(next)
      }
    }
  }

  /// The connected components over corners, all of one place.
  func components(place: Int) -> ObjectMap {
    var (all, starts): ([labels_stretch], [Int]) = ([], [0])
    for row in stretches {
      all += row.map { labels_stretch(start: $0.lowerBound, end: $0.upperBound, label: UInt32(place)) }
      starts.append(all.count)
    }
    return ObjectMap(all, starts, slices: slices, rows: rows, .corners)
  }
}
