import LabelMaps
import MaskIO
import SegmentationMetrics
import Synchronization

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
    let (cases, missing) = (cases, settings.missing)
    try OrderedWorkers.run(
      count: cases.count, jobs: jobs, state: { CaseCounter() },
      work: { counter, index in counter.count(cases[index], missing: missing) },
      take: { index, outcome in
        let ready = try collector.withLock { try $0.take(outcome, of: cases[index]) }
        for each in ready { try record(each) }
        progress(index + 1)
      })
    for each in try collector.withLock({ try $0.finish() }) { try record(each) }
    return try collector.withLock { try $0.result() }
  }
}
