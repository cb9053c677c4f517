internal import Platform

/// The system calls that take a path. No other file of this package calls them, so that names of any bytes work everywhere
/// and a name never ends at a zero byte in its middle.
enum FileSystem {
  static func open(_ path: String, _ flags: Int32, mode: mode_t = 0o666) -> Int32 {
    with(path) { systemOpen($0, flags | O_CLOEXEC, mode) }
  }

  /// What stands at a path; links are followed. nil if nothing does, `errno` saying why.
  static func status(_ path: String) -> stat? {
    var status = stat()
    return with(path) { stat($0, &status) } == 0 ? status : nil
  }

  static func canWrite(_ path: String) -> Bool { with(path) { access($0, W_OK) } == 0 }
  static func remove(_ path: String) -> Int32 { with(path) { unlink($0) } }
  static func makeFolder(_ path: String) -> Int32 { with(path) { mkdir($0, 0o777) } }
  static func rename(_ path: String, to other: String) -> Int32 {
    with(path) { from in with(other) { systemRename(from, $0) } }
  }

  /// The path without links and dots; nil if nothing stands there.
  static func resolved(_ path: String) -> String? {
    var result: String?
    _ = with(path) { name in
      guard let real = realpath(name, nil) else { return -1 }
      defer { free(real) }
      result = FileName.text(
        UnsafeBufferPointer(start: real, count: strlen(real)).map { UInt8(bitPattern: $0) })
      return 0
    }
    return result
  }

  /// What a link at a path says, whether anything stands there or not; nil for no link.
  static func linkTarget(_ path: String) -> String? {
    var target = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
    let count = with(path) { name in
      target.withUnsafeMutableBufferPointer { target in
        guard let start = target.baseAddress else { return -1 }
        return Int32(readlink(name, start, target.count))
      }
    }
    return count > 0 ? FileName.text(target.prefix(Int(count)).map { UInt8(bitPattern: $0) }) : nil
  }

  /// The descriptor of this process that a path names, as `/dev/stdout` and `/dev/fd/3` do; nil for any other path.
  static func descriptor(_ path: String) -> Int32? {
    var path = path
    // As many links as the system follows.
    for _ in 0..<40 {
      let folder = FileName.folder(of: path) ?? "."
      if let real = resolved(folder), real.hasPrefix("/proc/\(getpid())/"), real.hasSuffix("/fd") {
        return Int32(FileName.last(of: path))
      }
      guard let target = linkTarget(path) else { return nil }
      path = target.utf8.first == UInt8(ascii: "/") ? target : folder + "/" + target
    }
    return nil
  }

  /// The names in a folder but `.` and `..`, with what the folder says of their kind; nil if it cannot be listed, `errno` saying
  /// why.
  static func entries(_ folder: String) -> [(name: String, kind: UInt8)]? {
    var directory: OpaquePointer?
    _ = with(folder) {
      directory = opendir($0)
      return 0
    }
    guard let directory else { return nil }
    defer { closedir(directory) }
    var entries: [(String, UInt8)] = []
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { FileName.text($0.prefix { $0 != 0 }) }
      if name != ".", name != ".." { entries.append((name, entry.pointee.d_type)) }
    }
    return entries
  }

  /// Calls `body` with the bytes of a path; −1 and `EINVAL` for a name that holds a zero.
  private static func with(_ path: String, _ body: (UnsafePointer<CChar>) -> Int32) -> Int32 {
    let bytes = FileName.bytes(path)
    guard !bytes.contains(0) else {
      errno = EINVAL
      return -1
    }
    return (bytes.map { CChar(bitPattern: $0) } + [0]).withUnsafeBufferPointer { name in
      name.baseAddress.map(body) ?? -1
    }
  }
}

/// A file whatever path leads to it: two paths with one identity are one file.
package struct FileIdentity: Hashable, Sendable {
  private let device: UInt64
  private let node: UInt64

  /// nil if nothing stands there; links are followed.
  package init?(_ path: String) {
    guard let status = FileSystem.status(path) else { return nil }
    self.init(status)
  }

  init(_ status: stat) {
    device = UInt64(truncatingIfNeeded: status.st_dev)
    node = UInt64(truncatingIfNeeded: status.st_ino)
  }

  /// nil for a descriptor that is not open, or not of a file.
  init?(regularDescriptor descriptor: Int32) {
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    self.init(status)
  }

  /// nil for a descriptor that is not open.
  init?(descriptor: Int32) {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return nil }
    self.init(status)
  }
}

/// What stands at a path; links are followed.
package enum FileKind: Sendable {
  case file
  case folder
  case nothing

  package init(_ path: String) {
    guard let status = FileSystem.status(path) else {
      self = .nothing
      return
    }
    self = status.st_mode & S_IFMT == S_IFDIR ? .folder : .file
  }
}

/// The C functions, which methods of the same names would hide.
private func systemOpen(_ path: UnsafePointer<CChar>, _ flags: Int32, _ mode: mode_t) -> Int32 {
  open(path, flags, mode)
}
private func systemRename(_ path: UnsafePointer<CChar>, _ other: UnsafePointer<CChar>) -> Int32 {
  rename(path, other)
}
