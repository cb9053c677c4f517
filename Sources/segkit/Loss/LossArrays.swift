import SegmentationKit

/// An array of a loss's command line, before its numbers are read: where it lies, and its axes in the order of memory.
struct LossArray {
  enum Source {
    case array(NPYFile)
    case images(MaskSource)
  }
  let path: String
  let source: Source
  /// As the user counts them: NumPy's order, or rows and columns.
  let shape: [Int]
  var rank: Int { shape.count }
  var count: Int { shape.reduce(1, *) }

  /// Looks at a file or folder.
  ///
  /// - Throws: `MaskFileError`.
  init(_ path: String) throws {
    self.path = path
    if NPYFile.isArray(path) {
      let file = try NPYFile(path)
      source = .array(file)
      shape = file.header.shape
      return
    }
    let images = try MaskSource.at(path)
    source = .images(images)
    guard let first = images.files.first else {
      throw MaskFileError(path: path, "no slices in this folder; name a folder of PNG files")
    }
    let header = try PNGReader.header(contentsOf: first)
    shape = (images.isVolume ? [images.files.count] : []) + [header.height, header.width]
  }

  /// Whether its numbers are whole, so that they may be labels.
  var isWhole: Bool {
    switch source {
    case .array(let file): !file.header.type.isFloatingPoint
    case .images: true
    }
  }
  var isDouble: Bool { if case .array(let file) = source { file.header.type == .float64 } else { false } }
  var isFortranOrder: Bool {
    if case .array(let file) = source { file.header.isFortranOrder } else { false }
  }

  /// The layout in memory, given the names of the axes.
  func layout(_ axes: String) throws -> Layout {
    guard axes.count == rank else {
      throw LossUsage(
        "\(path) has \(rank) axes, \(shape), and --axes \(axes) names \(axes.count); name each (b batch, c class, z y x)"
      )
    }
    return isFortranOrder
      ? try Layout(String(axes.reversed()), shape.reversed()) : try Layout(axes, shape)
  }

  /// The numbers in the order of memory; of images, grey values over the largest there can be.
  func numbers<Scalar: LossScalar & NPYElement>(_ type: Scalar.Type) throws -> [Scalar] {
    switch source {
    case .array(let file): return try file.numbers()
    case .images(let images): return try ScalarField<Scalar>(contentsOf: images).values
    }
  }

  /// The numbers as labels.
  func labels() throws -> [UInt8] {
    switch source {
    case .array(let file): return try file.labels()
    case .images(let images):
      var labels: [UInt8] = []
      labels.reserveCapacity(shape.reduce(1, *))
      var file = FileBytes()
      var plane = MaskPlane()
      for path in images.files {
        try plane.read(path, through: &file)
        try check(plane.header, path)
        guard plane.kind == .grey || plane.kind == .palette, plane.width <= .uint16 else {
          throw MaskFileError(path: path, "a colour image; labels are read from grey and palette images")
        }
        for index in 0..<plane.count {
          guard let label = UInt8(exactly: plane[index]) else {
            throw MaskFileError(path: path, "label \(plane[index]); a loss takes labels up to 255")
          }
          labels.append(label)
        }
      }
      return labels
    }
  }

  private func check(_ header: PNGHeader, _ path: String) throws {
    guard [header.height, header.width] == Array(shape.suffix(2)) else {
      throw MaskFileError(
        path: path,
        "this slice is \(header.height)×\(header.width), the first \(shape[rank - 2])×\(shape[rank - 1]); make them equal"
      )
    }
  }
}

/// What is wrong with how the command was called.
struct LossUsage: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
