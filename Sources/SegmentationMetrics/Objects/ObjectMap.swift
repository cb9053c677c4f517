// The objects of a map: connected components of each label, or things that have a number of their own.
import CLabelKernels
import LabelMaps

/// Objects as stretches of voxels in rows, so that many objects cost no more than few.
struct ObjectMap: Sendable {
  /// A stretch of one row, [start, end), and the object it belongs to.
  struct Stretch: Sendable {
    var start, end: UInt32
    var object: Int32
  }

  struct Object: Sendable {
    /// The place of its label among those scored, from 1.
    var place: Int
    var size: Int
    /// The number of a thing that has one of its own; else 0.
    var label: UInt32 = 0
  }

  let objects: [Object]
  /// Row by row, from left to right.
  let stretches: [Stretch]
  /// Where each row begins in `stretches`, and their end.
  let rowStarts: [Int]

  /// The connected components of each place.
  init(componentsOf map: PlaceMap, _ connectivity: Connectivity) {
    var (stretches, starts): ([labels_stretch], [Int])
    switch map.storage {
    case .uint8(let numbers): (stretches, starts) = Self.stretches(numbers, map, labels_stretches_u8)
    case .uint16(let numbers): (stretches, starts) = Self.stretches(numbers, map, labels_stretches_u16)
    }
    if let table = map.table {
      // Stretches of labels that are not scored belong to nothing.
      for index in stretches.indices { stretches[index].label = UInt32(table[Int(stretches[index].label)]) }
    }
    self.init(stretches, starts, slices: map.slices, rows: map.rows, connectivity)
  }

  /// The connected components of stretches that have one label, which is the place; label 0 belongs to nothing.
  init(
    _ stretches: [labels_stretch], _ starts: [Int], slices: Int, rows: Int, _ connectivity: Connectivity
  ) {
    var union = DisjointSets(count: stretches.count)
    for z in 0..<slices {
      for y in 0..<rows {
        let row = z * rows + y
        func join(_ dz: Int, _ dy: Int, reach: UInt32) {
          guard z + dz >= 0, y + dy >= 0, y + dy < rows else { return }
          Self.join(stretches, starts, row, row + dz * rows + dy, reach, &union)
        }
        let (edge, corner): (UInt32, UInt32) = (
          connectivity == .faces ? 0 : 1, connectivity == .corners ? 1 : 0
        )
        join(0, -1, reach: edge)
        join(-1, 0, reach: edge)
        if connectivity != .faces {
          join(-1, -1, reach: corner)
          join(-1, 1, reach: corner)
        }
      }
    }
    var objects: [Object] = []
    var numbers: [Int32] = Array(repeating: -1, count: stretches.count)
    self.stretches = stretches.indices.map { index in
      let stretch = stretches[index]
      guard stretch.label > 0 else { return Stretch(start: stretch.start, end: stretch.end, object: -1) }
      let root = union.root(index)
      if numbers[root] < 0 {
        numbers[root] = Int32(objects.count)
        objects.append(Object(place: Int(stretch.label), size: 0))
      }
      objects[Int(numbers[root])].size += Int(stretch.end - stretch.start)
      return Stretch(start: stretch.start, end: stretch.end, object: numbers[root])
    }
    self.objects = objects
    rowStarts = starts
  }

  /// Things whose number is their label.
  ///
  /// - Parameter places: the place of the class of each label; labels without are no objects, nor is 0.
  init(idsOf map: LabelMap, places: [UInt32: UInt16]) {
    let extents = PlaceMap(.uint8([]), map.shape)
    let (stretches, starts): ([labels_stretch], [Int])
    switch map.storage {
    case .uint8(let numbers): (stretches, starts) = Self.stretches(numbers, extents, labels_stretches_u8)
    case .uint16(let numbers): (stretches, starts) = Self.stretches(numbers, extents, labels_stretches_u16)
    case .uint32(let numbers): (stretches, starts) = Self.stretches(numbers, extents, labels_stretches_u32)
    }
    var objects: [Object] = []
    var numbers: [UInt32: Int32] = [:]
    self.stretches = stretches.map { stretch in
      guard let place = places[stretch.label] else {
        return Stretch(start: stretch.start, end: stretch.start, object: -1)
      }
      let number = numbers[stretch.label] ?? Int32(objects.count)
      if Int(number) == objects.count {
        numbers[stretch.label] = number
        objects.append(Object(place: Int(place), size: 0, label: stretch.label))
      }
      objects[Int(number)].size += Int(stretch.end - stretch.start)
      return Stretch(start: stretch.start, end: stretch.end, object: number)
    }
    self.objects = objects
    rowStarts = starts
  }

