import Autodiff

/// Generalized Dice: one ratio over all classes, each weighted by its volume in the target (Sudre et al. 2017).
///
/// A class that is not in the target takes the largest weight of those that are (as MONAI), so that it is neither lost
/// nor drowns the others.
public struct GeneralizedDice: Loss {
  public enum Weighting: String, Sendable, CaseIterable {
    /// 1 / V².
    case square
    /// 1 / V.
    case simple
    case uniform
  }
  public var weighting: Weighting
  public var smoothing: Smoothing
  public var measure: Overlap.Measure = .products
  public var over: RegionExtent
  public var includesBackground: Bool
  public var reduction: Reduction

  public init(
    weighting: Weighting = .square, smoothing: Smoothing = 1e-5, over: RegionExtent = .sample,
    includesBackground: Bool = true, reduction: Reduction = .mean
  ) {
    (self.weighting, self.smoothing, self.over) = (weighting, smoothing, over)
    (self.includesBackground, self.reduction) = (includesBackground, reduction)
  }

  public var name: String { "generalized-dice" }
  public var takesWeights: Bool { true }

  public func expression(_ input: LossInput) -> Expression {
    let sums = Overlap.dice(measure: measure).counts(input, RegionOptions(over: over))
    for sum in [sums.product, sums.target] where sum.failure != nil { return sum }
    let first = includesBackground || sums.target.shape[1] == 1 ? 0 : 1
    let counted = weights(sums.target.withoutGradient, from: first)
    let numerator = 2 * sum(counted * sums.product, .classes) + smoothing.numerator
    let denominator = sum(counted * (sums.prediction + sums.target), .classes) + smoothing.denominator
    return reduction.applied(to: 1 - numerator / denominator)
  }

  /// The weights of the classes from `first` on, 0 for those before.
  private func weights(_ volume: Expression, from first: Int) -> Expression {
    let present = less(0, volume)
    let safe = select(present, volume, 1)
    let weight: Expression =
      switch weighting {
      case .square: 1 / square(safe)
      case .simple: 1 / safe
      case .uniform: .classIndicator(volume.shape) { _ in true }
      }
    let known = select(present, weight, 0)
    let largest = (first..<volume.shape[1]).map { known.gathered([$0], axis: 1) }.reduce(0) { max($0, $1) }
    let all = select(present, weight, largest)
    return first == 0 ? all : all * .classIndicator(volume.shape) { $0 >= first }
  }

  static let entry = LossEntry(
    "generalized-dice", .region, "1 - (2 Σ_c w_c Σpt + s) / (Σ_c w_c (Σp + Σt) + s), w from Σt",
    [.choice("weighting", Weighting.square, "1/V², 1/V or 1")] + .smoothing() + [
      .choice("over", RegionExtent.sample, "what is summed before the ratio"),
      .flag("exclude-background", false, "leave class 0 out"),
      .choice("reduction", Reduction.mean, "what is made of samples"),
    ], source: "Sudre et al. 2017"
  ) { p in
    GeneralizedDice(
      weighting: p.choice("weighting", Weighting.square), smoothing: p.smoothing,
      over: p.choice("over", RegionExtent.sample), includesBackground: !p.flag("exclude-background"),
      reduction: p.choice("reduction", Reduction.mean))
  }

  public func checkParameters() throws(LossError) { try smoothing.check(name) }
}

extension Reduction {
  func applied(to x: Expression) -> Expression {
    switch self {
    case .mean: Autodiff.mean(x)
    case .sum: Autodiff.sum(x)
    case .none: x
    }
  }
}

extension Expression {
  /// Numbers for the classes of an array's shape: 1 where `condition` holds, else 0.
  static func classIndicator(_ shape: TensorShape, _ condition: (Int) -> Bool) -> Expression {
    perClass((0..<shape[1]).map { condition($0) ? 1 : 0 }, rank: shape.rank)
  }
  /// A number for each class.
  static func perClass(_ values: [Double], rank: Int) -> Expression {
    Expression(
      Tensor(values, shape: TensorShape([1, values.count] + [Int](repeating: 1, count: rank - 2))))
  }
}
