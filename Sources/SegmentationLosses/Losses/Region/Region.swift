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
  /// The voxels of one sample, all classes together.
  case classes
  /// Everything.
  case all
}

/// What becomes of a class that is not in the target.
public enum EmptyClass: String, Sendable, CaseIterable {
  /// What the smoothing makes of it.
  case smooth
  /// Its loss is 0, and counts in the mean.
  case zero
  /// Its loss is 1.
  case one
  /// It does not count in the mean; the loss is 0 where no class is left.
  case skip
  /// The value is not a number, which is an error.
  case nan
}

/// What is made of the losses of classes and samples, or of sites.
public enum Reduction: String, Sendable, CaseIterable {
  case mean, sum
  /// Nothing: the loss is an array, and its value the mean.
  case none
}

/// What is made of an overlap D, the larger the better.
public enum OverlapForm: String, Sendable, CaseIterable {
  /// 1 − D.
  case oneMinus = "one-minus"
  /// −D.
  case negative
  /// −log D.
  case negativeLog = "negative-log"

  func loss(of index: Expression) -> Expression {
    switch self {
    case .oneMinus: 1 - index
    case .negative: -index
    case .negativeLog: -log(index)
    }
  }
}

/// How region losses sum and average.
public struct RegionOptions: Sendable, Hashable {
  public var over: RegionExtent
  /// One a class; `nil`: all the same.
  public var classWeights: [Double]?
  /// Whether class weights are divided by their sum; if not, they are factors before a plain mean.
  public var normalizesWeights: Bool = true
  /// Whether class 0 takes part; with one class it always does.
  public var includesBackground: Bool
  public var empty: EmptyClass
  public var reduction: Reduction

  public init(
    over: RegionExtent = .sample, classWeights: [Double]? = nil, includesBackground: Bool = true,
    empty: EmptyClass = .smooth, reduction: Reduction = .mean
  ) {
    (self.over, self.classWeights, self.includesBackground) = (over, classWeights, includesBackground)
    (self.empty, self.reduction) = (empty, reduction)
  }

  /// Σ p t, Σ p and Σ t of each class, over the sites that count.
  func sums(_ input: LossInput) -> Overlap.Counts { Overlap.dice().counts(input, self) }

  /// The sum over a region of what counts. Where classes are summed too, their weights are in the sum.
  func total(_ x: Expression, _ input: LossInput) -> Expression {
    var x = input.counted(x)
    let classes = input.classCount
    if over == .classes || over == .all, classes > 1, classWeights != nil || !includesBackground {
      var weights = classWeights ?? [Double](repeating: 1, count: classes)
      guard weights.count == classes else {
        return .failed(
          .invalid(
            operation: "class weights", reason: "\(weights.count) class weights for \(classes) classes"))
      }
      if !includesBackground { weights[0] = 0 }
      x = x * .perClass(weights, rank: input.prediction.shape.rank)
    }
    return sum(x, axes)
  }

  /// The axes that sums run over.
  var axes: Axes {
    switch over {
    case .sample: .space
    case .batch: .sites
    case .classes: .classes + .space
    case .all: .all
    }
  }

  /// The weighted mean over classes, the plain mean over samples.
  ///
  /// - Parameter target: Σ t of each class, for what is empty.
  func mean(_ perClass: Expression, target: Expression, loss: String) -> Expression {
    // What could not be recorded has no classes.
    for expression in [perClass, target] where expression.failure != nil { return expression }
    let present = less(0, target)
    var perClass = perClass
    switch empty {
    case .smooth, .skip: break
    case .zero: perClass = select(present, perClass, 0)
    case .one: perClass = select(present, perClass, 1)
    case .nan: perClass = select(present, perClass, Expression(.nan))
    }
    let classes = perClass.shape[1]
    // Where classes are summed, their weights are in the sums.
    let given = over == .classes || over == .all ? nil : classWeights
    var weights = given ?? [Double](repeating: 1, count: classes)
    guard weights.count == classes else {
      return .failed(
        .invalid(operation: loss, reason: "\(weights.count) class weights for \(classes) classes"))
    }
    if !includesBackground, classes > 1 { weights[0] = 0 }
    let total = weights.reduce(0, +)
    guard total > 0 else {
      return .failed(
        .invalid(operation: loss, reason: "no class with a weight is left without the background"))
    }
    let extents = [1, classes] + [Int](repeating: 1, count: perClass.shape.rank - 2)
    let factors = Expression(Tensor(weights, shape: TensorShape(extents)))
    if empty == .skip {
      let counted = present * factors
      let sums = sum(select(counted, perClass * counted, 0), .classes)
      return reduced(sums / max(sum(counted, .classes), Expression(Double.leastNormalMagnitude)), total: 1)
    }
    if Set(weights).count == 1, normalizesWeights { return reduced(perClass, total: 1) }
    if !normalizesWeights {
      let weighted = perClass * factors
      let first = includesBackground || classes == 1 ? 0 : 1
      return reduced(weighted.gathered(Array(first..<classes), axis: 1), total: 1)
    }
    // A class that does not count may be undefined.
    let weighted = perClass * factors
    return reduced(
      sum(weights.contains(0) ? select(factors, weighted, 0) : weighted, .classes), total: total)
  }

  private func reduced(_ x: Expression, total: Double) -> Expression {
    switch reduction {
    case .mean: Autodiff.mean(x) / total
    case .sum: sum(x)
    case .none: x / total
    }
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

extension [LossParameter] {
  /// The parameters of `RegionOptions`.
  static let region: [LossParameter] = [
    .choice("over", RegionExtent.sample, "what is summed before the ratio"),
    .numbers("class-weights", nil, "one a class"),
    .flag("normalize-weights", true, "divide class weights by their sum"),
    .flag("exclude-background", false, "leave class 0 out, where there are others"),
    .choice("empty", EmptyClass.smooth, "what a class counts that is not in the target"),
    .choice("reduction", Reduction.mean, "what is made of samples and classes"),
  ]
  /// The parameters of `Smoothing`.
  static func smoothing(_ standard: Double = 1e-5) -> [LossParameter] {
    [
      .number("smooth", standard, "added to numerator and denominator"),
      .number("smooth-numerator", nil, "added to the numerator, where it differs"),
      .number("smooth-denominator", nil, "added to the denominator, where it differs"),
    ]
  }
}

extension LossParameters {
  var region: RegionOptions {
    var region = RegionOptions(
      over: choice("over", RegionExtent.sample), classWeights: numbers("class-weights"),
      includesBackground: !flag("exclude-background"), empty: choice("empty", EmptyClass.smooth),
      reduction: choice("reduction", Reduction.mean))
    region.normalizesWeights = flag("normalize-weights")
    return region
  }
  var smoothing: Smoothing {
    Smoothing(
      numerator: optionalNumber("smooth-numerator") ?? number("smooth"),
      denominator: optionalNumber("smooth-denominator") ?? number("smooth"))
  }
}
