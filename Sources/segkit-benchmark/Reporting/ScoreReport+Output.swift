import TextFormats

extension ScoreReport {
  /// For people.
  func printTables() {
    var times = TextTable([
      ["ms for all pairs", "CPU median", "least", "wall median", "least", "pairs/s of CPU"]
    ])
    for series in series {
      let scale = Double(pairs) / Double(series.pairs) * 1000
      guard series.unavailable == nil else {
        times.add([series.name, "absent"])
        continue
      }
      let numbers = [series.cpuMedian, series.cpuLeast, series.wallMedian, series.wallLeast]
      // Starting scores nothing.
      let speed = series.name == Part.start ? "" : (Double(series.pairs) / series.cpuMedian).text(1)
      times.add([series.name] + numbers.map { ($0 * scale).text(1) } + [speed])
    }
    times.print()
    for series in series {
      if let reason = series.unavailable {
        print("\(series.name) is absent: \(reason)")
      } else if series.pairs != pairs {
        print("\(series.name) is timed on \(series.pairs) pairs and scaled")
      }
    }
    let speeds = [countingSpeed(Part.count), countingSpeed(Part.countNoise)]
    print("counting: \(speeds[0].text(2)) voxels/ns on these masks, \(speeds[1].text(2)) on noise\n")
    var comparison = TextTable([Ratio.heading])
    for ratio in ratios { comparison.add(ratio.row) }
    comparison.print()
    if shares.isEmpty { return }
    print()
    var breakdown = TextTable([["CPU time of segkit, 1 job", "percent"]])
    for share in shares { breakdown.add([share.name, share.percent.text(1)]) }
    breakdown.print()
  }

  /// For programs.
  func printJSON() throws {
    try JSONLine(["machine": .text(Machine.description), "pairs": .count(pairs), "voxels": .count(voxels)])
      .print()
    for series in series {
      try JSONLine([
        "measure": .text(series.name), "pairs": .count(series.pairs), "runs": .count(series.runs.count),
        "cpu_median_s": .number(series.cpuMedian), "cpu_minimum_s": .number(series.cpuLeast),
        "wall_median_s": .number(series.wallMedian), "wall_minimum_s": .number(series.wallLeast),
        "voxels_per_ns": .number(countingSpeed(series.name)),
        "absent": series.unavailable.map(JSONLine.Value.text),
      ]).print()
    }
    for ratio in ratios { try ratio.json.print() }
    for share in shares {
      try JSONLine(["share": .text(share.name), "percent": .number(share.percent)]).print()
    }
  }
}
