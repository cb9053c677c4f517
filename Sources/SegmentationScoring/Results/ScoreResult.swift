import LabelMaps
import SegmentationMetrics

/// The whole of a run: the records, and every aggregate that follows from them.
public struct ScoreResult: Sendable {
  public let settings: ScoreSettings
  /// What was scored: what was asked for, or every label found.
  public let scheme: LabelScheme
  /// In case order.
  public let records: [CaseRecord]
  private let columns: [ScoreSettings.Metric: Int]
  /// For each key of the scheme and each reported metric, in that order.
  public let aggregates: [String: [Aggregate]]
  /// Each loss over the cases, in the order they were asked for; infinite for a case without a usable prediction.
  public let losses: [(name: String, aggregate: Aggregate)]
  /// Summed counts of each key, every voxel being wrong in cases without a usable prediction.
  public let pooled: [String: OverlapCounts]
  /// Summed counts of each key as the records have them.
  public let summed: [String: OverlapCounts]
  /// Summed objects of each key, where metrics of objects were asked for.
  public let objects: [String: ObjectTally]
  /// Over the whole confusion matrix.
  public let confusionSummary: ConfusionSummary
  /// All pairs of labels.
  public let pairs: PooledPairs
  /// What was decided, guessed and noticed on the way.
  public let diagnoses: [Diagnosis]

