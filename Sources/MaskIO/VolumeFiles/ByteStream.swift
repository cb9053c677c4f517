import CZlib

/// The bytes of a file from some place on, unpacked on the way if they are packed; never more of them than is asked for.
final class ByteStream {
  /// How the bytes are packed.
  enum Packing {
    case none
    /// A gzip file, or several one after the other.
    case gzip
    /// A zlib stream.
    case zlib
  }

  private let path: String
  private let descriptor: Int32
  private let packing: Packing
  private var stream = z_stream()
  private var input = [UInt8](repeating: 0, count: 1 << 18)
  private var (place, filled) = (0, 0)
  private var isAtEnd = false

  /// - Parameter packing: nil to see it by the first bytes.
  init(_ path: String, offset: Int = 0, packing: Packing? = nil) throws(MaskFileError) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw MaskFileError(path: path, code: errno) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw MaskFileError(path: path, "not a regular file; name a volume file")
    }
    var magic: [UInt8] = [0, 0]
    let isGzip = pread(descriptor, &magic, 2, 0) == 2 && magic == [0x1F, 0x8B]
    (self.path, self.descriptor) = (path, descriptor)
    self.packing = packing ?? (isGzip ? .gzip : .none)
    if self.packing != .none {
      // 32 more: gzip or zlib, as the bytes say.
      guard
        inflateInit2_(&stream, MAX_WBITS + 32, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
      else { throw MaskFileError(path: path, "no memory to unpack it; lower --jobs") }
    }
    if offset > 0, self.packing == .gzip {
      try skip(offset)
    } else if offset > 0 {
      guard offset <= Int(status.st_size), lseek(descriptor, off_t(offset), SEEK_SET) >= 0 else {
        throw MaskFileError(
          path: path,
          "the data should begin at byte \(offset), and the file has \(status.st_size); copy it again")
      }
    }
  }

  deinit {
    if packing != .none { inflateEnd(&stream) }
    close(descriptor)
  }

  /// The size of a file in bytes; 0 if there is none.
  static func size(of path: String) -> Int {
    var status = stat()
    return stat(path, &status) == 0 ? Int(status.st_size) : 0
  }

  /// Up to so many bytes: fewer only at the end.
  func read(upTo count: Int) throws(MaskFileError) -> [UInt8] {
    var fault: MaskFileError?
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { memory, initialized in
      do throws(MaskFileError) { initialized = try fill(UnsafeMutableRawBufferPointer(memory)) } catch {
        (fault, initialized) = (error, 0)
      }
    }
    if let fault { throw fault }
    return bytes
  }

  /// Reads to the end, which checks the sum of packed bytes.
  ///
  /// - Returns: how many bytes there were, at most one more than `limit`.
  func skipRest(limit: Int) throws(MaskFileError) -> Int { try read(upTo: limit + 1).count }

  private func skip(_ count: Int) throws(MaskFileError) {
    var left = count
    while left > 0 {
      let got = try read(upTo: min(left, 1 << 16)).count
      guard got > 0 else {
        throw MaskFileError(path: path, "the data should begin beyond its end; copy it again")
      }
      left -= got
    }
  }

  private func fill(_ memory: UnsafeMutableRawBufferPointer) throws(MaskFileError) -> Int {
    var done = 0
    while done < memory.count, !isAtEnd {
      if packing == .none {
        let got = Self.read(descriptor, memory.baseAddress?.advanced(by: done), memory.count - done)
        guard got >= 0 else { throw MaskFileError(path: path, code: errno) }
        if got == 0 { isAtEnd = true }
        done += got
      } else {
        done += try inflate(into: UnsafeMutableRawBufferPointer(rebasing: memory[done...]))
      }
    }
    return done
  }

  private func inflate(into memory: UnsafeMutableRawBufferPointer) throws(MaskFileError) -> Int {
    if place == filled { try refill() }
    let room = min(memory.count, 1 << 30)
    var status: Int32 = Z_OK
    input.withUnsafeMutableBufferPointer { input in
      stream.next_in = input.baseAddress?.advanced(by: place)
      stream.avail_in = UInt32(filled - place)
      stream.next_out = memory.baseAddress?.assumingMemoryBound(to: UInt8.self)
      stream.avail_out = UInt32(room)
      status = CZlib.inflate(&stream, Z_NO_FLUSH)
      place = filled - Int(stream.avail_in)
    }
    let done = room - Int(stream.avail_out)
    switch status {
    case Z_OK, Z_BUF_ERROR:
      // What was read before may still give bytes, but not without end.
      guard done > 0 || filled > 0 else {
        throw MaskFileError(path: path, "the packed data ends early; copy the file again")
      }
    case Z_STREAM_END:
      if filled - place < 2 { try refill() }
      // gzip files may stand one after the other; anything else behind the end is no data.
      let isNext = packing == .gzip && filled - place >= 2 && input[place] == 0x1F && input[place + 1] == 0x8B
      if isNext { inflateReset(&stream) } else { isAtEnd = true }
    default:
      throw MaskFileError(path: path, "the packed data is damaged; copy the file again")
    }
    return done
  }

  /// Reads on; a byte that is left moves to the front.
  private func refill() throws(MaskFileError) {
    let left = Array(input[place..<filled])
    input.replaceSubrange(..<left.count, with: left)
    let got = input.withUnsafeMutableBytes {
      Self.read(descriptor, $0.baseAddress?.advanced(by: left.count), $0.count - left.count)
    }
    guard got >= 0 else { throw MaskFileError(path: path, code: errno) }
    (place, filled) = (0, left.count + got)
  }

  private static func read(_ descriptor: Int32, _ memory: UnsafeMutableRawPointer?, _ count: Int) -> Int {
    while true {
      let got = systemRead(descriptor, memory, count)
      if got < 0, errno == EINTR { continue }
      return got
    }
  }
}

private func systemRead(_ descriptor: Int32, _ memory: UnsafeMutableRawPointer?, _ count: Int) -> Int {
  read(descriptor, memory, count)
}
