import CPNG

/// What a PNG file says of itself before its pixels.
package struct PNGHeader: Sendable, Equatable {
  /// The PNG colour types, with their numbers in the file.
  package enum ColourType: UInt8, Sendable {
    case grey = 0
    case rgb = 2
    case palette = 3
    case greyWithAlpha = 4
    case rgbWithAlpha = 6

    /// Samples a pixel, alpha included.
    package var channels: Int {
      switch self {
      case .grey, .palette: 1
      case .greyWithAlpha: 2
      case .rgb: 3
      case .rgbWithAlpha: 4
      }
    }

    /// For messages: "grey", "RGB", "palette", "grey + alpha", "RGB + alpha".
    package var name: String {
      switch self {
      case .grey: "grey"
      case .rgb: "RGB"
      case .palette: "palette"
      case .greyWithAlpha: "grey + alpha"
      case .rgbWithAlpha: "RGB + alpha"
      }
    }
  }

  package var width: Int
  package var height: Int
  /// Bits a sample: 1, 2, 4, 8 or 16.
  package var bitDepth: Int
  package var colourType: ColourType
  package var isInterlaced: Bool
  /// Whether a tRNS chunk names transparent colours; it does not change labels.
  package var hasTransparency: Bool
  /// The colours of the indices, for palette images.
  package var palette: [RGB]

  /// The 8-bit grey that a sample of this image shows: 1-bit white is 255. nil for 16-bit samples above 255.
  package func shownGrey(_ sample: UInt32) -> UInt8? {
    UInt8(exactly: bitDepth < 8 ? sample * 255 / (1 << UInt32(bitDepth) - 1) : sample)
  }

  /// A header for an image to be written.
  package init(
    width: Int, height: Int, bitDepth: Int = 8, colourType: ColourType = .grey, palette: [RGB] = [],
    isInterlaced: Bool = false
  ) {
    self.width = width
    self.height = height
    self.bitDepth = bitDepth
    self.colourType = colourType
    self.palette = palette
    self.isInterlaced = isInterlaced
    hasTransparency = false
  }

  init(_ header: cpng_header) throws(PNGError) {
    guard let colourType = ColourType(rawValue: header.colour_type) else {
      throw .invalid("the header names colour type \(header.colour_type), which PNG does not have")
    }
    self.init(
      width: Int(header.width), height: Int(header.height), bitDepth: Int(header.bit_depth),
      colourType: colourType, isInterlaced: header.interlaced != 0)
    hasTransparency = header.has_transparency != 0
    palette = header.paletteColours
  }
}

/// A colour of 8 bits a channel.
package struct RGB: Sendable, Hashable, CustomStringConvertible {
  package var red: UInt8
  package var green: UInt8
  package var blue: UInt8

  package init(_ red: UInt8, _ green: UInt8, _ blue: UInt8) {
    self.red = red
    self.green = green
    self.blue = blue
  }

  /// From r + 256 g + 65536 b.
  package init(packed: UInt32) {
    self.init(UInt8(packed & 255), UInt8(packed >> 8 & 255), UInt8(packed >> 16 & 255))
  }

  /// r + 256 g + 65536 b.
  package var packed: UInt32 { UInt32(red) | UInt32(green) << 8 | UInt32(blue) << 16 }

  /// Whether all three channels are the same.
  package var isGrey: Bool { red == green && green == blue }

  /// For example `(128, 0, 0)`.
  package var description: String { "(\(red), \(green), \(blue))" }
}

extension cpng_header {
  fileprivate var paletteColours: [RGB] {
    withUnsafeBytes(of: palette) { bytes in
      (0..<min(Int(palette_count), 256)).map { RGB(bytes[3 * $0], bytes[3 * $0 + 1], bytes[3 * $0 + 2]) }
    }
  }
}
