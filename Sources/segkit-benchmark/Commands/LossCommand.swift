import ArgumentParser
import CLossLoops
import MaskIO
internal import Platform

/// `segkit-benchmark loss`: losses with their derivatives, against C loops and other tools.
struct LossCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "loss", abstract: "Measures losses and their derivatives, everything in turn.",
    discussion: """
      With one thread the process and its peers are kept to one processor, and times are CPU times; else
      they are wall times. Peers need a Python with numpy, and where wanted jax, torch, monai.
      """)

  @Option(
    help: ArgumentHelp("The Python to run other tools with; without it there are none.", valueName: "path"))
  var peers: String?

  @Option(
    help: ArgumentHelp("The script that runs them (default: the one of this checkout).", valueName: "path"))
  var peersScript: String?

  @Option(help: "Threads of every contender, except where one and two are compared.")
  var threads = 1

  @Option(help: ArgumentHelp("Numbers of voxels, with commas between.", valueName: "N,…"))
  var n = "10000,1000000,10000000"

  @Option(help: "Rounds.")
  var runs = 9

  @Option(help: ArgumentHelp("Measure only this part; may be given again (default: all).", valueName: "part"))
  var part: [LossPart] = []

  @Option(
    help: ArgumentHelp("In the part every, measure only these losses.", valueName: "name,…"))
  var losses: String?

  @Flag(help: "Measure the Hessian diagonal of 100 million voxels too, in 1.2 GB of memory.")
  var large = false

  @Option(help: ArgumentHelp("Write lines of JSON to this file.", valueName: "file"))
  var jsonLines: String?

  private var sizes: [Int] {
    get throws {
      try n.split(separator: ",").map {
        guard let size = Int($0), size > 0 else {
          throw ValidationError("--n: \($0) is no number of voxels.")
        }
        return size
      }
    }
  }

  func validate() throws {
    if runs < 1 { throw ValidationError("--runs must be at least 1.") }
    if threads < 1 { throw ValidationError("--threads must be at least 1.") }
    if try sizes.isEmpty { throw ValidationError("--n needs a number of voxels.") }
  }

  func run() throws {
    if threads == 1 { loops_pin() }
    let process = try peers.map {
      try PeerProcess(python: $0, script: peersScript ?? PeerProcess.script, threads: threads)
    }
    if process == nil { note("no --peers: other tools are left out") }
    let session = LossSession(threads: threads, runs: runs, peers: process)
    var lines = [
      JSONLine([
        "machine": .text(Machine.processor), "threads": .count(threads), "rounds": .count(runs),
      ])
    ]
    print("\(Machine.processor); threads: \(threads); \(runs) runs in turn\n")
    for part in LossPart.allCases where self.part.isEmpty || self.part.contains(part) {
      for table in try measure(part, session) {
        table.print()
        // Seen at once also where the output is a file.
        fflush(nil)
        lines += table.lines
      }
    }
    if let jsonLines {
      try OutputFile.replace(jsonLines, with: lines.map { try $0.text() + "\n" }.joined())
    }
  }

  private func measure(_ part: LossPart, _ session: LossSession) throws -> [LossTable] {
    let sizes = try sizes
    switch part {
    case .probabilities: return try ProbabilityPart(session: session, sizes: sizes).measure()
    case .call: return try CallPart(session: session).measure()
    case .classes: return try ClassPart(session: session).measure()
    case .compound: return try CompoundPart(session: session).measure()
    case .every:
      return try EveryPart(
        session: session, count: 1_000_000,
        names: losses.map { Set($0.split(separator: ",").map(String.init)) }
      ).measure()
    case .threads: return try ThreadPart(session: session, count: sizes.max() ?? 1).measure()
    case .diagonal:
      let between = [10_000, 100_000, 1_000_000, 10_000_000].filter { $0 <= sizes.max() ?? 0 }
      return try DiagonalPart(session: session, sizes: between + (large ? [100_000_000] : [])).measure()
    case .products: return try ProductPart(session: session).measure()
    }
  }
}
