/// Why a file or folder could not be used, with its path and what to do about it.
public struct MaskFileError: Error, Sendable, CustomStringConvertible {
  public let path: String
  /// What is wrong and its remedy, in one line.
  public let reason: String

  public init(path: String, _ reason: String) {
    self.path = path
    self.reason = reason
  }

  public init(path: String, _ error: any Error & CustomStringConvertible) {
    self.init(path: path, error.description)
  }

  /// For a system call that failed with `code`.
  public init(path: String, code: Int32) {
    let reason =
      switch code {
      case ENOENT: "no such file or folder; check the name"
      case EACCES, EPERM: "no permission; allow it with chmod, or run as its owner"
      case EISDIR: "a folder where a file belongs; name a file in it, or say --volumes for a stack of slices"
      case ENOTDIR: "a file where a folder belongs; name the folder"
      case ENOSPC: "no space left on the device; free some or write elsewhere"
      case EROFS: "the file system is read-only; write elsewhere"
      case EMFILE, ENFILE: "too many open files; lower --jobs"
      default: systemMessage(code)
      }
    self.init(path: path, reason)
  }

  public var description: String { "\(path): \(reason)" }
}
