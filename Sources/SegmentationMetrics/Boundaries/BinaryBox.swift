import DistanceTransform

/// One object's mask, cut out of its image: a byte a voxel, 0 or 1.
struct BinaryBox: Sendable {
  /// Slices, rows and columns of the cut.
  let extents: (z: Int, y: Int, x: Int)
  /// Of the whole image.
  let imageExtents: [Int]
  let mask: [UInt8]

  var isFlat: Bool { imageExtents.count == 2 }
  var isEmpty: Bool { !mask.contains(1) }

  /// Cuts the object at `place` out of a map.
  init(_ map: PlaceMap, place: Int, box: VoxelBox) {
    extents = box.extents
    imageExtents = map.isFlat ? [map.rows, map.columns] : [map.slices, map.rows, map.columns]
    switch map.storage {
    case .uint8(let numbers): mask = Self.cut(numbers, map, place, box)
    case .uint16(let numbers): mask = Self.cut(numbers, map, place, box)
    case .uint32(let numbers): mask = Self.cut(numbers, map, place, box)
    }
  }

  private static func cut<Number: PlaceNumber>(
    _ numbers: [Number], _ map: PlaceMap, _ place: Int, _ box: VoxelBox
  ) -> [UInt8] {
    guard !box.isEmpty else { return [] }
    var mask: [UInt8] = []
    mask.reserveCapacity(box.count)
    for z in Int(box.lower.z)...Int(box.upper.z) {
      for y in Int(box.lower.y)...Int(box.upper.y) {
        let row = (z * map.rows + y) * map.columns
        for x in Int(box.lower.x)...Int(box.upper.x) {
          mask.append(map.place(numbers[row + x]) == place ? 1 : 0)
        }
      }
    }
    return mask
  }

  /// The voxels within a band along the border.
  func band(_ distance: Double, _ form: BoundaryMetric.BandForm) -> [UInt8] {
    switch form {
    case .box:
      // No band is wider than the box; NaN is none.
      let widest = Double(max(extents.z, extents.y, extents.x))
      let eroded = eroded(by: distance > 0 ? Int(min(distance, widest).rounded(.down)) : 0)
      return zip(mask, eroded).map { $0 & ~$1 & 1 }
    case .border:
      let sizes = isFlat ? [extents.y, extents.x] : [extents.z, extents.y, extents.x]
      let squared = SquaredDistanceTransform(extents: sizes).squared(border)
      return zip(mask, squared).map { $0 == 1 && $1.squareRoot() < distance ? 1 : 0 }
    }
  }

  /// Voxels with one beside them, over faces, that is not the object's; outside is background.
  var border: [UInt8] {
    var border = mask
    for index in mask.indices where mask[index] == 1 {
      let (z, y, x) = (index / (extents.y * extents.x), index / extents.x % extents.y, index % extents.x)
      let isInner =
        y > 0 && y + 1 < extents.y && x > 0 && x + 1 < extents.x && mask[index - 1] == 1
        && mask[index + 1] == 1
        && mask[index - extents.x] == 1 && mask[index + extents.x] == 1
        && (isFlat
          || z > 0 && z + 1 < extents.z && mask[index - extents.y * extents.x] == 1
            && mask[index + extents.y * extents.x] == 1)
      border[index] = isInner ? 0 : 1
    }
    return border
  }

  /// The mask eroded by a box that reaches `radius` voxels to all sides; outside is background.
  private func eroded(by radius: Int) -> [UInt8] {
    var result = mask
    let axes =
      isFlat
      ? [(extents.y, extents.x), (extents.x, 1)]
      : [(extents.z, extents.y * extents.x), (extents.y, extents.x), (extents.x, 1)]
    for (extent, stride) in axes {
      let block = extent * stride
      for start in Swift.stride(from: 0, to: result.count, by: block) {
        for inner in 0..<stride {
          // A voxel stays if the line has no gap within reach on either side.
          var run = 0
          var ahead = [Int](repeating: 0, count: extent)
          for i in (0..<extent).reversed() {
            run = result[start + inner + i * stride] == 1 ? run + 1 : 0
            ahead[i] = run
          }
          run = 0
          for i in 0..<extent {
            let place = start + inner + i * stride
            run = ahead[i] > 0 ? run + 1 : 0
            result[place] = run > radius && ahead[i] > radius ? 1 : 0
          }
        }
      }
    }
    return result
  }
}
