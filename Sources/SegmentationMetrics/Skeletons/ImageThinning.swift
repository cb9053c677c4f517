/// Thins an image by Zhang and Suen's two alternating passes (Communications of the ACM 27, 1984), with scikit-image's
/// departures from the paper: clDice is published, and compared, on skeletons of that library.
struct ImageThinning {
  /// The eight neighbours, clockwise from the one to the north-west.
  private let neighbours: [Int]
  /// For each pattern of neighbours: bit 0 if the first pass removes the pixel, bit 1 if the second does.
  private static let removals: [UInt8] = (0..<256).map { departures[$0] ?? removal($0) }

  /// The rule as it is published: a pixel on a plain border, from the south-east in the first pass, from the north-west in
  /// the second.
  private static func removal(_ pattern: Int) -> UInt8 {
    func isSet(_ index: Int) -> Bool { pattern >> (index % 8) & 1 == 1 }
    // Steps from background to object on the way round: one for a pixel on a plain border.
    let steps = (0..<8).count { !isSet($0) && isSet($0 + 1) }
    guard (2...6).contains(pattern.nonzeroBitCount), steps == 1 else { return 0 }
    let (north, east, south, west) = (isSet(1), isSet(3), isSet(5), isSet(7))
    let first = !(north && east && south) && !(east && south && west)
    let second = !(north && east && west) && !(north && south && west)
    return (first ? 1 : 0) | (second ? 2 : 0)
  }

  /// Where scikit-image's `skeletonize` does otherwise (versions 0.16 to 0.26), found by thinning images of single
  /// patterns. Most keep the pixel at the end of a diagonal line in one of the passes.
  private static let departures: [Int: UInt8] = [
    3: 1, 6: 1, 10: 1, 11: 1, 12: 1, 14: 1, 24: 2, 26: 2, 40: 3, 48: 0, 56: 2, 96: 2, 104: 2, 108: 2, 129: 0,
    130: 3,
    131: 1, 134: 1, 160: 3, 161: 1, 176: 2, 192: 2, 194: 1, 198: 1, 224: 2,
  ]

  /// - Parameter columns: of the image, its margin included.
  init(columns: Int) {
    neighbours = [-columns - 1, -columns, -columns + 1, 1, columns + 1, columns, columns - 1, -1]
  }

  /// - Parameter field: 0 and 1, with a margin of 0 on every side.
  func thin(_ field: inout [UInt8]) {
    var waiting = field.indices.filter { field[$0] == 1 }
    var isListed = field.map { $0 == 1 }
    var idle = 0
    var pass: UInt8 = 1
    // Only a pixel whose neighbours have changed can have become removable, in either pass.
    var next: [Int] = []
    while idle < 2 {
      var removed: [Int] = []
      next.removeAll(keepingCapacity: true)
      for place in waiting where field[place] == 1 {
        let removal = Self.removals[pattern(field, place)]
        if removal & pass != 0 {
          removed.append(place)
        } else if removal != 0 {
          next.append(place)
          continue
        }
        isListed[place] = false
      }
      for place in removed { field[place] = 0 }
      for place in removed {
        for step in neighbours where field[place + step] == 1 && !isListed[place + step] {
          isListed[place + step] = true
          next.append(place + step)
        }
      }
      swap(&waiting, &next)
      idle = removed.isEmpty ? idle + 1 : 0
      pass = 3 - pass
    }
  }

  private func pattern(_ field: [UInt8], _ place: Int) -> Int {
    var pattern = 0
    for (index, step) in neighbours.enumerated() { pattern |= Int(field[place + step]) << index }
    return pattern
  }
}
