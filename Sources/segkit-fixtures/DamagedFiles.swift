/// Files that no reader should take for a mask, each with one fault of its own.
enum DamagedFiles {
  /// - Parameter place: the folder below the fixtures' own.
  static func write(to folder: inout FixtureFolder, place: String = "damaged") throws {
    for (name, bytes) in broken + misdeclared { try folder.write(bytes, to: "\(place)/\(name).png") }
  }

  private static let width: UInt32 = 16
  private static let height: UInt32 = 12

  /// The rows of a grey or palette image of 8 bits, each after its filter number.
  private static func rows(_ count: UInt32 = height, sample: (UInt32, UInt32) -> UInt8) -> [UInt8] {
    (0..<count).flatMap { row -> [UInt8] in [0] + (0..<width).map { sample($0, row) } }
  }

  private static let disc = rows { column, row in
    let (x, y) = (Int(column) - 8, Int(row) - 6)
    return x * x + y * y < 20 ? 1 : 0
  }

  private static func file(_ chunks: [[UInt8]]) -> [UInt8] {
    PNGChunks.signature + chunks.joined()
  }

  private static func image(_ data: [UInt8]) -> [UInt8] { PNGChunks.chunk("IDAT", data) }

  private static let header = PNGChunks.header(width, height)
  private static let good = file([header, image(PNGChunks.zlib(disc)), PNGChunks.end])

  /// What copying, downloading and renaming do to files.
  private static let broken: [(String, [UInt8])] = [
    ("empty", []),
    ("text", Array("case,label,dice\ncase_01,1,0.93\n".utf8)),
    // The start of a JFIF file.
    (
      "jpeg-named",
      [0xFF, 0xD8, 0xFF, 0xE0, 0x00, 0x10] + Array("JFIF".utf8) + [0, 1, 1, 0, 0, 1, 0, 1, 0, 0, 0xFF, 0xD9]
    ),
    ("truncated", Array(good.prefix(good.count / 2))),
    ("truncated-header", Array(good.prefix(20))),
    ("bad-crc", file([header, PNGChunks.chunk("IDAT", PNGChunks.zlib(disc), spoilt: true), PNGChunks.end])),
    (
      "bad-ihdr-crc",
      file([PNGChunks.header(width, height, spoilt: true), image(PNGChunks.zlib(disc)), PNGChunks.end])
    ),
    ("bad-adler", file([header, image(PNGChunks.zlib(disc, spoilt: true)), PNGChunks.end])),
    ("no-idat", file([header, PNGChunks.end])),
    ("missing-iend", file([header, image(PNGChunks.zlib(disc))])),
  ]

  /// Headers and contents that do not fit each other.
  private static let misdeclared: [(String, [UInt8])] = [
    // 8 GB of pixels claimed by 100 bytes.
    (
      "bomb",
      file([
        PNGChunks.header(65_535, 65_535, bitDepth: 16),
        image(PNGChunks.zlib([UInt8](repeating: 0, count: 32))),
        PNGChunks.end,
      ])
    ),
    ("zero-size", file([PNGChunks.header(0, height), image(PNGChunks.zlib([])), PNGChunks.end])),
    ("palette-index-beyond", paletteImage(entries: 4)),
    ("no-palette", paletteImage(entries: 0)),
    (
      "bad-depth",
      file([PNGChunks.header(width, height, bitDepth: 3), image(PNGChunks.zlib(disc)), PNGChunks.end])
    ),
    (
      "extra-rows-missing",
      file([
        header, image(PNGChunks.zlib(rows(height - 4) { column, _ in UInt8(column & 3) })), PNGChunks.end,
      ])
    ),
  ]

  /// Uses the indices 0 to 3, and once 9.
  private static func paletteImage(entries: Int) -> [UInt8] {
    let indices = rows { column, row in column == 5 && row == 7 ? 9 : UInt8(column & 3) }
    let colours = (0..<entries).flatMap { (entry: Int) -> [UInt8] in [UInt8(60 * entry), 0, 128] }
    let palette = entries == 0 ? [] : PNGChunks.chunk("PLTE", colours)
    return file([
      PNGChunks.header(width, height, colourType: 3), palette, image(PNGChunks.zlib(indices)), PNGChunks.end,
    ])
  }
}
