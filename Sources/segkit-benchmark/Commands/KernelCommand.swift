import ArgumentParser
import TextFormats

/// `segkit-benchmark kernel`: counting alone, on maps made in memory.
struct KernelCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "kernel", abstract: "Measures counting pairs of values, on regions and on noise.")

  @Option(help: "Rounds.")
  var runs = 5

  @Flag(help: "Print lines of JSON after the table.")
  var json = false

  func validate() throws {
    if runs < 1 { throw ValidationError("--runs must be at least 1.") }
  }

  func run() throws {
    let maps = [RegionStyle.small, .large].flatMap { style in
      [CountedMaps(regions: style), CountedMaps(noise: style)]
    }
    let cases = maps.flatMap { [CountingCase($0, isWide: false), CountingCase($0, isWide: true)] }
    let series = try Series.inTurn(cases.map(\.contender), runs: runs)
    print("\(Machine.description); \(runs) runs in turn\n")
    var table = TextTable([["voxels/ns", "median", "best", "aim", ""]])
    for (counting, times) in zip(cases, series) {
      let speed = (counting.voxels / times.cpuMedian / 1e9, counting.voxels / times.cpuLeast / 1e9)
      let verdict = speed.0 >= counting.aim ? "met" : "missed"
      table.add([counting.name, speed.0.text(2), speed.1.text(2), "≥ \(counting.aim.text(1))", verdict])
    }
    table.print()
    if !json { return }
    try JSONLine(["machine": .text(Machine.description)]).print()
    for (counting, times) in zip(cases, series) {
      try JSONLine([
        "kernel": .text(counting.name), "runs": .count(runs), "aim": .number(counting.aim),
        "voxels_per_ns_median": .number(counting.voxels / times.cpuMedian / 1e9),
        "voxels_per_ns_best": .number(counting.voxels / times.cpuLeast / 1e9),
      ]).print()
    }
  }
}
