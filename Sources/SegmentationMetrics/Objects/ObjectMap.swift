// The objects of a map: connected components of each label, or things that have a number of their own.
import CLabelKernels
import LabelMaps

/// Objects as stretches of voxels in rows, so that many objects cost no more than few.
package struct ObjectMap: Sendable {
  /// A stretch of one row, [start, end), and the object it belongs to.
  package struct Stretch: Sendable {
    var start, end: UInt32
    var object: Int
  }

  package struct Object: Sendable {
    /// The place of its label among those scored, from 1.
    var place: Int
    var size: Int
    /// The number of a thing that has one of its own; else 0.
    var label: UInt32 = 0
  }

  /// An object and one of another map.
  struct Pair: Sendable, Hashable, Comparable {
    var own, other: Int

    static func < (left: Pair, right: Pair) -> Bool {
      (left.own, left.other) < (right.own, right.other)
    }
  }

  /// In the order in which they begin.
  package let objects: [Object]
  /// Row by row, from left to right.
  let stretches: [Stretch]
  /// The rows they stand in.
  let rows: OccupiedRows

  /// The connected components of each place.
  package init(componentsOf map: PlaceMap, _ connectivity: Connectivity) {
    let table = map.table
    // Stretches of labels that are not scored belong to nothing.
    func place(_ label: UInt32) -> UInt32 { table.map { $0[Int(label)] } ?? label }
    let (stretches, rows) =
      switch map.storage {
      case .uint8(let numbers): Self.stretches(numbers, map, labels_stretches_u8, place)
      case .uint16(let numbers): Self.stretches(numbers, map, labels_stretches_u16, place)
      case .uint32(let numbers): Self.stretches(numbers, map, labels_stretches_u32, place)
      }
    self.init(stretches, rows, rowsOfSlice: map.rows, connectivity)
  }

  /// The connected components of stretches of one label each, which is the place.
  init(
    _ stretches: [labels_stretch], _ rows: OccupiedRows, rowsOfSlice: Int, _ connectivity: Connectivity
  ) {
    var union = DisjointSets(count: stretches.count)
    Self.joinNeighbours(stretches, rows, rowsOfSlice, connectivity, &union)
    var objects: [Object] = []
    var numbers = [Int](repeating: -1, count: stretches.count)
    self.stretches = stretches.indices.map { index in
      let stretch = stretches[index]
      let root = union.root(index)
      if numbers[root] < 0 {
        numbers[root] = objects.count
        objects.append(Object(place: Int(stretch.label), size: 0))
      }
      objects[numbers[root]].size += Int(stretch.end - stretch.start)
      return Stretch(start: stretch.start, end: stretch.end, object: numbers[root])
    }
    self.objects = objects
    self.rows = rows
  }

  /// Things whose number is their label.
  ///
  /// - Parameter places: the place of the class of each label; labels without are no objects, nor is 0.
  package init(idsOf map: LabelMap, places: [UInt32: UInt32]) {
    let extents = PlaceMap(.uint8([]), map.shape)
    func label(_ label: UInt32) -> UInt32 { places[label] == nil ? 0 : label }
    let (stretches, rows) =
      switch map.storage {
      case .uint8(let numbers): Self.stretches(numbers, extents, labels_stretches_u8, label)
      case .uint16(let numbers): Self.stretches(numbers, extents, labels_stretches_u16, label)
      case .uint32(let numbers): Self.stretches(numbers, extents, labels_stretches_u32, label)
      }
    var objects: [Object] = []
    var numbers: [UInt32: Int] = [:]
    self.stretches = stretches.map { stretch in
      let number = numbers[stretch.label] ?? objects.count
      if number == objects.count {
        numbers[stretch.label] = number
        objects.append(Object(place: Int(places[stretch.label] ?? 0), size: 0, label: stretch.label))
      }
      objects[number].size += Int(stretch.end - stretch.start)
      return Stretch(start: stretch.start, end: stretch.end, object: number)
    }
    self.objects = objects
    self.rows = rows
  }

  init(objects: [Object], stretches: [Stretch], rows: OccupiedRows) {
    self.objects = objects
    self.stretches = stretches
    self.rows = rows
  }

  /// How many voxels each object shares with each of another map that has its place.
  func shared(with other: ObjectMap) -> [Pair: Int] {
    var shared: [Pair: Int] = [:]
    // Neighbouring rows mostly show the same two objects.
    var last = Pair(own: -1, other: -1)
    var sum = 0
    rows.forEachShared(with: other.rows) { row, otherRow in
      var i = rows[row].lowerBound
      var j = other.rows[otherRow].lowerBound
      let iEnd = rows[row].upperBound
      let jEnd = other.rows[otherRow].upperBound
      while i < iEnd, j < jEnd {
        let (a, b) = (stretches[i], other.stretches[j])
        let (start, end) = (max(a.start, b.start), min(a.end, b.end))
        if start < end, objects[a.object].place == other.objects[b.object].place {
          let pair = Pair(own: a.object, other: b.object)
          if pair != last {
            if sum > 0 { shared[last, default: 0] += sum }
            last = pair
            sum = 0
          }
          sum += Int(end - start)
        }
        if a.end < b.end { i += 1 } else { j += 1 }
      }
    }
    if sum > 0 { shared[last, default: 0] += sum }
    return shared
  }

  /// How many stretches of one number there are, those of what is not scored included.
  package static func stretchCount(of map: PlaceMap) -> Int {
    func count<Number>(
      _ numbers: [Number], _ find: (UnsafePointer<Number>?, Int, UnsafeMutablePointer<labels_stretch>?) -> Int
    ) -> Int {
      if numbers.isEmpty { return 0 }
      var found = [labels_stretch](repeating: labels_stretch(), count: map.columns)
      return numbers.withUnsafeBufferPointer { numbers in
        (0..<map.slices * map.rows).reduce(0) { sum, row in
          sum + find(numbers.baseAddress.map { $0 + row * map.columns }, map.columns, &found)
        }
      }
    }
    return switch map.storage {
    case .uint8(let numbers): count(numbers, labels_stretches_u8)
    case .uint16(let numbers): count(numbers, labels_stretches_u16)
    case .uint32(let numbers): count(numbers, labels_stretches_u32)
    }
  }

  /// - Parameter place: what a label stands for; 0 for one that belongs to nothing.
  private static func stretches<Number>(
    _ numbers: [Number], _ map: PlaceMap,
    _ find: (UnsafePointer<Number>?, Int, UnsafeMutablePointer<labels_stretch>?) -> Int,
    _ place: (UInt32) -> UInt32
  ) -> ([labels_stretch], OccupiedRows) {
    var stretches: [labels_stretch] = []
    var rows = OccupiedRows()
    // Without voxels the other extents say nothing, and may be anything.
    if numbers.isEmpty { return (stretches, rows) }
    var found = [labels_stretch](repeating: labels_stretch(), count: map.columns)
    numbers.withUnsafeBufferPointer { numbers in
      for row in 0..<map.slices * map.rows {
        let count = find(numbers.baseAddress.map { $0 + row * map.columns }, map.columns, &found)
        for var stretch in found[..<count] {
          stretch.label = place(stretch.label)
          if stretch.label != 0 { stretches.append(stretch) }
        }
        rows.add(row, end: stretches.count)
      }
    }
    return (stretches, rows)
  }
}
