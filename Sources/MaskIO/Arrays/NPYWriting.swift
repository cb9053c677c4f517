/// A type of numbers that NumPy arrays are written of, as they lie in memory.
package protocol NPYElement: BitwiseCopyable, Sendable {
  static var elementType: NPYHeader.ElementType { get }
}
extension Bool: NPYElement { package static var elementType: NPYHeader.ElementType { .bool } }
extension Int8: NPYElement { package static var elementType: NPYHeader.ElementType { .int8 } }
extension UInt8: NPYElement { package static var elementType: NPYHeader.ElementType { .uint8 } }
extension Int16: NPYElement { package static var elementType: NPYHeader.ElementType { .int16 } }
extension UInt16: NPYElement { package static var elementType: NPYHeader.ElementType { .uint16 } }
extension Int32: NPYElement { package static var elementType: NPYHeader.ElementType { .int32 } }
extension UInt32: NPYElement { package static var elementType: NPYHeader.ElementType { .uint32 } }
extension Int64: NPYElement { package static var elementType: NPYHeader.ElementType { .int64 } }
#if !(os(macOS) && arch(x86_64))
  extension Float16: NPYElement { package static var elementType: NPYHeader.ElementType { .float16 } }
#endif
extension Float: NPYElement { package static var elementType: NPYHeader.ElementType { .float32 } }
extension Double: NPYElement { package static var elementType: NPYHeader.ElementType { .float64 } }

extension NPYFile {
  /// An array to be written.
  package struct Output<Element: NPYElement> {
    let path: String
    let numbers: [Element]
    let header: NPYHeader

    /// - Parameters:
    ///   - path: a file, or `archive.npz::key` (without a key, `arr_0`).
    ///   - shape: as it is read by NumPy.
    ///   - fortranOrder: whether the first axis varies fastest in `numbers`, instead of the last.
    package init(_ path: String, _ numbers: [Element], shape: [Int], fortranOrder: Bool = false) {
      (self.path, self.numbers) = (path, numbers)
      header = NPYHeader(
        type: Element.elementType, isBigEndian: false, isFortranOrder: fortranOrder, shape: shape, offset: 0)
    }
  }

  /// Writes numbers as a file, beside and then renamed.
  ///
  /// - Parameter shape: as it is read by NumPy.
  package static func write<Element: NPYElement>(
    _ numbers: [Element], shape: [Int], fortranOrder: Bool = false, to path: String
  ) throws(MaskFileError) {
    try write([Output(path, numbers, shape: shape, fortranOrder: fortranOrder)])
  }

  /// Writes arrays, those with the same archive into one, beside and then renamed. What else is in an archive stays in it.
  ///
  /// - Throws: `MaskFileError`, also for a shape that is not that of the numbers, and where two arrays would go to one place, or an archive that is there cannot be read.
  package static func write<Element: NPYElement>(_ outputs: [Output<Element>]) throws(MaskFileError) {
    var archives: [(path: String, entries: [(key: String, output: Output<Element>)])] = []
    for output in outputs {
      guard output.header.holds(output.numbers.count) else {
        throw MaskFileError(
          writing: output.path,
          "\(output.numbers.count) numbers are no array of shape \(output.header.shape.prefix(8)), or it has over "
            + "\(NPYHeader.mostAxes) axes; give the shape of the numbers")
      }
      guard let (file, key) = archive(output.path) else {
        try output.header.encoded.span.bytes.withUnsafeBytes { (header) throws(MaskFileError) in
          try output.numbers.span.bytes.withUnsafeBytes { (numbers) throws(MaskFileError) in
            try OutputFile.replace(output.path, pieces: [header, numbers])
          }
        }
        continue
      }
      let entry = (key: key ?? "arr_0", output: output)
      try checkKey(output.path)
      if let index = archives.firstIndex(where: { OutputFile.identity($0.path) == OutputFile.identity(file) })
      {
        guard !archives[index].entries.contains(where: { $0.key == entry.key }) else {
          throw MaskFileError(
            writing: output.path, "two results cannot go to one array of an archive; give each its own key")
        }
        archives[index].entries.append(entry)
      } else {
        archives.append((file, [entry]))
      }
    }
    for archive in archives { try write(archive.entries, to: archive.path) }
  }

  /// Whether arrays could be added to an archive: there is none yet, or one that can be read.
  package static func checkArchive(_ path: String) throws(MaskFileError) {
    if FileKind(path) == .file { _ = try ZIPArchive(path, isRewritten: true) }
  }

