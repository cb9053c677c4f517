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
    try OutputDescriptor.write(Array((line + "\n").utf8), to: descriptor, path: path)
  }

  private static func cutTornLine(_ path: String) throws(MaskFileError) {
    var file = FileBytes()
    try file.load(path)
    let whole = file.withBytes { bytes in (bytes.lastIndex(of: 10) ?? -1) + 1 }
    guard whole != file.count else { return }
    guard truncate(path, off_t(whole)) == 0 else { throw MaskFileError(path: path, code: errno) }
  }
}
