import ArgumentParser
import MaskIO

/// `segkit-benchmark score`: the whole command against its floors and other tools.
struct ScoreCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "score", abstract: "Measures scoring two folders of masks, everything in turn.",
    discussion: """
      Prints the time of each, ratios with what is aimed at, and where segkit's time goes. Peers need a
      Python with numpy and opencv-python-headless, and where wanted pillow, torch, monai, torchmetrics.
      """)

  @Argument(help: "The folder of predictions.")
  var predictions: String

  @Argument(help: "The folder of references, of the same names: 8-bit grey masks.")
  var references: String

  @Option(
    help: ArgumentHelp("The segkit to measure (default: the one beside this program).", valueName: "path"))
  var segkit: String?

  @Option(
    help: ArgumentHelp("The Python to run other tools with; without it there are none.", valueName: "path"))
  var peers: String?

  @Option(
    help: ArgumentHelp("The script that runs them (default: the one of this checkout).", valueName: "path"))
  var peersScript: String?

  @Option(help: ArgumentHelp("Number of labels (default: the largest found, and one).", valueName: "N"))
  var labels: Int?

  @Option(help: "Rounds.")
  var runs = 5

  @Flag(help: "Print lines of JSON after the tables.")
  var json = false

  func validate() throws {
    if runs < 1 { throw ValidationError("--runs must be at least 1.") }
  }

  func run() throws {
    let command = try Segkit(named: segkit)
    if command == nil {
      note("no segkit beside this program: build it or say --segkit; only the rest is measured")
    }
    let pairs = try MaskPairs(predictions: predictions, references: references)
    guard (pairs.labels...256).contains(labels ?? pairs.labels) else {
      throw ValidationError("--labels must be \(pairs.labels) to 256 for these masks.")
    }
    let series = try Series.inTurn(contenders(pairs, command), runs: runs)
    let report = ScoreReport(series: series, pairs: pairs.count, voxels: pairs.voxels)
    print("\(Machine.description); \(pairs.count) pairs, \(pairs.voxels) voxels, \(runs) runs in turn\n")
    report.printTables()
    if json { try report.printJSON() }
  }

  private func contenders(_ pairs: MaskPairs, _ command: Segkit?) -> [Contender] {
    typealias Part = ScoreReport.Part
    let labels = labels ?? pairs.labels
    let floors = Floors(pairs, labels: labels)
    let (predictions, references) = (predictions, references)
    var all: [(name: String, run: () throws -> Elapsed)] = []
    if let command {
      all.append((Part.oneJob, { try command.score(predictions, references, jobs: 1) }))
      all.append((Part.twoJobs, { try command.score(predictions, references, jobs: 2) }))
      all.append((Part.start, command.start))
    }
    all.append((Part.decode, floors.decode))
    all.append((Part.inflate, floors.inflate))
    all.append((Part.read, floors.readFiles))
    all.append((Part.count, floors.count))
    all.append((Part.countNoise, floors.countNoise))
    let own = all.map { Contender(name: $0.name, pairs: pairs.count, run: $0.run) }
    guard let peers else { return own }
    return own
      + Peer.all.map {
        $0.contender(pairs, labels: labels, python: peers, script: peersScript ?? Peer.script)
      }
  }
}
