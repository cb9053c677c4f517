import CPNG

/// Reads PNG images from memory, every sample as the file has it.
package enum PNGReader {
  /// All samples of an image, row by row, the channels of a pixel side by side; never scaled.
  package struct Image: Sendable {
    package var header: PNGHeader
    package var samples: Samples
  }

  /// Samples of up to 8 bits (palette images: the indices), or of 16.
  package enum Samples: Sendable, Equatable {
    case uint8([UInt8])
    case uint16([UInt16])
  }

  /// The header of the file in `bytes`, without its palette and without decoding anything.
  package static func header(of bytes: UnsafeRawBufferPointer) throws(PNGError) -> PNGHeader {
    try PNGHeader(peek(bytes))
  }

  /// The header of the file at `path`, of which no more is read.
  package static func header(contentsOf path: String) throws(MaskFileError) -> PNGHeader {
    let file = try InputFile(path)
    let start = try file.bytes(at: 0, min(file.size, 64))
    var fault: PNGError?
    var header: PNGHeader?
    start.withUnsafeBytes { bytes in
      do throws(PNGError) { header = try PNGHeader(checkedHeader(bytes, fileSize: file.size)) } catch {
        fault = error
      }
    }
    guard let header else { throw MaskFileError(path: path, fault ?? .truncatedHeader) }
    return header
  }

  /// Decodes every channel. Palette indices are given as they stand, even those beyond the palette, which
  /// `MaskPlane` refuses as labels.
  ///
  /// - Throws: `PNGError`; nothing is allocated that the file could not fill and memory has no room for.
  package static func image(from bytes: UnsafeRawBufferPointer) throws(PNGError) -> Image {
    let peeked = try checkedHeader(bytes)
    let sampleCount = Int(peeked.width) * Int(peeked.height) * (try PNGHeader(peeked).colourType.channels)
    if peeked.bit_depth == 16 {
      var words: [UInt16] = try zeros(sampleCount)
      let header = try decode(bytes, CPNG_AS_STORED, into: &words)
      return Image(header: try PNGHeader(header), samples: .uint16(words))
    }
    var samples: [UInt8] = try zeros(sampleCount)
    let header = try decode(bytes, CPNG_AS_STORED, into: &samples)
    return Image(header: try PNGHeader(header), samples: .uint8(samples))
  }

  /// Decodes every channel of the file at `path`.
  package static func image(contentsOf path: String) throws(MaskFileError) -> Image {
    var file = FileBytes()
    try load(path, into: &file)
    do { return try file.withBytes { (bytes) throws(PNGError) in try image(from: bytes) } } catch {
      throw MaskFileError(path: path, error)
    }
  }

  /// Reads a file whole, if its first bytes are those of a PNG image that it could hold and memory has room for.
  static func load(_ path: String, into file: inout FileBytes) throws(MaskFileError) {
    try file.load(path) { (start, size) throws(MaskFileError) in
      do throws(PNGError) {
        let header = try checkedHeader(start, fileSize: size)
        // The samples unfiltered, in chunks of some bytes each, and whatever else a file may tell: more is no image.
        let most = samplesSize(header).multipliedReportingOverflow(by: 16)
        guard most.overflow || size / 2 <= most.partialValue / 2 + 1 << 26 else {
          throw .tooLarge(
            "\(size) bytes are more than an image of \(header.width)×\(header.height) pixels can have; write the file again"
          )
        }
      } catch {
        throw MaskFileError(path: path, error)
      }
    }
  }

  /// Room for samples, if memory has it.
  static func zeros<Sample: FixedWidthInteger>(_ count: Int) throws(PNGError) -> [Sample] {
    do throws(MaskFileError) {
      return try FileMemory.during(count, of: MemoryLayout<Sample>.stride, for: "") {
        [Sample](repeating: 0, count: count)
      }
    } catch {
      throw .tooLarge(error.reason)
    }
  }

  /// Bytes of all samples of an image, each sample in one byte or two.
  static func samplesSize(_ header: cpng_header) -> Int {
    let channels = (try? PNGHeader(header).colourType.channels) ?? 4
    // Two 32-bit extents and at most eight bytes: below 2⁶⁷, and the sizes that matter far below.
    let pixels = Int(header.width).multipliedReportingOverflow(by: Int(header.height))
    let size = pixels.partialValue.multipliedReportingOverflow(
      by: channels * (header.bit_depth == 16 ? 2 : 1))
    return pixels.overflow || size.overflow ? .max : size.partialValue
  }

  /// The header, if an image of its size can be in so many bytes and may be read.
  ///
  /// - Parameter fileSize: of which `bytes` may be only the beginning.
  static func checkedHeader(
    _ bytes: UnsafeRawBufferPointer, fileSize: Int? = nil
  ) throws(PNGError) -> cpng_header {
    let header = try peek(bytes)
    let fileSize = fileSize ?? bytes.count
    let (width, height) = (Int(header.width), Int(header.height))
    guard width > 0, height > 0 else { throw .invalid("the header gives a size of \(width)×\(height)") }
    let type = try PNGHeader(header).colourType
    guard [1, 2, 4, 8, 16].contains(header.bit_depth), header.bit_depth >= 8 || type.channels == 1 else {
      throw .invalid("the header gives \(header.bit_depth) bits a sample for a \(type.name) image")
    }
    // Deflate shrinks at most 1032 times, so the file's length bounds what its header may claim.
    let bits = (width * type.channels).multipliedReportingOverflow(by: Int(header.bit_depth) * height)
    if bits.overflow || bits.partialValue / 8 / 1032 > fileSize {
      throw .tooLarge(
        "the header claims \(width)×\(height) pixels, more than the \(fileSize) bytes of the file can hold; "
          + "write the file again")
    }
    do throws(MaskFileError) {
      _ = try ReadingLimits.count([width, height], path: "")
      try ReadingLimits.checkExpansion(packed: fileSize, unpacked: bits.partialValue / 8, path: "")
      try FileMemory.check(samplesSize(header), for: "")
    } catch {
      throw .tooLarge(error.reason)
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
    case 3: throw .invalid("a CgBI image, as iPhones keep it, which is no PNG; save it as PNG")
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
