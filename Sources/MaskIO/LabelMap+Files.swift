import LabelMaps

/// What the colours of an RGB mask mean as labels.
public enum ColourReading: Sendable, Hashable {
  /// Nothing that could be guessed: only files with R = G = B are read, as that value.
  case grey
  /// r + 256 g + 65536 b is the label.
  case ids
  /// Each colour stands for a label.
  case map(ColourMap)
}

extension LabelMap {
  /// Reads a mask: a PNG file, a folder of PNG slices as a volume, or a volume file.
  ///
  /// Grey values and palette indices are the labels. What colours are must be said; voxels of a colour
  /// that the map ignores become `LabelMap.ignored`.
  ///
  /// - Throws: `MaskFileError` for anything that cannot be read exactly.
  public init(contentsOf path: String, colours: ColourReading = .grey) throws(MaskFileError) {
    let source = try MaskSource.at(path)
    let volume = source.isVolumeFile ? try VolumeFile(contentsOf: source.files.first ?? path) : nil
    var file = FileBytes()
    var plane = MaskPlane()
    var labels: [UInt32] = []
    var first: (rows: Int, columns: Int)?
    let slices = volume.map { [String](repeating: path, count: $0.slices) } ?? source.files
    for (number, slice) in slices.enumerated() {
      if let volume {
        volume.load(number, into: &plane)
      } else {
        try plane.read(slice, through: &file)
      }
      let size = (rows: plane.header.height, columns: plane.header.width)
      if let first, first != size {
        throw MaskFileError(
          path: slice,
          "this slice is \(size.rows)×\(size.columns), the first \(first.rows)×\(first.columns); make them equal"
        )
      }
      if first == nil {
        // Read as four bytes a voxel, and then stored as narrowly as they can be.
        let voxels = VoxelShape(slices: slices.count, rows: size.rows, columns: size.columns).count
        try FileMemory.check(voxels, of: 8, for: path)
        labels.reserveCapacity(voxels)
      }
      first = size
      for index in 0..<plane.count { labels.append(try Self.label(plane, index, slice, colours)) }
    }
    let (rows, columns) = first ?? (0, 0)
    let shape =
      source.isVolume || volume?.isVolume == true
      ? VoxelShape(slices: slices.count, rows: rows, columns: columns)
      : VoxelShape(rows: rows, columns: columns)
    do { try self.init(Self.narrowest(labels), shape: shape) } catch {
      throw MaskFileError(path: path, error)
    }
  }

  private static func label(
    _ plane: MaskPlane, _ index: Int, _ path: String, _ colours: ColourReading
  ) throws(MaskFileError) -> UInt32 {
    let number = plane[index]
    guard number != ignored || plane.kind == .fractional else {
      throw MaskFileError(
        path: path,
        "the number \(number) stands for voxels that count nowhere in a map; change it in the file")
    }
    // Built only for errors.
    var place: String { "pixel (row \(index / plane.header.width), column \(index % plane.header.width))" }
    switch (plane.kind, colours) {
    case (.fractional, _):
      throw MaskFileError(path: path, "numbers with fractions; no label can be read from them exactly")
    case (.deepColour, _):
      throw MaskFileError(path: path, "a 16-bit colour image; no label can be read from it exactly")
    case (.grey, .grey), (.palette, .grey), (.grey, .ids), (.palette, .ids), (.colour, .ids): return number
    case (.colour, .grey):
      guard RGB(packed: number).isGrey else {
        throw MaskFileError(
          path: path,
          "\(place) is coloured \(RGB(packed: number)); say whether colours are ids or give a colour map")
      }
      return number & 255
    case (let kind, .map(let map)):
      let colour: UInt32
      switch kind {
      case .palette: colour = plane.header.palette[Int(number)].packed
      case .grey:
        guard let value = plane.header.shownGrey(number) else {
          throw MaskFileError(path: path, "\(place) is \(number), which no 8-bit colour can be")
        }
        colour = RGB(value, value, value).packed
      default: colour = number
      }
      if map.ignored.contains(colour) { return ignored }
      if let label = map.labels[colour] { return label }
      throw MaskFileError(
        path: path,
        "\(place) has the colour \(RGB(packed: colour)), which the colour map does not name; add it")
    }
  }

  private static func narrowest(_ labels: [UInt32]) -> Storage {
    let largest = labels.max() ?? 0
    if largest <= UInt8.max { return .uint8(labels.map(UInt8.init(truncatingIfNeeded:))) }
    if largest <= UInt16.max { return .uint16(labels.map(UInt16.init(truncatingIfNeeded:))) }
    return .uint32(labels)
  }
}
