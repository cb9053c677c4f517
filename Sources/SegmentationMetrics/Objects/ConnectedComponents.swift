import LabelMaps

/// The connected objects of each label of a map, numbered from 1 in the order in which they begin.
package struct ConnectedComponents: Sendable {
  /// How many there are.
  package let count: Int
  /// The number of each voxel's component, 0 for background; as narrow as the numbers need.
  package let map: LabelMap
  /// The label of each component, and how many voxels it has; component n at n − 1.
  package let labels: [UInt32]
  package let sizes: [Int]

  /// - Parameter map: of any number of labels; label 0 and `LabelMap.ignored` are background.
  /// - Throws: `LabelMapError` never: the map has a voxel for each of the other's.
  package init(_ map: LabelMap, _ connectivity: Connectivity = .corners) throws(LabelMapError) {
    let found: [UInt32]
    switch map.storage {
    case .uint8: found = Array(1...255)
    case .uint16: found = Array(1...65535)
    case .uint32(let voxels):
      var labels: Set<UInt32> = []
      // Neighbours mostly have the same label.
      var last: UInt32 = 0
      for label in voxels where label != last {
        labels.insert(label)
        last = label
      }
      found = labels.subtracting([0, LabelMap.ignored]).sorted()
    }
    let places = Dictionary(uniqueKeysWithValues: found.enumerated().map { ($1, UInt32($0 + 1)) })
    let objects = ObjectMap(componentsOf: PlaceMap(map, places: places), connectivity)
    count = objects.objects.count
    labels = objects.objects.map { found[$0.place - 1] }
    sizes = objects.objects.map(\.size)
    let voxels = map.storage.count
    let columns = map.shape.extents[map.shape.rank - 1]
    let storage: LabelMap.Storage =
      switch objects.objects.count {
      case ..<256: .uint8(objects.painted(count: voxels, columns: columns))
      case ..<65536: .uint16(objects.painted(count: voxels, columns: columns))
      default: .uint32(objects.painted(count: voxels, columns: columns))
      }
    self.map = try LabelMap(storage, shape: map.shape)
  }
}

extension ObjectMap {
  /// The number of each voxel's object, counted from 1.
  fileprivate func painted<Number: FixedWidthInteger>(count: Int, columns: Int) -> [Number] {
    [Number](unsafeUninitializedCapacity: count) { numbers, initialized in
      numbers.initialize(repeating: 0)
      for index in 0..<rows.count {
        let row = rows.numbers[index] * columns
        for stretch in stretches[rows[index]] {
          numbers[row + Int(stretch.start)..<row + Int(stretch.end)].update(
            repeating: Number(truncatingIfNeeded: stretch.object + 1))
        }
      }
      initialized = count
    }
  }
}
