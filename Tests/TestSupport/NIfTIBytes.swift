/// A NIfTI-1 file of one byte a voxel, put together by hand so that a test can spoil any part of it.
public struct NIfTIBytes {
  /// Columns, rows, slices.
  public var extents = [3, 2, 2]
  public var bytes: [UInt8]

  public init(extents: [Int] = [3, 2, 2], voxels: [UInt8]? = nil) {
    self.extents = extents
    let count = extents.reduce(1, *)
    bytes = [UInt8](repeating: 0, count: 352) + (voxels ?? (0..<count).map { UInt8($0 % 7) })
    put(348, at: 0, Int32.self)
    for (index, extent) in ([extents.count] + extents).enumerated() { put(Int16(extent), at: 40 + 2 * index) }
    put(2, at: 70, Int16.self)
    put(8, at: 72, Int16.self)
    for index in 0...3 { put(Float(1), at: 76 + 4 * index) }
    put(Float(352), at: 108)
    put(1, at: 254, Int16.self)
    for row in 0..<3 { put(Float(1), at: 280 + 20 * row) }
    bytes.replaceSubrange(344..<348, with: Array("n+1\0".utf8))
  }

  public mutating func put<Number: FixedWidthInteger>(
    _ number: Number, at offset: Int, _ type: Number.Type = Number.self
  ) {
    for index in 0..<Number.bitWidth / 8 {
      bytes[offset + index] = UInt8(truncatingIfNeeded: number >> (8 * index))
    }
  }

  /// Sets the sform: the vector from voxel to voxel along x, y and z in right, anterior, superior, and where the first is.
  public mutating func orient(x: [Float], y: [Float], z: [Float], origin: [Float] = [0, 0, 0]) {
    for row in 0..<3 {
      for (column, vector) in [x, y, z, origin].enumerated() {
        put(vector[row], at: 280 + 16 * row + 4 * column)
      }
    }
    for (axis, vector) in [x, y, z].enumerated() {
      put(vector.reduce(0) { $0 + $1 * $1 }.squareRoot(), at: 80 + 4 * axis)
    }
  }

  public mutating func put(_ number: Float, at offset: Int) { put(number.bitPattern, at: offset) }

  /// As gzip members of so many bytes each, not compressed (RFC 1951, 1952).
  public func gzipped(memberSizes: [Int] = [.max], spoilingSum: Bool = false) -> [UInt8] {
    var (result, start): ([UInt8], Int) = ([], 0)
    for size in memberSizes {
      let part = bytes[start..<min(bytes.count, size == .max ? bytes.count : start + size)]
      start = part.endIndex
      result += [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255]
      var at = part.startIndex
      repeat {
        let end = min(at + 65535, part.endIndex)
        let count = UInt16(end - at)
        result +=
          [end == part.endIndex ? 1 : 0] + [count, ~count].flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }
        result += part[at..<end]
        at = end
      } while at < part.endIndex
      let sum = Self.sum(part) ^ (spoilingSum ? 1 : 0)
      for word in [sum, UInt32(part.count)] {
        result += (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) }
      }
    }
    return result
  }

  /// CRC-32, bit by bit.
  private static func sum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    ~bytes.reduce(~UInt32(0)) { sum, byte in
      (0..<8).reduce(sum ^ UInt32(byte)) { sum, _ in sum >> 1 ^ (sum & 1 == 1 ? 0xEDB8_8320 : 0) }
    }
  }
}
