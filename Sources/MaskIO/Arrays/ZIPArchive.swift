import CZlib

/// An archive of NumPy arrays (`.npz`): a ZIP file whose entries are stored or deflated.
package struct ZIPArchive {
  package struct Entry {
    let name: String
    /// The name as it is stored, and whether that is UTF-8.
    let storedName: [UInt8]
    let isUTF8: Bool
    let isDeflated: Bool
    /// The CRC-32 of what it unpacks to.
    let checksum: UInt32
    let packedSize: Int
    let size: Int
    let headerOffset: Int

    /// The array's name.
    package var key: String { isArray ? String(name.dropLast(4)) : name }

    /// Whether NumPy takes it for an array.
    var isArray: Bool { name.hasSuffix(".npy") }
  }

  let path: String
  package let entries: [Entry]
  /// What stands behind the list.
  let comment: [UInt8]
  private let isRewritten: Bool
  /// Where the list of entries begins, which no entry reaches into.
  private let listOffset: Int

  /// Reads the list of entries.
  ///
  /// - Parameter isRewritten: whether it is read only to be written again with more in it.
  /// - Throws: `MaskFileError` for what is no ZIP file, or one that contradicts itself.
  package init(_ path: String, isRewritten: Bool = false) throws(MaskFileError) {
    self.path = path
    self.isRewritten = isRewritten
    let file = try InputFile(path, isRewritten: isRewritten)
    func damaged(_ what: String) -> MaskFileError {
      MaskFileError(path: path, "damaged or invalid .npz file: \(what); save it again")
    }
    // The end record has 22 bytes and a comment of at most 65,535.
    let tailCount = min(file.size, 22 + 65_535 + 20)
    let tail = try file.bytes(at: file.size - tailCount, tailCount)
    guard let end = (0..<max(tail.count - 21, 0)).last(where: { tail.number($0, 4) == 0x0605_4b50 }) else {
      throw MaskFileError(path: path, "not a .npz file (it is no ZIP archive); name a .npy or .npz file")
    }
    var count = tail.number(end + 10, 2)
    var size = tail.number(end + 12, 4)
    var start = tail.number(end + 16, 4)
    var listEnd = file.size - tailCount + end
    comment = Array(tail[(end + 22)...].prefix(tail.number(end + 20, 2)))
    if start == 0xFFFF_FFFF || count == 0xFFFF || size == 0xFFFF_FFFF {
      guard end >= 20, tail.number(end - 20, 4) == 0x0706_4b50 else { throw damaged("no 64-bit end record") }
      listEnd = tail.number(end - 12, 8)
      let record = try file.bytes(at: listEnd, 56)
      guard record.number(0, 4) == 0x0606_4b50 else { throw damaged("no 64-bit end record") }
      (count, size, start) = (record.number(32, 8), record.number(40, 8), record.number(48, 8))
    }
    guard start <= listEnd, size == listEnd - start, count <= size / 46 else {
      throw damaged("its list of entries is not where its end says, or too short")
    }
    try FileMemory.check(size + count * MemoryLayout<Entry>.stride, for: path)
    let list = try file.bytes(at: start, size)
    var entries: [Entry] = []
    var position = 0
    for _ in 0..<count {
      guard position + 46 <= list.count, list.number(position, 4) == 0x0201_4b50 else {
        throw damaged("its list of entries ends early")
      }
      let (entry, next) = try Self.entry(list, at: position, damaged)
      entries.append(entry)
      position = next
    }
    self.entries = entries
    listOffset = start
  }

  private static func entry(
    _ list: [UInt8], at position: Int, _ damaged: (String) -> MaskFileError
  ) throws(MaskFileError) -> (Entry, next: Int) {
    let method = list.number(position + 10, 2)
    let nameCount = list.number(position + 28, 2)
    let extraCount = list.number(position + 30, 2)
    let next = position + 46 + nameCount + extraCount + list.number(position + 32, 2)
    guard next <= list.count else { throw damaged("its list of entries ends early") }
    let stored = Array(list[position + 46..<position + 46 + nameCount])
    let flags = list.number(position + 8, 2)
    let isUTF8 = flags & ZIPName.utf8Flag != 0
    guard let name = ZIPName.text(stored, isUTF8: isUTF8) else {
      throw damaged("the name of an entry is not the UTF-8 that it says")
    }
    var sizes = [
      list.number(position + 24, 4), list.number(position + 20, 4), list.number(position + 42, 4),
    ]
    var extra = position + 46 + nameCount
    while extra + 4 <= position + 46 + nameCount + extraCount {
      let length = list.number(extra + 2, 2)
      if list.number(extra, 2) == 1 {
        var field = extra + 4
        for index in sizes.indices where sizes[index] == 0xFFFF_FFFF && field + 8 <= extra + 4 + length {
          sizes[index] = list.number(field, 8)
          field += 8
        }
      }
      extra += 4 + length
    }
    guard method == 0 || method == 8 else {
      throw damaged("entry \(name) is packed in a way that is not read")
    }
    guard flags & 0b100_0001 == 0 else { throw damaged("entry \(name) is encrypted") }
    // What Python's zipfile, and so NumPy, refuses: patches, and versions of the format that came later.
    guard flags & 0b10_0000 == 0, list.number(position + 6, 2) <= 63 else {
      throw damaged("entry \(name) is packed in a way that is not read")
    }
    guard method == 8 || sizes[0] == sizes[1] else { throw damaged("entry \(name) has two sizes") }
    return (
      Entry(
        name: name, storedName: stored, isUTF8: isUTF8, isDeflated: method == 8,
        checksum: UInt32(list.number(position + 16, 4)),
        packedSize: sizes[1], size: sizes[0], headerOffset: sizes[2]), next
    )
  }

  /// The array with this name, the only one if none is given; of several with one name the last, as Python has it.
  func entry(_ key: String?) throws(MaskFileError) -> Entry {
    if let key, let entry = entries.last(where: { $0.key == key }) { return entry }
    if key == nil, entries.count == 1 { return entries[0] }
    let known = entries.prefix(50).map(\.key).joined(separator: ", ") + (entries.count > 50 ? ", …" : "")
    throw MaskFileError(
      path: path,
      key.map { "there is no array \"\($0)\" in it; there are \(known)" }
        ?? "it holds \(entries.count) arrays; say which: \(path)::KEY with one of \(known)")
  }

  /// The bytes of an entry as they are stored.
  package func range(of entry: Entry) throws(MaskFileError) -> Range<Int> {
    let file = try InputFile(path, isRewritten: isRewritten)
    func misplaced() -> MaskFileError {
      MaskFileError(
        path: path, "damaged .npz file: entry \(entry.name) is not where its list says; save it again")
    }
    let local = try file.bytes(at: entry.headerOffset, 30)
    guard local.number(0, 4) == 0x0403_4b50 else { throw misplaced() }
    let nameCount = local.number(26, 2)
    let name = try file.bytes(at: entry.headerOffset + 30, nameCount)
    guard name == entry.storedName else { throw misplaced() }
    let start = entry.headerOffset + 30 + nameCount + local.number(28, 2)
    // An archive made by hand may lay entries over each other, to unpack one part many times.
    guard entry.packedSize <= listOffset - start else { throw misplaced() }
    return start..<start + entry.packedSize
  }

  /// The unpacked bytes of an entry, one after the other.
  func stream(of entry: Entry) throws(MaskFileError) -> EntryStream {
    try ReadingLimits.checkExpansion(packed: entry.packedSize, unpacked: entry.size, path: path)
    return try EntryStream(
      PackedStream(
        path, range: range(of: entry), packing: entry.isDeflated ? .deflate : PackedStream.Packing.none),
      entry, path)
  }
}

