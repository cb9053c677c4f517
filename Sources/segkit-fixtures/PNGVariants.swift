import MaskIO

/// One tiny image of random samples for every colour type and bit depth PNG has, plain and interlaced.
enum PNGVariants {
  /// - Parameter place: the folder below the fixtures' own.
  static func write(to folder: inout FixtureFolder, place: String = "png") throws {
    let variants: [(name: String, type: PNGHeader.ColourType, depths: [Int])] = [
      ("grey", .grey, [1, 2, 4, 8, 16]), ("rgb", .rgb, [8, 16]), ("palette", .palette, [1, 2, 4, 8]),
      ("grey-alpha", .greyWithAlpha, [8, 16]), ("rgba", .rgbWithAlpha, [8, 16]),
    ]
    for (name, type, depths) in variants {
      for depth in depths { try write("\(name)-\(depth)", type, depth, place, to: &folder) }
    }
  }

  /// Both files of a variant hold the same samples.
  private static func write(
    _ name: String, _ type: PNGHeader.ColourType, _ depth: Int, _ place: String,
    to folder: inout FixtureFolder
  ) throws {
    // Odd sizes: the last byte of a row is not full, and some of the seven interlacing passes are cut.
    let (width, height) = (13, 9)
    var random = SeededRandom("png/" + name)
    var palette: [RGB] = []
    if type == .palette {
      palette = (0..<1 << depth).map { _ in RGB(packed: UInt32(random.integer(0...0xFF_FFFF))) }
    }
    let samples = (0..<width * height * type.channels).map { _ in
      UInt16(random.integer(0...(1 << depth) - 1))
    }
    for isInterlaced in [false, true] {
      let header = PNGHeader(
        width: width, height: height, bitDepth: depth, colourType: type, palette: palette,
        isInterlaced: isInterlaced)
      try folder.writePNG(
        samples, header, to: "\(place)/\(name)-\(isInterlaced ? "interlaced" : "plain").png")
    }
  }
}
