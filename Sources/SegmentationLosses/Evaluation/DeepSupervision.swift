// Deep supervision: one loss of several heads of a network, each smaller than the one before, with a weight each.
import Autodiff

/// What the heads of a network count, the one of full size first.
public enum LevelWeighting: Sendable, Equatable {
  /// 1, ½, ¼ … but at least 1/16 (MONAI's "exp").
  case floored
  /// 1 each.
  case same
  /// 1, and ½ for each other (MONAI's "two").
  case two
  /// 1, ½, ¼ …, the last 0, over their sum (nnU-Net).
  case halved
  case given([Double])

  /// - Returns: as many as there are levels; `nil` where there are not as many.
  public func weights(_ levels: Int) -> [Double]? {
    let halves = (0..<levels).map { power(0.5, Double($0)) }
    switch self {
    case .floored: return halves.map { Swift.max($0, 0.0625) }
    case .same: return halves.map { _ in 1 }
    case .two: return (0..<levels).map { $0 == 0 ? 1 : 0.5 }
    case .halved:
      let kept = levels > 1 ? Array(halves.dropLast()) + [0] : halves
      let total = kept.reduce(0, +)
      return kept.map { $0 / total }
    case .given(let weights): return weights.count >= levels ? Array(weights.prefix(levels)) : nil
    }
  }
}

/// A loss of several heads.
public struct DeepSupervisionResult<Level: Sendable>: Sendable {
  /// The weighted sum.
  public let value: Double
  public let weights: [Double]
  /// Each head's own, without its weight.
  public let levels: [Level]
}

extension Loss {
  /// The weighted sum of this loss over the heads of a network.
  ///
  /// - Parameters:
  ///   - levels: predictions of the same axes; the labels are taken at the voxel nearest to each of theirs.
  ///   - productLimit, probes: as for one prediction, of each head by itself.
  /// - Throws: `LossError`.
  public func evaluate<Input: Prediction>(
    levels: [Input], _ labels: Labels, weighting: LevelWeighting = .floored, spacing: [Double]? = nil,
    activation: Activation = .none, want: Wanted = .value, curvature: Curvature = .exact,
    productLimit: Int = CompileOptions.defaultProductLimit, probes: Int? = nil, threads: Int = 1
  ) throws(LossError) -> DeepSupervisionResult<LossResult<Input.Scalar>> {
    let weights = try levelWeights(weighting, levels.count)
    var results: [LossResult<Input.Scalar>] = []
    for level in levels {
      let own = try labels.resampled(to: level.layout.withoutClasses)
      results.append(
        try evaluate(
          level, own, spacing: spacing, activation: activation, want: want, curvature: curvature,
          productLimit: productLimit, probes: probes, threads: threads))
    }
    return DeepSupervisionResult(
      value: zip(weights, results).reduce(0) { $0 + $1.0 * $1.1.value }, weights: weights, levels: results)
  }

  func levelWeights(_ weighting: LevelWeighting, _ levels: Int) throws(LossError) -> [Double] {
    guard let weights = weighting.weights(levels), weights.allSatisfy(\.isFinite) else {
      throw .badParameter(loss: name, reason: "\(weighting) are not the weights of \(levels) levels")
    }
    return weights
  }
}

extension Labels {
  /// The labels at the voxels nearest to those of another layout with the same axes.
  ///
  /// - Precondition: a byte, and eight more while it works, for each site of `other` fit into memory.
  /// - Throws: `LossError.layoutsDiffer` for other axes.
  public func resampled(to other: Layout) throws(LossError) -> Labels {
    try Labels(
      nearest(values, from: layout, to: other), other, ignoring: ignored)
  }
}

/// Each voxel's nearest in an array of other extents; voxels are compared by their centers.
func nearest<Element>(_ values: [Element], from own: Layout, to other: Layout) throws(LossError) -> [Element]
{
  guard own.axes == other.axes else {
    throw .layoutsDiffer(array: "labels", layout: own.description, expected: other.description)
  }
  if own == other { return values }
  let steps = own.steps
  let places = zip(other.axes, other.extents).reduce([0]) { places, axis in
    let (name, extent) = axis
    return places.flatMap { place in
      (0..<extent).map { place + (2 * $0 + 1) * own[name] / (2 * extent) * (steps[name] ?? 0) }
    }
  }
  return places.map { values[$0] }
}