extension ZIPArchive.Entry {
  /// An entry that is to be written as it is, and stands in no archive yet.
  init(storing name: String, checksum: UInt32, size: Int) {
    self.init(
      name: name, storedName: Array(name.utf8), isUTF8: !name.utf8.allSatisfy { $0 < 128 }, isDeflated: false,
      checksum: checksum, packedSize: size, size: size, headerOffset: 0)
  }
}

/// An entry's bytes, whose number and CRC-32 are compared with what the archive says of them.
final class EntryStream {
  private let stream: PackedStream
  private let entry: ZIPArchive.Entry
  private let path: String
  private var sum = ZIPChecksum()
  private(set) var count = 0

  fileprivate init(_ stream: PackedStream, _ entry: ZIPArchive.Entry, _ path: String) {
    self.stream = stream
    self.entry = entry
    self.path = path
  }

  /// Up to so many bytes: fewer only at the end, where all have been compared.
  func read(upTo count: Int) throws(MaskFileError) -> [UInt8] {
    let bytes = try stream.read(upTo: min(count, entry.size - self.count))
    bytes.withUnsafeBytes { sum.add($0) }
    self.count += bytes.count
    return bytes
  }

  /// Reads what is left.
  ///
  /// - Throws: `MaskFileError` for an entry that is longer or shorter than its list says, or has another sum.
  func finish() throws(MaskFileError) {
    while try !read(upTo: 1 << 18).isEmpty {}
    guard count == entry.size, try stream.read(upTo: 1).isEmpty, sum.value == entry.checksum else {
      throw MaskFileError(
        path: path,
        "damaged .npz file: entry \(entry.name) does not have the \(entry.size) bytes or the CRC-32 that its list says; save "
          + "it again")
    }
  }
}

/// Names of entries: UTF-8 where a flag says so, else the letters of the IBM PC, as Python's zipfile reads and writes them.
enum ZIPName {
  static let utf8Flag = 0x800

  static func text(_ bytes: [UInt8], isUTF8: Bool) -> String? {
    if isUTF8 { return String(validating: bytes, as: UTF8.self) }
    var name = String.UnicodeScalarView()
    for byte in bytes { name.append(byte < 128 ? Unicode.Scalar(byte) : upper[Int(byte) - 128]) }
    return String(name)
  }

  /// What stands for the bytes from 128 on (code page 437).
  private static let upper = Array(
    ("ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀"
      + "αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{A0}").unicodeScalars)
}

/// ZIP's CRC-32.
struct ZIPChecksum {
  private var sum = crc32(0, nil, 0)

  var value: UInt32 { UInt32(truncatingIfNeeded: sum) }

  mutating func add(_ bytes: UnsafeRawBufferPointer) {
    // zlib counts in 32 bits.
    for start in stride(from: 0, to: bytes.count, by: 1 << 30) {
      let part = UnsafeRawBufferPointer(rebasing: bytes[start..<min(start + 1 << 30, bytes.count)])
      sum = crc32(sum, part.baseAddress?.assumingMemoryBound(to: UInt8.self), UInt32(part.count))
    }
  }
}

extension [UInt8] {
  /// A little-endian number of so many bytes; 0 beyond the end. One above `Int.max` is some other number.
  fileprivate func number(_ offset: Int, _ count: Int) -> Int {
    guard offset >= 0, offset <= self.count - count else { return 0 }
    return (0..<count).reversed().reduce(0) { $0 << 8 | Int(self[offset + $1]) } & Int.max
  }
}
