import MaskIO
internal import Platform

/// The command that is measured.
struct Segkit {
  let path: String

  /// The one named, or else the one built beside this program; `nil` if there is none.
  init?(named path: String?) throws {
    let program = CommandLine.arguments[0]
    let folder = program.lastIndex(of: "/").map { String(program[..<$0]) }
    self.path = path ?? (folder ?? ".") + "/segkit"
    if FileKind(self.path) == .file { return }
    guard let path else { return nil }
    throw MaskFileError(path: path, code: ENOENT)
  }

  /// Scores all pairs, its process included.
  func score(_ predictions: String, _ references: String, jobs: Int) throws -> Elapsed {
    try ChildProcess.time([
      path, "score", predictions, references, "--jobs", String(jobs), "--progress", "none",
    ])
  }

  /// Starts and stops; the mean of several, since one takes only milliseconds.
  func start() throws -> Elapsed {
    // Also warms up; every segkit has --help, which costs a little more.
    let option = (try? ChildProcess.time([path, "--version"])) == nil ? "--help" : "--version"
    var sum = Elapsed()
    for _ in 0..<5 { sum += try ChildProcess.time([path, option]) }
    return sum / 5
  }
}
