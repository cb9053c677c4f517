import ArgumentParser
import SegmentationKit
import Synchronization

/// `segkit score`: a folder of predictions against a folder of references.
struct Score: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Score a folder (or one pair) of masks.",
    discussion: """
      Means over cases, pooled values and counts of a folder of PNG masks:
        segkit score predictions references
      What would be scored and how it would be read, without scoring:
        segkit score predictions references --dry-run
      Results as files:
        segkit score p r --json r.json --csv r.csv --markdown r.md
      Names and regions, and what does not count:
        segkit score p r --labels 1=liver,2=tumour,whole=1+2 --ignore-label 255
      Volumes: a folder of slices each, or slices lying flat in one folder:
        segkit score p r --volumes --spacing 3,0.8,0.8
        segkit score p r --stack '(.*)_z([0-9]+)'
      Foreground against background; colour-coded masks:
        segkit score p r --binarize nonzero
        segkit score p r --colour-map labelmap.txt
      Losses of masks; of probabilities, as grey images, a file for each class, or arrays:
        segkit score p r --loss dice --loss tversky:alpha=0.3,beta=0.7
        segkit score p r --probabilities --loss binary-focal --loss monai-1.6/DiceLoss
        segkit score p r --class-files '(.*)_class([0-9]+)' --loss dice-cross-entropy
        segkit score p r --axes cyx --activation softmax --loss dice-cross-entropy
      In CI:
        segkit score p r --strict --fail-under dice=0.8 --fail-over loss.dice=0.2

      Nothing is passed over in silence: unpaired files stop the run, a file that
      cannot be read counts as the worst prediction, and every mean stands beside
      the number of values it is of.
      """)

  @OptionGroup(title: "Cases") var cases: CaseOptions
  @OptionGroup(title: "Labels and decoding") var labels: LabelOptions
  @OptionGroup(title: "Metrics") var metrics: MetricOptions
  @OptionGroup(title: "Losses and probabilities") var soft: SoftOptions
  @OptionGroup(title: "Output") var output: OutputOptions
  @OptionGroup(title: "Run") var runOptions: RunOptions
  @OptionGroup(title: "Limits") var limits: LimitOptions

  mutating func run() throws {
    try limits.apply()
    var settings = try resolvedSettings()
    let gates = try runOptions.gates(settings.convention)
    // A bar's metric is measured and shown as well.
    for case .metric(let metric, _) in gates.map(\.subject)
    where !metric.metric.isOverlap && !settings.metrics.contains(metric) { settings.metrics.append(metric) }
    try settings.checkShapes()
    for gate in gates { try gate.check(settings) }
    let paths = try cases.paths()
    let planned = try output.planned(settings, isDryRun: runOptions.dryRun)
    let pairing = try cases.pairing(paths, settings.pattern)
    do { try planned.checkSpared { inputs(pairing) } } catch let error as MaskFileError {
      throw ScoreError(.usage, error.description)
    }
    if let refusal = pairing.refusal(missing: settings.missing, extra: settings.extra) { throw refusal }
    try settings.soft.check(pairing)
    let (result, lostRecords) = try score(pairing, settings, paths.diagnoses + pairing.diagnoses)
    let diagnoses = result.caseDiagnoses + result.diagnoses
    report(diagnoses)
    var findings = Self.findings(of: result)
    if let lostRecords {
      Terminal.error("\(lostRecords); the records from there on are not in it")
      findings.insert(.internalError)
    }
    if runOptions.dryRun {
      Terminal.show(ScoreHeader(paths, pairing, result).dryRun)
    } else {
      findings.formUnion(try write(result, paths, pairing))
      for gate in gates {
        let (passes, line) = try gate.verdict(on: result)
        if !passes {
          Terminal.error(line)
          findings.insert(.barMissed)
        }
      }
    }
    if runOptions.strict, let first = diagnoses.first(where: \.isStrict) {
      Terminal.error("--strict: \(first.text)")
      findings.insert(.pairing)
    }
    try ExitStatus.end(findings)
  }

  private func resolvedSettings() throws -> ScoreSettings {
    var flags = SettingFlags(try runOptions.settings.map { try ScoreSettings(contentsOf: $0) })
    try cases.apply(to: &flags)
    try labels.apply(to: &flags)
    try metrics.apply(to: &flags)
    try soft.apply(to: &flags)
    return flags.settings
  }

  /// Every file that is read.
  private func inputs(_ pairing: Pairing) -> [String] {
    let masks = pairing.cases.flatMap {
      ($0.prediction?.inputFiles ?? []) + $0.reference.inputFiles + ($0.mask?.inputFiles ?? [])
    }
    return masks
      + [cases.manifest, runOptions.settings, labels.labelsFile, labels.colourMap].compactMap { $0 }
  }

  /// The result, and why the record file broke off if it did.
  private func score(
    _ pairing: Pairing, _ settings: ScoreSettings, _ diagnoses: [Diagnosis]
  ) throws -> (ScoreResult, MaskFileError?) {
    if !runOptions.dryRun { try output.makeFolder() }
    let lines = try runOptions.dryRun ? nil : output.records(settings)
    let lost = Mutex<MaskFileError?>(nil)
    var settings = settings
    if runOptions.dryRun { settings.losses = [] }
    let run = ScoreRun(
      pairing.cases, settings: settings, jobs: try runOptions.threads(),
      keepsConfusion: output.confusionCases,
      diagnoses: diagnoses)
    let progress = Progress(runOptions.progress ?? .automatic, total: run.steps)
    defer { progress.clear() }
    let result = try run.run { record in
      // A full disk ends the file, not the run: the other results may still have room.
      guard let lines, lost.withLock({ $0 == nil }) else { return }
      do { try lines.append(record) } catch let error as MaskFileError { lost.withLock { $0 = error } }
    } progress: {
      progress.show($0)
    }
    if lost.withLock({ $0 == nil }) {
      do throws(MaskFileError) { try lines?.finish() } catch { lost.withLock { $0 = error } }
    }
    return (result, lost.withLock { $0 })
  }

  /// Everything a user should know beside the numbers.
  private func report(_ diagnoses: [Diagnosis]) {
    let shown = diagnoses.filter { $0.kind != .reading }
    for diagnosis in shown.prefix(Self.shownDiagnoses) { Terminal.diagnosis(diagnosis) }
    if shown.count > Self.shownDiagnoses {
      Terminal.err("… and \(shown.count - Self.shownDiagnoses) more; --json has them all\n")
    }
  }

  /// Lines of diagnosis before the rest is left to the files.
  private static let shownDiagnoses = 40

  private static func findings(of result: ScoreResult) -> Set<ExitStatus> {
    // Nothing to score is no score of nothing.
    if result.records.allSatisfy({ $0.status == .skipped }) {
      Terminal.error("no reference has a prediction; check the names of both folders' files")
      return [.pairing]
    }
    // A prediction that was allowed to be missing is no failure.
    return result.records.contains { $0.status == .failed || $0.status == .error } ? [.caseFailed] : []
  }

  /// Writes every file that can be written, then standard output; what kept it from writing all.
  private func write(
    _ result: ScoreResult, _ paths: CasePaths, _ pairing: Pairing
  ) throws -> Set<ExitStatus> {
    let header = ScoreHeader(paths, pairing, result)
    var findings: Set<ExitStatus> = []
    let (files, unfit) = output.files(result, title: header.title)
    for error in unfit {
      Terminal.error("\(error.description); the other results are written")
      findings.insert(error.kind == .usage ? .usage : .pairing)
    }
    for (path, file) in files {
      do { try OutputFile.replace(path, writing: file.write) } catch {
        Terminal.error("\(error); the other results are written")
        findings.insert(.internalError)
      }
    }
    try output.writeStandardOutput(result, header)
    return findings
  }
}
