// The surfaces of all labels of a map, found in one pass over it.
import DistanceTransform
import LabelMaps

/// Finds surfaces of one kind.
package struct SurfaceExtraction: Sendable {
  let kind: SurfaceKind
  private let table: [Double]

  /// - Parameter spacing: of as many axes as the maps have; matters for surfels alone.
  package init(_ kind: SurfaceKind, spacing: [Double]) {
    self.kind = kind
    table = kind == .surfel ? SurfelTable(spacing: spacing).weights : []
  }

  /// The surface of each place from 1 to `count`, in that order.
  package func surfaces(of map: PlaceMap, count: Int, threads: Int) -> [Surface] {
    switch map.storage {
    case .uint8(let places): surfaces(places, map, count, threads)
    case .uint16(let places): surfaces(places, map, count, threads)
    case .uint32(let places): surfaces(places, map, count, threads)
    }
  }

  private func surfaces<Place: PlaceNumber>(
    _ places: [Place], _ map: PlaceMap, _ count: Int, _ threads: Int
  ) -> [Surface] {
    let planes = planes(map)
    var parts = [[Part]](repeating: [], count: planes)
    places.withUnsafeBufferPointer { places in
      parts.withUnsafeMutableBufferPointer { parts in
        nonisolated(unsafe) let (places, parts) = (places, parts)
        Slabs.run(planes, threads: map.count < 1 << 16 ? 1 : threads) { range in
          parts[range.lowerBound] = surfaces(places, map, count, planes: range)
        }
      }
    }
    let whole = parts.filter { !$0.isEmpty }.reduce(into: [Part]()) { all, part in
      guard !all.isEmpty else {
        all = part
        return
      }
      for index in part.indices {
        all[index].points += part[index].points
        all[index].weights += part[index].weights
      }
    }
    return whole.map { Surface(points: $0.points, weights: $0.weights) }
  }

  /// Some of an object's surface.
  private struct Part {
    var points: [VoxelPoint] = []
    var weights: [Double] = []
  }

  private func surfaces<Place: PlaceNumber>(
    _ places: UnsafeBufferPointer<Place>, _ map: PlaceMap, _ count: Int, planes: Range<Int>
  ) -> [Part] {
    var found = [Part](repeating: Part(), count: count)
    let isSurfel = kind == .surfel
    let (rows, words) = markers(map)
    var bits = [UInt64](repeating: 0, count: rows * words)
    let size = map.rows * map.columns
    for z in planes {
      let hasAny = bits.withUnsafeMutableBufferPointer { mark(places, map, z, $0) }
      guard hasAny else { continue }
      for y in 0..<rows {
        for word in y * words..<(y + 1) * words where bits[word] != 0 {
          var left = bits[word]
          while left != 0 {
            let x = (word - y * words) * 64 + left.trailingZeroBitCount
            left &= left - 1
            if isSurfel {
              addCorner(places, map, z, y, x, &found)
            } else {
              let place = map.place(places[z * size + y * map.columns + x])
              guard place > 0 else { continue }
              found[place - 1].points.append(VoxelPoint(z: Int32(z), y: Int32(y), x: Int32(x)))
            }
          }
        }
      }
    }
    return found
  }

  /// The rows of a plane's markers, and the words of 64 markers in a row: a marker a voxel, or a corner between voxels.
  private func markers(_ map: PlaceMap) -> (rows: Int, words: Int) {
    kind == .surfel ? (map.rows + 1, (map.columns + 64) / 64) : (map.rows, (map.columns + 63) / 64)
  }

  private func planes(_ map: PlaceMap) -> Int {
    kind == .surfel && !map.isFlat ? map.slices + 1 : map.slices
  }

  /// Marks the elements of any surface in a plane.
  ///
  /// - Returns: false where it is known that there are none; `bits` then holds nothing of use.
  private func mark<Place: PlaceNumber>(
    _ places: UnsafeBufferPointer<Place>, _ map: PlaceMap, _ z: Int,
    _ bits: UnsafeMutableBufferPointer<UInt64>
  ) -> Bool {
    let size = map.rows * map.columns
    func slice(_ z: Int) -> UnsafePointer<Place>? {
      z >= 0 && z < map.slices ? places.baseAddress.map { $0 + z * size } : nil
    }
    guard let base = bits.baseAddress else { return false }
    let (rows, _) = markers(map)
    if kind == .surfel {
      Place.corners(slice(z), slice(z - 1), map.rows, map.columns, 0..<rows, flat: map.isFlat, base)
      return true
    }
    guard let own = slice(z) else { return false }
    if kind == .voxels {
      Self.all(own, map, base)
      return true
    }
    return Place.surface(
      own, slice(z - 1), slice(z + 1), map.rows, map.columns, 0..<rows, corners: kind == .erosion26,
      flat: map.isFlat, base)
  }

  /// How many elements the surfaces of all places have together; of corners between several objects one.
  package func count(of map: PlaceMap) -> Int {
    switch map.storage {
    case .uint8(let places): count(places, map)
    case .uint16(let places): count(places, map)
    case .uint32(let places): count(places, map)
    }
  }

  private func count<Place: PlaceNumber>(_ places: [Place], _ map: PlaceMap) -> Int {
    let (rows, words) = markers(map)
    var bits = [UInt64](repeating: 0, count: rows * words)
    return places.withUnsafeBufferPointer { places in
      (0..<planes(map)).reduce(0) { sum, z in
        let hasAny = bits.withUnsafeMutableBufferPointer { mark(places, map, z, $0) }
        return hasAny ? bits.reduce(sum) { $0 + $1.nonzeroBitCount } : sum
      }
    }
  }

  /// Every voxel of an object.
  private static func all<Place: PlaceNumber>(
    _ slice: UnsafePointer<Place>, _ map: PlaceMap, _ bits: UnsafeMutablePointer<UInt64>
  ) {
    let words = (map.columns + 63) / 64
    for y in 0..<map.rows {
      for word in 0..<words {
        var set: UInt64 = 0
        for x in word * 64..<min(map.columns, word * 64 + 64) where slice[y * map.columns + x] != 0 {
          set |= 1 << UInt64(x - word * 64)
        }
        bits[y * words + word] = set
      }
    }
  }

  /// Adds a corner to the surface of each object that has some of its voxels.
  private func addCorner<Place: PlaceNumber>(
    _ places: UnsafeBufferPointer<Place>, _ map: PlaceMap, _ z: Int, _ y: Int, _ x: Int,
    _ found: inout [Part]
  ) {
    // The voxels that meet here, by offset as in the table; images have only those of their one slice.
    var around: (Int, Int, Int, Int, Int, Int, Int, Int) = (0, 0, 0, 0, 0, 0, 0, 0)
    withUnsafeMutableBytes(of: &around) { raw in
      let around = raw.bindMemory(to: Int.self)
      for offset in 0..<(map.isFlat ? 4 : 8) {
        let at = (
          z: map.isFlat ? 0 : z - 1 + offset / 4, y: y - 1 + offset / 2 % 2, x: x - 1 + offset % 2
        )
        guard at.z >= 0, at.z < map.slices, at.y >= 0, at.y < map.rows, at.x >= 0, at.x < map.columns else {
          continue
        }
        around[offset] = map.place(places[(at.z * map.rows + at.y) * map.columns + at.x])
      }
      for offset in 0..<8 {
        let place = around[offset]
        guard place != 0 else { continue }
        var pattern = 0
        var isFirst = true
        for other in 0..<8 where around[other] == place {
          pattern |= 1 << other
          if other < offset { isFirst = false }
        }
        guard isFirst, pattern != (map.isFlat ? 15 : 255) else { continue }
        found[place - 1].points.append(VoxelPoint(z: Int32(z), y: Int32(y), x: Int32(x)))
        found[place - 1].weights.append(table[pattern])
      }
    }
  }
}
