/// The system calls of writing a file.
enum OutputDescriptor {
  /// Opens `file` for writing, calls `body`, and closes it. Errors name `path`, what the user knows the file as.
  static func with(
    _ file: String, flags: Int32, path: String, _ body: (Int32) throws(MaskFileError) -> Void
  ) throws(MaskFileError) {
    let descriptor = open(file, O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0o666)
    guard descriptor >= 0 else { throw MaskFileError(path: path, code: errno) }
    do {
      try body(descriptor)
    } catch {
      close(descriptor)
      throw error
    }
    // A full disk may be told only at close.
    guard close(descriptor) == 0 else { throw MaskFileError(path: path, code: errno) }
  }

  /// Writes all of `bytes`.
  static func write(_ bytes: [UInt8], to descriptor: Int32, path: String) throws(MaskFileError) {
    try bytes.span.bytes.withUnsafeBytes { (bytes) throws(MaskFileError) in
      try write(bytes, to: descriptor, path: path)
    }
  }

  /// Writes all of `bytes`.
  static func write(
    _ bytes: UnsafeRawBufferPointer, to descriptor: Int32, path: String
  ) throws(MaskFileError) {
    var offset = 0
    while offset < bytes.count {
      let written = systemWrite(
        descriptor, bytes.baseAddress?.advanced(by: offset), min(bytes.count - offset, 1 << 30))
      if written < 0, errno == EINTR { continue }
      guard written >= 0 else { throw MaskFileError(path: path, code: errno) }
      offset += written
    }
  }
}

/// The C function, which a method of the same name would hide.
private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
  write(descriptor, bytes, count)
}
