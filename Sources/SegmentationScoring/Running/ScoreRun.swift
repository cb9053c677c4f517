import LabelMaps
import MaskIO
import SegmentationMetrics
import Synchronization
import SystemLimits

/// Scores cases: decodes and counts them on several threads, decides how they are read, and gathers the
/// records in case order.
public struct ScoreRun: Sendable {
  private let cases: [ScoreCase]
  private let settings: ScoreSettings
  private let jobs: Int
  private let keepsConfusion: Bool
  private let diagnoses: [Diagnosis]

  /// - Parameters:
  ///   - jobs: threads; the result is the same for any number.
  ///   - keepsConfusion: whether each record keeps its own confusion matrix in the result.
  ///   - diagnoses: what was noticed before, to stand in the result.
  public init(
    _ cases: [ScoreCase], settings: ScoreSettings, jobs: Int, keepsConfusion: Bool = false,
    diagnoses: [Diagnosis] = []
  ) {
    self.cases = cases
    self.settings = settings
    self.jobs = jobs
    self.keepsConfusion = keepsConfusion
    self.diagnoses = diagnoses
  }

  /// How often `progress` is called: once a case, twice where losses are asked for.
  public var steps: Int { cases.count * (settings.losses.isEmpty ? 1 : 2) }

  /// Scores everything.
  ///
  /// - Parameters:
  ///   - record: called for each record in case order, as soon as it is final.
  ///   - progress: called after each case with how many are done.
  /// - Throws: `ScoreError` if the files cannot be read unambiguously, or what `record` throws.
  public func run(
    record: @escaping @Sendable (CaseRecord) throws -> Void = { _ in },
    progress: @escaping @Sendable (Int) -> Void = { _ in }
  ) throws -> ScoreResult {
    let collector = Mutex(RecordCollector(settings, keepsConfusion: keepsConfusion, diagnoses: diagnoses))
    let (cases, settings) = (cases, settings)
    // With losses a record is final after a second reading: how files are read and which labels there are is known then.
    let isFinal = settings.losses.isEmpty
    // Threads that have no case of their own help with the shapes of one.
    let threads = SystemThreads.affordable(max(1, jobs / max(1, cases.count)))
    try OrderedWorkers.run(
      count: cases.count, jobs: jobs, state: { CaseCounter(settings, threads: threads) },
      work: { counter, index in counter.count(cases[index], missing: settings.missing) },
      take: { index, outcome in
        let ready = try collector.withLock { try $0.take(outcome, of: cases[index]) }
        if isFinal { for each in ready { try record(each) } }
        progress(index + 1)
      })
    let last = try collector.withLock { try $0.finish() }
    if isFinal {
      for each in last { try record(each) }
      return try collector.withLock { try $0.result() }
    }
    let counted = try collector.withLock { try $0.result() }
    let pass = LossPass(cases: cases, settings: counted.settings, jobs: jobs)
    let (records, decoders) = collector.withLock { ($0.records, $0.decoders) }
    let finished = try pass.run(
      records, decoders, counted.scheme, record: record, progress: { progress(cases.count + $0) })
    return try collector.withLock { try $0.result(finished.records, diagnoses: finished.diagnoses) }
  }
}
