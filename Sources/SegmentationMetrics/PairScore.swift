import LabelMaps

/// The scores of one prediction against one reference.
public struct PairScore: Sendable {
  /// The pairs of labels and how often each occurs.
  public let histogram: JointHistogram
  /// What was scored.
  public let scheme: LabelScheme
  /// The counts of each label or region, by its key.
  public let counts: [String: OverlapCounts]
  private let empty: EmptyPolicy

  /// Scores a joint histogram.
  ///
  /// - Parameters:
  ///   - scheme: what to score; nil for every label found except `background`.
  ///   - ignored: reference labels whose voxels count nowhere.
  public init(
    _ histogram: JointHistogram, scheme: LabelScheme? = nil, background: UInt32? = 0,
    ignored: Set<UInt32> = [],
    empty: EmptyPolicy = .strict
  ) throws(LabelSchemeError) {
    let counted = histogram.ignoring(reference: ignored.union([LabelMap.ignored]))
    let found = try LabelScheme(
      counted.labels.filter { $0 != background && $0 != LabelMap.ignored && !ignored.contains($0) }.map {
        .label($0)
      })
    let items = scheme ?? found
    self.histogram = counted
    self.scheme = items
    self.empty = empty
    let tally = LabelTally(counted)
    let absent = OverlapCounts(trueNegatives: counted.total)
    counts = Dictionary(
      items.items.map { item in
        let isLabel = item.labels.count == 1
        return (item.key, isLabel ? tally[item.labels[0]] ?? absent : OverlapCounts(counted, of: item.labels))
      }, uniquingKeysWith: { first, _ in first })
  }

  /// The value of a metric for a label.
  public subscript(label: UInt32, metric: OverlapMetric) -> Double { self[String(label), metric] }

  /// The value of a metric for a label's number or a region's name; NaN for what was not scored.
  public subscript(key: String, metric: OverlapMetric) -> Double {
    counts[key].map { empty.value(of: metric, $0) } ?? .nan
  }
}

/// Scores a prediction against a reference of the same shape.
///
/// - Parameters:
///   - labels: what to score, as `try LabelScheme(parsing: "1=liver,whole=1+2")`; nil for every label found.
///   - background: the label that is not scored when `labels` is nil.
///   - ignored: reference labels whose voxels count nowhere, predictions there included.
///   - empty: what a metric is where a mask is empty.
/// - Throws: `LabelMapError.shapesDiffer`, or `LabelSchemeError`.
public func score(
  prediction: LabelMap, reference: LabelMap, labels: LabelScheme? = nil, background: UInt32? = 0,
  ignored: Set<UInt32> = [], empty: EmptyPolicy = .strict
) throws -> PairScore {
  guard prediction.shape == reference.shape else {
    throw LabelMapError.shapesDiffer(prediction: prediction.shape, reference: reference.shape)
  }
  var counter = JointCounter()
  var histogram = JointHistogram()
  counter.add(.init(prediction.storage), .init(reference.storage), to: &histogram)
  return try PairScore(histogram, scheme: labels, background: background, ignored: ignored, empty: empty)
}

extension JointCounter.Plane {
  /// The labels of a whole map.
  public init(_ storage: LabelMap.Storage) {
    switch storage {
    case .uint8(let labels): self = .uint8(labels[...])
    case .uint16(let labels): self = .uint16(labels[...])
    case .uint32(let labels): self = .uint32(labels[...])
    }
  }
}
