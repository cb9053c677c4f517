import ArgumentParser
internal import Platform
import SegmentationKit
import SystemLimits
import TextFormats

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
      ambiguous, 4 some case failed (the others are scored and written), 70 internal error, or a result
      that could not be written.
      """,
    version: segkitVersion,
    subcommands: [Score.self, Explain.self, LossCommand.self, Inspect.self, List.self])

  static func main() {
    FreeMemory.shareHeapUnderLimits()
    FileDescriptors.occupyStandard()
    FileDescriptors.raiseLimit()
    Signals.removeUnfinishedFiles()
    RunFiles.startRecording()
    do {
      var command = try parseAsRoot(arguments)
      try command.run()
    } catch {
      finish(error)
    }
    Terminal.end(ExitStatus.success.rawValue)
  }

  /// Those of the process, whatever bytes they are of.
  private static var arguments: [String] {
    (1..<max(1, Int(CommandLine.argc))).compactMap { index in
      CommandLine.unsafeArgv[index].map { argument in
        FileName.argument(
          UnsafeBufferPointer(start: argument, count: strlen(argument)).map { UInt8(bitPattern: $0) })
      }
    }
  }

  /// Says what went wrong, and ends with the code that belongs to it.
  private static func finish(_ error: any Error) -> Never {
    switch error {
    case let code as ExitStatus: Terminal.end(code.rawValue)
    case let error as ScoreError:
      Terminal.error(error.description)
      Terminal.end((error.kind == .usage ? ExitStatus.usage : .pairing).rawValue)
    case let error as MaskFileError:
      Terminal.error(error.description)
      Terminal.end((error.isAboutOutput ? ExitStatus.internalError : .pairing).rawValue)
    case is LabelSchemeError, is MetricNameError, is SpacingError, is ColourMapError, is LossError:
      Terminal.error("\(error)")
      Terminal.end(ExitStatus.usage.rawValue)
    default: break
    }
    // Help and versions are no errors; what the parser refuses is wrong usage.
    switch exitCode(for: error) {
    case .success:
      Terminal.out(message(for: error) + "\n")
      Terminal.end(ExitStatus.success.rawValue)
    case .validationFailure:
      Terminal.err(ShownText.lines(fullMessage(for: error)) + "\n")
      Terminal.end(ExitStatus.usage.rawValue)
    default:
      Terminal.error("internal error, please report it: \(error)")
      Terminal.end(ExitStatus.internalError.rawValue)
    }
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
