internal import Platform

/// Why a file or folder could not be used, with its path and what to do about it.
public struct MaskFileError: Error, Sendable, CustomStringConvertible {
  public let path: String
  /// What is wrong and its remedy, in one line.
  public let reason: String
  /// Whether a result could not be written, and not an input be read.
  public let isAboutOutput: Bool

  public init(path: String, _ reason: String) { self.init(path: path, reason, isAboutOutput: false) }

  /// Of a result that cannot be written.
  public init(writing path: String, _ reason: String) { self.init(path: path, reason, isAboutOutput: true) }

  private init(path: String, _ reason: String, isAboutOutput: Bool) {
    self.path = path
    self.reason = reason
    self.isAboutOutput = isAboutOutput
  }

  public init(path: String, _ error: any Error & CustomStringConvertible) {
    self.init(path: path, error.description)
  }

  /// For a system call that failed with `code` while a file was to be read.
  public init(path: String, code: Int32) { self.init(path: path, Self.reason(code)) }

  /// For a system call that failed with `code` while a result was to be written.
  public init(writing path: String, code: Int32) { self.init(writing: path, Self.reason(code)) }

  private static func reason(_ code: Int32) -> String {
    switch code {
    case ENOENT: "no such file or folder; check the name"
    case EACCES, EPERM: "no permission; allow it with chmod, or run as its owner"
    case EISDIR: "a folder where a file belongs; name a file in it, or say --volumes for a stack of slices"
    case ENOTDIR: "a file where a folder belongs; name the folder"
    case ENOSPC: "no space left on the device; free some or write elsewhere"
    case EROFS: "the file system is read-only; write elsewhere"
    case EMFILE, ENFILE: "too many open files; lower --jobs"
    case ELOOP: "too many links on the way, or a link where none is followed; name the file itself"
    case ENAMETOOLONG: "a name longer than the file system takes; shorten it"
    case EINVAL: "no name of a file; check it for characters that cannot be seen"
    default: systemMessage(code)
    }
  }

  public var description: String { "\(path): \(reason)" }
}
