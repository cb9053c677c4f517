/// A mask in a NumPy array: labels as whole numbers, two axes for an image, three for a volume.
package struct LabelArray: Sendable {
  package let path: String
  /// Slices, rows and columns; one slice for an image.
  package let slices, rows, columns: Int
  package let isVolume: Bool
  private let numbers: Numbers

  /// As narrow as the file has them; the columns vary fastest.
  private enum Numbers: Sendable {
    case uint8([UInt8])
    case uint16([UInt16])
    case uint32([UInt32])
  }

  /// - Throws: `MaskFileError` for numbers that are no labels, or another number of axes.
  package init(_ file: NPYFile) throws(MaskFileError) {
    let shape = file.header.shape
    guard shape.count == 2 || shape.count == 3, file.header.count > 0 else {
      throw MaskFileError(
        path: file.path, "an array of shape \(shape) is no mask; save rows and columns, or slices of them")
    }
    (path, isVolume) = (file.path, shape.count == 3)
    (slices, rows, columns) = (isVolume ? shape[0] : 1, shape[shape.count - 2], shape[shape.count - 1])
    let header = file.header
    // The other order is a second copy.
    if header.isFortranOrder { try FileMemory.check(header.byteCount, of: 2, for: file.path) }
    switch file.header.type.size {
    case 1: numbers = .uint8(header.rowMajor(try file.labels()))
    case 2 where !file.header.type.isFloatingPoint:
      numbers = .uint16(header.rowMajor(try file.labels(as: UInt16.self)))
    default: numbers = .uint32(header.rowMajor(try file.labels(as: UInt32.self)))
    }
  }

  /// Puts a slice into a plane.
  package func load(_ slice: Int, into plane: inout MaskPlane) {
    let range = slice * rows * columns..<(slice + 1) * rows * columns
    switch numbers {
    case .uint8(let numbers): plane.load(numbers[range], rows: rows, columns: columns)
    case .uint16(let numbers): plane.load(numbers[range], rows: rows, columns: columns)
    case .uint32(let numbers): plane.load(numbers[range], rows: rows, columns: columns)
    }
  }
}
