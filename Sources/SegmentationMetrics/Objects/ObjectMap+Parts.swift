// Some of a map's objects by themselves.
import DistanceTransform

extension ObjectMap {
  /// The objects of each place from 1 to `count` by themselves, numbered anew in the same order.
  func split(count: Int) -> [ObjectMap] {
    if count == 1 { return [self] }
    struct Part {
      var objects: [Object] = []
      var stretches: [Stretch] = []
      var rows = OccupiedRows()
    }
    var parts = [Part](repeating: Part(), count: count)
    let numbers = objects.map { object in
      parts[object.place - 1].objects.append(object)
      return parts[object.place - 1].objects.count - 1
    }
    for row in 0..<rows.count {
      for var stretch in stretches[rows[row]] {
        let place = objects[stretch.object].place - 1
        stretch.object = numbers[stretch.object]
        parts[place].stretches.append(stretch)
        parts[place].rows.add(rows.numbers[row], end: parts[place].stretches.count)
      }
    }
    return parts.map { ObjectMap(objects: $0.objects, stretches: $0.stretches, rows: $0.rows) }
  }

  /// The same voxels, belonging to the objects of a map that holds all of them.
  func renumbered(by other: ObjectMap) -> ObjectMap {
    var objects = other.objects.map { Object(place: $0.place, size: 0) }
    var renumbered = stretches
    rows.forEachShared(with: other.rows) { row, otherRow in
      var j = other.rows[otherRow].lowerBound
      for i in rows[row] {
        while other.stretches[j].end < stretches[i].end { j += 1 }
        renumbered[i].object = other.stretches[j].object
        objects[other.stretches[j].object].size += Int(stretches[i].end - stretches[i].start)
      }
    }
    return ObjectMap(objects: objects, stretches: renumbered, rows: rows)
  }

  /// Calls `body` with slice, row, columns and number of each stretch of the objects that have a number other than 0.
  package func forEachStretch(
    of numbers: [Int], rowsOfSlice: Int, _ body: (_ z: Int, _ y: Int, _ x: Range<Int>, _ number: Int) -> Void
  ) {
    for row in 0..<rows.count {
      let z = rows.numbers[row] / rowsOfSlice
      let y = rows.numbers[row] % rowsOfSlice
      for stretch in stretches[rows[row]] where numbers[stretch.object] != 0 {
        body(z, y, Int(stretch.start)..<Int(stretch.end), numbers[stretch.object])
      }
    }
  }
}
