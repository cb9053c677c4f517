/// Writing results so that a failure never leaves half a file or destroys an earlier one.
public enum OutputFile {
  /// Writes beside `path` and renames, so that a reader sees the old file or the new one, whole.
  ///
  /// - Throws: `MaskFileError`; the old file is then untouched.
  public static func replace(_ path: String, with bytes: some Sequence<UInt8>) throws(MaskFileError) {
    try checkFolder(of: path)
    let temporary = path + ".\(getpid()).part"
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw MaskFileError(path: path, code: errno) }
    do {
      try writeAll(Array(bytes), to: descriptor, path: path)
    } catch {
      close(descriptor)
      unlink(temporary)
      throw error
    }
    // A full disk may be told only at close.
    guard close(descriptor) == 0 else {
      let code = errno
      unlink(temporary)
      throw MaskFileError(path: path, code: code)
    }
    guard rename(temporary, path) == 0 else {
      let code = errno
      unlink(temporary)
      throw MaskFileError(path: path, code: code)
    }
  }

  /// As `replace(_:with:)`, for text.
  public static func replace(_ path: String, with text: String) throws(MaskFileError) {
    try replace(path, with: text.utf8)
  }

  /// Whether a file could be written at `path`, found out before hours of work and not after.
  ///
  /// - Throws: `MaskFileError` if the folder is missing or not writable, or `path` is a folder.
  public static func checkWritable(_ path: String) throws(MaskFileError) {
    try checkFolder(of: path)
    if FileKind(path) == .folder { throw MaskFileError(path: path, code: EISDIR) }
    guard access(folder(of: path), W_OK) == 0 else { throw MaskFileError(path: path, code: errno) }
    if FileKind(path) == .file, access(path, W_OK) != 0 { throw MaskFileError(path: path, code: errno) }
  }

  static func writeAll(_ bytes: [UInt8], to descriptor: Int32, path: String) throws(MaskFileError) {
    var offset = 0
    while offset < bytes.count {
      let written = bytes.withUnsafeBytes {
        write(descriptor, $0.baseAddress?.advanced(by: offset), $0.count - offset)
      }
      if written < 0, errno == EINTR { continue }
      guard written >= 0 else { throw MaskFileError(path: path, code: errno) }
      offset += written
    }
  }

  private static func checkFolder(of path: String) throws(MaskFileError) {
    guard FileKind(folder(of: path)) == .folder else {
      throw MaskFileError(
        path: path, "the folder to write to does not exist; make it first: mkdir -p \(folder(of: path))")
    }
  }

  static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }
}

/// A file of lines that only grows: each line is written whole and at once.
public final class LineFile: Sendable {
  private let descriptor: Int32
  private let path: String

  /// Opens `path` for appending. A last line without its end, torn by a crash, is cut off.
  ///
  /// - Throws: `MaskFileError`.
  public init(appendingTo path: String) throws(MaskFileError) {
    self.path = path
    try OutputFile.checkWritable(path)
    if FileKind(path) == .file { try Self.cutTornLine(path) }
    descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw MaskFileError(path: path, code: errno) }
  }

  deinit { close(descriptor) }

  /// Appends `line` and its end in one write.
  public func append(_ line: String) throws(MaskFileError) {
    try OutputFile.writeAll(Array((line + "\n").utf8), to: descriptor, path: path)
  }

  private static func cutTornLine(_ path: String) throws(MaskFileError) {
    var file = FileBytes()
    try file.load(path)
    let whole = file.withBytes { bytes in (bytes.lastIndex(of: 10) ?? -1) + 1 }
    guard whole != file.count else { return }
    guard truncate(path, off_t(whole)) == 0 else { throw MaskFileError(path: path, code: errno) }
  }
}
