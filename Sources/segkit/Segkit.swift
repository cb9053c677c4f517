import ArgumentParser
import SegmentationKit

/// The command: its subcommands, and how errors become exit codes.
@main
struct Segkit: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "segkit",
    abstract: "Segmentation scores you can defend.",
    discussion: """
      Examples:
        segkit score predictions references              score a folder of PNG masks
        segkit score predictions references --dry-run    what would be scored, and how it would be read
        segkit explain p.png r.png --metric hd95         every meaning of a number, and who uses it
        segkit loss dice p.npy mask.png                  one loss, with its gradient and exact Hessian diagonal
        segkit inspect masks/case_01.png                 what a mask file holds

      Exit codes: 0 all well, 1 a --fail-under bar missed, 2 wrong usage, 3 files missing, unpaired or
      ambiguous, 4 some case failed (the others are scored and written), 70 internal error.
      """,
    version: segkitVersion,
    subcommands: [Score.self, Explain.self, LossCommand.self, Inspect.self, List.self])

  static func main() {
    // A reader that closes the pipe early (head, less) is no reason to die by a signal half-way through files.
    signal(SIGPIPE, SIG_IGN)
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch let code as ExitStatus {
      Terminal.end(code.rawValue)
    } catch let error as ScoreError {
      Terminal.error(error.description)
      Terminal.end((error.kind == .usage ? ExitStatus.usage : .pairing).rawValue)
    } catch let error as MaskFileError {
      Terminal.error(error.description)
      Terminal.end(ExitStatus.pairing.rawValue)
    } catch {
      finish(error)
    }
  }

  /// Help and versions are no errors; what the parser refuses is wrong usage.
  private static func finish(_ error: any Error) -> Never {
    let isSuccess = exitCode(for: error).isSuccess
    let text = isSuccess ? message(for: error) : fullMessage(for: error)
    if isSuccess { Terminal.out(text + "\n") } else { Terminal.err(text + "\n") }
    Terminal.end(isSuccess ? 0 : ExitStatus.usage.rawValue)
  }
}

/// The exit codes, an error so that a command can end with one. Where several hold the first of
/// `precedence` wins.
enum ExitStatus: Int32, Error {
  case success = 0
  case barMissed = 1
  case usage = 2
  case pairing = 3
  case caseFailed = 4
  case internalError = 70

  static let precedence: [ExitStatus] = [.internalError, .usage, .pairing, .caseFailed, .barMissed]

  /// Ends the command by the weightiest of several findings.
  static func end(_ found: Set<ExitStatus>) throws {
    if let first = precedence.first(where: found.contains) { throw first }
  }
}
