// The centreline of an object: what is left when its border is peeled off as long as its shape stays.

/// A mask thinned to lines (and, where a volume encloses cavities, surfaces): images by Zhang and Suen 1984, volumes by Lee,
/// Kashyap and Chu 1994, voxel for voxel as scikit-image makes them.
package struct Skeleton: Sendable {
  /// 1 on the skeleton; in the order of the mask.
  package let mask: [UInt8]

  /// - Parameters:
  ///   - mask: not 0 in the object, the last axis fastest.
  ///   - extents: two for an image, three for a volume; their product is the mask's count.
  package init(of mask: [UInt8], extents: [Int]) {
    precondition(extents.reduce(1, *) == mask.count, "a byte for every voxel")
    // A margin of background on every side, so that no neighbour is out of bounds.
    let padded = extents.map { $0 + 2 }
    let columns = padded[padded.count - 1]
    var field = [UInt8](repeating: 0, count: padded.reduce(1, *))
    var places: [Int] = []
    places.reserveCapacity(mask.count)
    let rows = extents[extents.count - 2]
    for line in 0..<mask.count / max(extents[extents.count - 1], 1) {
      let (slice, row) = (line / max(rows, 1), line % max(rows, 1))
      let start =
        extents.count == 3 ? ((slice + 1) * padded[1] + row + 1) * columns + 1 : (row + 1) * columns + 1
      for x in 0..<extents[extents.count - 1] { places.append(start + x) }
    }
    for (index, place) in places.enumerated() where mask[index] != 0 { field[place] = 1 }
    if extents.count == 2 {
      ImageThinning(columns: columns).thin(&field)
    } else {
      VolumeThinning(rows: padded[1], columns: columns, isOneSlice: extents[0] == 1).thin(&field)
    }
    self.mask = places.map { field[$0] }
  }
}
