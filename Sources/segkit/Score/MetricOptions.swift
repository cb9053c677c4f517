import ArgumentParser
import SegmentationKit

/// What is computed of the counts.
struct MetricOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Metrics, see segkit list metrics. Default: dice,iou,precision,recall.", valueName: "list"))
  var metrics: [String] = []

  @Option(
    help: ArgumentHelp(
      "What empty masks score, see segkit list empty. Default: strict (0/0 is NaN).", valueName: "policy"))
  var empty: String?

  @Option(
    help: ArgumentHelp(
      "Voxel size Z,Y,X in millimetres (Y,X for images). Default: pixels.", valueName: "z,y,x"))
  var spacing: String?

  func apply(to flags: inout SettingFlags) throws {
    do {
      let names =
        metrics.isEmpty
        ? nil : metrics.flatMap { $0.split(separator: ",").map { String($0.filter { !$0.isWhitespace }) } }
      if let names, names.isEmpty {
        throw ScoreError(.usage, "--metrics: name at least one; see segkit list metrics")
      }
      let chosen = try names?.map { try ScoreSettings.Metric(named: $0) }
      if let chosen,
        let twice = chosen.first(where: { metric in chosen.count { $0.name == metric.name } > 1 })
      {
        throw ScoreError(.usage, "--metrics: '\(twice.name)' stands twice")
      }
      try flags.set("--metrics", \.metrics, chosen)
      try flags.set("--spacing", \.spacing, spacing.map { try Spacing(parsing: $0) })
    } catch let error as MetricNameError {
      throw ScoreError(.usage, error.description)
    } catch let error as SpacingError {
      throw ScoreError(.usage, "--\(error)")
    }
    guard let empty else { return }
    guard let policy = EmptyPolicy(named: empty) else {
      let names = EmptyPolicy.all.map(\.name).joined(separator: ", ")
      throw ScoreError(.usage, "--empty: no policy is called '\(empty)'; there are \(names)")
    }
    try flags.set("--empty", \.empty, policy)
  }
}
