internal import Platform
import Synchronization

/// A file that is being written beside the one it will replace, under a name nobody can foresee.
struct UnfinishedFile {
  let descriptor: Int32
  private let path: String

  /// The names of all that are not finished, for a process that is told to end.
  private static let unfinished = Mutex<Set<String>>([])

  /// - Parameters:
  ///   - folder: where it is made: a file moves at once only within a file system.
  ///   - output: what the user knows it as.
  init(beside folder: String, for output: String) throws(MaskFileError) {
    var random = SystemRandomNumberGenerator()
    for _ in 0..<16 {
      // Short, so that it fits where the output's own name takes all that a name may have.
      let path = folder + "/.segkit-" + String(random.next(), radix: 36) + ".part"
      // In the list before it is there: a signal between the two would leave it behind.
      Self.unfinished.withLock { _ = $0.insert(path) }
      // Made new and through no link, whatever somebody may have put there.
      let descriptor = FileSystem.open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW)
      if descriptor >= 0 {
        self.path = path
        self.descriptor = descriptor
        return
      }
      let code = errno
      Self.unfinished.withLock { _ = $0.remove(path) }
      guard code == EEXIST else { throw MaskFileError(writing: output, code: code) }
    }
    throw MaskFileError(writing: output, code: EEXIST)
  }

  /// Makes it what the file that it will replace is to others, as far as the process may.
  func takeRights(of target: String) {
    guard let status = FileSystem.status(target) else { return }
    // A new owner takes bits away, so these come after.
    if status.st_uid != geteuid() || status.st_gid != getegid() {
      _ = fchown(descriptor, status.st_uid, status.st_gid)
    }
    _ = fchmod(descriptor, status.st_mode & 0o777)
  }

  /// Puts the file, written and closed, in the place of another.
  func finish(as target: String, for output: String) throws(MaskFileError) {
    guard FileSystem.rename(path, to: target) == 0 else {
      let code = errno
      discard()
      throw MaskFileError(writing: output, code: code)
    }
    Self.unfinished.withLock { _ = $0.remove(path) }
    // The folder's entry, too, should outlast a power cut; where a file system does not take it nothing is lost but that.
    let folder = FileName.folder(of: path) ?? "."
    let descriptor = FileSystem.open(folder, O_RDONLY | O_DIRECTORY)
    if descriptor >= 0 {
      fsync(descriptor)
      close(descriptor)
    }
  }

  /// Removes the file.
  func discard() {
    _ = FileSystem.remove(path)
    Self.unfinished.withLock { _ = $0.remove(path) }
  }

  /// Removes every file that is not finished.
  static func discardAll() {
    for path in unfinished.withLock({ $0 }) { _ = FileSystem.remove(path) }
  }
}

extension OutputFile {
  /// Removes what half-written files there are: for a process that is told to end. Writing may go on in other threads, and
  /// fails then.
  package static func discardUnfinished() { UnfinishedFile.discardAll() }
}