  init(objects: [Object], stretches: [Stretch], rowStarts: [Int]) {
    (self.objects, self.stretches, self.rowStarts) = (objects, stretches, rowStarts)
  }

  /// How many voxels each object shares with each of another map that has its place, by own << 32 | other.
  func shared(with other: ObjectMap) -> [UInt64: Int] {
    var shared: [UInt64: Int] = [:]
    // Neighbouring rows mostly show the same two objects.
    var (last, sum): (UInt64, Int) = (.max, 0)
    for row in 0..<rowStarts.count - 1 {
      var (i, j) = (rowStarts[row], other.rowStarts[row])
      let (iEnd, jEnd) = (rowStarts[row + 1], other.rowStarts[row + 1])
      while i < iEnd, j < jEnd {
        let (a, b) = (stretches[i], other.stretches[j])
        let (start, end) = (max(a.start, b.start), min(a.end, b.end))
        if start < end, a.object >= 0, b.object >= 0,
          objects[Int(a.object)].place == other.objects[Int(b.object)].place
        {
          let key = UInt64(a.object) << 32 | UInt64(b.object)
          if key != last {
            if sum > 0 { shared[last, default: 0] += sum }
            (last, sum) = (key, 0)
          }
          sum += Int(end - start)
        }
        if a.end < b.end { i += 1 } else { j += 1 }
      }
    }
    if sum > 0 { shared[last, default: 0] += sum }
    return shared
  }

  private static func stretches<Number>(
    _ numbers: [Number], _ map: PlaceMap,
    _ find: (UnsafePointer<Number>?, Int, UnsafeMutablePointer<labels_stretch>?) -> Int
  ) -> ([labels_stretch], [Int]) {
    var stretches: [labels_stretch] = []
    var starts = [0]
    var found = [labels_stretch](repeating: labels_stretch(), count: map.columns)
    numbers.withUnsafeBufferPointer { numbers in
      for row in 0..<map.slices * map.rows {
        let count = find(numbers.baseAddress.map { $0 + row * map.columns }, map.columns, &found)
        stretches.append(contentsOf: found[..<count])
        starts.append(stretches.count)
      }
    }
    return (stretches, starts)
  }

  /// Joins the stretches of two rows that have one label and touch, `reach` being 1 if a diagonal counts.
  private static func join(
    _ stretches: [labels_stretch], _ starts: [Int], _ row: Int, _ other: Int, _ reach: UInt32,
    _ union: inout DisjointSets
  ) {
    var first = starts[other]
    let end = starts[other + 1]
    for i in starts[row]..<starts[row + 1] {
      let own = stretches[i]
      // What ends before this stretch ends before all that follow.
      while first < end, stretches[first].end + reach <= own.start { first += 1 }
      var j = first
      while j < end, stretches[j].start < own.end + reach {
        if stretches[j].label == own.label, own.label != 0 { union.join(i, j) }
        j += 1
      }
    }
  }
}

/// Sets that are joined two by two (Galler and Fischer 1964), each known by its first member.
struct DisjointSets: Sendable {
  private var parents: [Int32]

  init(count: Int) { parents = (0..<count).map { Int32($0) } }

  mutating func root(_ member: Int) -> Int {
    var at = member
    while Int(parents[at]) != at {
      parents[at] = parents[Int(parents[at])]
      at = Int(parents[at])
    }
    return at
  }

  mutating func join(_ one: Int, _ other: Int) {
    let (a, b) = (root(one), root(other))
    if a < b { parents[b] = Int32(a) } else if b < a { parents[a] = Int32(b) }
  }
}
