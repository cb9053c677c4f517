import Testing

/// PNG files put together by hand, without libpng: chunks with right checksums, pixels uncompressed.
enum PNGBytes {
  static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
  static let end = chunk("IEND", [])

  /// A whole, plain (not interlaced) file of the samples given; `extra` stands between header and pixels.
  static func file(
    width: Int, height: Int, depth: Int, type: Int, samples: [Int], extra: [[UInt8]] = []
  ) -> [UInt8] {
    let pixels = chunk("IDAT", zlib(rows(samples, height: height, depth: depth)))
    return signature + header(width, height, depth, type) + extra.joined() + pixels + end
  }

  static func header(_ width: Int, _ height: Int, _ depth: Int, _ type: Int, interlace: Int = 0) -> [UInt8] {
    let fields = [depth, type, 0, 0, interlace].map { UInt8(truncatingIfNeeded: $0) }
    return chunk("IHDR", bigEndian(width) + bigEndian(height) + fields)
  }

  static func chunk(_ name: String, _ data: [UInt8]) -> [UInt8] {
    let body = Array(name.utf8) + data
    return bigEndian(data.count) + body + bigEndian(Int(crc32(body)))
  }

  /// A zlib stream of stored blocks.
  static func zlib(_ raw: [UInt8]) -> [UInt8] {
    var stream: [UInt8] = [0x78, 0x01]
    var start = 0
    repeat {
      let length = min(65_535, raw.count - start)
      let isLast = start + length == raw.count
      stream += [isLast ? 1 : 0, UInt8(length & 255), UInt8(length >> 8)]
      stream += [UInt8(~length & 255), UInt8(~length >> 8 & 255)]
      stream += raw[start..<start + length]
      start += length
    } while start < raw.count
    var (a, b) = (1, 0)
    for byte in raw {
      a = (a + Int(byte)) % 65_521
      b = (b + a) % 65_521
    }
    return stream + bigEndian(b << 16 | a)
  }

  /// The rows of an image, each after filter number 0 and filled up to whole bytes.
  static func rows(_ samples: [Int], height: Int, depth: Int) -> [UInt8] {
    let perRow = samples.count / height
    return (0..<height).flatMap { row -> [UInt8] in
      var bits: [UInt8] = []
      for sample in samples[row * perRow..<(row + 1) * perRow] {
        bits += (0..<depth).map { UInt8(sample >> (depth - 1 - $0) & 1) }
      }
      while bits.count % 8 != 0 { bits.append(0) }
      return [0] + stride(from: 0, to: bits.count, by: 8).map { bits[$0..<$0 + 8].reduce(0) { $0 << 1 | $1 } }
    }
  }

  static func crc32(_ bytes: some Sequence<UInt8>) -> UInt32 {
    var remainder: UInt32 = 0xFFFF_FFFF
    for byte in bytes {
      remainder ^= UInt32(byte)
      for _ in 0..<8 { remainder = remainder & 1 == 1 ? remainder >> 1 ^ 0xEDB8_8320 : remainder >> 1 }
    }
    return ~remainder
  }

  /// The chunks of a file up to its end, with whether the checksum holds; stops where a chunk is cut off.
  static func chunks(of file: [UInt8]) -> [(name: String, data: [UInt8], isWhole: Bool)] {
    var found: [(String, [UInt8], Bool)] = []
    var at = 8
    while at + 12 <= file.count {
      let length = file[at..<at + 4].reduce(0) { $0 << 8 | Int($1) }
      guard at + 12 + length <= file.count else { break }
      let name = String(decoding: file[at + 4..<at + 8], as: UTF8.self)
      let sum = file[at + 8 + length..<at + 12 + length].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
      let body = file[at + 4..<at + 8 + length]
      found.append((name, Array(body.dropFirst(4)), crc32(body) == sum))
      at += 12 + length
    }
    return found
  }

  static func bigEndian(_ number: Int) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: number >> (24 - 8 * $0)) }
  }
}

/// A colour type and bit depth that PNG has.
struct PNGVariant: Sendable, CustomTestStringConvertible {
  let type: Int
  let depth: Int

  var channels: Int { [0: 1, 2: 3, 3: 1, 4: 2, 6: 4][type] ?? 1 }
  var testDescription: String { "type \(type), \(depth) bits" }

  /// All fifteen.
  static let all: [PNGVariant] = [
    (0, [1, 2, 4, 8, 16]), (2, [8, 16]), (3, [1, 2, 4, 8]), (4, [8, 16]), (6, [8, 16]),
  ].flatMap { type, depths in depths.map { PNGVariant(type: type, depth: $0) } }
}
