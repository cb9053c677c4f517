/// Writing results so that a failure never leaves half a file or destroys an earlier one.
public enum OutputFile {
  /// Writes beside `path` and renames, so that a reader sees the old file or the new one, whole.
  ///
  /// - Throws: `MaskFileError`; the old file is then untouched.
  public static func replace(_ path: String, with bytes: some Sequence<UInt8>) throws(MaskFileError) {
    let all = Array(bytes)
    try replace(path) { (descriptor) throws(MaskFileError) in
      try OutputDescriptor.write(all, to: descriptor, path: path)
    }
  }

  /// Makes a folder for results, and those it lies in, where they are not there yet.
  ///
  /// - Throws: `MaskFileError`.
  public static func makeFolder(_ path: String) throws(MaskFileError) {
    switch FileKind(path) {
    case .folder: return
    case .file:
      throw MaskFileError(path: path, "a file, and a folder is needed for several results; name another")
    case .nothing: break
    }
    if let slash = path.lastIndex(of: "/"), slash > path.startIndex { try makeFolder(String(path[..<slash])) }
    guard mkdir(path, 0o777) == 0 || errno == EEXIST else { throw MaskFileError(path: path, code: errno) }
  }

  /// As `replace(_:with:)`, for text.
  public static func replace(_ path: String, with text: String) throws(MaskFileError) {
    try replace(path, with: text.utf8)
  }

  /// As `replace(_:with:)`, for a text that is written piece by piece and never in memory as a whole.
  public static func replace(
    _ path: String, writing: (_ write: (String) throws -> Void) throws -> Void
  ) throws(MaskFileError) {
    try replace(path) { (descriptor) throws(MaskFileError) in
      var waiting: [UInt8] = []
      do {
        try writing { piece in
          waiting += piece.utf8
          guard waiting.count >= 1 << 16 else { return }
          try OutputDescriptor.write(waiting, to: descriptor, path: path)
          waiting.removeAll(keepingCapacity: true)
        }
      } catch {
        throw error as? MaskFileError ?? MaskFileError(path: path, "\(error)")
      }
      try OutputDescriptor.write(waiting, to: descriptor, path: path)
    }
  }

  /// As `replace(_:with:)`, for bytes that are written piece by piece.
  static func replace(
    _ path: String,
    bytes writing: (_ write: (RawSpan) throws(MaskFileError) -> Void) throws(MaskFileError) -> Void
  ) throws(MaskFileError) {
    try replace(path) { (descriptor) throws(MaskFileError) in
      try writing { (piece) throws(MaskFileError) in
        try piece.withUnsafeBytes { (bytes) throws(MaskFileError) in
          try OutputDescriptor.write(bytes, to: descriptor, path: path)
        }
      }
    }
  }

  /// As `replace(_:with:)`, for bytes that lie in memory of any origin.
  static func replace(
    _ path: String, pieces: [UnsafeRawBufferPointer]
  ) throws(MaskFileError) {
    try replace(path) { (descriptor) throws(MaskFileError) in
      for piece in pieces { try OutputDescriptor.write(piece, to: descriptor, path: path) }
    }
  }

  /// Whether a file could be written at `path`, found out before hours of work and not after.
  ///
  /// - Throws: `MaskFileError` if the folder is missing or not writable, or `path` is a folder.
  public static func checkWritable(_ path: String) throws(MaskFileError) {
    let target = resolved(path)
    switch FileKind(target) {
    case .folder: throw MaskFileError(path: path, code: EISDIR)
    case .file:
      guard access(target, W_OK) == 0 else { throw MaskFileError(path: path, code: errno) }
      // A device is written to in place and needs nothing of its folder.
      guard isRegular(target) else { return }
    case .nothing: try checkFolder(of: target)
    }
    guard access(folder(of: target), W_OK) == 0 else { throw MaskFileError(path: path, code: errno) }
  }

  /// The same text for all ways to write the path of one file, there or not.
  public static func identity(_ path: String) -> String {
    if FileKind(path) != .nothing { return resolved(path) }
    return resolved(folder(of: path)) + "/" + (path.split(separator: "/").last ?? "")
  }

  private static func replace(
    _ path: String, _ body: (Int32) throws(MaskFileError) -> Void
  ) throws(MaskFileError) {
    try checkFolder(of: path)
    let target = resolved(path)
    // A device or pipe (/dev/stdout) is written to, not replaced.
    let isReplaceable = FileKind(target) == .nothing || isRegular(target)
    let written = isReplaceable ? target + ".\(getpid()).part" : target
    do {
      try OutputDescriptor.with(written, flags: O_TRUNC, path: path, body)
    } catch {
      if isReplaceable { unlink(written) }
      throw error
    }
    guard isReplaceable, rename(written, target) != 0 else { return }
    let code = errno
    unlink(written)
    throw MaskFileError(path: path, code: code)
  }

  /// Where a link points, so that replacing the file keeps the link.
  private static func resolved(_ path: String) -> String {
    guard let real = realpath(path, nil) else { return path }
    defer { free(real) }
    return String(cString: real)
  }

  private static func isRegular(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
  }

  private static func checkFolder(of path: String) throws(MaskFileError) {
    let folder = folder(of: path)
    guard FileKind(folder) == .folder else {
      throw MaskFileError(
        path: path, "the folder to write to does not exist; make it first: mkdir -p \(folder)")
    }
  }

  private static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }
}
