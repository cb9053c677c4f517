// What region losses share: sums over a region for each class, then a mean over classes and samples.
import Autodiff

/// Added to numerator and denominator, so that empty masks have a value.
public struct Smoothing: Sendable, Hashable, ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
  public var numerator, denominator: Double
  public init(numerator: Double, denominator: Double) {
    (self.numerator, self.denominator) = (numerator, denominator)
  }
  public init(_ both: Double) { self.init(numerator: both, denominator: both) }
  public init(floatLiteral value: Double) { self.init(value) }
  public init(integerLiteral value: Int) { self.init(Double(value)) }
}

/// What a region is.
public enum RegionExtent: String, Sendable, CaseIterable {
  /// The voxels of one sample.
  case sample
  /// The voxels of the whole batch.
  case batch
}

/// How region losses sum and average.
public struct RegionOptions: Sendable, Hashable {
  public var over: RegionExtent
  /// One a class, normalised to a sum of 1; `nil`: all the same.
  public var classWeights: [Double]?
  /// Whether class 0 takes part; with one class it always does.
  public var includesBackground: Bool

  public init(over: RegionExtent = .sample, classWeights: [Double]? = nil, includesBackground: Bool = true) {
    (self.over, self.classWeights, self.includesBackground) = (over, classWeights, includesBackground)
  }

  /// Σ p t, Σ p and Σ t of each class (with `squared`, Σ p² and Σ t²), over the sites that count.
  func sums(_ input: LossInput, squared: Bool = false) -> (
    product: Expression, prediction: Expression, target: Expression
  ) {
    let axes: Axes = over == .sample ? .space : .sites
    let (p, t) = (input.prediction, input.target)
    let q = squared ? square(p) : p
    let u = squared ? square(t) : t
    return (
      sum(input.masked(p * t), axes), sum(input.masked(q), axes), sum(input.masked(u), axes)
    )
  }

  /// The weighted mean over classes, the plain mean over samples.
  func mean(_ perClass: Expression, loss: String) -> Expression {
    // What could not be recorded has no classes.
    if perClass.failure != nil { return perClass }
    let classes = perClass.shape[1]
    var weights = classWeights ?? [Double](repeating: 1, count: classes)
    guard weights.count == classes else {
      return .failed(
        .invalid(operation: loss, reason: "\(weights.count) class weights for \(classes) classes"))
    }
    if !includesBackground, classes > 1 { weights[0] = 0 }
    if Set(weights).count == 1, weights[0] > 0 { return Autodiff.mean(perClass) }
    let total = weights.reduce(0, +)
    guard total > 0 else {
      return .failed(
        .invalid(operation: loss, reason: "no class with a weight is left without the background"))
    }
    let extents = [1, classes] + [Int](repeating: 1, count: perClass.shape.rank - 2)
    let normalised = Expression(Tensor(weights.map { $0 / total }, shape: TensorShape(extents)))
    let weighted = perClass * normalised
    // A class that does not count may be undefined.
    return Autodiff.mean(sum(weights.contains(0) ? select(normalised, weighted, 0) : weighted, .classes))
  }

  func check(_ loss: String) throws(LossError) {
    guard let classWeights else { return }
    guard classWeights.allSatisfy({ $0 >= 0 && $0.isFinite }), classWeights.contains(where: { $0 > 0 }) else {
      throw .badParameter(loss: loss, reason: "class weights \(classWeights) must not be negative, nor all 0")
    }
  }
}

extension Smoothing {
  func check(_ loss: String) throws(LossError) {
    guard numerator >= 0, denominator >= 0, numerator.isFinite, denominator.isFinite else {
      throw .badParameter(loss: loss, reason: "smoothing must not be negative")
    }
  }
}
