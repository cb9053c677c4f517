/// The parts of a PNG file, written by hand, since a proper writer refuses to write a damaged one.
enum PNGChunks {
  static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
  static let end = chunk("IEND", [])

  /// A chunk: length, type, data and their checksum.
  ///
  /// - Parameter spoilt: whether the checksum is wrong.
  static func chunk(_ type: String, _ data: [UInt8], spoilt: Bool = false) -> [UInt8] {
    let body = Array(type.utf8) + data
    return bigEndian(UInt32(data.count)) + body + bigEndian(crc32(body) ^ (spoilt ? 1 : 0))
  }

  static func header(
    _ width: UInt32, _ height: UInt32, bitDepth: UInt8 = 8, colourType: UInt8 = 0, spoilt: Bool = false
  ) -> [UInt8] {
    let data = bigEndian(width) + bigEndian(height) + [bitDepth, colourType, 0, 0, 0]
    return chunk("IHDR", data, spoilt: spoilt)
  }

  /// A zlib stream of one stored block, so that its bytes are plain to see.
  static func zlib(_ data: [UInt8], spoilt: Bool = false) -> [UInt8] {
    let length = UInt16(truncatingIfNeeded: data.count)
    let low = UInt8(length & 255)
    let high = UInt8(length >> 8)
    return [0x78, 0x01, 0x01, low, high, ~low, ~high] + data + bigEndian(adler32(data) ^ (spoilt ? 1 : 0))
  }

  static func crc32(_ bytes: [UInt8]) -> UInt32 {
    ~bytes.reduce(UInt32.max) { crc, byte in
      (0..<8).reduce(crc ^ UInt32(byte)) { rest, _ in rest >> 1 ^ (rest & 1 == 1 ? 0xEDB8_8320 : 0) }
    }
  }

  private static func adler32(_ bytes: [UInt8]) -> UInt32 {
    var (sum, sumOfSums) = (UInt32(1), UInt32(0))
    for byte in bytes {
      sum = (sum + UInt32(byte)) % 65_521
      sumOfSums = (sumOfSums + sum) % 65_521
    }
    return sumOfSums << 16 | sum
  }

  private static func bigEndian(_ number: UInt32) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(number >> $0 & 255) }
  }
}
