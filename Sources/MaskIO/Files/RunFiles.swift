internal import Platform
import Synchronization

/// Which files a run has read and which it has written, so that no result is written over one of them.
///
/// A command records; a library does not unless it is told to: a program may well read a mask and write it anew.
package enum RunFiles {
  private struct Record {
    var read: Set<FileIdentity> = []
    var written: Set<FileIdentity> = []
    /// The files that standard output and the error output are redirected to, by descriptor.
    var standard: [Int32: FileIdentity] = [:]
  }

  private static let record = Mutex<Record?>(nil)

  /// Keeps book from now on, for the whole process.
  package static func startRecording() {
    var standard: [Int32: FileIdentity] = [:]
    for descriptor in [STDOUT_FILENO, STDERR_FILENO] {
      standard[descriptor] = FileIdentity(regularDescriptor: descriptor)
    }
    record.withLock { $0 = $0 ?? Record(standard: standard) }
  }

  /// Whether what is printed to a standard descriptor would go into a file that was read: `segkit inspect a.npy >> a.npy`.
  package static func printingSpoils(_ descriptor: Int32) -> Bool {
    record.withLock { record in
      guard let record, let identity = record.standard[descriptor] else { return false }
      return record.read.contains(identity)
    }
  }

  /// The file that standard output goes to; nil where it goes to none.
  fileprivate static var printed: FileIdentity? { record.withLock { $0?.standard[STDOUT_FILENO] } }

  /// Whether the file at a path is where standard output or the error output goes.
  static func isStandard(_ path: String) -> Bool {
    guard FileSystem.descriptor(path) == nil, let identity = FileIdentity(path) else { return false }
    return record.withLock { $0?.standard.values.contains(identity) ?? false }
  }

  /// Every open for reading comes here.
  static func noteRead(_ identity: FileIdentity) { record.withLock { _ = $0?.read.insert(identity) } }

  static func noteWritten(_ identity: FileIdentity) { record.withLock { _ = $0?.written.insert(identity) } }

  /// - Throws: `MaskFileError` if the file at a path was read or written in this run.
  static func checkSpared(_ path: String) throws(MaskFileError) {
    guard let identity = FileIdentity(path) else { return }
    let (isRead, isWritten) = record.withLock {
      ($0?.read.contains(identity) ?? false, $0?.written.contains(identity) ?? false)
    }
    if isRead { throw .overInput(path) }
    if isWritten { throw .doubled(path) }
    if isStandard(path) { throw .beneathStandard(path) }
  }
}

/// The files that a run is to write, held against each other and against what it reads before any work is done.
package struct PlannedOutputs: Sendable {
  private let paths: [String]

  /// - Throws: `MaskFileError` if two results would go into one file.
  package init(_ paths: [String]) throws(MaskFileError) {
    self.paths = paths
    // A device or a descriptor takes any number of results.
    let files = paths.filter { FileSystem.descriptor($0) == nil && !OutputFile.isDevice($0) }
    var seen: Set<String> = []
    for path in files {
      guard seen.insert(OutputFile.identity(path)).inserted else { throw .doubled(path) }
    }
    var identities: Set<FileIdentity> = []
    for path in files {
      if RunFiles.isStandard(path) { throw .beneathStandard(path) }
      guard OutputFile.isRegular(path), let identity = FileIdentity(path) else { continue }
      guard identities.insert(identity).inserted else { throw .doubled(path) }
    }
  }

  /// - Parameter inputs: asked for only where a result's file is there already, or standard output is one: it may cost reading
  ///   headers.
  /// - Throws: `MaskFileError` if a result, or what is printed, would go into a file that is read.
  package func checkSpared(_ inputs: () throws -> [String]) throws {
    let existing = paths.compactMap { path in FileIdentity(path).map { (path: path, identity: $0) } }
      .filter { OutputFile.isRegular($0.path) }
    let printed = RunFiles.printed
    guard !existing.isEmpty || printed != nil else { return }
    // Each is looked up once: there may be a file for every slice of every case.
    let inputs = try inputs().compactMap { path in FileIdentity(path).map { (path: path, identity: $0) } }
    if let printed, let input = inputs.first(where: { $0.identity == printed }) {
      throw MaskFileError.printedOver(input.path)
    }
    let taken = Set(inputs.map(\.identity))
    if let one = existing.first(where: { taken.contains($0.identity) }) {
      throw MaskFileError.overInput(one.path)
    }
  }
}

extension MaskFileError {
  fileprivate static func overInput(_ path: String) -> MaskFileError {
    MaskFileError(path: path, "one of the files to read; write the result elsewhere")
  }
  fileprivate static func beneathStandard(_ path: String) -> MaskFileError {
    MaskFileError(
      path: path,
      "what is printed goes into this file, too, and would be lost; write the result elsewhere, or to /dev/stdout"
    )
  }
  fileprivate static func printedOver(_ path: String) -> MaskFileError {
    MaskFileError(path: path, "one of the files to read, and what is printed goes into it; print elsewhere")
  }
  fileprivate static func doubled(_ path: String) -> MaskFileError {
    MaskFileError(path: path, "two results cannot go to one file; give each its own")
  }
}
