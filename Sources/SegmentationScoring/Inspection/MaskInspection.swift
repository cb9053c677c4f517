import MaskIO
import TextFormats

/// What one mask file holds, how it would be read, and what is probably wrong with it.
package struct MaskInspection: Sendable {
  package let path: String
  /// nil if the file cannot be read; `error` then says why.
  package let header: PNGHeader?
  package let error: String?
  /// How often each sample value occurs, over all channels; palette files: each index.
  package let values: [UInt32: UInt64]
  /// How often each colour occurs, by r + 256 g + 65536 b; empty for grey files.
  package let colours: [UInt32: UInt64]

  /// The most values and colours that are listed.
  package static let listedValues = 4096

  /// Reads a PNG file.
  package init(_ path: String) {
    self.path = path
    let found: (PNGHeader, [UInt32: UInt64], [UInt32: UInt64])
    do {
      let image = try PNGReader.image(contentsOf: path)
      found = (image.header, Self.count(image.samples), try Self.colours(of: image, path))
    } catch {
      (header, self.error, values, colours) = (nil, error.reason, [:], [:])
      return
    }
    (header, values, colours) = found
    error = nil
  }

  /// How `segkit score` would read the file without being told, in a line.
  package var reading: String {
    guard let header else { return "not at all" }
    switch header.colourType {
    case .palette: return indexBeyondPalette == nil ? "palette indices as labels" : "not at all"
    case .grey, .greyWithAlpha:
      return "\(header.bitDepth)-bit values as labels" + (header.colourType == .grey ? "" : ", alpha dropped")
    case .rgb, .rgbWithAlpha:
      if !colours.isEmpty, colours.keys.allSatisfy({ RGB(packed: $0).isGrey }) {
        return "as grey, since R = G = B everywhere"
      }
      return "not without --colour-map, --rgb-ids, --binarize, or a palette on the other side"
    }
  }

  /// What is probably wrong, with the flag that mends it; nil if nothing is.
  package var hint: String? {
    guard let header else { return nil }
    if let index = indexBeyondPalette {
      return
        "index \(index) is used, but the palette ends at \(header.palette.count - 1): a damaged file; write it again"
    }
    if header.colourType == .rgb || header.colourType == .rgbWithAlpha {
      if colours.count > 1000 {
        return "\(colours.count) colours: a photograph, or a mask that was blurred or saved as JPEG?"
      }
      guard colours.keys.allSatisfy({ RGB(packed: $0).isGrey }) else {
        return "RGB colours: say which labels they are with --colour-map FILE, or --rgb-ids"
      }
    }
    let labels = labelCounts
    if labels.count == 1, let only = labels.keys.first { return "one label everywhere: \(only)" }
    if Set(labels.keys) == [0, 255] {
      return "0/255: read as labels 0 and 255 unless the other side is 0/1; --binarize nonzero makes it 1"
    }
    if labels[255] != nil, let largest = labels.keys.filter({ $0 != 255 }).max(), largest < 200 {
      return "255 beside small labels: voxels that do not count? --ignore-label 255"
    }
    if labels.count > 1000 {
      return "\(labels.count) values: an image or a probability map instead of a mask? --binarize above:V"
    }
    if labels.count > 200, header.bitDepth == 8, header.colourType == .grey {
      return
        "\(labels.count) grey values: an image or a probability map rather than labels? --binarize above:127"
    }
    return nil
  }

  /// An index of a palette file that its palette does not have.
  private var indexBeyondPalette: UInt32? {
    guard let header, header.colourType == .palette, let largest = values.keys.max(),
      largest >= header.palette.count
    else { return nil }
    return largest
  }

  /// Labels as `reading` gives them, with their counts.
  package var labelCounts: [UInt32: UInt64] {
    guard let header else { return [:] }
    switch header.colourType {
    case .grey, .palette: return values
    case .greyWithAlpha: return colours
    case .rgb, .rgbWithAlpha:
      guard header.bitDepth == 8, colours.keys.allSatisfy({ RGB(packed: $0).isGrey }) else { return [:] }
      return Dictionary(colours.map { ($0.key & 255, $0.value) }, uniquingKeysWith: +)
    }
  }

  /// The form of `inspect --json`.
  package var json: JSONValue {
    guard let header else {
      return .members(["path": .string(path), "format": .string("png"), "error": .string(error ?? "")])
    }
    return .members([
      "path": .string(path), "format": .string("png"), "width": .integer(Int64(header.width)),
      "height": .integer(Int64(header.height)), "bit_depth": .integer(Int64(header.bitDepth)),
      "colour_type": .integer(Int64(header.colourType.rawValue)), "colour": .string(header.colourType.name),
      "interlaced": .bool(header.isInterlaced), "palette_size": .integer(Int64(header.palette.count)),
      "values": Self.json(of: values),
      "distinct_values": .integer(Int64(values.count)),
      "colours": header.colourType == .rgb || header.colourType == .rgbWithAlpha
        ? .object(
          Self.listed(colours).map { .init(key: Self.name(RGB(packed: $0.key)), value: .count($0.value)) })
        : nil,
      "read_as": .string(reading), "hint": hint.map { .string($0) },
    ])
  }

  private static func name(_ colour: RGB) -> String { "\(colour.red),\(colour.green),\(colour.blue)" }

  /// The counts of labels by number, at most `listedValues` of them.
  static func json(of counts: [UInt32: UInt64]) -> JSONValue {
    .object(listed(counts).map { .init(key: String($0.key), value: .count($0.value)) })
  }

  private static func listed(_ counts: [UInt32: UInt64]) -> ArraySlice<(key: UInt32, value: UInt64)> {
    counts.sorted { $0.key < $1.key }.prefix(listedValues)
  }

  private static func count(_ samples: PNGReader.Samples) -> [UInt32: UInt64] {
    var table = [UInt64](repeating: 0, count: 65536)
    switch samples {
    case .uint8(let samples): for sample in samples { table[Int(sample)] += 1 }
    case .uint16(let samples): for sample in samples { table[Int(sample)] += 1 }
    }
    return Dictionary(uniqueKeysWithValues: table.enumerated().filter { $1 > 0 }.map { (UInt32($0), $1) })
  }

  /// The numbers labels are made from, where they are not the samples themselves.
  private static func colours(of image: PNGReader.Image, _ path: String) throws(MaskFileError) -> [UInt32:
    UInt64]
  {
    guard image.header.colourType.channels > 1 else { return [:] }
    var file = FileBytes()
    var plane = MaskPlane()
    try plane.read(path, through: &file)
    var counts: [UInt32: UInt64] = [:]
    for index in 0..<plane.count { counts[plane[index], default: 0] += 1 }
    return counts
  }
}
