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

  @Option(
    help: ArgumentHelp(
      "Score as a tool or a challenge does: its meaning of every name, its surfaces, its empty masks. See segkit list conventions.",
      valueName: "name"))
  var convention: String?

  @Option(
    help: ArgumentHelp(
      "What a surface is: erosion6 (default), erosion26, surfel or voxels; a metric's own suffix wins.",
      valueName: "kind"))
  var surface: String?

  @Option(
    help: ArgumentHelp(
      "What stands for an infinite distance: diagonal (of the image) or a number.",
      valueName: "diagonal|value"))
  var penalty: String?

  @Option(
    help: ArgumentHelp(
      "Tolerance of nsd where it names none, for all labels or for each: 2, or 1=2,liver=3.5.",
      valueName: "list"))
  var tolerance: [String] = []

  @Option(
    help: ArgumentHelp(
      "How distances are measured: euclidean (default), or chessboard or taxicab, in voxels.",
      valueName: "norm"))
  var distance: String?

  @Option(
    help: ArgumentHelp(
      "Neighbours that belong to one object: 4 or 6, 18, 8 or 26 (default).", valueName: "n"))
  var connectivity: String?

  @Option(
    help: ArgumentHelp(
      "What objects are: components (connected voxels of a label; default), ids (each label is an object of one class), or ids:N (of class label / N; labels below N are a class and one object, as Cityscapes' ids:1000).",
      valueName: "components|ids|ids:N"))
  var instances: String?

  @Option(
    help: ArgumentHelp(
      "When two objects are taken for the same: iou>0.5 (default), iou>=0.5, or overlap.", valueName: "rule"))
  var matching: String?

  @Option(
    help: ArgumentHelp(
      "Predicted objects without partner that are mostly ignored: count (as false positives; default) or leave-out (panopticapi); with --instances ids.",
      valueName: "count|leave-out"))
  var ignoredObjects: String?

  @Option(
    help: ArgumentHelp(
      "What one lesion is in lesionwise metrics: what grows together when the reference is dilated so often, above a volume. Default: dilation=3,above=50.",
      valueName: "dilation=n,above=v"))
  var lesions: String?

  func apply(to flags: inout SettingFlags) throws {
    if let convention { try adopt(convention, &flags) }
    try applyShapes(to: &flags)
    try applyMetrics(to: &flags)
    guard let empty else { return }
    guard let policy = EmptyPolicy(named: empty) else {
      let names = EmptyPolicy.all.map(\.name).joined(separator: ", ")
      throw ScoreError(.usage, "--empty: no policy is called '\(empty)'; there are \(names)")
    }
    try flags.set("--empty", \.empty, policy)
  }

  private func adopt(_ name: String, _ flags: inout SettingFlags) throws {
    guard let convention = Convention(named: name) else {
      let names = Convention.all.map(\.name).joined(separator: ", ")
      throw ScoreError(.usage, "--convention: none is called '\(name)'; there are \(names)")
    }
    try flags.adopt(convention)
    if metrics.isEmpty {
      do {
        try flags.set(
          "--convention", \.metrics,
          convention.metrics.map { try ScoreSettings.Metric(named: $0, convention) })
      } catch let error as MetricNameError { throw ScoreError(.usage, error.description) }
    }
  }

  private func applyShapes(to flags: inout SettingFlags) throws {
    let given = [
      "surface": surface, "distance": distance, "connectivity": connectivity, "matching": matching,
      "instances": instances, "ignored_objects": ignoredObjects, "lesions": lesions, "penalty": penalty,
    ]
    for setting in ShapeSetting.all {
      if let text = given[setting.key] ?? nil { try flags.set(setting, text) }
    }
    if !tolerance.isEmpty {
      var changed = flags.settings
      try changed.setTolerances(parsing: tolerance.joined(separator: ","))
      try flags.set("--tolerance", \.shapes, changed.shapes)
    }
  }

  private func applyMetrics(to flags: inout SettingFlags) throws {
    do {
      let names =
        metrics.isEmpty
        ? nil : metrics.flatMap { $0.split(separator: ",").map { String($0.filter { !$0.isWhitespace }) } }
      if let names, names.isEmpty {
        throw ScoreError(.usage, "--metrics: name at least one; see segkit list metrics")
      }
      let chosen = try names?.map { try ScoreSettings.Metric(named: $0, flags.settings.convention) }
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
  }
}
