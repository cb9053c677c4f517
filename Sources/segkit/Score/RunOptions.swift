import ArgumentParser
internal import Platform
import SegmentationKit
import SystemLimits

/// How the command runs and ends.
struct RunOptions: ParsableArguments {
  @Flag(help: "Show pairs, decoding, labels, spacing and settings; score nothing.")
  var dryRun = false

  @Option(
    help: ArgumentHelp(
      "Take the settings of an earlier result; a flag that contradicts them is an error.", valueName: "file"))
  var settings: String?

  @Flag(help: "Any hint or warning ends with exit code 3.")
  var strict = false

  @Option(
    help: ArgumentHelp(
      "Exit 1 if a value is under V (repeatable): dice=0.8, tumour.recall=0.7, min.1.dice=0.5.",
      valueName: "[mean|pooled|median|min.][label.]metric=v"))
  var failUnder: [String] = []

  @Option(
    help: ArgumentHelp(
      "Exit 1 if a value is over V (repeatable): fnr=0.1.",
      valueName: "[mean|pooled|median|min.][label.]metric=v"))
  var failOver: [String] = []

  @Option(
    help: ArgumentHelp(
      "Threads; the results are the same for any number. Default: all cores.", valueName: "n"))
  var jobs: Int?

  @Option(help: "Progress on standard error: bar, json or none. Default: a bar on a terminal.")
  var progress: ProgressStyle?

  /// - Parameter convention: whose meaning metrics' names have.
  func gates(_ convention: Convention?) throws -> [Gate] {
    try failUnder.map { try Gate($0, .under, convention) } + failOver.map { try Gate($0, .over, convention) }
  }

  func threads() throws -> Int {
    let wanted = jobs ?? max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    guard (1...1024).contains(wanted) else {
      throw ScoreError(.usage, "--jobs: \(wanted) is no number of threads; write 1 to 1024")
    }
    let affordable = SystemThreads.affordable(wanted)
    if affordable < wanted {
      Terminal.note(
        "\(affordable) of \(wanted) threads, for the process may begin no more (ulimit -n, -u or -v); the results are the same"
      )
    }
    return affordable
  }
}
