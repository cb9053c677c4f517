import Foundation
import TestSupport
import Testing

/// What the command prints and writes, whole: `fixtures/golden` holds one transcript a subject.
///
/// To record them again, after a change that is meant: `SEGKIT_RECORD_GOLDEN=1 swift test -c release --filter GoldenTests`, and
/// look at what `git diff fixtures/golden` says. A new one is a file with a title and lines that begin with `$ `.
@Suite("Golden transcripts")
struct GoldenTests {
  private static let names =
    (try? FileManager.default.contentsOfDirectory(atPath: TestFiles.fixture("golden")).sorted()) ?? []

  @Test("The command prints and writes what stands in the transcript", arguments: names)
  func transcript(_ name: String) throws {
    let path = TestFiles.fixture("golden/" + name)
    let expected = try String(contentsOfFile: path, encoding: .utf8)
    let found = try Transcript(expected).replayed()
    if ProcessInfo.processInfo.environment["SEGKIT_RECORD_GOLDEN"] != nil {
      try found.write(toFile: path, atomically: true, encoding: .utf8)
    }
    #expect(found == expected, "\(name): \(Self.difference(expected, found))")
  }

  @Test("Every subcommand, and every output, stands in a transcript")
  func coverage() throws {
    let all = try Self.names.map {
      try String(contentsOfFile: TestFiles.fixture("golden/" + $0), encoding: .utf8)
    }.joined()
    for part in [
      "segkit --help", "segkit score --help", "segkit loss --help", "segkit explain", "segkit inspect",
      "segkit list metrics", "--markdown", "--json", "--jsonl", "--csv", "--confusion", "--dry-run",
    ] {
      #expect(all.contains(part), "no transcript has \(part)")
    }
  }

  /// The lines that are gone and those that came, with their numbers.
  private static func difference(_ expected: String, _ found: String) -> String {
    let old = expected.split(separator: "\n", omittingEmptySubsequences: false)
    let new = found.split(separator: "\n", omittingEmptySubsequences: false)
    return new.difference(from: old).prefix(20).map { change in
      switch change {
      case .remove(let offset, let line, _): "\n  line \(offset + 1) − \(line)"
      case .insert(let offset, let line, _): "\n  line \(offset + 1) + \(line)"
      }
    }.joined()
  }
}

/// Commands, each followed by what it printed: a line that begins with `$ ` goes to the shell, in a folder of its own that holds the
/// fixtures. Standard output stands as it is, a line of the error output behind `! `, and an exit code other than 0
/// as `[exit 3]`. What stands before the first command is the title.
private struct Transcript {
  private let title: String
  private let commands: [String]

  init(_ text: String) {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    title = lines.prefix { !$0.hasPrefix("$ ") }.joined(separator: "\n")
    commands = lines.filter { $0.hasPrefix("$ ") }.map { String($0.dropFirst(2)) }
  }

  /// The transcript as the commands answer now.
  func replayed() throws -> String {
    let scratch = try TemporaryFolder()
    for set in try FileManager.default.contentsOfDirectory(atPath: TestFiles.fixture(""))
    where !["golden", "fuzz"].contains(set) {
      try FileManager.default.copyItem(atPath: TestFiles.fixture(set), toPath: scratch.file(set))
    }
    var text = title
    for command in commands {
      let run = try Segkit.transcript(command, in: scratch.path)
      text += "\n$ \(command)\n" + run.output
      if !run.output.isEmpty, !run.output.hasSuffix("\n") { text += "[no newline]\n" }
      for line in run.errors.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
        text += line.isEmpty ? "!\n" : "! \(line)\n"
      }
      if run.exitCode != 0 { text += "[exit \(run.exitCode)]\n" }
      try #require(
        !run.output.contains("\n$ ") && !run.output.hasPrefix("$ "), "the output reads as a command")
    }
    return Self.constant(text, scratch.path)
  }

  /// Without what differs from run to run.
  private static func constant(_ text: String, _ folder: String) -> String {
    text.replacing(folder, with: "FOLDER")
      .replacing(/"version": "[^"]+"/, with: "\"version\": \"VERSION\"")
  }
}
