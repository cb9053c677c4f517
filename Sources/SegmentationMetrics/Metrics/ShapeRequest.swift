/// What is to be measured of shapes, and by which conventions.
package struct ShapeRequest: Sendable, Hashable {
  /// Metrics of surfaces, borders and objects; those of counts are passed over.
  package var metrics: [SegmentationMetric]
  /// The surface of metrics that do not name one.
  package var surface = SurfaceKind.erosion6
  package var norm = DistanceNorm.euclidean
  package var connectivity = Connectivity.corners
  package var matching = MatchingRule.standard
  /// What one lesion is, for metrics of lesions.
  package var lesions = LesionRule.standard
  /// The distance of a lesion without prediction and of a prediction without lesion, in metrics of lesions.
  package var missedDistance = Double.infinity
  /// Whether each label is an object, items then being classes of objects; else objects are connected voxels of an item.
  package var labelsAreObjects = false
  /// How many voxels each predicted id has where ignored ones are not left out. Of objects without partner, those that have
  /// less than half of these are no false positives; where there is no number for an id, it counts.
  package var wholeSizes: [UInt32: UInt64] = [:]
  /// The tolerance of each label or region by key, and of those that are not named.
  package var tolerances: [String: Double] = [:]
  package var tolerance: Double?

  package init(_ metrics: [SegmentationMetric]) { self.metrics = metrics }

  /// The tolerance of a label or region.
  package func tolerance(of key: String) -> Double? { tolerances[key] ?? tolerance }

  /// The kinds of surface that its metrics need.
  var surfaces: [SurfaceKind] {
    let kinds = metrics.compactMap { metric -> SurfaceKind? in
      guard case .surface(let own) = metric else { return nil }
      return own.surface ?? surface
    }
    return SurfaceKind.allCases.filter(kinds.contains)
  }

  var hasBoundaries: Bool { metrics.contains { if case .boundary = $0 { true } else { false } } }

  /// Its metrics of lesions, with their places among all.
  var lesionMetrics: [(index: Int, metric: LesionMetric)] {
    metrics.enumerated().compactMap { index, metric in
      if case .lesion(let own) = metric { (index, own) } else { nil }
    }
  }

  /// The rules of its object metrics.
  var matchings: [MatchingRule] {
    metrics.reduce(into: []) { rules, metric in
      guard case .object(_, let own) = metric else { return }
      if !rules.contains(own ?? matching) { rules.append(own ?? matching) }
    }
  }
}
