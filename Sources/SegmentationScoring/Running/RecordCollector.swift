import LabelMaps
import MaskIO
import SegmentationMetrics

/// Turns counted cases into records, in case order; holds them back until it is decided how to read them.
struct RecordCollector: Sendable {
  private var settings: ScoreSettings
  private let keepsConfusion: Bool
  private var inference: DecodingInference
  private let inferred: Set<Side>
  private var isDecided = false
  private var waiting: [(scoreCase: ScoreCase, outcome: CaseOutcome)] = []
  private(set) var records: [CaseRecord] = []
  /// How the files of each record's case are read, where losses are asked for; nil where that failed.
  private(set) var decoders: [CaseLosses.Decoders?] = []
  private var pairs = PooledPairs()
  /// Labels that occurred before any was ignored or exchanged.
  private var seen: [Side: Set<UInt32>] = [.prediction: [], .reference: []]
  private var formats: [Side: Set<SideFormat>] = [.prediction: [], .reference: []]
  private var diagnoses: [Diagnosis]
  /// Cases that failed for fractions among their numbers.
  private var fractional: [Side: Int] = [:]

  /// Values in a result (labels times cases) beyond which labels are taken for a mistake: some gigabytes of JSON.
  private static let largestTable = 10_000_000

  init(_ settings: ScoreSettings, keepsConfusion: Bool, diagnoses: [Diagnosis] = []) {
    self.diagnoses = diagnoses
    self.settings = settings
    self.keepsConfusion = keepsConfusion
    inferred = CaseDecoding.inferred(settings)
    inference = DecodingInference(settings)
  }

  /// Takes the next case; returns the records that became final.
  mutating func take(_ outcome: CaseOutcome, of scoreCase: ScoreCase) throws(ScoreError) -> [CaseRecord] {
    if case .counted(let count) = outcome {
      if scoreCase.spacing == nil, let spacing = settings.spacing, spacing.lengths.count != count.shape.rank {
        throw ScoreError(
          .usage,
          "--spacing: \(spacing.lengths.count) lengths (\(spacing)), but \(scoreCase.reference.path) is "
            + "\(count.shape); give one for each axis")
      }
      if let metric = settings.metrics.first(where: { SegmentationMetric.asksForMillimetres($0.name) }),
        settings.spacing(of: scoreCase, count).unit == .pixels
      {
        throw ScoreError(
          .usage,
          "metric '\(metric.name)' asks for millimetres, and nothing says how large the voxels of case '\(scoreCase.id)' "
            + "are; say --spacing Z,Y,X, put a spacing.txt beside the files, or leave out mm")
      }
      do { try inference.observe(count, in: scoreCase) } catch { throw ScoreError(.pairing, error.message) }
      for (side, format) in count.formats { formats[side]?.insert(format) }
    }
    waiting.append((scoreCase, outcome))
    if !isDecided, inference.isFinal { decide() }
    return isDecided ? release() : []
  }

  /// After the last case: what is still undecided is decided now.
  mutating func finish() throws(ScoreError) -> [CaseRecord] {
    if !isDecided { decide() }
    return release()
  }

  /// Everything that follows from the records.
  ///
  /// - Throws: `ScoreError` if the labels are so many that they cannot be classes.
  ///
  /// - Parameters:
  ///   - finished: the records with their losses, where losses were asked for.
  ///   - more: what was noticed there.
  mutating func result(
    _ finished: [CaseRecord]? = nil, diagnoses more: [Diagnosis] = []
  ) throws -> ScoreResult {
    for side in inferred where inference.readsOtherPalette(side) {
      settings[decoding: side] = .otherPalette
    }
    let found = Set(records.lazy.flatMap { $0.counts.lazy.map(\.key) }).count
    guard found < 1000 || found * records.count <= Self.largestTable else {
      throw ScoreError(
        .pairing,
        "\(found) different labels in \(records.count) cases: these look like ids of single objects; "
          + "say --binarize nonzero for one foreground, or --labels for the classes")
    }
    let hints =
      LabelHints(pairs.compared, settings).hints()
      + SettingChecks(settings, pairs.compared, seen: seen).diagnoses
    return try ScoreResult(
      finished ?? records, settings: settings, pairs: pairs,
      diagnoses: decisions() + diagnoses + manyFractions() + hints + more)
  }