  /// Whether an array may be written under its key: one that would lead out of the folder where the archive is unpacked, or that no
  /// reader could name, may not. And whether a key that was given is one of an archive.
  package static func checkKey(_ path: String) throws(MaskFileError) {
    guard let key = key(of: path) else {
      guard path.contains("::") else { return }
      throw MaskFileError(
        writing: path, "only arrays of an archive have keys; write FILE.npz::KEY, or a name without ::")
    }
    guard key.utf8.count <= longestKey else {
      throw MaskFileError(
        writing: path, "a key of over \(longestKey) bytes, more than an archive has room for; shorten it")
    }
    let parts = key.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    let isSafe = parts.allSatisfy { part in
      !part.isEmpty && !part.elementsEqual(".".utf8) && !part.elementsEqual("..".utf8)
        && part.allSatisfy { $0 >= 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "\\") }
    }
    guard isSafe else {
      throw MaskFileError(
        writing: path,
        "'\(key)' is no key for an array; give a name without .., control characters or empty parts")
    }
  }

  /// An entry's name, which ends in `.npy`, has room in 16 bits for its length.
  private static let longestKey = 65_535 - 4

  /// The file that an array at this path is read from or written to.
  package static func file(of path: String) -> String { archive(path)?.file ?? path }

  /// The key of an array in an archive; nil for a file of its own.
  package static func key(of path: String) -> String? { archive(path).map { $0.key ?? "arr_0" } }

  /// A ZIP archive whose entries are stored, as `numpy.savez` makes it; those that are there already stay as they are packed.
  private static func write<Element: NPYElement>(
    _ entries: [(key: String, output: Output<Element>)], to path: String
  ) throws(MaskFileError) {
    let old = FileKind(path) == .file ? try ZIPArchive(path, isRewritten: true) : nil
    if let other = old?.entries.first(where: { entry in
      !entry.isArray && entries.contains { $0.key == entry.key }
    }) {
      throw MaskFileError(
        writing: path,
        "it holds '\(other.name)', which is no array and which NumPy would give for this key; write under another key"
      )
    }
    let kept = (old?.entries ?? []).filter { entry in !entries.contains { $0.key == entry.key } }
    var parts: [ZIPPart] = []
    for entry in kept {
      let range = try old?.range(of: entry) ?? 0..<0
      parts.append(ZIPPart(entry: entry, source: range))
    }
    for (key, output) in entries {
      let header = output.header.encoded
      var sum = ZIPChecksum()
      header.span.bytes.withUnsafeBytes { sum.add($0) }
      output.numbers.span.bytes.withUnsafeBytes { sum.add($0) }
      let size = header.count + output.header.byteCount
      parts.append(
        ZIPPart(entry: ZIPArchive.Entry(storing: key + ".npy", checksum: sum.value, size: size), source: nil))
    }
    var list: [UInt8] = []
    var offset = 0
    for part in parts {
      let end = offset + part.head.count + part.entry.packedSize
      guard part.entry.size < Int(UInt32.max), end < Int(UInt32.max), parts.count < 65_535
      else {
        throw MaskFileError(
          writing: path, "an archive of 4 GiB or more, or of 65,535 arrays, is not written; write .npy files")
      }
      list += part.listed(at: offset)
      offset = end
    }
    let end =
      ZIPPart.bytes(0x0605_4b50, 4) + ZIPPart.bytes(0, 4) + ZIPPart.bytes(parts.count, 2)
      + ZIPPart.bytes(parts.count, 2) + ZIPPart.bytes(list.count, 4) + ZIPPart.bytes(offset, 4)
      + ZIPPart.bytes(old?.comment.count ?? 0, 2) + (old?.comment ?? [])
    let file = try old.map { (old) throws(MaskFileError) in try PackedSource(old.path) }
    try OutputFile.replace(
      path,
      bytes: { (write) throws(MaskFileError) in
        for (index, part) in parts.enumerated() {
          try write(part.head.span.bytes)
          if let range = part.source {
            try file?.copy(range, to: write)
          } else {
            let output = entries[index - kept.count].output
            try write(output.header.encoded.span.bytes)
            try write(output.numbers.span.bytes)
          }
        }
        try write((list + end).span.bytes)
      })
  }
}

/// An entry of an archive that is written.
private struct ZIPPart {
  let entry: ZIPArchive.Entry
  /// Where its packed bytes lie in the archive that was there; nil for a new one.
  let source: Range<Int>?

  /// What stands before it. Version 2.0, 1 January 1980.
  var head: [UInt8] { Self.bytes(0x0403_4b50, 4) + common + entry.storedName }

  /// Its line in the list at the end.
  func listed(at offset: Int) -> [UInt8] {
    Self.bytes(0x0201_4b50, 4) + Self.bytes(20, 2) + common + Self.bytes(0, 2) + Self.bytes(0, 2)
      + Self.bytes(0, 2)
      + Self.bytes(0, 4) + Self.bytes(offset, 4) + entry.storedName
  }

  private var common: [UInt8] {
    Self.bytes(20, 2) + Self.bytes(entry.isUTF8 ? ZIPName.utf8Flag : 0, 2)
      + Self.bytes(entry.isDeflated ? 8 : 0, 2) + Self.bytes(0, 2) + Self.bytes(0x21, 2)
      + Self.bytes(Int(entry.checksum), 4) + Self.bytes(entry.packedSize, 4) + Self.bytes(entry.size, 4)
      + Self.bytes(entry.storedName.count, 2) + Self.bytes(0, 2)
  }

  /// A little-endian number of so many bytes.
  static func bytes(_ value: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }
}

/// A file that parts are copied from.
private final class PackedSource {
  private let file: InputFile

  init(_ path: String) throws(MaskFileError) {
    file = try InputFile(path, isRewritten: true)
  }

  func copy(_ range: Range<Int>, to write: (RawSpan) throws(MaskFileError) -> Void) throws(MaskFileError) {
    for start in stride(from: range.lowerBound, to: range.upperBound, by: 1 << 20) {
      let bytes = try file.bytes(at: start, min(1 << 20, range.upperBound - start))
      try write(bytes.span.bytes)
    }
  }
}
