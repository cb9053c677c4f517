import ArgumentParser
import CLossLoops
import DistanceTransform
import LabelMaps
import MaskIO
internal import Platform
import SegmentationMetrics
import TextFormats

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// `segkit-benchmark surface`: surface metrics, the distance transform and components, against other tools.
struct SurfaceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "surface",
    abstract: "Measures surface metrics, distance transforms and components, everything in turn.",
    discussion: """
      HD, HD95, ASSD, MASD and NSD together on two blobs, two balls and a small organ, volumes in memory. With one
      thread the process and its peers are kept to one processor, and times are CPU times; with more they are wall \
      times, and segkit with one thread stands beside. Peers need a Python with numpy and, where wanted, surface-distance, monai, medpy, simpleitk, edt, \
      connected-components-3d.
      """)

  @Option(
    help: ArgumentHelp("The Python to run other tools with; without it there are none.", valueName: "path"))
  var peers: String?

  @Option(help: "Threads of every contender.")
  var threads = 1

  @Option(help: "Rounds.")
  var runs = 5

  func validate() throws {
    if runs < 1 { throw ValidationError("--runs must be at least 1.") }
    if threads < 1 { throw ValidationError("--threads must be at least 1.") }
  }

  private static let tolerance = 2.0
  private static let own = "segkit"

  func run() throws {
    if threads == 1 { loops_pin() }
    let process = try peers.map {
      try PeerProcess(python: $0, script: SurfacePeer.script, threads: threads)
    }
    if process == nil { note("no --peers: other tools are left out") }
    print("\(Machine.processor); threads: \(threads); \(runs) runs in turn; median (least)\n")
    for volumes in [SurfaceVolumes.blobs(), .balls(), .organ()] {
      try measure(
        volumes, "hd, hd95, assd, masd, nsd@2", process,
        ["surface-distance", "monai", "simpleitk", "medpy"]
      ) { try metrics(volumes, threads: $0) }
    }
    let blobs = SurfaceVolumes.blobs()
    try measure(blobs, "distance transform of the whole volume", process, ["edt"]) { threads in
      let transform = SquaredDistanceTransform(
        extents: blobs.shape.extents, spacing: blobs.spacing, threads: threads)
      return [Double(transform.distances(blobs.reference)[0])]
    }
    let map = try LabelMap(blobs.prediction, shape: blobs.shape)
    try measure(blobs, "components, 26 neighbours, written as a map", process, ["cc3d"]) { _ in
      [Double(try ConnectedComponents(map, .corners).count)]
    }
  }

  private func metrics(_ volumes: SurfaceVolumes, threads: Int) throws -> [Double] {
    let metrics = try ["hd", "hd95", "assd", "masd", "nsd@2"].map { try SegmentationMetric(named: $0) }
    return try ShapeMeasures(
      prediction: try LabelMap(volumes.prediction, shape: volumes.shape),
      reference: try LabelMap(volumes.reference, shape: volumes.shape), items: [.label(1)],
      ShapeRequest(metrics), spacing: volumes.spacing, threads: threads
    ).values[0]
  }

  private func measure(
    _ volumes: SurfaceVolumes, _ title: String, _ process: PeerProcess?, _ tools: [String],
    _ work: @escaping (_ threads: Int) throws -> [Double]
  ) throws {
    var values: [String: [Double]] = [:]
    // A second processor that has slept needs some milliseconds to get up to speed.
    let lasting = threads > 1 ? 0.3 : 0.03
    var all = [Contender(Self.own, lasting: lasting) { values[Self.own] = try work(threads) }]
    if threads > 1 {
      let alone = "\(Self.own), 1 thread"
      all.append(Contender(alone, lasting: lasting) { values[alone] = try work(1) })
    }
    let files = try process.map { _ in try SurfaceFiles(volumes) }
    if let process, let files {
      _ = try process.ask(SurfacePeer.Request(volumes, files, tolerance: Self.tolerance))
      all += tools.map { tool in
        Contender(name: tool, pairs: 1) {
          let answer = try process.ask(SurfacePeer.Request(run: tool))
          values[tool] = answer.values
          guard let cpu = answer.cpu, let wall = answer.wall else { throw Unavailable(reason: "no times") }
          return Elapsed(cpu: cpu, wall: wall)
        }
      }
    }
    let series = try Series.inTurn(all, runs: runs, isQuiet: true)
    print("\(volumes.name): \(title)")
    var table = TextTable([["", "ms", "times segkit", "numbers"]])
    for each in series {
      if let reason = each.unavailable {
        table.add([each.name, "absent", "", reason])
        continue
      }
      let (median, least) = threads > 1 ? (each.wallMedian, each.wallLeast) : (each.cpuMedian, each.cpuLeast)
      let (own, ownLeast) =
        threads > 1 ? (series[0].wallMedian, series[0].wallLeast) : (series[0].cpuMedian, series[0].cpuLeast)
      let numbers = (values[each.name] ?? []).map { $0 < 0 || $0.isNaN ? "-" : $0.text(6) }
      table.add([
        each.name, "\((median * 1000).text(3)) (\((least * 1000).text(3)))",
        "\((median / own).text(2)) (\((least / ownLeast).text(2)))", numbers.joined(separator: " "),
      ])
    }
    table.print()
    print()
    fflush(nil)
  }
}

/// A tool of the script `Peers/surface_peers.py`.
enum SurfacePeer {
  /// Where the script stands in the checkout that this program was built from.
  static var script: String {
    let folder = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(2)
    return folder.joined(separator: "/") + "/Peers/surface_peers.py"
  }

  /// What is asked of it.
  struct Request: Encodable {
    let `do`: String
    var peer: String?
    var prediction, reference: String?
    var shape: [Int]?
    var spacing: [Double]?
    var tolerance: Double?

    init(run peer: String) { (self.do, self.peer) = ("run", peer) }

    init(_ volumes: SurfaceVolumes, _ files: SurfaceFiles, tolerance: Double) {
      self.do = "load"
      (prediction, reference) = (files.prediction, files.reference)
      (shape, spacing, self.tolerance) = (volumes.shape.extents, volumes.spacing, tolerance)
    }
  }
}

/// Two volumes as files of bytes, for the peers; removed at the end.
final class SurfaceFiles {
  let prediction, reference: String

  init(_ volumes: SurfaceVolumes) throws {
    let base = FileManager.default.temporaryDirectory.path + "/segkit-benchmark-\(getpid())"
    (prediction, reference) = (base + "-prediction", base + "-reference")
    try Data(volumes.prediction).write(to: URL(filePath: prediction))
    try Data(volumes.reference).write(to: URL(filePath: reference))
  }

  deinit {
    unlink(prediction)
    unlink(reference)
  }
}
