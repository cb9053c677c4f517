import CPNG
internal import Platform

/// Writes PNG images of every colour type and bit depth.
package enum PNGWriter {
  /// The bytes of a PNG file.
  ///
  /// - Parameters:
  ///   - samples: as `PNGReader.Image.samples`: row by row, channels side by side, one number a sample.
  ///   - compression: zlib's level, 0 (none) to 9.
  /// - Throws: `PNGError.invalid` if samples and header do not fit each other.
  package static func encode(
    _ samples: PNGReader.Samples, _ header: PNGHeader, compression: Int = 6
  ) throws(PNGError) -> [UInt8] {
    try check(samples, header)
    switch samples {
    case .uint8(let samples): return try encode(bytesOf: samples, header, compression)
    case .uint16(let samples): return try encode(bytesOf: samples, header, compression)
    }
  }

  private static func encode<Sample>(
    bytesOf samples: [Sample], _ header: PNGHeader, _ compression: Int
  ) throws(PNGError) -> [UInt8] {
    var cHeader = cpng_header(header)
    var encoded: UnsafeMutablePointer<UInt8>?
    var length = 0
    let failure = samples.withUnsafeBytes { bytes in
      message { text in
        cpng_encode(
          &cHeader, bytes.baseAddress, bytes.count, Int32(max(0, min(9, compression))), &encoded, &length,
          text)
      }
    }
    if let failure { throw .invalid(failure) }
    defer { free(encoded) }
    return Array(UnsafeBufferPointer(start: encoded, count: length))
  }

  private static func check(_ samples: PNGReader.Samples, _ header: PNGHeader) throws(PNGError) {
    guard (1...0xFFFF_FFFF).contains(header.width), (1...0xFFFF_FFFF).contains(header.height),
      [1, 2, 4, 8, 16].contains(header.bitDepth)
    else { throw .invalid("no PNG is \(header.width)×\(header.height) with \(header.bitDepth) bits") }
    let (pixels, overflow) = header.width.multipliedReportingOverflow(by: header.height)
    let expected =
      overflow ? Int.max : pixels.multipliedReportingOverflow(by: header.colourType.channels).partialValue
    let (count, largest): (Int, Int)
    switch samples {
    case .uint8(let samples): (count, largest) = (samples.count, Int(samples.max() ?? 0))
    case .uint16(let samples): (count, largest) = (samples.count, Int(samples.max() ?? 0))
    }
    if case .uint16 = samples, header.bitDepth != 16 {
      throw .invalid("16-bit samples need a bit depth of 16")
    }
    if case .uint8 = samples, header.bitDepth == 16 {
      throw .invalid("a bit depth of 16 needs 16-bit samples")
    }
    guard count == expected, count > 0 else {
      throw .invalid("\(count) samples do not fill the image (\(expected))")
    }
    guard header.palette.count <= 1 << min(header.bitDepth, 8) else {
      throw .invalid(
        "a palette of \(header.palette.count) colours needs more than \(min(header.bitDepth, 8)) bits")
    }
    guard largest < 1 << header.bitDepth else {
      throw .invalid("sample \(largest) needs more than \(header.bitDepth) bits")
    }
    if header.colourType == .palette, largest >= header.palette.count {
      throw .indexBeyondPalette(index: largest, paletteCount: header.palette.count)
    }
  }
}

extension cpng_header {
  fileprivate init(_ header: PNGHeader) {
    self.init()
    width = UInt32(clamping: header.width)
    height = UInt32(clamping: header.height)
    bit_depth = UInt8(clamping: header.bitDepth)
    colour_type = header.colourType.rawValue
    interlaced = header.isInterlaced ? 1 : 0
    palette_count = UInt16(min(header.palette.count, 256))
    withUnsafeMutableBytes(of: &palette) { bytes in
      for (index, colour) in header.palette.prefix(256).enumerated() {
        bytes[3 * index] = colour.red
        bytes[3 * index + 1] = colour.green
        bytes[3 * index + 2] = colour.blue
      }
    }
  }
}