  public init(
    _ records: [CaseRecord], settings: ScoreSettings, pairs: PooledPairs, diagnoses: [Diagnosis]
  ) throws(LabelSchemeError) {
    self.records = records
    self.settings = settings
    self.pairs = pairs
    let scheme: LabelScheme
    if let labels = settings.labels {
      scheme = labels
    } else {
      scheme = try Self.found(in: records, settings)
    }
    self.scheme = scheme
    let scored = records.filter(\.status.isScored)
    let tables = scored.map(CountsTable.init)
    let metrics = settings.reportedMetrics
    columns = Dictionary(metrics.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    var aggregates: [String: [Aggregate]] = [:]
    var pooled: [String: OverlapCounts] = [:]
    var summed: [String: OverlapCounts] = [:]
    var objects: [String: ObjectTally] = [:]
    for item in scheme.items {
      let entries = tables.map { $0[item.key] }
      summed[item.key] = entries.map(\.counts).reduce(OverlapCounts(), +)
      pooled[item.key] = zip(scored, entries).map { $0.pooled($1.counts) }.reduce(OverlapCounts(), +)
      let tallies = entries.compactMap(\.objects)
      if !tallies.isEmpty { objects[item.key] = tallies.reduce(ObjectTally(), +) }
      aggregates[item.key] = metrics.map { Self.aggregate($0, scored, entries, settings) }
    }
    self.objects = objects
    self.aggregates = aggregates
    losses = settings.losses.enumerated().map { index, name in
      (name, Aggregate(scored.map { index < $0.losses.count ? $0.losses[index].value : .nan }))
    }
    self.pooled = pooled
    self.summed = summed
    // An ignored label is no class: it can be predicted, but never rightly.
    let ignored = Set(settings.shapes.objects == .ids ? [] : settings.ignoredLabels)
    confusionSummary = ConfusionSummary(
      Self.countsByLabel(pairs.compared, pairs.unread).filter { !ignored.contains($0.key) },
      background: settings.background,
      total: pairs.compared.total.saturatingAdd(pairs.unread.total))
    self.diagnoses = diagnoses + Self.overflows([summed, pooled].flatMap(\.values))
  }

  /// All pairs of labels of the cases that were compared.
  public var confusion: JointHistogram { pairs.compared }

  /// The aggregate of a metric for a key.
  public func aggregate(_ key: String, _ metric: ScoreSettings.Metric) -> Aggregate {
    if let column = columns[metric], let row = aggregates[key] {
      return row[column]
    }
    return aggregates([key], metric)[0]
  }

  /// The aggregates of a metric for many keys, in that order: for one that only a bar asks for the counts are gone through
  /// once.
  public func aggregates(_ keys: [String], _ metric: ScoreSettings.Metric) -> [Aggregate] {
    if columns[metric] != nil, keys.allSatisfy({ aggregates[$0] != nil }) {
      return keys.map { aggregate($0, metric) }
    }
    let scored = records.filter(\.status.isScored)
    let tables = scored.map(CountsTable.init)
    return keys.map { key in Self.aggregate(metric, scored, tables.map { $0[key] }, settings) }
  }

  private static func aggregate(
    _ metric: ScoreSettings.Metric, _ records: [CaseRecord], _ entries: [CaseRecord.Counts],
    _ settings: ScoreSettings
  ) -> Aggregate {
    let pairs = zip(records, entries)
    return Aggregate(
      pairs.map { $0.value(of: metric, $1, settings) },
      penalised: pairs.count { $0.isPenalised(metric, $1, settings) })
  }

  /// Whether a metric has a value of all cases' counts together; distances have none.
  public func hasPooledValue(_ metric: ScoreSettings.Metric) -> Bool {
    switch metric.metric {
    case .overlap: true
    case .object(_, let rule): rule == nil || rule == settings.shapes.matching
    case .surface, .boundary, .lesion: false
    }
  }

  /// The value of a metric from the summed counts; NaN for a metric that has none.
  public func pooledValue(_ key: String, _ metric: ScoreSettings.Metric) -> Double {
    switch metric.metric {
    case .overlap(let own):
      // All voxels wrong may well have the right sizes.
      if own.comparesSizesOnly, records.contains(where: \.status.isWorst) { return own.worst }
      return pooled[key].map { settings.empty.value(of: own, $0) } ?? .nan
    case .object(let own, _):
      return hasPooledValue(metric) ? objects[key].map { own.value($0) } ?? .nan : .nan
    case .surface, .boundary, .lesion: return .nan
    }
  }

  /// A warning for each case that was not scored as it should be.
  public var caseDiagnoses: [Diagnosis] {
    records.filter { $0.status != .ok }.map {
      Diagnosis(.warning, "case \($0.id) \($0.status.rawValue): \($0.message ?? "")")
    }
  }

  /// The labels that foreground means are taken over: regions only where nothing else was asked for.
  public var foregroundItems: [LabelScheme.Item] {
    let labels = scheme.items.filter { item in
      !item.isRegion && settings.background.map { item.labels != [$0] } ?? true
    }
    return labels.isEmpty ? scheme.items.filter(\.isRegion) : labels
  }

  /// The mean over the foreground labels' values that are not NaN, and how many were left out for being so.
  public func foregroundMean(_ value: (LabelScheme.Item) -> Double) -> (mean: Double, leftOut: Int) {
    let aggregate = Aggregate(foregroundItems.map(value))
    return (aggregate.mean, aggregate.nanCount)
  }

  private static func found(in records: [CaseRecord], _ settings: ScoreSettings) throws(LabelSchemeError)
    -> LabelScheme
  {
    var labels: Set<UInt32> = []
    for record in records {
      for entry in record.counts { if let label = UInt32(entry.key) { labels.insert(label) } }
    }
    let names = settings.colourMap?.names ?? [:]
    return try LabelScheme(labels.sorted().map { .label($0, name: names[$0]) })
  }

  /// Tells that sums of counts are not right: those of records that were read from a file may be anything.
  private static func overflows(_ sums: [OverlapCounts]) -> [Diagnosis] {
    guard sums.contains(where: { $0.total == .max }) else { return [] }
    return [
      Diagnosis(
        .warning, "counts of all cases together are more than 2⁶⁴: what follows from their sums is wrong")
    ]
  }

  /// The counts of every label; voxels without a usable prediction are wrong for all of them.
  private static func countsByLabel(_ confusion: JointHistogram, _ unread: JointHistogram) -> [UInt32:
    OverlapCounts]
  {
    var counts = OverlapCounts.byLabel(confusion)
    guard unread.total > 0 else { return counts }
    let references = unread.references
    for label in Set(counts.keys).union(references.keys) {
      let seen = counts[label] ?? OverlapCounts(trueNegatives: confusion.total)
      counts[label] = seen + CaseRecord.worst(referenced: references[label] ?? 0, of: unread.total)
    }
    return counts
  }
}
