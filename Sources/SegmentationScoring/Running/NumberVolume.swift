import LabelMaps
import MaskIO

/// The numbers of all slices of one side, as narrow as its files have them.
struct NumberVolume: Sendable {
  private var bytes: [UInt8] = []
  private var words: [UInt16] = []
  private var wide: [UInt32] = []
  private var width = MaskPlane.Width.uint8
  private(set) var count = 0

  /// Makes room for a number of voxels.
  mutating func reserve(_ count: Int, _ width: MaskPlane.Width) {
    self.width = width
    switch width {
    case .uint8: bytes.reserveCapacity(count)
    case .uint16: words.reserveCapacity(count)
    case .uint32: wide.reserveCapacity(count)
    }
  }

  /// Adds a slice. A wider one makes all wider.
  mutating func append(_ plane: MaskPlane) {
    if plane.width > width { widen(to: plane.width) }
    switch (width, plane.width) {
    case (.uint8, _): bytes += plane.uint8
    case (.uint16, .uint8): words += plane.uint8.lazy.map(UInt16.init)
    case (.uint16, _): words += plane.uint16
    case (.uint32, .uint8): wide += plane.uint8.lazy.map(UInt32.init)
    case (.uint32, .uint16): wide += plane.uint16.lazy.map(UInt32.init)
    case (.uint32, _): wide += plane.uint32
    }
    count += plane.count
  }

  private mutating func widen(to width: MaskPlane.Width) {
    switch width {
    case .uint8: return
    case .uint16: words = bytes.map(UInt16.init)
    case .uint32: wide = self.width == .uint8 ? bytes.map(UInt32.init) : words.map(UInt32.init)
    }
    if width == .uint32 { words = [] }
    bytes = []
    self.width = width
  }

  /// Of each voxel: whether it is excluded already or its number is one of those that are.
  func contains(_ excluded: [Bool], _ isExcluded: (UInt32) -> Bool) -> [Bool] {
    var result = excluded.isEmpty ? [Bool](repeating: false, count: count) : excluded
    var known: [UInt32: Bool] = [:]
    var (last, isOut) = (UInt32.max, isExcluded(.max))
    forEachNumber { index, number in
      if number != last {
        (last, isOut) = (number, known[number] ?? isExcluded(number))
        known[number] = isOut
      }
      if isOut { result[index] = true }
    }
    return result
  }

  /// The map of what the numbers stand for.
  ///
  /// - Parameters:
  ///   - outside: voxels that become 0; none if empty.
  ///   - largest: of the values that `code` gives.
  ///   - keepsOthers: whether numbers whose code is 0 may stay as they are.
  func map(
    shape: VoxelShape, without outside: [Bool], largest: UInt32, keepsOthers: Bool, _ code: (UInt32) -> UInt32
  ) -> LabelMap? {
    if width == .uint8, outside.isEmpty, largest < 256 {
      let table = (0...255).map { UInt8(code(UInt32($0))) }
      // Numbers that stand for themselves need no copy.
      let isPlain = keepsOthers && table.indices.allSatisfy { table[$0] == 0 || Int(table[$0]) == $0 }
      return try? LabelMap(isPlain ? bytes : bytes.map { table[Int($0)] }, shape: shape)
    }
    if largest < 256 { return try? LabelMap(coded(outside, code) as [UInt8], shape: shape) }
    if largest < 65536 { return try? LabelMap(.uint16(coded(outside, code)), shape: shape) }
    return try? LabelMap(.uint32(coded(outside, code)), shape: shape)
  }

  private func coded<Code: FixedWidthInteger>(_ outside: [Bool], _ code: (UInt32) -> UInt32) -> [Code] {
    var codes = [Code](repeating: 0, count: count)
    var (last, own) = (UInt32.max, Code(truncatingIfNeeded: code(.max)))
    forEachNumber { index, number in
      if number != last { (last, own) = (number, Code(truncatingIfNeeded: code(number))) }
      codes[index] = own
    }
    for index in outside.indices where outside[index] { codes[index] = 0 }
    return codes
  }

  private func forEachNumber(_ body: (Int, UInt32) -> Void) {
    switch width {
    case .uint8: for index in bytes.indices { body(index, UInt32(bytes[index])) }
    case .uint16: for index in words.indices { body(index, UInt32(words[index])) }
    case .uint32: for index in wide.indices { body(index, wide[index]) }
    }
  }
}
