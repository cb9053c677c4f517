import CZlib

/// The bytes of a part of a file, unpacked on the way if they are packed; never more of them than is asked for.
final class PackedStream {
  /// How the bytes are packed.
  enum Packing {
    case none
    /// A gzip file, or several one after the other.
    case gzip
    /// A zlib stream.
    case zlib
    /// A deflate stream without head and sum, as ZIP archives have it.
    case deflate
  }

  private let file: InputFile
  private let packing: Packing
  private var stream = z_stream()
  private var input = [UInt8](repeating: 0, count: 1 << 18)
  /// What of `input` is there and not used.
  private var place = 0
  private var filled = 0
  /// Where in the file the next bytes are read, and where its part ends.
  private var position: Int
  private let end: Int
  private var isAtEnd = false

  /// - Parameters:
  ///   - range: of the file, in bytes; all of it if nil.
  ///   - packing: nil to see it by the first bytes.
  init(_ path: String, range: Range<Int>? = nil, packing: Packing? = nil) throws(MaskFileError) {
    let file = try InputFile(path)
    if let range, range.lowerBound < 0 || range.upperBound > file.size {
      throw MaskFileError(
        path: path,
        "the data should be the bytes \(range.lowerBound) to \(range.upperBound), and the file has \(file.size); copy it "
          + "again")
    }
    position = range?.lowerBound ?? 0
    end = range?.upperBound ?? file.size
    let size = file.size
    let magic = packing == nil && size >= 2 ? try file.bytes(at: 0, 2) : []
    self.file = file
    self.packing = packing ?? (magic == [0x1F, 0x8B] ? .gzip : .none)
    let windowBits: Int32? =
      switch self.packing {
      case .none: nil
      case .gzip: MAX_WBITS + 16
      case .zlib: MAX_WBITS
      case .deflate: -MAX_WBITS
      }
    guard let windowBits else { return }
    guard inflateInit2_(&stream, windowBits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
      throw MaskFileError(path: path, "no memory to unpack it; lower --jobs")
    }
  }

  deinit { if packing != .none { inflateEnd(&stream) } }

  /// Up to so many bytes: fewer only at the end.
  func read(upTo count: Int) throws(MaskFileError) -> [UInt8] {
    var fault: MaskFileError?
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { memory, initialized in
      let wanted = UnsafeMutableRawBufferPointer(start: memory.baseAddress, count: count)
      do throws(MaskFileError) { initialized = try fill(wanted) } catch {
        fault = error
        initialized = 0
      }
    }
    if let fault { throw fault }
    return bytes
  }

  /// Passes over so many bytes.
  ///
  /// - Throws: `MaskFileError` if there are fewer.
  func skip(_ count: Int) throws(MaskFileError) {
    var left = count
    while left > 0 {
      let got = try read(upTo: min(left, 1 << 16)).count
      guard got > 0 else {
        throw MaskFileError(path: file.path, "the data should begin beyond its end; copy it again")
      }
      left -= got
    }
  }

  private func fill(_ memory: UnsafeMutableRawBufferPointer) throws(MaskFileError) -> Int {
    var done = 0
    while done < memory.count, !isAtEnd {
      let rest = UnsafeMutableRawBufferPointer(rebasing: memory[done...])
      if packing == .none {
        let got = try file.read(
          at: position,
          into: UnsafeMutableRawBufferPointer(rebasing: rest[..<min(rest.count, end - position)]))
        position += got
        done += got
        if got == 0 || position == end { isAtEnd = true }
      } else {
        done += try inflate(into: rest)
      }
    }
    return done
  }

  private func inflate(into memory: UnsafeMutableRawBufferPointer) throws(MaskFileError) -> Int {
    if place == filled { try refill() }
    let room = min(memory.count, 1 << 30)
    var status: Int32 = Z_OK
    let given = filled - place
    input.withUnsafeMutableBufferPointer { input in
      stream.next_in = input.baseAddress?.advanced(by: place)
      stream.avail_in = UInt32(given)
      stream.next_out = memory.baseAddress?.assumingMemoryBound(to: UInt8.self)
      stream.avail_out = UInt32(room)
      status = CZlib.inflate(&stream, Z_NO_FLUSH)
      place = filled - Int(stream.avail_in)
    }
    let done = room - Int(stream.avail_out)
    switch status {
    case Z_OK, Z_BUF_ERROR:
      // What was read before may still give bytes, but not without end.
      guard done > 0 || given > 0 && status == Z_OK || place == filled && position < end else {
        throw MaskFileError(path: file.path, "the packed data ends early; copy the file again")
      }
    case Z_STREAM_END: try endOfStream()
    default: throw MaskFileError(path: file.path, "the packed data is damaged; copy the file again")
    }
    return done
  }

  /// Behind a stream stand zeros, and with gzip another stream. Anything else is no data, and who put it there is unknown: it
  /// is refused as Python's gzip module refuses it.
  private func endOfStream() throws(MaskFileError) {
    while true {
      while place < filled, input[place] == 0 { place += 1 }
      if place < filled { break }
      try refill()
      if place == filled {
        isAtEnd = true
        return
      }
    }
    if filled - place < 2 { try refill() }
    guard packing == .gzip, filled - place >= 2, input[place] == 0x1F, input[place + 1] == 0x8B else {
      throw MaskFileError(
        path: file.path,
        "something that is no data stands behind the packed data; copy or write the file again")
    }
    inflateReset(&stream)
  }

  /// Reads on; bytes that are left move to the front.
  private func refill() throws(MaskFileError) {
    let left = filled - place
    for index in 0..<left { input[index] = input[place + index] }
    let wanted = min(input.count - left, end - position)
    // A local array, which the span may borrow, while the file is read.
    var buffer: [UInt8] = []
    swap(&buffer, &input)
    defer { swap(&buffer, &input) }
    var memory = buffer.mutableSpan
    let start = position
    let got = try memory.withUnsafeMutableBytes { (memory) throws(MaskFileError) in
      try file.read(at: start, into: UnsafeMutableRawBufferPointer(rebasing: memory[left..<left + wanted]))
    }
    position += got
    place = 0
    filled = left + got
  }
}