  /// One file with a fraction is a damaged one, many are another kind of file.
  private func manyFractions() -> [Diagnosis] {
    Side.allCases.compactMap { side in
      guard let count = fractional[side], count > 1, 5 * count >= records.count else { return nil }
      return Diagnosis(
        .warning,
        "\(count) of \(records.count) \(side.rawValue)s hold numbers with fractions and failed for it: if these are probabilities "
          + "or images, --\(side.rawValue)-binarize nonzero or above:V makes masks of them")
    }
  }

  private mutating func decide() {
    isDecided = true
    for side in Side.allCases { settings[decoding: side] = inference.rule(for: side) }
  }

  private mutating func release() -> [CaseRecord] {
    var ready: [CaseRecord] = []
    for (scoreCase, outcome) in waiting {
      let record = record(outcome, of: scoreCase)
      if !settings.losses.isEmpty {
        if record.status == .ok, case .counted(let count) = outcome {
          decoders.append(
            .init(prediction: decoder(.prediction, count), reference: decoder(.reference, count)))
        } else {
          decoders.append(nil)
        }
      }
      ready.append(record)
      var kept = record
      if record.status == .ok { pairs.compared.add(record.confusion ?? .init()) }
      if record.status.isWorst { pairs.unread.add(record.confusion ?? .init()) }
      if !keepsConfusion { kept.confusion = nil }
      records.append(kept)
    }
    waiting = []
    return ready
  }

  private mutating func record(_ outcome: CaseOutcome, of scoreCase: ScoreCase) -> CaseRecord {
    var record = CaseRecord(
      id: scoreCase.id, predictionFile: scoreCase.prediction?.path, referenceFile: scoreCase.reference.path)
    record.groups = scoreCase.groups
    note(missingSlicesOf: scoreCase)
    switch outcome {
    case .skipped:
      record.status = .skipped
      record.message = "no prediction; left out (--missing skip)"
    case .failed(let fault):
      record.status = .error
      record.message = fault.description
    case .referenceOnly(let count, let fault):
      record.status = fault == nil ? .missing : .failed
      record.message = fault?.description ?? "no prediction (--missing worst)"
      fill(&record, from: count, scoreCase)
    case .counted(let count): fill(&record, from: count, scoreCase)
    }
    return record
  }

  private mutating func fill(_ record: inout CaseRecord, from count: RawCount, _ scoreCase: ScoreCase) {
    record.shape = count.shape
    diagnoses += count.notes
    noteSeen(count)
    let spacing = settings.spacing(of: scoreCase, count)
    guard spacing.lengths.count == count.shape.rank else {
      record.status = .error
      record.message =
        "\(scoreCase.reference.path): a spacing of \(spacing.lengths.count) axes (\(spacing)) for a mask "
        + "of \(count.shape.rank) (\(count.shape)); give one length an axis"
      return
    }
    record.spacing = spacing
    do {
      fillCounts(&record, try decode(count, record.status.isWorst), of: count)
      fillShapes(&record, count, scoreCase)
    } catch {
      let source =
        error.side == .prediction ? scoreCase.prediction ?? scoreCase.reference : scoreCase.reference
      record.status = error.side == .prediction ? .failed : .error
      if error.fault == .fractional { fractional[error.side, default: 0] += 1 }
      record.message = FaultLocator.error(error.fault, number: error.number, in: source).description
      guard record.status == .failed else { return }
      // If the reference is sound the case counts, at its worst.
      do {
        fillCounts(&record, try decode(count.referenceAlone, true), of: count)
      } catch {
        record.status = .error
        record.message =
          FaultLocator.error(error.fault, number: error.number, in: scoreCase.reference).description
      }
    }
  }

  private mutating func fillCounts(
    _ record: inout CaseRecord, _ labelled: JointHistogram, of count: RawCount
  ) {
    let ignored = settings.ignoredRule
    var counted = labelled.ignoring(reference: Set(labelled.references.keys.filter(ignored.contains)))
    if record.status == .ok, settings.shapes.objects != .ids { addPairs(ignoredOf: labelled, counted) }
    if settings.shapes.objects != .components {
      counted = counted.classes(by: settings.shapes.objects, background: settings.unscoredLabel)
    }
    record.counted = counted.total
    record.ignored = (count.histogram.total - counted.total).saturatingAdd(count.masked)
    record.confusion = counted
    record.correct = counted.entries.reduce(0) { $1.prediction == $1.reference ? $0 + $1.count : $0 }
    let tally = LabelTally(counted)
    record.counts = settings.scoredItems(among: tally.labels).map { item in
      let counts =
        item.labels.count == 1
        ? tally[item.labels[0]] ?? OverlapCounts(trueNegatives: record.counted)
        : OverlapCounts(counted, of: item.labels)
      return .init(key: item.key, counts: counts)
    }
  }

