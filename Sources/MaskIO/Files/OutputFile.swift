internal import Platform

/// Writing results so that a failure never leaves half a file or destroys an earlier one.
package enum OutputFile {
  /// Writes beside `path` and renames, so that a reader sees the old file or the new one, whole.
  ///
  /// - Throws: `MaskFileError`; the old file is then untouched.
  package static func replace(_ path: String, with bytes: some Sequence<UInt8>) throws(MaskFileError) {
    let all = Array(bytes)
    try replace(path) { (descriptor) throws(MaskFileError) in
      try OutputDescriptor.write(all, to: descriptor, path: path)
    }
  }

  /// Makes a folder for results, and those it lies in, where they are not there yet.
  ///
  /// - Throws: `MaskFileError`.
  package static func makeFolder(_ path: String) throws(MaskFileError) {
    guard path.utf8.count <= longestPath else { throw MaskFileError(writing: path, code: ENAMETOOLONG) }
    var missing: [String] = []
    var next: String? = path
    search: while let folder = next {
      switch FileKind(folder) {
      case .folder: break search
      case .file:
        throw MaskFileError(
          writing: folder, "a file, and a folder is needed for several results; name another")
      case .nothing: missing.append(folder)
      }
      next = FileName.folder(of: folder)
      if next == "/" || next == folder { break }
    }
    for folder in missing.reversed() {
      guard FileSystem.makeFolder(folder) == 0 || errno == EEXIST else {
        throw MaskFileError(writing: folder, code: errno)
      }
    }
  }

  /// No system takes longer ones, even where each byte of a name is written as four characters.
  private static let longestPath = 4 * 4096

  /// As `replace(_:with:)`, for text.
  package static func replace(_ path: String, with text: String) throws(MaskFileError) {
    try replace(path, with: text.utf8)
  }

  /// As `replace(_:with:)`, for a text that is written piece by piece and never in memory as a whole.
  package static func replace(
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
        throw error as? MaskFileError ?? MaskFileError(writing: path, "\(error)")
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
  /// - Throws: `MaskFileError` if the folder is missing or not writable, or `path` is a folder or no name for a file.
  package static func checkWritable(_ path: String) throws(MaskFileError) {
    let name = FileName.bytes(FileName.last(of: path))
    guard !name.isEmpty, name.count <= NAME_MAX, FileName.bytes(path).count < PATH_MAX, !name.contains(0)
    else {
      throw MaskFileError(
        writing: path, "no name for a file (empty, ending in /, or too long); name one in a folder")
    }
    if let descriptor = FileSystem.descriptor(path) {
      // That a standard one takes nothing is told at the end, as of what is printed there.
      if descriptor > STDERR_FILENO { try OutputDescriptor.check(descriptor, path: path) }
      return
    }
    let target = try target(of: path)
    switch FileKind(target) {
    case .folder: throw MaskFileError(writing: path, code: EISDIR)
    case .file:
      guard FileSystem.canWrite(target) else { throw MaskFileError(writing: path, code: errno) }
      // A device is written to in place and needs nothing of its folder.
      guard isRegular(target) else { return }
    case .nothing: try checkFolder(of: target, path)
    }
    guard FileSystem.canWrite(folder(of: target)) else { throw MaskFileError(writing: path, code: errno) }
  }

  /// The same text for all ways to write the path of one file, there or not.
  package static func identity(_ path: String) -> String {
    resolved(path)
  }

  /// Whether a file stands there, and no folder, device or pipe.
  static func isRegular(_ path: String) -> Bool {
    FileSystem.status(path).map { $0.st_mode & S_IFMT == S_IFREG } ?? false
  }

  /// Whether something else than a file or a folder stands there.
  static func isDevice(_ path: String) -> Bool { FileKind(path) == .file && !isRegular(path) }

  private static func replace(
    _ path: String, _ body: (Int32) throws(MaskFileError) -> Void
  ) throws(MaskFileError) {
    try RunFiles.checkSpared(path)
    if let descriptor = FileSystem.descriptor(path) {
      // Whatever it is of: what was written there before stays, and what comes after follows.
      return try closing(OutputDescriptor.duplicate(descriptor, path: path), path, body)
    }
    let target = try target(of: path)
    try checkFolder(of: target, path)
    guard FileKind(target) == .nothing || isRegular(target) else {
      // A device or pipe is written to, not replaced.
      let descriptor = FileSystem.open(target, O_WRONLY)
      guard descriptor >= 0 else { throw MaskFileError(writing: path, code: errno) }
      return try closing(descriptor, path, body)
    }
    let unfinished = try UnfinishedFile(beside: folder(of: target), for: path)
    unfinished.takeRights(of: target)
    let descriptor = unfinished.descriptor
    do {
      try closing(descriptor, path) { (descriptor) throws(MaskFileError) in
        try body(descriptor)
        // What the name stands for after a power cut is the old file or the new one, whole.
        guard fsync(descriptor) == 0 || errno == EINVAL || errno == EROFS else {
          throw MaskFileError(writing: path, code: errno)
        }
        if let identity = FileIdentity(descriptor: descriptor) { RunFiles.noteWritten(identity) }
      }
    } catch {
      unfinished.discard()
      throw error
    }
    try unfinished.finish(as: target, for: path)
  }

  private static func closing(
    _ descriptor: Int32, _ path: String, _ body: (Int32) throws(MaskFileError) -> Void
  ) throws(MaskFileError) {
    do {
      try body(descriptor)
    } catch {
      close(descriptor)
      throw error
    }
    // A full disk may be told only at close.
    guard close(descriptor) == 0 else { throw MaskFileError(writing: path, code: errno) }
  }

  /// - Throws: `MaskFileError` for a link that leads to itself.
  private static func target(of path: String) throws(MaskFileError) -> String {
    if FileSystem.status(path) == nil, errno == ELOOP { throw MaskFileError(writing: path, code: ELOOP) }
    return resolved(path)
  }

  /// Where a link points, so that replacing the file keeps the link; of a link to nothing the file that it would be.
  private static func resolved(_ path: String, links: Int = 0) -> String {
    if let real = FileSystem.resolved(path) { return real }
    if links < 40, let target = FileSystem.linkTarget(path) {
      let next = target.utf8.first == UInt8(ascii: "/") ? target : folder(of: path) + "/" + target
      return resolved(next, links: links + 1)
    }
    guard let parent = FileSystem.resolved(folder(of: path)) else { return path }
    return (parent == "/" ? "" : parent) + "/" + FileName.last(of: path)
  }

  private static func checkFolder(of target: String, _ path: String) throws(MaskFileError) {
    let folder = folder(of: target)
    guard FileKind(folder) == .folder else {
      throw MaskFileError(
        writing: path, "the folder to write to does not exist; make it first: mkdir -p \(folder)")
    }
  }

  private static func folder(of path: String) -> String { FileName.folder(of: path) ?? "." }
}
