/// What the series of one run of `segkit-benchmark score` say together.
struct ScoreReport {
  /// The contenders that are not peers.
  enum Part {
    static let oneJob = "segkit score, 1 job"
    static let twoJobs = "segkit score, 2 jobs"
    static let start = "segkit start"
    static let decode = "C loop: decode"
    static let inflate = "C loop: inflate only"
    static let read = "files read"
    static let count = "pairs counted"
    static let countNoise = "noise counted"
  }

  let series: [Series]
  let pairs: Int
  let voxels: Int

  private func named(_ name: String) -> Series? { series.first { $0.name == name && !$0.runs.isEmpty } }

  /// Every ratio that has an aim.
  var ratios: [Ratio] {
    [
      ratio("segkit CPU ÷ C loop CPU", Part.oneJob, Part.decode, .atMost(1.12)) {
        ($0.cpuMedian, $0.cpuLeast)
      },
      ratio("1 job ÷ 2 jobs, wall", Part.oneJob, Part.twoJobs, .atLeast(1.7)) {
        ($0.wallMedian, $0.wallLeast)
      },
    ] + peerRatios
  }

  private func ratio(
    _ name: String, _ above: String, _ below: String, _ aim: Ratio.Aim, _ time: (Series) -> (Double, Double)
  ) -> Ratio {
    let (above, below) = (named(above).map(time), named(below).map(time))
    return Ratio(
      name: name, median: (above?.0 ?? .nan) / (below?.0 ?? .nan),
      least: (above?.1 ?? .nan) / (below?.1 ?? .nan),
      aim: aim)
  }

  /// Pairs scored in a second of CPU time, `segkit`'s divided by those of each tool's fastest form.
  private var peerRatios: [Ratio] {
    let segkit = named(Part.oneJob)
    var fastest: [(peer: Peer, series: Series)] = []
    for peer in Peer.all {
      guard let series = named(peer.name) else { continue }
      if let last = fastest.last, last.peer.tool == peer.tool {
        if last.series.cpuMedian <= series.cpuMedian { continue }
        fastest.removeLast()
      }
      fastest.append((peer, series))
    }
    return fastest.map { peer, series in
      let scale = Double(pairs) / Double(series.pairs)
      return Ratio(
        name: "segkit pairs/s ÷ \(peer.tool)", median: series.cpuMedian * scale / (segkit?.cpuMedian ?? .nan),
        least: series.cpuLeast * scale / (segkit?.cpuLeast ?? .nan), aim: .atLeast(peer.target))
    }
  }

  /// Where the CPU time of `segkit` with one job goes, in percent.
  var shares: [(name: String, percent: Double)] {
    guard let whole = named(Part.oneJob)?.cpuMedian else { return [] }
    func cpu(_ name: String) -> Double { named(name)?.cpuMedian ?? .nan }
    let parts = [
      ("inflate", cpu(Part.inflate)),
      ("undoing filters, checks, copying", cpu(Part.decode) - cpu(Part.inflate)),
      ("reading files", cpu(Part.read)),
      ("counting", cpu(Part.count)),
      ("start", cpu(Part.start)),
    ]
    let rest = whole - parts.reduce(0) { $0 + $1.1 }
    return (parts + [("rest", rest)]).map { ($0.0, 100 * $0.1 / whole) }
  }

  /// Voxels counted in a nanosecond; no number for parts that count nothing.
  func countingSpeed(_ part: String) -> Double {
    guard let series = named(part), part == Part.count || part == Part.countNoise else { return .nan }
    return Double(voxels) / (series.cpuMedian * 1e9)
  }
}
