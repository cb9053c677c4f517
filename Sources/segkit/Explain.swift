import ArgumentParser
import SegmentationKit
import TextFormats

/// `segkit explain`: every meaning of a number, side by side, with who uses it.
struct Explain: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "One pair, every meaning of a metric, and who uses it.",
    discussion: """
      Why does another tool print another HD95?
        segkit explain prediction.nii.gz reference.nii.gz --metric hd95
      With the voxel's size, for one label:
        segkit explain p.png r.png --metric nsd@2 --metric assd --spacing 0.8,0.8 --labels 1

      segkit score --convention NAME scores folders as that tool does.
      """)

  @Argument(help: "The prediction: an image, a volume, or a folder of slices.")
  var prediction: String

  @Argument(help: "The reference.")
  var reference: String

  @Option(
    help: ArgumentHelp(
      "What to explain (repeat): \(ToolMeaning.names.joined(separator: ", ")).", valueName: "name"))
  var metric: [String] = ["hd95"]

  @Option(
    help: ArgumentHelp("Voxel size Z,Y,X in millimetres. Default: the file's, or pixels.", valueName: "z,y,x")
  )
  var spacing: String?

  @Option(help: ArgumentHelp("Tolerance of nsd where it names none.", valueName: "list"))
  var tolerance: [String] = []

  @OptionGroup(title: "Labels and decoding") var labels: LabelOptions
  @OptionGroup(title: "Limits") var limits: LimitOptions

  func run() throws {
    try limits.apply()
    let names = metric.flatMap { $0.split(separator: ",").map(String.init) }
    let families = try names.map { name in
      guard let meanings = ToolMeaning.all(of: name) else {
        throw ScoreError(
          .usage,
          "--metric: '\(name)' has no meanings to tell apart; there are "
            + ToolMeaning.names.joined(separator: ", "))
      }
      if tolerance.isEmpty, meanings.contains(where: \.needsTolerance) {
        throw ScoreError(.usage, "--metric: '\(name)' needs a tolerance: \(name)@2, or --tolerance 2")
      }
      return (name: name, meanings: meanings)
    }
    let settings = try settings(families.flatMap(\.meanings))
    let pairing = try Pairing(prediction: prediction, reference: reference)
    let result = try ScoreRun(pairing.cases, settings: settings, jobs: 2).run()
    for diagnosis in result.diagnoses where diagnosis.kind != .reading { Terminal.diagnosis(diagnosis) }
    guard let record = result.records.first, record.status == .ok else {
      Terminal.error(result.records.first?.message ?? "nothing was scored")
      throw ExitStatus.caseFailed
    }
    let unit = record.spacing.map { " (distances in \($0.unit.rawValue))" } ?? ""
    let table = CountsTable(record)
    for item in result.scheme.items {
      let entry = table[item.key]
      let (own, other) = (entry.counts.predicted, entry.counts.referenced)
      Terminal.show("label \(item.title)  prediction \(own) voxels, reference \(other)\(unit)\n")
      for family in families {
        Terminal.show(text(family.name, family.meanings, record, entry, settings) + "\n")
      }
    }
  }

  private func settings(_ meanings: [ToolMeaning]) throws -> ScoreSettings {
    var flags = SettingFlags(nil)
    try labels.apply(to: &flags)
    do {
      try flags.set("--spacing", \.spacing, spacing.map { try Spacing(parsing: $0) })
      var names: [String] = []
      for meaning in meanings where !names.contains(meaning.metric) { names.append(meaning.metric) }
      try flags.set("--metric", \.metrics, try names.map { try ScoreSettings.Metric(named: $0) })
    } catch let error as SpacingError {
      throw ScoreError(.usage, "--\(error)")
    } catch let error as MetricNameError {
      throw ScoreError(.usage, error.description)
    }
    var settings = flags.settings
    if !tolerance.isEmpty { try settings.setTolerances(parsing: tolerance.joined(separator: ",")) }
    try settings.checkShapes()
    return settings
  }

  /// A line for each value and meaning, with the tools that share it.
  private func text(
    _ name: String, _ meanings: [ToolMeaning], _ record: CaseRecord, _ entry: CaseRecord.Counts,
    _ settings: ScoreSettings
  ) -> String {
    var rows: [(value: String, metric: String, words: String, tools: [String])] = []
    for meaning in meanings {
      guard let metric = settings.metrics.first(where: { $0.name == meaning.metric }) else { continue }
      var own = settings
      own.empty = meaning.empty
      own.shapes.penalty = meaning.penalty
      let value = Decimals.fixed(record.value(of: metric, entry, own), digits: 6)
      let fullName = metric.metric.meaning(settings.shapes.surface)
      if let index = rows.firstIndex(where: { $0.value == value && $0.metric == fullName }) {
        rows[index].tools.append(meaning.tool)
      } else {
        rows.append((value, fullName, meaning.words, [meaning.tool]))
      }
    }
    let table = TextTable(
      rows.map { ["", $0.value, $0.metric, $0.words, $0.tools.joined(separator: ", ")] },
      [.left, .right, .left])
    return ([name] + table.lines).map { $0 + "\n" }.joined()
  }
}
