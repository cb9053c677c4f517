/// A number of lesions compared one by one: each of the reference with all predicted components that reach into it (BraTS
/// 2023; `LesionRule`).
public enum LesionMetric: Sendable, Hashable {
  /// The mean Dice of the lesions that count, a predicted component that reaches no lesion counting as one more of 0.
  case dice
  /// The mean distance, missed lesions and such components having the penalty, or infinity without one.
  case distance(SurfaceMetric)
  /// Lesions that count and have a prediction, those that have none, and predicted components that reach no lesion.
  case truePositives, falseNegatives, falsePositives

  /// How the metrics are listed: name and formula.
  public static let catalogue: [(name: String, formula: String)] = [
    (
      "lesionwise-dice",
      "mean Dice of each lesion and all predicted components that reach it, 0 for one that reaches none (BraTS)"
    ),
    (
      "lesionwise-hd95",
      "the same of a distance, with the penalty for missed and invented lesions; also hd, assd …"
    ),
    (
      "lesionwise-tp",
      "lesions with a prediction; lesionwise-fn without; lesionwise-fp predicted components alone"
    ),
  ]

  /// Whether it counts lesions.
  public var isCount: Bool {
    switch self {
    case .dice, .distance: false
    case .truePositives, .falseNegatives, .falsePositives: true
    }
  }

  /// Its full name.
  ///
  /// - Parameter surface: the kind of distances that name none.
  func name(_ surface: SurfaceKind) -> String {
    switch self {
    case .dice: "lesionwise-dice"
    case .distance(let metric): "lesionwise-" + SegmentationMetric.surface(metric).meaning(surface)
    case .truePositives: "lesionwise-tp"
    case .falseNegatives: "lesionwise-fn"
    case .falsePositives: "lesionwise-fp"
    }
  }
}
