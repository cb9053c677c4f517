import CZlib

/// A type of numbers that NumPy arrays are written of, as they lie in memory.
public protocol NPYElement: BitwiseCopyable, Sendable {
  static var elementType: NPYHeader.ElementType { get }
}
extension Bool: NPYElement { public static var elementType: NPYHeader.ElementType { .bool } }
extension Int8: NPYElement { public static var elementType: NPYHeader.ElementType { .int8 } }
extension UInt8: NPYElement { public static var elementType: NPYHeader.ElementType { .uint8 } }
extension Int16: NPYElement { public static var elementType: NPYHeader.ElementType { .int16 } }
extension UInt16: NPYElement { public static var elementType: NPYHeader.ElementType { .uint16 } }
extension Int32: NPYElement { public static var elementType: NPYHeader.ElementType { .int32 } }
extension UInt32: NPYElement { public static var elementType: NPYHeader.ElementType { .uint32 } }
extension Int64: NPYElement { public static var elementType: NPYHeader.ElementType { .int64 } }
#if !(os(macOS) && arch(x86_64))
  extension Float16: NPYElement { public static var elementType: NPYHeader.ElementType { .float16 } }
#endif
extension Float: NPYElement { public static var elementType: NPYHeader.ElementType { .float32 } }
extension Double: NPYElement { public static var elementType: NPYHeader.ElementType { .float64 } }

extension NPYFile {
  /// An array to be written.
  public struct Output<Element: NPYElement> {
    let path: String
    let numbers: [Element]
    let header: NPYHeader

    /// - Parameters:
    ///   - path: a file, or `archive.npz::key` (without a key, `arr_0`).
    ///   - shape: as it is read by NumPy.
    ///   - fortranOrder: whether the first axis varies fastest in `numbers`, instead of the last.
    public init(_ path: String, _ numbers: [Element], shape: [Int], fortranOrder: Bool = false) {
      (self.path, self.numbers) = (path, numbers)
      header = NPYHeader(
        type: Element.elementType, isBigEndian: false, isFortranOrder: fortranOrder, shape: shape, offset: 0)
    }
  }

  /// Writes numbers as a file, beside and then renamed.
  ///
  /// - Parameter shape: as it is read by NumPy.
  public static func write<Element: NPYElement>(
    _ numbers: [Element], shape: [Int], fortranOrder: Bool = false, to path: String
  ) throws(MaskFileError) {
    try write([Output(path, numbers, shape: shape, fortranOrder: fortranOrder)])
  }

  /// Writes arrays, those with the same archive into one, beside and then renamed.
  public static func write<Element: NPYElement>(_ outputs: [Output<Element>]) throws(MaskFileError) {
    var archives: [(path: String, entries: [(key: String, output: Output<Element>)])] = []
    for output in outputs {
      guard let (file, key) = archive(output.path) else {
        try output.header.encoded.span.bytes.withUnsafeBytes { (header) throws(MaskFileError) in
          try output.numbers.span.bytes.withUnsafeBytes { (numbers) throws(MaskFileError) in
            try OutputFile.replace(output.path, pieces: [header, numbers])
          }
        }
        continue
      }
      let entry = (key: key ?? "arr_0", output: output)
      if let index = archives.firstIndex(where: { $0.path == file }) {
        archives[index].entries.append(entry)
      } else {
        archives.append((file, [entry]))
      }
    }
    for archive in archives { try write(archive.entries, to: archive.path) }
  }

  /// The file that an array at this path is written to.
  public static func file(of path: String) -> String { archive(path)?.file ?? path }

  /// A ZIP archive whose entries are stored, as `numpy.savez` makes it.
  private static func write<Element: NPYElement>(
    _ entries: [(key: String, output: Output<Element>)], to path: String
  ) throws(MaskFileError) {
    var list: [UInt8] = []
    var offset = 0
    var heads: [[UInt8]] = []
    for (key, output) in entries {
      let header = output.header.encoded
      let size = header.count + output.header.byteCount
      guard size < Int(UInt32.max), offset + size < Int(UInt32.max) else {
        throw MaskFileError(path: path, "an archive of 4 GiB or more is not written; write .npy files")
      }
      let name = Array((key + ".npy").utf8)
      let sum = checksum(header, output.numbers)
      // Version 2.0, stored, 1 January 1980.
      let common =
        bytes(20, 2) + bytes(0, 2) + bytes(0, 2) + bytes(0, 2) + bytes(0x21, 2) + bytes(sum, 4)
        + bytes(size, 4) + bytes(size, 4) + bytes(name.count, 2) + bytes(0, 2)
      let head = bytes(0x0403_4b50, 4) + common + name
      list += bytes(0x0201_4b50, 4) + bytes(20, 2) + common + bytes(0, 2) + bytes(0, 2) + bytes(0, 2)
      list += bytes(0, 4) + bytes(offset, 4) + name
      heads.append(head + header)
      offset += head.count + size
    }
    let end =
      bytes(0x0605_4b50, 4) + bytes(0, 4) + bytes(entries.count, 2) + bytes(entries.count, 2)
      + bytes(list.count, 4) + bytes(offset, 4) + bytes(0, 2)
    try OutputFile.replace(
      path,
      bytes: { (write) throws(MaskFileError) in
        for (head, entry) in zip(heads, entries) {
          try write(head.span.bytes)
          try write(entry.output.numbers.span.bytes)
        }
        try write((list + end).span.bytes)
      })
  }

  private static func checksum<Element: NPYElement>(_ header: [UInt8], _ numbers: [Element]) -> Int {
    var sum = crc32(0, nil, 0)
    func add(_ bytes: UnsafeRawBufferPointer) {
      // zlib counts in 32 bits.
      for start in stride(from: 0, to: bytes.count, by: 1 << 30) {
        let part = UnsafeRawBufferPointer(rebasing: bytes[start..<min(start + 1 << 30, bytes.count)])
        sum = crc32(sum, part.baseAddress?.assumingMemoryBound(to: UInt8.self), UInt32(part.count))
      }
    }
    header.span.bytes.withUnsafeBytes { add($0) }
    numbers.span.bytes.withUnsafeBytes { add($0) }
    return Int(sum)
  }

  /// A little-endian number of so many bytes.
  private static func bytes(_ value: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }
}
