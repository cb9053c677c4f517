import LabelMaps
import TextFormats

/// Reads the header of a MetaImage file: lines `Name = values` up to `ElementDataFile` (MetaIO's documentation).
enum MetaImageHeader {
  /// Headers are short; what goes on beyond this is none.
  static let longest = 1 << 16

  /// - Parameter bytes: the first bytes of the file.
  static func layout(_ bytes: [UInt8], path: String) throws(MaskFileError) -> VolumeLayout {
    let (fields, end) = try fields(bytes, path)
    if let kind = fields["ObjectType"], kind != "Image" {
      throw MaskFileError(path: path, "MetaImage: ObjectType is \(kind), no image; save the voxels as one")
    }
    guard let rank = fields["NDims"].flatMap({ Int($0) }) else {
      throw MaskFileError(path: path, "MetaImage: no NDims; the header is damaged")
    }
    guard (2...7).contains(rank) else {
      throw MaskFileError(path: path, "MetaImage: NDims is \(rank); save two or three axes")
    }
    // As MetaIO reads a truth.
    func isTrue(_ name: String) -> Bool { fields[name]?.first.map { "tT1".contains($0) } ?? false }
    if let binary = fields["BinaryData"], !isTrue("BinaryData") {
      throw MaskFileError(
        path: path, "MetaImage: BinaryData is \(binary), so the voxels are text; save them binary")
    }
    if let channels = fields["ElementNumberOfChannels"], channels != "1" {
      throw MaskFileError(path: path, "MetaImage: \(channels) channels; save one, the labels")
    }
    let sizes = words(fields["DimSize"] ?? "").compactMap { Int($0) }
    guard sizes.count == rank, words(fields["DimSize"] ?? "").count == rank else {
      throw MaskFileError(
        path: path, "MetaImage: DimSize '\(fields["DimSize"] ?? "")' does not have \(rank) numbers")
    }
    let extents = try VolumeLayout.checked(sizes, "MetaImage: DimSize", path: path)
    let type = fields["ElementType"] ?? ""
    guard let element = elements[type] else {
      throw MaskFileError(path: path, "MetaImage: ElementType '\(type)' is no mask; save whole numbers")
    }
    let dataFile = fields["ElementDataFile"] ?? ""
    let isLocal = ["LOCAL", "Local", "local"].contains(dataFile)
    if dataFile.uppercased().hasPrefix("LIST") || dataFile.contains("%") {
      throw MaskFileError(
        path: path, "MetaImage: ElementDataFile '\(dataFile)' names several files; save the volume in one")
    }
    let folder = FileName.folder(of: path).map { $0 == "/" ? "/" : $0 + "/" } ?? ""
    guard let headerSize = Int(fields["HeaderSize"] ?? "0"), headerSize >= -1 else {
      throw MaskFileError(
        path: path, "MetaImage: HeaderSize \(fields["HeaderSize"] ?? ""); the header is damaged")
    }
    let orders = ["BinaryDataByteOrderMSB", "ElementByteOrderMSB"].filter { fields[$0] != nil }
    guard Set(orders.map(isTrue)).count < 2 else {
      throw MaskFileError(
        path: path,
        "MetaImage: BinaryDataByteOrderMSB and ElementByteOrderMSB contradict each other; leave the wrong one out"
      )
    }
    guard !isLocal || headerSize <= 0 else {
      throw MaskFileError(
        path: path,
        "MetaImage: HeaderSize \(headerSize), and the voxels follow the header (LOCAL); leave HeaderSize out")
    }
    return VolumeLayout(
      format: "MetaImage", extents: extents, element: element, isBigEndian: orders.contains(where: isTrue),
      geometry: try geometry(fields, rank, axes: extents.count, path),
      dataPath: isLocal ? path : dataFile.hasPrefix("/") ? dataFile : folder + dataFile,
      offset: isLocal ? end : headerSize < 0 ? nil : headerSize, isDeflated: isTrue("CompressedData"))
  }

