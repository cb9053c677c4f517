internal import Platform

/// A regular file open for reading, at any place of it. The one way in which this package opens a file to read it.
struct InputFile: ~Copyable {
  let path: String
  let size: Int
  private let descriptor: Int32

  /// - Parameter isRewritten: whether it is read only to be written again with more in it.
  /// - Throws: `MaskFileError` for what is not there, may not be read, or is a folder, a pipe or a device.
  init(_ path: String, isRewritten: Bool = false) throws(MaskFileError) {
    // A pipe nobody writes to must not block; for files the flag means nothing.
    let descriptor = FileSystem.open(path, O_RDONLY | O_NONBLOCK)
    guard descriptor >= 0 else { throw MaskFileError(path: path, code: errno) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      let code = errno
      close(descriptor)
      throw MaskFileError(path: path, code: code)
    }
    let kind = status.st_mode & S_IFMT
    guard kind == S_IFREG else {
      close(descriptor)
      if kind == S_IFDIR { throw MaskFileError(path: path, code: EISDIR) }
      throw MaskFileError(path: path, "not a regular file (a device or pipe); name a file")
    }
    if !isRewritten { RunFiles.noteRead(FileIdentity(status)) }
    self.path = path
    size = Int(status.st_size)
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  /// Up to so many bytes from a place on, fewer only at the end of the file.
  ///
  /// - Returns: how many there were.
  func read(at offset: Int, into memory: UnsafeMutableRawBufferPointer) throws(MaskFileError) -> Int {
    var filled = 0
    while filled < memory.count {
      let got = pread(
        descriptor, memory.baseAddress?.advanced(by: filled), min(memory.count - filled, 1 << 30),
        off_t(offset + filled))
      if got < 0, errno == EINTR { continue }
      guard got >= 0 else { throw MaskFileError(path: path, code: errno) }
      if got == 0 { break }
      filled += got
    }
    return filled
  }

  /// Exactly these bytes.
  func bytes(at offset: Int, _ count: Int) throws(MaskFileError) -> [UInt8] {
    try elements(at: offset, count)
  }

  /// So many numbers of plain memory, as they lie in the file.
  ///
  /// - Throws: `MaskFileError` where the file does not have them.
  func elements<Element: BitwiseCopyable>(at offset: Int, _ count: Int) throws(MaskFileError) -> [Element] {
    let width = MemoryLayout<Element>.stride
    guard offset >= 0, count >= 0, offset <= size, count <= (size - offset) / width else {
      throw MaskFileError(path: path, "the file ends before its numbers do; copy or write it again")
    }
    var fault: MaskFileError?
    let elements = [Element](unsafeUninitializedCapacity: count) { memory, initialized in
      let bytes = UnsafeMutableRawBufferPointer(memory)
      do throws(MaskFileError) {
        let wanted = UnsafeMutableRawBufferPointer(rebasing: bytes[..<(count * width)])
        guard try read(at: offset, into: wanted) == wanted.count else {
          throw MaskFileError(path: path, "the file ends before its numbers do; copy or write it again")
        }
        initialized = count
      } catch {
        fault = error
      }
    }
    if let fault { throw fault }
    return elements
  }
}
