/// Any metric of a label: of counts, of surfaces, of borders and centrelines, of objects.
public enum SegmentationMetric: Sendable, Hashable {
  case overlap(OverlapMetric)
  case surface(SurfaceMetric)
  case boundary(BoundaryMetric)
  /// With the rule by which objects are paired; nil for the one chosen for all.
  case object(ObjectMetric, MatchingRule?)
  case lesion(LesionMetric)

  /// Whether counts of voxels are enough for it, so that no map has to be kept.
  public var isOverlap: Bool {
    if case .overlap = self { true } else { false }
  }

  /// Whether it is a distance: less is better, and infinity can be penalised.
  public var isDistance: Bool {
    switch self {
    case .surface(let metric): metric.isDistance
    case .boundary(let metric): metric.isDistance
    case .lesion(.distance): true
    default: false
    }
  }

  /// Whether it is a percentile of distances below the largest.
  public var isInnerPercentile: Bool {
    if case .surface(let metric) = self, case .hausdorff(let percent, _) = metric.quantity {
      percent < 100
    } else {
      false
    }
  }

  /// Whether distances are weighted with the surface they stand for.
  public func isSurfel(_ chosen: SurfaceKind) -> Bool {
    if case .surface(let metric) = self { (metric.surface ?? chosen) == .surfel } else { false }
  }

  /// Whether it counts objects or lesions.
  public var isCount: Bool {
    switch self {
    case .object(let metric, _): metric.isCount
    case .lesion(let metric): metric.isCount
    case .overlap, .surface, .boundary: false
    }
  }

  /// The tolerance it needs of each label, having none of its own.
  public var needsTolerance: Bool {
    guard case .surface(let metric) = self else { return false }
    return switch metric.quantity {
    case .normalizedSurfaceDice(nil, _), .overlapOfPrediction(nil), .overlapOfReference(nil): true
    default: false
    }
  }

  /// What a prediction that is missing or cannot be read gets: no prediction can do worse.
  ///
  /// Counts of objects have no worst value; NaN then.
  public var worst: Double {
    switch self {
    case .overlap(let metric): metric.worst
    case .surface(let metric): metric.worst
    case .boundary(let metric): metric.worst
    case .object(let metric, _): metric.isCount ? .nan : 0
    case .lesion(let metric): metric.isCount ? .nan : isDistance ? .infinity : 0
    }
  }
}
