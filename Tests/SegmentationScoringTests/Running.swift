import MaskIO
import SegmentationMetrics
import SegmentationScoring
import TestSupport
import Testing

/// Pairs of one-row masks written to a temporary folder, and runs over them.
struct TinySet {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// A pair of grey masks.
  init(grey pairs: [(prediction: [UInt8], reference: [UInt8])]) throws {
    try self.init()
    for (index, pair) in pairs.enumerated() {
      try folder.grey("p/\(index).png", pair.prediction)
      try folder.grey("r/\(index).png", pair.reference)
    }
  }

  /// The pairs below `p` and `r`, as names say.
  func pairing(_ pattern: CasePattern = CasePattern()) throws -> Pairing {
    try Pairing(predictions: folder.file("p"), references: folder.file("r"), pattern: pattern)
  }

  /// Scores what stands below `p` and `r`.
  func run(
    _ settings: ScoreSettings = ScoreSettings(), jobs: Int = 1, keepsConfusion: Bool = true
  ) throws -> ScoreResult {
    try ScoreRun(
      pairing(settings.pattern).cases, settings: settings, jobs: jobs, keepsConfusion: keepsConfusion
    ).run()
  }
}

/// Scores the fixture set of that name.
func runFixture(
  _ name: String, jobs: Int = 2, _ change: (inout ScoreSettings) throws -> Void = { _ in }
) throws -> ScoreResult {
  var settings = ScoreSettings()
  try change(&settings)
  let pairing = try Pairing(
    predictions: TestFiles.fixture(name + "/predictions"),
    references: TestFiles.fixture(name + "/references"), pattern: settings.pattern)
  #expect(pairing.refusal(missing: .refuse, extra: .refuse) == nil)
  return try ScoreRun(pairing.cases, settings: settings, jobs: jobs, keepsConfusion: true).run()
}

extension ScoreSettings {
  /// With the metrics of those names.
  init(metrics names: String...) throws {
    self.init()
    metrics = try names.map { try Metric(named: $0) }
  }
}

extension ScoreResult {
  /// The record of a case.
  func record(_ id: String) throws -> CaseRecord { try #require(records.first { $0.id == id }) }

  /// The counts of a label of a case.
  func counts(_ id: String, _ label: String) throws -> OverlapCounts { try record(id).counts(of: label) }

  /// The texts of diagnoses of a kind.
  func texts(_ kind: Diagnosis.Kind) -> [String] { diagnoses.filter { $0.kind == kind }.map(\.text) }
}

/// What a run of `body` throws, which must be a `ScoreError` of that kind.
func scoreError(
  _ kind: ScoreError.Kind, sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void
) throws -> String {
  let error = try #require(throws: ScoreError.self, sourceLocation: sourceLocation) { try body() }
  #expect(error.kind == kind, sourceLocation: sourceLocation)
  return error.description
}
