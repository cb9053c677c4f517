internal import Platform

/// The system calls of writing to a file that is open.
package enum OutputDescriptor {
  /// A second descriptor of what one of this process's is of: written to where that one stands, and closed on its own.
  static func duplicate(_ descriptor: Int32, path: String) throws(MaskFileError) -> Int32 {
    try check(descriptor, path: path)
    let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 3)
    guard copy >= 0 else { throw MaskFileError(writing: path, code: errno) }
    return copy
  }

  /// - Throws: `MaskFileError` if the descriptor is closed, or open for reading alone.
  static func check(_ descriptor: Int32, path: String) throws(MaskFileError) {
    let flags = fcntl(descriptor, F_GETFL)
    guard flags >= 0 else { throw MaskFileError(writing: path, code: errno) }
    guard flags & O_ACCMODE != O_RDONLY else { throw MaskFileError(writing: path, code: EBADF) }
  }

  /// Writes all of `bytes`. Errors name `path`, what the user knows the file as.
  static func write(_ bytes: [UInt8], to descriptor: Int32, path: String) throws(MaskFileError) {
    try bytes.span.bytes.withUnsafeBytes { (bytes) throws(MaskFileError) in
      try write(bytes, to: descriptor, path: path)
    }
  }

  /// Writes all of `bytes`.
  static func write(
    _ bytes: UnsafeRawBufferPointer, to descriptor: Int32, path: String
  ) throws(MaskFileError) {
    let code = send(bytes, to: descriptor)
    guard code == 0 else { throw MaskFileError(writing: path, code: code) }
  }

  /// Writes all of `bytes`, waiting for a pipe that takes no more for now.
  ///
  /// - Returns: the system's error, 0 for none.
  package static func send(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Int32 {
    var offset = 0
    while offset < bytes.count {
      let written = systemWrite(
        descriptor, bytes.baseAddress?.advanced(by: offset), min(bytes.count - offset, 1 << 30))
      if written > 0 {
        offset += written
        continue
      }
      let code = written == 0 ? EIO : errno
      switch code {
      case EINTR: continue
      case EAGAIN, EWOULDBLOCK:
        // Whoever opened the pipe wants no waiting; who wrote the result does.
        var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        guard poll(&ready, 1, -1) >= 0 || errno == EINTR else { return errno }
      default: return code
      }
    }
    return 0
  }
}

/// The C function, which a method of the same name would hide.
private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
  write(descriptor, bytes, count)
}
