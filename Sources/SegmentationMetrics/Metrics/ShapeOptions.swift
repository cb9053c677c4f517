/// Every choice about shapes that a metric's name leaves open. Settings, conventions and requests share it.
public struct ShapeOptions: Sendable, Hashable {
  /// The surface of metrics that do not name one.
  public var surface = SurfaceKind.erosion6
  /// How distances are measured.
  public var norm = DistanceNorm.euclidean
  /// Which voxels are one object.
  public var connectivity = Connectivity.corners
  /// When two objects are taken for the same.
  public var matching = MatchingRule.standard
  /// What an object is. Where labels are numbers of objects, their classes are scored.
  public var objects = ObjectRule.components
  /// Whether predicted objects without partner are no false positives if more than half of them is ignored (panopticapi).
  public var leavesOutIgnoredObjects = false
  /// What one lesion is, and which count, for metrics that are lesion-wise.
  public var lesions = LesionRule.standard
  /// The tolerance of surface metrics that name none, in the unit of the spacing.
  public var tolerance: Tolerance?
  /// The same for each label's number or region's name that has one of its own.
  public var tolerances: [String: Double] = [:]
  /// What stands for an infinite distance in every case, mean and table.
  public var penalty: Penalty?

  /// A distance within which two surfaces are taken for one.
  public enum Tolerance: Sendable, Hashable {
    case value(Double)
    /// The least spacing of the axes.
    case leastSpacing
  }

  /// This project's own choices.
  public init() {}

  /// The tolerance of a label or region, by its key; nil where none is chosen.
  package func tolerance(of key: String, spacing: [Double]) -> Double? {
    if let own = tolerances[key] { return own }
    switch tolerance {
    case .value(let value): return value
    case .leastSpacing: return spacing.min()
    case nil: return nil
    }
  }
}
