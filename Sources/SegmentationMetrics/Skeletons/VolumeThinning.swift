/// Thins a volume by Lee, Kashyap and Chu (CVGIP 56, 1994): six directions in turn, from each the border voxels that can go
/// without changing the shape, looked at once more one after the other. Order of directions and second look are those of
/// scikit-image, on whose skeletons clDice is published and compared.
struct VolumeThinning {
  /// The 27 voxels around one and itself, by 9 (dz + 1) + 3 (dy + 1) + dx + 1.
  private let offsets: [Int]
  /// In which directions the border is peeled, in turn: −y, +y, +x, −x, +z, −z.
  private let directions: [Int]
  private let neighbours: [Int]

  /// - Parameters:
  ///   - rows: of a slice, its margin included.
  ///   - columns: of a row, its margin included.
  ///   - isOneSlice: whether only the first four directions are peeled, enough for one slice.
  init(rows: Int, columns: Int, isOneSlice: Bool) {
    offsets = (0..<27).map { ($0 / 9 - 1) * rows * columns + ($0 / 3 % 3 - 1) * columns + $0 % 3 - 1 }
    neighbours = [-columns, columns, 1, -1, rows * columns, -rows * columns]
    directions = isOneSlice ? Array(neighbours.prefix(4)) : neighbours
  }

  /// - Parameter field: 0 and 1, with a margin of 0 on every side.
  func thin(_ field: inout [UInt8]) {
    // Voxels that lie at the border, in the order of memory.
    var border = field.indices.filter { place in
      field[place] == 1 && neighbours.contains { field[place + $0] == 0 }
    }
    var isListed = [Bool](repeating: false, count: field.count)
    for place in border { isListed[place] = true }
    var idle = 0
    while idle < directions.count {
      idle = 0
      for direction in directions {
        let candidates = border.filter { place in
          guard field[place] == 1, field[place + direction] == 0 else { return false }
          return Neighbourhood(field, place, offsets).isRemovable
        }
        var uncovered: [Int] = []
        var hasChanged = false
        // The second look asks for connection alone, so that a small object can vanish.
        for place in candidates where Neighbourhood(field, place, offsets).isConnected {
          field[place] = 0
          hasChanged = true
          for step in neighbours where field[place + step] == 1 && !isListed[place + step] {
            isListed[place + step] = true
            uncovered.append(place + step)
          }
        }
        if !hasChanged { idle += 1 }
        if hasChanged { border = Self.merged(border.filter { field[$0] == 1 }, uncovered.sorted()) }
      }
    }
  }

  private static func merged(_ left: [Int], _ right: [Int]) -> [Int] {
    guard !right.isEmpty else { return left }
    var result: [Int] = []
    result.reserveCapacity(left.count + right.count)
    var (i, j) = (0, 0)
    while i < left.count || j < right.count {
      if j == right.count || i < left.count && left[i] < right[j] {
        result.append(left[i])
        i += 1
      } else {
        result.append(right[j])
        j += 1
      }
    }
    return result
  }
}

/// The 26 neighbours of a voxel as bits, and what follows from them.
struct Neighbourhood {
  /// Bit 9 (dz + 1) + 3 (dy + 1) + dx + 1; the voxel itself, bit 13, is 0.
  let bits: UInt32

  init(_ field: [UInt8], _ place: Int, _ offsets: [Int]) {
    var bits: UInt32 = 0
    for index in 0..<27 { bits |= UInt32(field[place + offsets[index]]) << UInt32(index) }
    self.bits = bits & ~(1 << 13)
  }

  /// Whether the voxel can go without changing the object's shape.
  var isRemovable: Bool { !isLineEnd && keepsEulerCharacteristic && isConnected }

  /// Whether it has one neighbour: the end of a line.
  var isLineEnd: Bool { bits.nonzeroBitCount == 1 }

  /// Whether the object keeps its Euler characteristic without the voxel: of what the closed cube adds to those around it
  /// (corners and faces counted up, edges and the cube itself down) nothing remains.
  var keepsEulerCharacteristic: Bool {
    var change = -1
    for corner in Self.corners where bits & corner == 0 { change += 1 }
    for edge in Self.edges where bits & edge == 0 { change -= 1 }
    for face in Self.faces where bits & face == 0 { change += 1 }
    return change == 0
  }

  /// Whether the neighbours hang together by themselves, over faces, edges and corners; also if there are none.
  var isConnected: Bool {
    guard bits != 0 else { return true }
    var reached: UInt32 = bits & (~bits + 1)
    var front = reached
    while front != 0 {
      var around: UInt32 = 0
      while front != 0 {
        around |= Self.adjacent[front.trailingZeroBitCount]
        front &= front - 1
      }
      front = around & bits & ~reached
      reached |= front
    }
    return reached == bits
  }

  private static func bit(_ z: Int, _ y: Int, _ x: Int) -> UInt32 {
    1 << UInt32(9 * (z + 1) + 3 * (y + 1) + x + 1)
  }

  /// All voxels but the middle one within the ranges.
  private static func box(_ z: [Int], _ y: [Int], _ x: [Int]) -> UInt32 {
    var bits: UInt32 = 0
    for z in z { for y in y { for x in x { bits |= bit(z, y, x) } } }
    return bits & ~(1 << 13)
  }

  private static let sides = [[0, -1], [0, 1]]
  /// The seven other voxels that share a corner, the three that share an edge, the one that shares a face.
  private static let corners = sides.flatMap { z in sides.flatMap { y in sides.map { x in box(z, y, x) } } }
  private static let edges = sides.flatMap { a in
    sides.flatMap { b in [box([0], a, b), box(a, [0], b), box(a, b, [0])] }
  }
  private static let faces = [-1, 1].flatMap { [bit($0, 0, 0), bit(0, $0, 0), bit(0, 0, $0)] }
  /// The neighbours of each of the 27 among them.
  private static let adjacent: [UInt32] = (0..<27).map { index in
    func near(_ value: Int) -> [Int] { (-1...1).filter { abs($0 - value) <= 1 } }
    return box(near(index / 9 - 1), near(index / 3 % 3 - 1), near(index % 3 - 1))
  }
}
