import FoundationEssentials
import MaskIO

/// The folder everything is written into, and a count of what was.
struct FixtureFolder {
  let root: String
  private(set) var fileCount = 0
  private(set) var byteCount = 0

  init(root: String) { self.root = root }

  /// Writes a file at a path below the folder and makes the folders it needs.
  mutating func write(_ bytes: [UInt8], to path: String) throws {
    let full = root + "/" + path
    let parent = full.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(
      separator: "/")
    try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
    try OutputFile.replace(full, with: bytes)
    fileCount += 1
    byteCount += bytes.count
  }

  /// Writes samples, channels side by side, as a PNG file.
  mutating func writePNG(_ samples: [UInt16], _ header: PNGHeader, to path: String) throws {
    let stored: PNGReader.Samples =
      header.bitDepth == 16 ? .uint16(samples) : .uint8(samples.map { UInt8(truncatingIfNeeded: $0) })
    try write(try PNGWriter.encode(stored, header, compression: 9), to: path)
  }

  /// Writes one slice of a label map as a grey image, the labels being its samples.
  mutating func writeGrey(_ grid: LabelGrid, slice: Int = 0, bitDepth: Int = 8, to path: String) throws {
    let header = PNGHeader(width: grid.size.columns, height: grid.size.rows, bitDepth: bitDepth)
    try writePNG(grid.slice(slice), header, to: path)
  }

  /// Writes an image as colours, one for each label.
  mutating func writeColours(
    _ grid: LabelGrid, _ colours: [UInt16: RGB], withAlpha: Bool = false, to path: String
  ) throws {
    let header = PNGHeader(
      width: grid.size.columns, height: grid.size.rows, colourType: withAlpha ? .rgbWithAlpha : .rgb)
    let samples = grid.labels.flatMap { label -> [UInt16] in
      let colour = colours[label] ?? RGB(0, 0, 0)
      return [UInt16(colour.red), UInt16(colour.green), UInt16(colour.blue)] + (withAlpha ? [255] : [])
    }
    try writePNG(samples, header, to: path)
  }
}
