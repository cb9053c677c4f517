// Every number that is made of two surfaces' distances.

/// A surface metric: a number from the distances of two surfaces.
public struct SurfaceMetric: Sendable, Hashable {
  /// What is made of the distances.
  public var quantity: Quantity
  /// The surfaces they lie between; nil for the kind that was chosen for all.
  public var surface: SurfaceKind?

  public init(_ quantity: Quantity, surface: SurfaceKind? = nil) {
    (self.quantity, self.surface) = (quantity, surface)
  }

  public enum Quantity: Sendable, Hashable {
    /// A percentile of the distances, 100 for the Hausdorff distance.
    case hausdorff(percent: Double, PercentileForm)
    /// The mean of all distances of both directions.
    case averagePooled
    /// The mean of the two directions' means.
    case averageOfMeans
    /// The larger of the two directions' means: the modified Hausdorff distance (Dubuisson and Jain 1994).
    case largerMean
    /// The mean of the distances from the prediction's surface.
    case averageFromPrediction
    /// The mean of the distances from the reference's surface.
    case averageFromReference
    /// The share of surface that lies within a tolerance of the other (Nikolov et al. 2018); nil for the label's own tolerance.
    case normalizedSurfaceDice(tolerance: Double?, ShareForm)
    /// The share of one side's surface that lies within a tolerance of the other.
    case overlapOfPrediction(tolerance: Double?)
    case overlapOfReference(tolerance: Double?)
  }

  /// Which percentile of two directions.
  public enum PercentileForm: String, Sendable, Hashable, CaseIterable {
    /// The larger of the two directions' percentiles, ranks interpolated (MONAI, MetricsReloaded); weighted for surfels
    /// (surface-distance).
    case largerDirected
    /// The percentile of all distances of both directions (medpy, seg-metrics, panoptica).
    case pooled
    /// The larger of the two directions' percentiles, of the rank below (grand-challenge).
    case floor
    /// The percentile of the distances from the prediction's surface, or from the reference's: the directed distances.
    case fromPrediction = "pred"
    case fromReference = "ref"
  }

  /// Which share of two surfaces.
  public enum ShareForm: String, Sendable, Hashable, CaseIterable {
    /// Of both surfaces together (MONAI, MetricsReloaded; weighted for surfels: surface-distance).
    case pooled
    /// The mean of the two surfaces' shares (panoptica).
    case meanOfShares
  }

  /// Whether less is better: a distance and not a share.
  public var isDistance: Bool {
    switch quantity {
    case .normalizedSurfaceDice, .overlapOfPrediction, .overlapOfReference: false
    default: true
    }
  }

  /// What a prediction that is missing gets.
  public var worst: Double { isDistance ? .infinity : 0 }

  /// The value, where both surfaces are empty NaN, where one is infinite (a share: 0).
  ///
  /// - Parameter tolerance: of the label, in the unit of the spacing, for metrics without one of their own.
  package func value(_ distances: SurfaceDistances, tolerance: Double? = nil) -> Double {
    guard !distances.isEmpty else { return .nan }
    let (prediction, reference) = (distances.prediction, distances.reference)
    if prediction.isEmpty || reference.isEmpty {
      // A mean over no element is no number, also of the side that is not there.
      switch quantity {
      case .averageFromPrediction where prediction.isEmpty,
        .averageFromReference where reference.isEmpty:
        return .infinity
      case .overlapOfPrediction, .overlapOfReference, .normalizedSurfaceDice: return 0
      default: return .infinity
      }
    }
    switch quantity {
    case .hausdorff(let percent, let form):
      switch form {
      case .largerDirected: return max(prediction.percentile(percent), reference.percentile(percent))
      case .floor: return max(prediction.floor(percent), reference.floor(percent))
      case .pooled: return prediction.joined(reference).percentile(percent)
      case .fromPrediction: return prediction.percentile(percent)
      case .fromReference: return reference.percentile(percent)
      }
    case .averagePooled:
      return (prediction.sum + reference.sum) / (prediction.total + reference.total)
    case .averageOfMeans: return (prediction.mean + reference.mean) / 2
    case .largerMean: return max(prediction.mean, reference.mean)
    case .averageFromPrediction: return prediction.mean
    case .averageFromReference: return reference.mean
    case .normalizedSurfaceDice(let own, let form):
      guard let tolerance = own ?? tolerance else { return .nan }
      let (near, other) = (prediction.within(tolerance), reference.within(tolerance))
      return form == .pooled
        ? (near + other) / (prediction.total + reference.total)
        : (near / prediction.total + other / reference.total) / 2
    case .overlapOfPrediction(let own):
      return (own ?? tolerance).map { prediction.within($0) / prediction.total } ?? .nan
    case .overlapOfReference(let own):
      return (own ?? tolerance).map { reference.within($0) / reference.total } ?? .nan
    }
  }
}