  /// Pools what the record does not keep.
  ///
  /// - Parameters:
  ///   - labelled: all pairs of a case.
  ///   - counted: those that count, ids not yet being classes.
  private mutating func addPairs(ignoredOf labelled: JointHistogram, _ counted: JointHistogram) {
    var ignored = labelled.ignoring(reference: Set(counted.references.keys))
    if settings.shapes.objects != .components {
      ignored = ignored.classes(by: settings.shapes.objects, background: settings.unscoredLabel)
    }
    pairs.ignored.add(ignored)
    guard case .idsOfClasses(let divisor) = settings.shapes.objects else { return }
    pairs.coverage.add(
      ReferenceCoverage(
        counted, divisor: divisor,
        items: CityscapesLabels.objectItems(settings.scoredItems(among: counted.labels), settings)))
  }

  /// What was measured of shapes while the files were read, if they were read as it is decided now; else measures again.
  private mutating func fillShapes(_ record: inout CaseRecord, _ count: RawCount, _ scoreCase: ScoreCase) {
    guard !settings.shapeMetrics.isEmpty else { return }
    let decoding = CaseDecoding(settings, inferred: inferred)
    var shapes = count.shapes
    if shapes?.agrees(with: decoding, count) != true {
      var again = CaseCounter(settings)
      shapes = again.measured(scoreCase, decoding, isReferenceOnly: record.status.isWorst)
    }
    for index in record.counts.indices {
      guard let own = shapes?.values[record.counts[index].key] else { continue }
      record.counts[index].shape = own.values
      record.counts[index].objects = own.objects
    }
  }

  /// Labels by the plain rules, for telling mistyped settings; large maps of ids are not worth it.
  private mutating func noteSeen(_ count: RawCount) {
    guard
      !settings.ignored.isEmpty || !settings.relabelPrediction.isEmpty || !settings.relabelReference.isEmpty,
      count.histogram.entries.count < 4096
    else { return }
    for side in Side.allCases {
      let decoder = decoder(side, count, relabelled: false)
      for number in count.numbers(of: side) {
        seen[side]?.insert(number)
        if let label = try? decoder.label(number) { seen[side]?.insert(label) }
      }
    }
  }

  private struct DecodingFault: Error {
    var side: Side
    var fault: SideDecoder.Fault
    var number: UInt32
  }

  /// Labels for the numbers of the files. Where only the reference is known, every voxel is predicted as nothing.
  private func decode(_ count: RawCount, _ referenceOnly: Bool) throws(DecodingFault) -> JointHistogram {
    let reference = decoder(.reference, count)
    let prediction = decoder(.prediction, count)
    if reference.isIdentity, prediction.isIdentity, !referenceOnly { return count.histogram }
    return try count.histogram.mapped { (number) throws(DecodingFault) -> UInt32? in
      guard !referenceOnly else { return nil }
      do throws(SideDecoder.Fault) { return try prediction.label(number) } catch {
        throw DecodingFault(side: .prediction, fault: error, number: number)
      }
    } reference: { (number) throws(DecodingFault) -> UInt32? in
      do throws(SideDecoder.Fault) { return try reference.label(number) } catch {
        throw DecodingFault(side: .reference, fault: error, number: number)
      }
    }
  }

  private func decoder(_ side: Side, _ count: RawCount, relabelled: Bool = true) -> SideDecoder {
    CaseDecoding(settings, inferred: inferred).decoder(side, count, relabelled: relabelled)
  }

  private mutating func note(missingSlicesOf scoreCase: ScoreCase) {
    if let missing = scoreCase.reference.missingSlices {
      diagnoses.append(Diagnosis(.warning, "\(scoreCase.reference.path): \(missing)"))
    }
    if let own = scoreCase.prediction?.sliceNumbers, let other = scoreCase.reference.sliceNumbers,
      own != other,
      SliceOrder.agree(own, other)
    {
      diagnoses.append(
        Diagnosis(
          .warning,
          "case \(scoreCase.id): slices \(own[0])… are compared with the reference's \(other[0])…, in order"))
    }
  }

  private func decisions() -> [Diagnosis] {
    let report = DecodingReport(settings: settings, formats: formats, inferred: inferred)
    return report.readings + report.notes
  }
}
