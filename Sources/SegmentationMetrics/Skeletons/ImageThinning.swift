/// Thins an image by Zhang and Suen's two alternating passes (Communications of the ACM 27, 1984).
struct ImageThinning {
  /// The eight neighbours, clockwise from the one to the north.
  private let neighbours: [Int]
  /// For each pattern of neighbours: bit 0 if the first pass removes the pixel, bit 1 if the second does.
  private static let removals: [UInt8] = (0..<256).map { pattern in
    func isSet(_ index: Int) -> Bool { pattern >> (index % 8) & 1 == 1 }
    let count = pattern.nonzeroBitCount
    // Steps from background to object on the way round: one for a pixel on a plain border.
    let steps = (0..<8).count { !isSet($0) && isSet($0 + 1) }
    guard (2...6).contains(count), steps == 1 else { return 0 }
    let (north, east, south, west) = (isSet(0), isSet(2), isSet(4), isSet(6))
    let first = !(north && east && south) && !(east && south && west)
    let second = !(north && east && west) && !(north && south && west)
    return (first ? 1 : 0) | (second ? 2 : 0)
  }

  /// - Parameter columns: of the image, its margin included.
  init(columns: Int) {
    neighbours = [-columns, -columns + 1, 1, columns + 1, columns, columns - 1, -1, -columns - 1]
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
