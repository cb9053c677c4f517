// Some of a map's objects by themselves.
import DistanceTransform

extension ObjectMap {
  /// The voxels of a place, belonging to the objects of a map that holds all of them.
  func renumbered(by other: ObjectMap, place: Int) -> ObjectMap {
    var objects = other.objects.map { Object(place: $0.place, size: 0) }
    var renumbered = stretches
    for row in 0..<rowStarts.count - 1 {
      var j = other.rowStarts[row]
      for i in rowStarts[row]..<rowStarts[row + 1] {
        let stretch = stretches[i]
        renumbered[i].object = -1
        guard stretch.object >= 0, self.objects[Int(stretch.object)].place == place else { continue }
        while other.stretches[j].end < stretch.end { j += 1 }
        renumbered[i].object = other.stretches[j].object
        objects[Int(other.stretches[j].object)].size += Int(stretch.end - stretch.start)
      }
    }
    return ObjectMap(objects: objects, stretches: renumbered, rowStarts: rowStarts)
  }

  /// The box of some objects.
  func box(of places: [Int: Int], rows: Int) -> VoxelBox {
    var ends: [VoxelPoint] = []
    forEachStretch(of: places, rows: rows) { z, y, stretch, _ in
      for x in [stretch.start, stretch.end - 1] {
        ends.append(VoxelPoint(z: Int32(z), y: Int32(y), x: Int32(x)))
      }
    }
    return VoxelBox(ends)
  }

  /// A map of a box with the place of each object, 0 for those that have none.
  func cut(_ places: [Int: Int], rows: Int, _ box: VoxelBox, isFlat: Bool) -> PlaceMap {
    var numbers = [UInt16](repeating: 0, count: box.count)
    let extents = box.extents
    forEachStretch(of: places, rows: rows) { z, y, stretch, place in
      let start = ((z - Int(box.lower.z)) * extents.y + y - Int(box.lower.y)) * extents.x - Int(box.lower.x)
      for x in stretch.start..<stretch.end { numbers[start + Int(x)] = UInt16(place) }
    }
    return PlaceMap(.uint16(numbers), extents: extents, isFlat: isFlat)
  }

  private func forEachStretch(of places: [Int: Int], rows: Int, _ body: (Int, Int, Stretch, Int) -> Void) {
    for row in 0..<rowStarts.count - 1 {
      for stretch in stretches[rowStarts[row]..<rowStarts[row + 1]] where stretch.object >= 0 {
        if let place = places[Int(stretch.object)] { body(row / rows, row % rows, stretch, place) }
      }
    }
  }
}
