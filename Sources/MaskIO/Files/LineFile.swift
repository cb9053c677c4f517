internal import Platform

/// A file of lines that only grows: each line is written whole and at once.
package final class LineFile: Sendable {
  private let descriptor: Int32
  private let path: String

  /// Opens `path` for appending. A last line without its end, torn by a crash, is cut off; of what is there no more is read
  /// than that line.
  ///
  /// - Parameter first: what the file must begin with, if it holds anything.
  /// - Throws: `MaskFileError`, also for a file that begins otherwise: no file is cut because its name was mistyped.
  package init(appendingTo path: String, beginningWith first: String = "") throws(MaskFileError) {
    try RunFiles.checkSpared(path)
    try OutputFile.checkWritable(path)
    if let descriptor = FileSystem.descriptor(path) {
      self.descriptor = try OutputDescriptor.duplicate(descriptor, path: path)
      self.path = path
      return
    }
    let isRegular = OutputFile.isRegular(path)
    if isRegular { try Self.prepare(path, first) }
    let descriptor = FileSystem.open(path, O_WRONLY | O_CREAT | O_APPEND)
    guard descriptor >= 0 else { throw MaskFileError(writing: path, code: errno) }
    self.path = path
    self.descriptor = descriptor
    if let identity = FileIdentity(descriptor: descriptor), isRegular || OutputFile.isRegular(path) {
      RunFiles.noteWritten(identity)
    }
  }

  deinit { close(descriptor) }

  /// Appends `line` and its end in one write.
  package func append(_ line: String) throws(MaskFileError) {
    try OutputDescriptor.write(Array((line + "\n").utf8), to: descriptor, path: path)
  }

  /// Makes sure that what was appended can be found.
  ///
  /// - Throws: `MaskFileError` if the file or its folder has been moved or removed since it was opened.
  package func finish() throws(MaskFileError) {
    guard let own = FileIdentity(descriptor: descriptor), FileIdentity(path) == own else {
      throw MaskFileError(
        writing: path,
        "the file was moved or removed while it was written; leave it where it is, and run again")
    }
  }

  /// Looks at the first bytes and cuts a torn line off.
  private static func prepare(_ path: String, _ first: String) throws(MaskFileError) {
    let descriptor = FileSystem.open(path, O_RDWR)
    guard descriptor >= 0 else { throw MaskFileError(writing: path, code: errno) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw MaskFileError(writing: path, code: errno) }
    let size = Int(status.st_size)
    guard size > 0 else { return }
    // A torn first line may end within them.
    let wanted = Array(first.utf8.prefix(size))
    if try bytes(descriptor, at: 0, wanted.count, path) != wanted {
      throw MaskFileError(
        path: path, "not a file of records (lines that begin with \(first)); name another, or remove it")
    }
    let block = 1 << 16
    var end = size
    while end > 0 {
      let start = max(0, end - block)
      if let last = try bytes(descriptor, at: start, end - start, path).lastIndex(of: 10) {
        end = start + last + 1
        break
      }
      end = start
    }
    guard end != size else { return }
    guard ftruncate(descriptor, off_t(end)) == 0 else { throw MaskFileError(writing: path, code: errno) }
  }

  private static func bytes(
    _ descriptor: Int32, at offset: Int, _ count: Int, _ path: String
  ) throws(MaskFileError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    let got = bytes.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, off_t(offset)) }
    guard got >= 0 else { throw MaskFileError(writing: path, code: errno) }
    return Array(bytes.prefix(got))
  }
}
