import Foundation
import TestSupport
import Testing

/// Runs the built command as a user does.
struct Segkit {
  /// What a run came to.
  struct Run {
    var exitCode: Int32
    var output: String
    var errors: String
  }

  /// Runs `segkit` with `arguments`.
  static func run(
    _ arguments: [String], in folder: String = TestFiles.package, executable: String? = nil
  ) throws -> Run {
    try run(executable.map { URL(filePath: $0) } ?? binary, arguments, in: folder, environment: [:])
  }

  /// Runs a line of the shell in which `segkit` is the built command, at 80 columns.
  static func transcript(_ line: String, in folder: String) throws -> Run {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    return try run(
      URL(filePath: "/bin/sh"), ["-c", line], in: folder,
      environment: [
        "PATH": binary.deletingLastPathComponent().path() + ":" + path, "COLUMNS": "80", "LC_ALL": "C",
      ])
  }

  private static func run(
    _ program: URL, _ arguments: [String], in folder: String, environment: [String: String]
  ) throws -> Run {
    let process = Process()
    process.executableURL = program
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.currentDirectoryURL = URL(filePath: folder)
    let (output, errors) = (Pipe(), Pipe())
    process.standardOutput = output
    process.standardError = errors
    process.standardInput = FileHandle.nullDevice
    try process.run()
    // Both pipes are drained at once, or a full one would stop the command.
    let collected = Drain(errors.fileHandleForReading)
    let text = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return Run(
      exitCode: process.terminationStatus, output: String(decoding: text, as: UTF8.self),
      errors: String(decoding: collected.wait(), as: UTF8.self))
  }

  /// `segkit score` with `--progress none`.
  static func score(_ arguments: String...) throws -> Run { try run(["score"] + arguments) }

  /// The JSON that `segkit score` writes with these arguments.
  static func json(_ arguments: [String], expecting code: Int32 = 0) throws -> [String: Any] {
    let run = try run(["score"] + arguments + ["--format", "json"])
    #expect(run.exitCode == code, "\(run.errors)")
    return try #require(try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
  }

  /// The command's path.
  static var path: String { binary.path() }

  /// Beside the test bundle, where the build puts it.
  private static let binary = URL(filePath: CommandLine.arguments[0]).resolvingSymlinksInPath()
    .deletingLastPathComponent().appending(path: "segkit")

  private final class Drain: @unchecked Sendable {
    private let done = DispatchSemaphore(value: 0)
    private var data = Data()

    init(_ handle: FileHandle) {
      Thread.detachNewThread { [self] in
        data = (try? handle.readToEnd()) ?? Data()
        done.signal()
      }
    }

    func wait() -> Data {
      done.wait()
      return data
    }
  }
}

/// A value deep in a JSON document.
func value(_ json: Any?, _ path: String...) -> Any? {
  path.reduce(json) { json, key in (json as? [String: Any])?[key] }
}

/// A number deep in a JSON document; NaN where a string stands for one.
func number(_ json: Any?, _ path: String...) -> Double? {
  let found = path.reduce(json) { json, key in (json as? [String: Any])?[key] }
  if let text = found as? String { return Double(text) }
  return (found as? NSNumber)?.doubleValue
}
