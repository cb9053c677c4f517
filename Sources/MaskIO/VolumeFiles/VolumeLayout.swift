import LabelMaps

/// What the header of a volume file says: how the voxels are stored, and where they lie.
struct VolumeLayout: Sendable {
  /// A stored number.
  enum Element: String, Sendable {
    case int8, uint8, int16, uint16, int32, uint32, int64, uint64, float32, float64

    var size: Int {
      switch self {
      case .int8, .uint8: 1
      case .int16, .uint16: 2
      case .int32, .uint32, .float32: 4
      case .int64, .uint64, .float64: 8
      }
    }
  }

  var format: String
  /// Columns, rows, slices: the order of the file, the first varying fastest; two for an image.
  var extents: [Int]
  var element: Element
  var isBigEndian: Bool
  /// A stored number n means slope · n + intercept.
  var slope = 1.0
  var intercept = 0.0
  var geometry: VolumeGeometry
  /// The file that holds the numbers, and where they begin in it; nil for the last bytes of it.
  var dataPath: String
  var offset: Int?
  /// Whether the numbers, from `offset` on, are compressed by themselves.
  var isDeflated = false

  var count: Int { extents.reduce(1, *) }
  var byteCount: Int { count * element.size }

  /// The extents, if they are a volume that can be read.
  ///
  /// - Parameter name: of the header's field, for errors.
  static func checked(_ extents: [Int], _ name: String, path: String) throws(MaskFileError) -> [Int] {
    var extents = extents
    while extents.count > 3, extents.last == 1 { extents.removeLast() }
    guard extents.count == 2 || extents.count == 3 else {
      throw MaskFileError(
        path: path,
        "\(name) \(extents) is no image and no volume; save one channel and one time point, two or three axes"
      )
    }
    guard extents.allSatisfy({ $0 > 0 }) else {
      throw MaskFileError(path: path, "\(name) \(extents): every axis needs voxels; the header is damaged")
    }
    _ = try ReadingLimits.count(extents.reversed(), path: path)
    return extents
  }

  /// A spacing, if every length of it is one.
  static func checked(spacing: [Double], _ name: String, path: String) throws(MaskFileError) -> [Double] {
    for length in spacing where !Spacing.allowed.contains(length) {
      throw MaskFileError(
        path: path,
        "\(name) has the length \(length); every axis needs a finite one above 0 (from 1e-30 to 1e30): mend the header, or "
          + "save without it and say --spacing")
    }
    return spacing
  }
}
