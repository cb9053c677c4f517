import CLabelKernels
import CPNG

/// One decoded mask image: a number a pixel, in memory that is used again for the next.
///
/// The numbers are those of the file: grey values and palette indices as stored, alpha dropped; a
/// colour of 8 bits a channel is r + 256 g + 65536 b. What they mean is decided elsewhere.
package struct MaskPlane: Sendable {
  /// What the numbers of a plane are.
  package enum Kind: Sendable, Equatable {
    /// Grey values; 16-bit colour files with R = G = B everywhere count as such.
    case grey
    /// Palette indices, all within the palette.
    case palette
    /// Packed colours. 16-bit files count as such if every sample is an 8-bit one doubled.
    case colour
    /// 16-bit colours that 8 bits cannot hold; the number is the largest of the three channels.
    case deepColour
    /// Fractions, rounded up to whole numbers: what is above a whole number stays above it.
    case fractional
  }

  /// How wide the numbers are stored.
  package enum Width: Sendable, Comparable {
    case uint8
    case uint16
    case uint32

    /// Bytes of a number.
    package var size: Int {
      switch self {
      case .uint8: 1
      case .uint16: 2
      case .uint32: 4
      }
    }
  }

  package private(set) var header = PNGHeader(width: 0, height: 0)
  package private(set) var kind = Kind.grey
  package private(set) var width = Width.uint8
  /// The number of pixels.
  package private(set) var count = 0
  /// One of the fractions, where `kind` is `.fractional`; of the whole file, not of this plane alone.
  package private(set) var fraction: Double?
  private var bytes: [UInt8] = []
  private var words: [UInt16] = []
  private var colours: [UInt32] = []

  package init() {}

  /// Decodes the PNG file in `file`.
  ///
  /// - Throws: `PNGError`; the plane then holds nothing of use.
  package mutating func decode(_ file: UnsafeRawBufferPointer) throws(PNGError) {
    let peeked = try PNGReader.checkedHeader(file)
    let type = try PNGHeader(peeked).colourType
    let isColour = type == .rgb || type == .rgbWithAlpha
    // Nothing is to be had until decoding has succeeded.
    count = 0
    let pixels = Int(peeked.width) * Int(peeked.height)
    switch (isColour, peeked.bit_depth) {
    case (true, 16): try decodeDeepColour(file, pixels: pixels, channels: type.channels)
    case (true, _):
      try Self.reserve(&colours, pixels)
      header = try PNGHeader(try PNGReader.decode(file, CPNG_FOR_LABELS, into: &colours))
      (kind, width) = (.colour, .uint32)
    case (false, 16):
      try Self.reserve(&words, pixels)
      header = try PNGHeader(try PNGReader.decode(file, CPNG_FOR_LABELS, into: &words))
      (kind, width) = (.grey, .uint16)
    case (false, _):
      try Self.reserve(&bytes, pixels)
      header = try PNGHeader(try PNGReader.decode(file, CPNG_FOR_LABELS, into: &bytes))
      (kind, width) = (type == .palette ? .palette : .grey, .uint8)
      if kind == .palette { try checkIndices(pixels) }
    }
    count = pixels
  }

  /// Reads and decodes the PNG file at `path`.
  ///
  /// - Parameter file: memory for its bytes, used again from file to file.
  /// - Throws: `MaskFileError`; the plane then holds nothing of use.
  package mutating func read(_ path: String, through file: inout FileBytes) throws(MaskFileError) {
    try PNGReader.load(path, into: &file)
    try decode(file, path: path)
  }

  /// Decodes the PNG file that `file` holds, which came from `path`.
  package mutating func decode(_ file: FileBytes, path: String) throws(MaskFileError) {
    do { try file.withBytes { (bytes) throws(PNGError) in try decode(bytes) } } catch {
      throw MaskFileError(path: path, error)
    }
  }

  /// Takes numbers that come from an array, as grey values.
  package mutating func load<Number: FixedWidthInteger & UnsignedInteger>(
    _ numbers: ArraySlice<Number>, rows: Int, columns: Int
  ) {
    let isNarrow = Number.bitWidth <= 16
    header = PNGHeader(width: columns, height: rows, bitDepth: isNarrow ? Number.bitWidth : 32)
    kind = .grey
    count = numbers.count
    switch numbers {
    case let numbers as ArraySlice<UInt8>: (width, bytes) = (.uint8, Array(numbers))
    case let numbers as ArraySlice<UInt16>: (width, words) = (.uint16, Array(numbers))
    default: (width, colours) = (.uint32, numbers.map { UInt32(clamping: $0) })
    }
  }

  /// Says that numbers were fractions, such as this one, before they were rounded up.
  mutating func markFractional(_ fraction: Double) {
    kind = .fractional
    self.fraction = fraction
  }

  /// The numbers, when `width` is `.uint8`; else empty.
  package var uint8: ArraySlice<UInt8> { width == .uint8 ? bytes[..<count] : [] }
  /// The numbers, when `width` is `.uint16`; else empty.
  package var uint16: ArraySlice<UInt16> { width == .uint16 ? words[..<count] : [] }
  /// The numbers, when `width` is `.uint32`; else empty.
  package var uint32: ArraySlice<UInt32> { width == .uint32 ? colours[..<count] : [] }

  /// The number of the pixel at `index`, in row-major order.
  package subscript(index: Int) -> UInt32 {
    switch width {
    case .uint8: UInt32(bytes[index])
    case .uint16: UInt32(words[index])
    case .uint32: colours[index]
    }
  }

  private func checkIndices(_ count: Int) throws(PNGError) {
    guard header.palette.count < 256 else { return }
    let largest = bytes.withUnsafeBufferPointer { Int(labels_largest_u8($0.baseAddress, count)) }
    guard largest < header.palette.count else {
      throw .indexBeyondPalette(index: largest, paletteCount: header.palette.count)
    }
  }

  private mutating func decodeDeepColour(
    _ file: UnsafeRawBufferPointer, pixels count: Int, channels: Int
  ) throws(PNGError) {
    var samples: [UInt16] = try PNGReader.zeros(count * channels)
    header = try PNGHeader(try PNGReader.decode(file, CPNG_AS_STORED, into: &samples))
    let pixels = stride(from: 0, to: samples.count, by: channels)
    if pixels.allSatisfy({ samples[$0] == samples[$0 + 1] && samples[$0] == samples[$0 + 2] }) {
      words = try PNGReader.zeros(count)
      for (index, pixel) in pixels.enumerated() { words[index] = samples[pixel] }
      (kind, width) = (.grey, .uint16)
    } else if pixels.allSatisfy({ pixel in
      (pixel..<pixel + 3).allSatisfy { samples[$0] >> 8 == samples[$0] & 255 }
    }) {
      colours = try PNGReader.zeros(count)
      for (index, pixel) in pixels.enumerated() {
        colours[index] =
          RGB(UInt8(samples[pixel] & 255), UInt8(samples[pixel + 1] & 255), UInt8(samples[pixel + 2] & 255))
          .packed
      }
      (kind, width) = (.colour, .uint32)
    } else {
      words = try PNGReader.zeros(count)
      for (index, pixel) in pixels.enumerated() {
        words[index] = max(samples[pixel], samples[pixel + 1], samples[pixel + 2])
      }
      (kind, width) = (.deepColour, .uint16)
    }
  }

  private static func reserve<Number: FixedWidthInteger>(
    _ numbers: inout [Number], _ count: Int
  ) throws(PNGError) {
    guard numbers.count < count else { return }
    // The old goes first, so that the two never stand side by side.
    numbers = []
    numbers = try PNGReader.zeros(count)
  }
}
