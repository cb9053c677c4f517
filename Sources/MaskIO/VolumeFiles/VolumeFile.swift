/// A mask in a volume file: MetaImage (`.mha`, `.mhd`) or NIfTI-1 or -2 (`.nii`, `.nii.gz`).
package struct VolumeFile: Sendable {
  package let path: String
  /// `MetaImage`, `NIfTI-1`, `NIfTI-2`.
  package let format: String
  /// The stored type: `uint8`, `float32`, …
  package let element: String
  /// Slices, rows and columns; one slice for an image.
  package let slices, rows, columns: Int
  package let isVolume: Bool
  package let geometry: VolumeGeometry
  private let numbers: VoxelNumbers

  /// Reads the whole file.
  ///
  /// - Throws: `MaskFileError` for a header or data that cannot be read exactly, and for numbers that are no labels.
  package init(contentsOf path: String) throws(MaskFileError) {
    let layout = try Self.layout(path)
    let bytes = try Self.data(layout, path)
    // As labels they may be narrower, and there twice for a moment.
    try FileMemory.check(layout.count, of: min(layout.element.size, 4), for: path)
    do throws(VoxelNumbers.Fault) {
      self.init(path, layout, try VoxelNumbers(bytes, layout))
    } catch {
      let (columns, rows) = (layout.extents[0], layout.extents[1])
      let place = [error.index / (columns * rows), error.index / columns % rows, error.index % columns]
      throw MaskFileError(
        path: path,
        "voxel \(place.suffix(layout.extents.count)) (\(layout.extents.count == 3 ? "z, " : "")y, x) is \(error.value), "
          + "which is no label; save whole numbers of 0 or more")
    }
  }

  private init(_ path: String, _ layout: VolumeLayout, _ numbers: VoxelNumbers) {
    self.path = path
    (format, element) = (layout.format, layout.element.rawValue)
    isVolume = layout.extents.count == 3
    (slices, rows, columns) = (isVolume ? layout.extents[2] : 1, layout.extents[1], layout.extents[0])
    (geometry, self.numbers) = (layout.geometry, numbers)
  }

  private init(_ other: VolumeFile, _ numbers: VoxelNumbers, shape: [Int], _ geometry: VolumeGeometry) {
    (path, format, element, isVolume) = (other.path, other.format, other.element, other.isVolume)
    (slices, rows, columns) = (shape[0], shape[1], shape[2])
    (self.geometry, self.numbers) = (geometry, numbers)
  }

  /// Where the voxels lie, from the header alone.
  package static func geometry(contentsOf path: String) throws(MaskFileError) -> VolumeGeometry {
    try layout(path).geometry
  }

  /// Ends of names of files that this reads.
  package static let extensions = [".nii", ".nii.gz", ".hdr", ".hdr.gz", ".mha", ".mhd"]

  /// Ends of names of files with the voxels of a header that stands beside them, and of the header's name.
  static let companions = [
    ".img": [".hdr"], ".img.gz": [".hdr.gz", ".hdr"], ".raw": [".mhd"], ".zraw": [".mhd"],
    ".raw.gz": [".mhd"],
  ]

  /// The header that stands beside a file of voxels; nil for another file, or where there is none.
  static func header(ofVoxels path: String) -> String? {
    for (end, headers) in companions where path.lowercased().hasSuffix(end) {
      let base = path.dropLast(end.count)
      if let header = headers.map({ base + $0 }).first(where: { FileKind($0) == .file }) { return header }
    }
    return nil
  }

  /// Whether a path names a volume file.
  package static func isVolume(_ path: String) -> Bool {
    let path = path.lowercased()
    return extensions.contains { path.hasSuffix($0) }
  }

  /// Puts a slice into a plane.
  package func load(_ slice: Int, into plane: inout MaskPlane) {
    let range = slice * rows * columns..<(slice + 1) * rows * columns
    switch numbers.storage {
    case .uint8(let numbers): plane.load(numbers[range], rows: rows, columns: columns)
    case .uint16(let numbers): plane.load(numbers[range], rows: rows, columns: columns)
    case .uint32(let numbers): plane.load(numbers[range], rows: rows, columns: columns)
    }
    if let fraction = numbers.fraction { plane.markFractional(fraction) }
  }

  /// The same voxels with the axes of another volume; nil if the axes do not run along each other.
  package func reoriented(to other: VolumeGeometry) -> VolumeFile? {
    guard isVolume, other.directions.count == 3, let axes = geometry.axes(along: other) else { return nil }
    let shape = [slices, rows, columns]
    let strides = [rows * columns, columns, 1]
    let newShape = axes.map { shape[$0.axis] }
    var origin = geometry.origin
    var start = 0
    for (axis, isReversed) in axes where isReversed {
      start += (shape[axis] - 1) * strides[axis]
      let length = Double(shape[axis] - 1) * geometry.spacing[axis]
      origin = zip(origin, geometry.directions[axis]).map { $0 + length * $1 }
    }
    let steps = axes.map { $0.isReversed ? -strides[$0.axis] : strides[$0.axis] }
    func turned<Number>(_ numbers: [Number]) -> [Number] {
      var result: [Number] = []
      result.reserveCapacity(numbers.count)
      for z in 0..<newShape[0] {
        for y in 0..<newShape[1] {
          var place = start + z * steps[0] + y * steps[1]
          for _ in 0..<newShape[2] {
            result.append(numbers[place])
            place += steps[2]
          }
        }
      }
      return result
    }
    let storage: VoxelNumbers.Storage =
      switch numbers.storage {
      case .uint8(let numbers): .uint8(turned(numbers))
      case .uint16(let numbers): .uint16(turned(numbers))
      case .uint32(let numbers): .uint32(turned(numbers))
      }
    return VolumeFile(
      self, VoxelNumbers(storage, fraction: numbers.fraction), shape: newShape,
      VolumeGeometry(
        spacing: axes.map { geometry.spacing[$0.axis] },
        directions: axes.map { axis, isReversed in geometry.directions[axis].map { isReversed ? -$0 : $0 } },
        origin: origin))
  }

  /// The file that holds the voxels: the file itself, or the one its header names.
  static func dataPath(contentsOf path: String) throws(MaskFileError) -> String { try layout(path).dataPath }

  /// Zeros that align what a writer puts down; more are voxels.
  private static let mostPadding = 7

  private static func layout(_ path: String) throws(MaskFileError) -> VolumeLayout {
    let lower = path.lowercased()
    if lower.hasSuffix(".mha") || lower.hasSuffix(".mhd") {
      let start = try PackedStream(path, packing: PackedStream.Packing.none).read(
        upTo: MetaImageHeader.longest)
      return try MetaImageHeader.layout(start, path: path)
    }
    return try NIfTIHeader.layout(try PackedStream(path).read(upTo: NIfTIHeader.length), path: path)
  }

  /// The bytes of all numbers.
  private static func data(_ layout: VolumeLayout, _ path: String) throws(MaskFileError) -> [UInt8] {
    let available = FileSystem.status(layout.dataPath).map { Int($0.st_size) } ?? 0
    if available == 0, layout.dataPath != path {
      throw MaskFileError(
        path: path,
        "its data file \(layout.dataPath) is not there or is empty; put it beside the header")
    }
    let offset = layout.offset ?? max(0, available - layout.byteCount)
    let packing: PackedStream.Packing? =
      layout.format != "MetaImage" ? nil : layout.isDeflated ? .zlib : PackedStream.Packing.none
    let isPacked = packing == nil ? try isGzip(layout.dataPath) : layout.isDeflated
    let needed = layout.byteCount.addingReportingOverflow(offset)
    if isPacked {
      try ReadingLimits.checkExpansion(
        packed: available, unpacked: needed.overflow ? .max : needed.partialValue, path: path)
    } else if needed.overflow || needed.partialValue > available {
      throw MaskFileError(
        path: path,
        "the header says \(layout.byteCount) bytes of voxels from byte \(offset) on, and the file has \(available); copy or "
          + "write the file again")
    }
    return try FileMemory.during(layout.byteCount, for: path) { () throws(MaskFileError) in
      // Of a gzip file the place is one of the unpacked bytes.
      let isWhole = isPacked && !layout.isDeflated
      let stream = try PackedStream(
        layout.dataPath, range: isWhole ? nil : min(offset, available)..<available, packing: packing)
      if isWhole { try stream.skip(offset) }
      let bytes = try stream.read(upTo: layout.byteCount)
      guard bytes.count == layout.byteCount else {
        throw MaskFileError(
          path: path,
          "the header says \(layout.byteCount) bytes of voxels, and there are \(bytes.count); copy or write the file again"
        )
      }
      try checkRest(stream, layout, path)
      return bytes
    }
  }

  private static func isGzip(_ path: String) throws(MaskFileError) -> Bool {
    let file = try InputFile(path)
    return file.size >= 2 ? try file.bytes(at: 0, 2) == [0x1F, 0x8B] : false
  }

  /// Reads to the end, which checks the sum of packed bytes: behind the voxels there may be a few zeros that align it, and nothing
  /// else. Other readers pass over what is left; but then the header's extents are not those of the data, as a rule, and the
  /// end of a mask, which is background, is zeros.
  private static func checkRest(_ stream: PackedStream, _ layout: VolumeLayout, _ path: String)
    throws(MaskFileError)
  {
    let rest = try stream.read(upTo: mostPadding + 1)
    // An extent e that is too small by one leaves an e-th of the bytes over, even if they are zeros.
    let leftByOne = layout.byteCount / max(1, layout.extents.max() ?? 1)
    guard rest.count <= mostPadding, rest.count < leftByOne, rest.allSatisfy({ $0 == 0 }) else {
      let count = rest.count > mostPadding ? "more than \(mostPadding)" : "\(rest.count)"
      throw MaskFileError(
        path: path,
        "the header says \(layout.byteCount) bytes of voxels, and \(count) others follow; its extents are not those of the "
          + "data: write the file again")
    }
  }
}
