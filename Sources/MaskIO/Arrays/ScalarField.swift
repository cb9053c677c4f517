/// A number for each class and voxel, as a model gives them: probabilities or logits.
package struct ScalarField<Scalar: BinaryFloatingPoint & BitwiseCopyable & Sendable>: Sendable {
  package let values: [Scalar]
  /// The names of the axes in the order of memory, the last one varying fastest: c (class), z, y, x.
  package let axes: String
  package let extents: [Int]

  /// The extent along an axis, 1 if it is not there.
  package subscript(axis: Character) -> Int { index(axis).map { extents[$0] } ?? 1 }
  package var isVolume: Bool { axes.contains("z") }

  /// From an element to the next along an axis, in memory; 0 if it is not there.
  package func step(along axis: Character) -> Int {
    index(axis).map { extents[($0 + 1)...].reduce(1, *) } ?? 0
  }

  private func index(_ axis: Character) -> Int? {
    axes.firstIndex(of: axis).map { axes.distance(from: axes.startIndex, to: $0) }
  }
}

extension ScalarField {
  /// Reads grey PNG files, each value over the largest there can be, or an array.
  ///
  /// - Parameter axes: those of an array as NumPy counts them; "yx" for two if not given.
  /// - Throws: `MaskFileError`.
  package init(contentsOf source: MaskSource, axes: String? = nil) throws(MaskFileError) {
    if source.isArray {
      try self.init(NPYFile(source.files[0]), axes: axes)
      return
    }
    let channels = source.channels.isEmpty ? [source] : source.channels
    var values: [Scalar] = []
    var size: (rows: Int, columns: Int)?
    for channel in channels {
      guard channel.files.count == channels[0].files.count else {
        throw MaskFileError(
          path: channel.path,
          "\(channel.files.count) slices, and class 0 has \(channels[0].files.count); give all classes the same"
        )
      }
      for path in channel.files { try Self.append(path, &size, to: &values) }
    }
    let slices = channels[0].files.count
    let isVolume = channels[0].isVolume
    self.init(
      values: values, axes: (source.channels.isEmpty ? "" : "c") + (isVolume ? "zyx" : "yx"),
      extents: (source.channels.isEmpty ? [] : [channels.count]) + (isVolume ? [slices] : [])
        + [size?.rows ?? 0, size?.columns ?? 0])
  }

  private init(_ file: NPYFile, axes: String?) throws(MaskFileError) {
    let shape = file.header.shape
    guard let axes = axes ?? (shape.count == 2 ? "yx" : nil) else {
      throw MaskFileError(
        path: file.path, "\(shape.count) axes, \(shape); say what they are: --axes cyx, zyx or the like")
    }
    guard axes.count == shape.count, axes.allSatisfy({ "czyx".contains($0) }), Set(axes).count == axes.count,
      axes.contains("y"), axes.contains("x"), !shape.contains(0)
    else {
      throw MaskFileError(
        path: file.path,
        "an array of shape \(shape) with the axes \"\(axes)\"; name each axis once, of c, z, y and x")
    }
    let isFortran = file.header.isFortranOrder
    self.init(
      values: try file.numbers(), axes: isFortran ? String(axes.reversed()) : axes,
      extents: isFortran ? shape.reversed() : shape)
  }

  private static func append(
    _ path: String, _ size: inout (rows: Int, columns: Int)?, to values: inout [Scalar]
  ) throws(MaskFileError) {
    let image = try PNGReader.image(contentsOf: path)
    guard image.header.colourType == .grey else {
      throw MaskFileError(
        path: path, "a \(image.header.colourType.name) image; probabilities are read from grey ones")
    }
    let own = (rows: image.header.height, columns: image.header.width)
    if let size, size != own {
      throw MaskFileError(
        path: path,
        "\(own.rows)×\(own.columns), the first image \(size.rows)×\(size.columns); make them equal")
    }
    size = own
    // An array that grows is copied, and then twice as large at most.
    try FileMemory.check(
      values.count + own.rows * own.columns, of: 2 * MemoryLayout<Scalar>.stride, for: path)
    let most = Scalar((1 << image.header.bitDepth) - 1)
    switch image.samples {
    case .uint8(let samples): for sample in samples { values.append(Scalar(sample) / most) }
    case .uint16(let samples): for sample in samples { values.append(Scalar(sample) / most) }
    }
  }
}
