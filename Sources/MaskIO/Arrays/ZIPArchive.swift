import CZlib

/// An archive of NumPy arrays (`.npz`): a ZIP file whose entries are stored or deflated.
struct ZIPArchive {
  struct Entry {
    let name: String
    let isDeflated: Bool
    let packedSize, size, headerOffset: Int
  }
  let path: String
  let entries: [Entry]

  /// Reads the list of entries.
  ///
  /// - Throws: `MaskFileError` for what is no ZIP file, or one that contradicts itself.
  init(_ path: String) throws(MaskFileError) {
    self.path = path
    let file = try RandomAccessFile(path)
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
    if start == 0xFFFF_FFFF || count == 0xFFFF {
      guard end >= 20, tail.number(end - 20, 4) == 0x0706_4b50 else { throw damaged("no 64-bit end record") }
      let record = try file.bytes(at: tail.number(end - 12, 8), 56)
      guard record.number(0, 4) == 0x0606_4b50 else { throw damaged("no 64-bit end record") }
      (count, size, start) = (record.number(32, 8), record.number(40, 8), record.number(48, 8))
    }
    guard size <= file.size, count <= size / 46 else { throw damaged("its list of entries is too long") }
    let list = try file.bytes(at: start, size)
    var entries: [Entry] = []
    var position = 0
    for _ in 0..<count {
      guard position + 46 <= list.count, list.number(position, 4) == 0x0201_4b50 else {
        throw damaged("its list of entries ends early")
      }
      let method = list.number(position + 10, 2)
      let (nameCount, extraCount) = (list.number(position + 28, 2), list.number(position + 30, 2))
      let next = position + 46 + nameCount + extraCount + list.number(position + 32, 2)
      guard next <= list.count else { throw damaged("its list of entries ends early") }
      let name = String(decoding: list[position + 46..<position + 46 + nameCount], as: UTF8.self)
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
      entries.append(
        Entry(
          name: name, isDeflated: method == 8, packedSize: sizes[1], size: sizes[0], headerOffset: sizes[2]))
      position = next
    }
    self.entries = entries
  }

  /// The bytes of the array with this name, the only one if none is given.
  func array(_ key: String?) throws(MaskFileError) -> [UInt8] {
    let names = entries.map { $0.name.hasSuffix(".npy") ? String($0.name.dropLast(4)) : $0.name }
    let known = names.joined(separator: ", ")
    guard let index = key.map({ names.firstIndex(of: $0) }) ?? (entries.count == 1 ? 0 : nil) else {
      throw MaskFileError(
        path: path,
        key.map { "there is no array \"\($0)\" in it; there are \(known)" }
          ?? "it holds \(entries.count) arrays; say which: \(path)::KEY with one of \(known)")
    }
    return try bytes(of: entries[index])
  }

  private func bytes(of entry: Entry) throws(MaskFileError) -> [UInt8] {
    let file = try RandomAccessFile(path)
    // Deflate shrinks at most 1032 times, so the file's length bounds what its entries may claim.
    guard entry.packedSize <= file.size, entry.size <= entry.packedSize * 1032 + 1024 else {
      throw MaskFileError(path: path, "entry \(entry.name) claims \(entry.size) bytes, more than it can hold")
    }
    let local = try file.bytes(at: entry.headerOffset, 30)
    guard local.number(0, 4) == 0x0403_4b50 else {
      throw MaskFileError(path: path, "damaged .npz file: entry \(entry.name) is not where its list says")
    }
    let start = entry.headerOffset + 30 + local.number(26, 2) + local.number(28, 2)
    let packed = try file.bytes(at: start, entry.packedSize)
    if !entry.isDeflated { return packed }
    guard let bytes = inflated(packed, size: entry.size) else {
      throw MaskFileError(path: path, "damaged .npz file: entry \(entry.name) cannot be unpacked")
    }
    return bytes
  }

  /// A raw deflate stream unpacked; `nil` if it is none, or of another size.
  private func inflated(_ packed: [UInt8], size: Int) -> [UInt8]? {
    var stream = z_stream()
    guard inflateInit2_(&stream, -MAX_WBITS, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
      return nil
    }
    defer { inflateEnd(&stream) }
    var bytes = [UInt8](repeating: 0, count: size)
    let isWhole = packed.withUnsafeBufferPointer { input in
      bytes.withUnsafeMutableBufferPointer { output in
        stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
        stream.next_out = output.baseAddress
        var (read, written) = (0, 0)
        // zlib counts in 32 bits.
        while true {
          stream.avail_in = UInt32(min(input.count - read, 1 << 30))
          stream.avail_out = UInt32(min(output.count - written, 1 << 30))
          let (room, given) = (Int(stream.avail_out), Int(stream.avail_in))
          let status = inflate(&stream, Z_NO_FLUSH)
          read += given - Int(stream.avail_in)
          written += room - Int(stream.avail_out)
          if status == Z_STREAM_END { return written == output.count }
          if status != Z_OK || (given == Int(stream.avail_in) && room == Int(stream.avail_out)) {
            return false
          }
        }
      }
    }
    return isWhole ? bytes : nil
  }
}

/// A file that is read at any place.
struct RandomAccessFile: ~Copyable {
  let path: String
  let size: Int
  private let descriptor: Int32

  init(_ path: String) throws(MaskFileError) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw MaskFileError(path: path, code: errno) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw MaskFileError(path: path, "not a regular file; name an array file (.npy, .npz)")
    }
    (self.path, size, self.descriptor) = (path, Int(status.st_size), descriptor)
  }
  deinit { close(descriptor) }

  /// Exactly these bytes.
  func bytes(at offset: Int, _ count: Int) throws(MaskFileError) -> [UInt8] {
    try elements(at: offset, count)
  }

  /// So many numbers of plain memory, as they lie in the file.
  func elements<Element: BitwiseCopyable>(at offset: Int, _ count: Int) throws(MaskFileError) -> [Element] {
    let width = MemoryLayout<Element>.stride
    guard offset >= 0, count >= 0, offset <= size, count <= (size - offset) / width else {
      throw MaskFileError(path: path, NPYError.truncated)
    }
    var fault: MaskFileError?
    let elements = [Element](unsafeUninitializedCapacity: count) { memory, initialized in
      let bytes = UnsafeMutableRawBufferPointer(memory)
      do throws(MaskFileError) {
        try fill(UnsafeMutableRawBufferPointer(rebasing: bytes[..<(count * width)]), at: offset)
        initialized = count
      } catch {
        fault = error
      }
    }
    if let fault { throw fault }
    return elements
  }

  private func fill(_ memory: UnsafeMutableRawBufferPointer, at offset: Int) throws(MaskFileError) {
    var filled = 0
    while filled < memory.count {
      let got = pread(
        descriptor, memory.baseAddress?.advanced(by: filled), memory.count - filled, off_t(offset + filled))
      if got < 0, errno == EINTR { continue }
      guard got > 0 else {
        throw got == 0
          ? MaskFileError(path: path, NPYError.truncated) : MaskFileError(path: path, code: errno)
      }
      filled += got
    }
  }
}

extension [UInt8] {
  /// A little-endian number of so many bytes; 0 beyond the end.
  fileprivate func number(_ offset: Int, _ count: Int) -> Int {
    guard offset >= 0, offset + count <= self.count else { return 0 }
    return (0..<count).reversed().reduce(0) { $0 << 8 | Int(self[offset + $1]) } & Int.max
  }
}
