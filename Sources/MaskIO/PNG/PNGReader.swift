import CPNG

/// Reads PNG images from memory, every sample as the file has it.
public enum PNGReader {
  /// All samples of an image, row by row, the channels of a pixel side by side; never scaled.
  public struct Image: Sendable {
    public var header: PNGHeader
    public var samples: Samples
  }

  /// Samples of up to 8 bits (palette images: the indices), or of 16.
  public enum Samples: Sendable, Equatable {
    case uint8([UInt8])
    case uint16([UInt16])
  }

  /// An image of more voxels than this is refused: a file of half a megabyte can claim four billion.
  public static let largestVoxelCount = 1 << 31

  /// The header of the file in `bytes`, without its palette and without decoding anything.
  public static func header(of bytes: UnsafeRawBufferPointer) throws(PNGError) -> PNGHeader {
    try PNGHeader(peek(bytes))
  }

  /// Decodes every channel. Palette indices are given as they stand, even those beyond the palette, which
  /// `MaskPlane` refuses as labels.
  ///
  /// - Throws: `PNGError`; nothing is allocated that the file could not fill.
  public static func image(from bytes: UnsafeRawBufferPointer) throws(PNGError) -> Image {
    let peeked = try checkedHeader(bytes)
    let sampleCount = Int(peeked.width) * Int(peeked.height) * (try PNGHeader(peeked).colourType.channels)
    if peeked.bit_depth == 16 {
      var words = [UInt16](repeating: 0, count: sampleCount)
      let header = try decode(bytes, CPNG_AS_STORED, into: &words)
      return Image(header: try PNGHeader(header), samples: .uint16(words))
    }
    var samples = [UInt8](repeating: 0, count: sampleCount)
    let header = try decode(bytes, CPNG_AS_STORED, into: &samples)
    return Image(header: try PNGHeader(header), samples: .uint8(samples))
  }

  /// Decodes every channel of the file at `path`.
  public static func image(contentsOf path: String) throws(MaskFileError) -> Image {
    var file = FileBytes()
    try file.load(path)
    do { return try file.withBytes { (bytes) throws(PNGError) in try image(from: bytes) } } catch {
      throw MaskFileError(path: path, error)
    }
  }

  static func checkedHeader(_ bytes: UnsafeRawBufferPointer) throws(PNGError) -> cpng_header {
    let header = try peek(bytes)
    let (width, height) = (Int(header.width), Int(header.height))
    guard width > 0, height > 0 else { throw .invalid("the header gives a size of \(width)×\(height)") }
    let type = try PNGHeader(header).colourType
    guard [1, 2, 4, 8, 16].contains(header.bit_depth), header.bit_depth >= 8 || type.channels == 1 else {
      throw .invalid("the header gives \(header.bit_depth) bits a sample for a \(type.name) image")
    }
    // Deflate shrinks at most 1032 times, so the file's length bounds what its header may claim.
    let bits = (width * type.channels).multipliedReportingOverflow(by: Int(header.bit_depth) * height)
    if bits.overflow || bits.partialValue / 8 / 1032 > bytes.count {
      throw .tooLarge(
        "the header claims \(width)×\(height) pixels, more than the \(bytes.count) bytes of the file can hold; "
          + "write the file again")
    }
    guard width * height <= largestVoxelCount else {
      throw .tooLarge(
        "\(width)×\(height) pixels are more than the \(largestVoxelCount) an image may have; tile it")
    }
    return header
  }

  /// Decodes into the front of `samples`, which must be large enough for the layout.
  static func decode<Sample>(
    _ bytes: UnsafeRawBufferPointer, _ layout: cpng_layout, into samples: inout [Sample]
  ) throws(PNGError) -> cpng_header {
    var header = cpng_header()
    let failure = samples.withUnsafeMutableBytes { out in
      message { text in
        cpng_decode(
          bytes.baseAddress, bytes.count, layout, out.baseAddress, out.count, &header, text)
      }
    }
    if let failure { throw .invalid(failure) }
    return header
  }

  private static func peek(_ bytes: UnsafeRawBufferPointer) throws(PNGError) -> cpng_header {
    guard bytes.count > 0 else { throw .empty }
    var header = cpng_header()
    switch cpng_peek(bytes.baseAddress, bytes.count, &header) {
    case 0: return header
    case 2: throw .truncatedHeader
    default: throw .notPNG(looksLike: FileSignature.kind(of: bytes))
    }
  }
}

/// Runs a libpng call; returns its message if it failed.
func message(_ call: (UnsafeMutablePointer<CChar>) -> Int32) -> String? {
  withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(CPNG_MESSAGE_CAPACITY)) { text in
    text.initialize(repeating: 0)
    guard let start = text.baseAddress, call(start) != 0 else { return nil }
    return String(cString: start)
  }
}