  private static let elements: [String: VolumeLayout.Element] = [
    "MET_CHAR": .int8, "MET_UCHAR": .uint8, "MET_SHORT": .int16, "MET_USHORT": .uint16, "MET_INT": .int32,
    "MET_UINT": .uint32, "MET_LONG": .int32, "MET_ULONG": .uint32, "MET_LONG_LONG": .int64,
    "MET_ULONG_LONG": .uint64, "MET_FLOAT": .float32, "MET_DOUBLE": .float64,
  ]

  /// The fields by their names, which MetaIO compares as they are written, and where the header ends.
  private static func fields(_ bytes: [UInt8], _ path: String) throws(MaskFileError) -> (
    [String: String], Int
  ) {
    var fields: [String: String] = [:]
    var start = 0
    while let end = bytes[start...].firstIndex(of: 10) {
      guard let line = String(validating: bytes[start..<end], as: UTF8.self) else { break }
      start = end + 1
      if let control = line.unicodeScalars.first(where: { $0.value < 0x20 && $0 != "\t" && $0 != "\r" }) {
        throw MaskFileError(
          path: path,
          "MetaImage: a byte \(control.value) in the header, which is damaged; write the file again")
      }
      guard let equals = line.firstIndex(of: "=") else {
        if line.allSatisfy(\.isWhitespace) { continue }
        break
      }
      let name = line[..<equals].trimmed
      fields[name] = line[line.index(after: equals)...].trimmed
      if name == "ElementDataFile" { return (fields, start) }
    }
    // The last line may end with the file.
    if let rest = String(validating: bytes[start...], as: UTF8.self), let equals = rest.firstIndex(of: "="),
      rest[..<equals].filter({ !$0.isWhitespace }) == "ElementDataFile"
    {
      fields["ElementDataFile"] = rest[rest.index(after: equals)...].filter { !$0.isWhitespace }
      return (fields, bytes.count)
    }
    throw MaskFileError(
      path: path, "no MetaImage header (it must end with ElementDataFile); write the file again")
  }

  /// A word that is no number is no reason to pass over it: the numbers behind it would be those of other axes.
  private static func words(_ text: String) -> [Substring] { text.split(whereSeparator: \.isWhitespace) }

  private static func geometry(
    _ fields: [String: String], _ rank: Int, axes: Int, _ path: String
  ) throws(MaskFileError) -> VolumeGeometry {
    func numbers(_ names: [String], _ count: Int) throws(MaskFileError) -> [Double]? {
      guard let name = names.first(where: { fields[$0] != nil }), let text = fields[name] else { return nil }
      let numbers = words(text).compactMap { Double(decimal: $0) }
      guard numbers.count == count, words(text).count == count else {
        throw MaskFileError(path: path, "MetaImage: \(name) '\(text)' does not have \(count) numbers")
      }
      return numbers
    }
    let spacing =
      try numbers(["ElementSpacing", "ElementSize"], rank) ?? [Double](repeating: 1, count: rank)
    let matrix = try numbers(["TransformMatrix", "Orientation", "Rotation"], rank * rank)
    let origin = try numbers(["Offset", "Position", "Origin"], rank) ?? [Double](repeating: 0, count: rank)
    // Each row is the direction of an axis, the first of x; axes of one time point or channel are left out.
    let rows = (0..<axes).map { axis in
      (0..<3).map { component in
        guard let matrix, component < rank else { return axis == component ? 1.0 : 0 }
        return matrix[axis * rank + component]
      }
    }
    guard rows.joined().allSatisfy(\.isFinite), origin.allSatisfy(\.isFinite),
      let units = VolumeGeometry.unit(rows)
    else {
      throw MaskFileError(
        path: path,
        "MetaImage: TransformMatrix \(rows) or Offset \(origin) is no orientation (finite, axes at right angles); mend it, "
          + "or resample")
    }
    let used = try VolumeLayout.checked(
      spacing: Array(spacing[..<axes]), "MetaImage: ElementSpacing", path: path)
    return VolumeGeometry(
      spacing: used.reversed(), directions: units.reversed(),
      origin: (origin + [0]).prefix(3).map { $0 }, isOriented: matrix != nil)
  }
}
