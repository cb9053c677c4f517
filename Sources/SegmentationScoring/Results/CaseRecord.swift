import LabelMaps
import SegmentationMetrics

/// What one case came to: counts from which every overlap metric follows. One line of the JSON lines file.
public struct CaseRecord: Sendable, Equatable {
  /// How a case fared.
  public enum Status: String, Sendable {
    case ok
    /// There is no prediction; every metric has its worst value.
    case missing
    /// The prediction cannot be read or has the wrong size; every metric has its worst value.
    case failed
    /// There is no prediction, and the case is left out.
    case skipped
    /// The reference cannot be read; the case has no values.
    case error

    /// Whether the case counts in aggregates.
    public var isScored: Bool { self == .ok || isWorst }
    /// Whether every metric takes its worst value.
    public var isWorst: Bool { self == .missing || self == .failed }
  }

  public var id: String
  public var predictionFile: String?
  public var referenceFile: String
  public var shape: VoxelShape?
  public var spacing: Spacing?
  public var status = Status.ok
  /// Why a case is not ok.
  public var message: String?
  /// Voxels that count, the ignored left out.
  public var counted: UInt64 = 0
  public var ignored: UInt64 = 0
  /// Voxels that count and have the same label on both sides, scored or not.
  public var correct: UInt64 = 0
  public var groups: [String: String] = [:]
  /// The labels found in this case or asked for, and the regions, by key; in the order of the scheme,
  /// labels by number. Without a usable prediction they are those of an empty one.
  public var counts: [Counts] = []
  /// The losses asked for, in that order; infinite without a usable prediction.
  public var losses: [Loss] = []
  /// The pairs of labels, from which pooled numbers follow; without a predicted label where the
  /// prediction cannot be used. nil once it is summed up and nobody asked for it.
  public var confusion: JointHistogram?

  package init(
    id: String, predictionFile: String?, referenceFile: String, shape: VoxelShape? = nil,
    spacing: Spacing? = nil
  ) {
    self.id = id
    self.predictionFile = predictionFile
    self.referenceFile = referenceFile
    self.shape = shape
    self.spacing = spacing
  }

  /// A loss by the text it was asked for with. NaN where it is not defined.
  public struct Loss: Sendable, Equatable {
    public var name: String
    public var value: Double
  }

  /// The counts of one label or region.
  public struct Counts: Sendable, Equatable {
    public var key: String
    public var counts: OverlapCounts
    /// What was measured of shapes, by the metric's name, before any policy for empty masks.
    public var shape: [String: Double] = [:]
    /// The objects, where metrics of objects were asked for.
    public var objects: ObjectTally?

    package init(
      key: String, counts: OverlapCounts, shape: [String: Double] = [:], objects: ObjectTally? = nil
    ) {
      self.key = key
      self.counts = counts
      self.shape = shape
      self.objects = objects
    }
  }

  /// The counts of a key. A label that is not in the record does not occur in the case.
  public func counts(of key: String) -> OverlapCounts {
    counts.first { $0.key == key }?.counts ?? absent
  }

  /// The value of a metric, the case's status considered.
  public func value(of metric: OverlapMetric, _ counts: OverlapCounts, _ empty: EmptyPolicy) -> Double {
    status.isWorst ? metric.worst : empty.value(of: metric, counts)
  }

  /// The value of any metric for one of this case's labels: status, policy for empty masks and penalty considered.
  public func value(of metric: ScoreSettings.Metric, _ entry: Counts, _ settings: ScoreSettings) -> Double {
    let value = unpenalised(metric, entry, settings)
    guard value == .infinity, metric.metric.isDistance, let penalty = settings.shapes.penalty, let shape,
      let spacing
    else { return value }
    return penalty.distance(extents: shape.extents, spacing: spacing.lengths)
  }

  /// Whether a penalty stands for the value.
  public func isPenalised(_ metric: ScoreSettings.Metric, _ entry: Counts, _ settings: ScoreSettings) -> Bool
  {
    settings.shapes.penalty != nil && metric.metric.isDistance
      && unpenalised(metric, entry, settings) == .infinity
  }

  private func unpenalised(_ metric: ScoreSettings.Metric, _ entry: Counts, _ settings: ScoreSettings)
    -> Double
  {
    switch metric.metric {
    case .overlap(let own): return value(of: own, entry.counts, settings.empty)
    case let own where own.isCount: return entry.shape[metric.name] ?? 0
    case let own where status.isWorst: return own.worst
    case let own: return settings.empty.value(of: own, entry.counts, natural: entry.shape[metric.name])
    }
  }

  /// The counts of a label that does not occur.
  fileprivate var absent: OverlapCounts { .init(trueNegatives: counted) }

  /// What counts of this case add to the pooled ones. Without a usable prediction every voxel is wrong: no
  /// prediction can do worse, so that a file that cannot be read never beats a bad one.
  package func pooled(_ counts: OverlapCounts) -> OverlapCounts {
    status.isWorst ? Self.worst(referenced: counts.referenced, of: counted) : counts
  }

  /// The counts of a prediction that has every voxel wrong.
  ///
  /// A record from a file may say that more voxels are referenced than counted; none is left then.
  package static func worst(referenced: UInt64, of counted: UInt64) -> OverlapCounts {
    OverlapCounts(falsePositives: counted.saturatingSubtract(referenced), falseNegatives: referenced)
  }
}

/// A record's counts by key, for looking up many.
public struct CountsTable: Sendable {
  private let counts: [String: CaseRecord.Counts]
  private let absent: OverlapCounts

  public init(_ record: CaseRecord) {
    counts = Dictionary(record.counts.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
    absent = record.absent
  }

  /// The counts of a key. A label that is not in the record does not occur in the case.
  public subscript(key: String) -> CaseRecord.Counts { counts[key] ?? .init(key: key, counts: absent) }
}
