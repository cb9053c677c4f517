import LabelMaps
import MaskIO
import SegmentationLosses
import Synchronization

/// The losses of all cases, once it is known how their files are read and which labels there are.
struct LossPass {
  let cases: [ScoreCase]
  let settings: ScoreSettings
  let jobs: Int

  /// The records with their losses, in case order.
  ///
  /// - Parameter record: called for each as soon as it is final.
  /// - Throws: `ScoreError` for a loss that cannot be evaluated, what `record` throws.
  func run(
    _ records: [CaseRecord], _ decoders: [CaseLosses.Decoders?], _ scheme: LabelScheme,
    record: @escaping @Sendable (CaseRecord) throws -> Void, progress: @escaping @Sendable (Int) -> Void
  ) throws -> (records: [CaseRecord], diagnoses: [Diagnosis]) {
    let losses = try settings.configuredLosses()
    let classes = try LossClasses(masksOf: scheme, background: settings.background)
    let done = Mutex<(records: [CaseRecord], diagnoses: [Diagnosis])>(([], []))
    let (cases, settings) = (cases, settings)
    try OrderedWorkers.run(
      count: cases.count, jobs: jobs,
      state: { CaseLosses(losses, settings, maskClasses: classes) },
      work: { evaluator, index in
        Result<CaseLosses.Values?, any Error> {
          guard records[index].status == .ok, let decoders = decoders[index],
            let prediction = cases[index].prediction
          else { return nil }
          return try evaluator.evaluate(
            cases[index], prediction, decoders, spacing: records[index].spacing)
        }
      },
      take: { index, outcome in
        var finished = records[index]
        let values = try outcome.get()
        if finished.status.isScored {
          finished.losses = losses.indices.map {
            CaseRecord.Loss(name: losses[$0].text, value: values?.values[$0] ?? .infinity)
          }
        }
        try record(finished)
        done.withLock { done in
          done.records.append(finished)
          for fault in values?.faults ?? [] {
            done.diagnoses.append(Diagnosis(.warning, "case \(finished.id): \(fault); the loss is NaN"))
          }
        }
        progress(index + 1)
      })
    return done.withLock { $0 }
  }
}

extension ScoreSettings {
  /// The losses as they can be evaluated.
  ///
  /// - Throws: `ScoreError` of kind usage for one that cannot be read.
  func configuredLosses() throws(ScoreError) -> [ConfiguredLoss] {
    try losses.map { (text) throws(ScoreError) in
      let loss: ConfiguredLoss
      do throws(LossError) { loss = try ConfiguredLoss(text) } catch {
        throw ScoreError(.usage, "--loss: \(error)")
      }
      guard loss.options.ignored == nil, loss.options.weighting == nil else {
        throw ScoreError(
          .usage, "--loss \(text): segkit score has its own --ignore-label, and one prediction a case")
      }
      return loss
    }
  }
}
