import LabelMaps

/// The connected objects of each label of a map, numbered from 1 in the order in which they begin.
public struct ConnectedComponents: Sendable {
  /// How many there are.
  public let count: Int
  /// The number of each voxel's component, 0 for background; as narrow as the numbers need.
  public let map: LabelMap
  /// The label of each component, and how many voxels it has; component n at n − 1.
  public let labels: [UInt32]
  public let sizes: [Int]

  /// - Parameter map: label 0 and `LabelMap.ignored` are background.
  /// - Throws: `LabelMapError` never: the map has a voxel for each of the other's.
  public init(_ map: LabelMap, _ connectivity: Connectivity = .corners) throws(LabelMapError) {
    let found: [UInt32]
    let places: [UInt32: UInt16]
    switch map.storage {
    case .uint8:
      found = Array(1...255)
      places = Dictionary(uniqueKeysWithValues: found.map { ($0, UInt16($0)) })
    case .uint16, .uint32:
      var labels: Set<UInt32> = []
      for index in 0..<map.storage.count where map[index] != 0 && map[index] != LabelMap.ignored {
        labels.insert(map[index])
      }
      found = labels.sorted()
      precondition(found.count < 65536, "at most 65535 labels")
      places = Dictionary(uniqueKeysWithValues: found.enumerated().map { ($1, UInt16($0 + 1)) })
    }
    let objects = ObjectMap(componentsOf: PlaceMap(map, places: places), connectivity)
    count = objects.objects.count
    labels = objects.objects.map { found[$0.place - 1] }
    sizes = objects.objects.map(\.size)
    let voxels = map.storage.count
    let storage: LabelMap.Storage =
      switch objects.objects.count {
      case ..<256: .uint8(objects.painted(count: voxels))
      case ..<65536: .uint16(objects.painted(count: voxels))
      default: .uint32(objects.painted(count: voxels))
      }
    self.map = try LabelMap(storage, shape: map.shape)
  }
}

extension ObjectMap {
  /// The number of each voxel's object, counted from 1.
  fileprivate func painted<Number: FixedWidthInteger>(count: Int) -> [Number] {
    let columns = count / max(rowStarts.count - 1, 1)
    return [Number](unsafeUninitializedCapacity: count) { numbers, initialized in
      numbers.initialize(repeating: 0)
      for row in 0..<rowStarts.count - 1 {
        for stretch in stretches[rowStarts[row]..<rowStarts[row + 1]] where stretch.object >= 0 {
          let start = row * columns + Int(stretch.start)
          numbers[start..<row * columns + Int(stretch.end)].update(
            repeating: Number(truncatingIfNeeded: stretch.object + 1))
        }
      }
      initialized = count
    }
  }
}
