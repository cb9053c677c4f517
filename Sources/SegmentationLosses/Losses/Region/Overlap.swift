// The ratio that overlap losses are made of, with every choice that they differ in.
import Autodiff

/// An overlap of prediction and target: (TP + s) / (TP + α FP + β FN + s), for each class.
///
/// With `isDoubled` everything but the smoothing counts twice: (2 TP + s) / (2 (TP + α FP + β FN) + s), so that
/// α = β = ½ is Dice as it is mostly written, and s in it half as strong.
public struct Overlap: Sendable, Hashable {
  /// What TP, FP and FN are made of.
  public enum Measure: String, Sendable, CaseIterable {
    /// Σpt, Σp and Σt.
    case products
    /// Σpt, Σp² and Σt² (Milletari et al. 2016, V-Net).
    case squares
    /// Σ|p| and Σ|t|, and TP is half of what |p − t| leaves of them (Wang et al. 2023).
    case differences
  }
  /// What false positives and false negatives count.
  public var alpha, beta: Double
  public var isDoubled: Bool
  public var measure: Measure
  public var smoothing: Smoothing
  /// The denominator is no less than this.
  public var leastDenominator: Double?

  public init(
    alpha: Double, beta: Double, doubled isDoubled: Bool = false, measure: Measure = .products,
    smoothing: Smoothing = 1e-5, leastDenominator: Double? = nil
  ) {
    (self.alpha, self.beta, self.isDoubled, self.measure) = (alpha, beta, isDoubled, measure)
    (self.smoothing, self.leastDenominator) = (smoothing, leastDenominator)
  }

  /// (2 TP + s) / (2 TP + FP + FN + s).
  public static func dice(smoothing: Smoothing = 1e-5, measure: Measure = .products) -> Overlap {
    Overlap(alpha: 0.5, beta: 0.5, doubled: true, measure: measure, smoothing: smoothing)
  }
  /// (TP + s) / (TP + FP + FN + s).
  public static func jaccard(smoothing: Smoothing = 1e-5) -> Overlap {
    Overlap(alpha: 1, beta: 1, smoothing: smoothing)
  }

  /// The overlap of each class, and what its target is made of.
  func index(_ input: LossInput, _ region: RegionOptions) -> (index: Expression, target: Expression) {
    let sums = counts(input) { region.total($0, input) }
    return (index(of: sums), sums.target)
  }

  /// The overlap of everything along these axes.
  func index(_ input: LossInput, axes: Axes) -> Expression {
    index(of: counts(input) { sum(input.counted($0), axes) })
  }

  private func index(of sums: Counts) -> Expression {
    let factor: Double = isDoubled ? 2 : 1
    let numerator = times(factor, sums.product) + smoothing.numerator
    // TP + α (P − TP) + β (T − TP), whose TP cancel for Dice.
    let rest = factor * (1 - alpha - beta)
    let sides = times(factor * alpha, sums.prediction) + times(factor * beta, sums.target)
    var denominator = (rest == 0 ? sides : rest * sums.product + sides) + smoothing.denominator
    if let leastDenominator { denominator = max(denominator, Expression(leastDenominator)) }
    return numerator / denominator
  }

  typealias Counts = (product: Expression, prediction: Expression, target: Expression)

  /// TP, what the prediction holds and what the target holds, over a region.
  func counts(_ input: LossInput, _ region: RegionOptions) -> Counts {
    counts(input) { region.total($0, input) }
  }

  private func counts(_ input: LossInput, _ total: (Expression) -> Expression) -> Counts {
    let (p, t) = (input.prediction, input.target)
    switch measure {
    case .products: return (total(p * t), total(p), total(t))
    case .squares: return (total(p * t), total(square(p)), total(square(t)))
    case .differences:
      // Probabilities and targets are not negative.
      let isSigned = !input.hasActivation && input.activation != .none
      let prediction = total(isSigned ? abs(p) : p)
      let target = total(t)
      return (0.5 * (prediction + target - total(absoluteDifference(p, t))), prediction, target)
    }
  }

  private func times(_ factor: Double, _ x: Expression) -> Expression { factor == 1 ? x : factor * x }

  func check(_ loss: String) throws(LossError) {
    guard alpha >= 0, beta >= 0, alpha.isFinite, beta.isFinite else {
      throw .badParameter(loss: loss, reason: "alpha and beta must not be negative")
    }
    if let leastDenominator, !(leastDenominator > 0 && leastDenominator.isFinite) {
      throw .badParameter(loss: loss, reason: "the least denominator must be above 0")
    }
    try smoothing.check(loss)
  }
}
