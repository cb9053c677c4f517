/// The Dice of several labels at once, each weighted against its size (Crum, Camara and Hill, IEEE TMI 2006).
public enum GeneralizedDice {
  /// What a label of v reference voxels weighs.
  public enum Weighting: String, Sendable, Hashable, CaseIterable {
    /// 1 / v².
    case square
    /// 1 / v.
    case simple
    /// 1.
    case uniform
  }

  /// 2 Σ w·TP / Σ w·(predicted + reference) over the labels.
  ///
  /// A label without reference voxels weighs as much as the heaviest that has some, as MONAI has it, so that what was made
  /// up counts; where none has any it weighs 1. Nothing on either side is NaN.
  public static func value(_ counts: some Sequence<OverlapCounts>, weighting: Weighting = .square) -> Double {
    let counts = Array(counts)
    let weights = counts.map { label -> Double in
      let volume = Double(label.referenced)
      return switch weighting {
      case .square: 1 / (volume * volume)
      case .simple: 1 / volume
      case .uniform: 1
      }
    }
    let heaviest = weights.filter(\.isFinite).max() ?? 1
    var (shared, sizes) = (0.0, 0.0)
    for (label, weight) in zip(counts, weights) {
      let weight = weight.isFinite ? weight : heaviest
      shared += weight * Double(label.truePositives)
      sizes += weight * Double(label.predicted.saturatingAdd(label.referenced))
    }
    return 2 * shared / sizes
  }
}
