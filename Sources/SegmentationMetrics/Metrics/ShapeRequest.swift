/// What is to be measured of shapes, and by which choices.
package struct ShapeRequest: Sendable, Hashable {
  /// Metrics of surfaces, borders and objects; those of counts are passed over.
  package var metrics: [SegmentationMetric]
  package var shapes: ShapeOptions
  /// How many voxels each predicted id has where ignored ones are not left out. Of objects without partner, those that have
  /// less than half of these are no false positives; where there is no number for an id, it counts.
  package var wholeSizes: [UInt32: UInt64] = [:]

  package init(_ metrics: [SegmentationMetric], _ shapes: ShapeOptions = ShapeOptions()) {
    self.metrics = metrics
    self.shapes = shapes
  }

  /// The kinds of surface that its metrics need.
  var surfaces: [SurfaceKind] {
    let kinds = metrics.compactMap { metric -> SurfaceKind? in
      guard case .surface(let own) = metric else { return nil }
      return own.surface ?? shapes.surface
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
      if !rules.contains(own ?? shapes.matching) { rules.append(own ?? shapes.matching) }
    }
  }
}
