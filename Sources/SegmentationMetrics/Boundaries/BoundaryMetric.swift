// Metrics of bands along an object's border, and of its centreline.

/// A boundary metric: a number from the two masks of one object; but for distances in voxels whatever the spacing.
public enum BoundaryMetric: Sendable, Hashable {
  /// The IoU of the two bands along the borders (Cheng et al. 2021).
  case boundaryIoU(BandWidth, BandForm)
  /// The F-measure of the two border lines, a pixel counting as found within a radius (DAVIS; Perazzi et al. 2016).
  case boundaryF(BandWidth)
  /// The harmonic mean of how much of each skeleton lies in the other mask (Shit et al. 2021).
  case centrelineDice
  /// The larger of the mean distances from a contour to the other object, in the unit of the spacing (ITK;
  /// grand-challenge-metrics).
  case meanContourDistance

  /// How wide a band is.
  public enum BandWidth: Sendable, Hashable {
    case voxels(Double)
    /// A share of the image's diagonal.
    case ratio(Double)

    /// In voxels.
    ///
    /// - Parameter rounding: what makes a whole number of a share.
    func voxels(of extents: [Int], _ rounding: FloatingPointRoundingRule) -> Double {
      switch self {
      case .voxels(let width): return width
      case .ratio(let ratio):
        let diagonal = extents.map { Double($0) * Double($0) }.reduce(0, +).squareRoot()
        return max(1, (ratio * diagonal).rounded(rounding))
      }
    }
  }

  /// What a band is.
  public enum BandForm: String, Sendable, Hashable, CaseIterable {
    /// The mask less its erosion by a box, d times (the paper's own code).
    case box
    /// Voxels of the mask nearer than d to its border voxels (MetricsReloaded).
    case border
  }

  /// Whether less is better: a distance and not a share.
  public var isDistance: Bool { self == .meanContourDistance }

  public var worst: Double { isDistance ? .infinity : 0 }

  /// The value for two masks; NaN where both are empty.
  func value(_ prediction: BinaryBox, _ reference: BinaryBox, spacing: [Double], threads: Int) -> Double {
    if prediction.isEmpty, reference.isEmpty { return .nan }
    if prediction.isEmpty || reference.isEmpty { return worst }
    switch self {
    case .boundaryIoU(let width, let form):
      let rounding = FloatingPointRoundingRule.toNearestOrEven
      let distance = width.voxels(of: prediction.imageExtents, rounding)
      let (one, other) = (prediction.band(distance, form), reference.band(distance, form))
      var (both, either) = (0, 0)
      for index in one.indices {
        both += Int(one[index] & other[index])
        either += Int(one[index] | other[index])
      }
      return Double(both) / Double(either)
    case .boundaryF(let width):
      return BoundaryLines(prediction, reference, threads: threads).f(
        radius: width.voxels(of: prediction.imageExtents, .up))
    case .centrelineDice: return prediction.centrelineDice(reference)
    case .meanContourDistance:
      return BinaryBox.meanContourDistance(prediction, reference, spacing: spacing)
    }
  }
}
