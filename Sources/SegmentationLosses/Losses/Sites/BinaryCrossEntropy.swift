import Autodiff

/// Mean over sites and classes of −(a t log p + (1 − t) log(1 − p)): each class by itself.
public struct BinaryCrossEntropy: Loss {
  /// a: what a positive counts.
  public var positiveWeight: Double
  /// What a negative counts.
  public var negativeWeight: Double
  /// Positives and negatives are weighted by the share of the other in the target.
  public var isBalanced: Bool
  /// Targets are moved towards ½ by this.
  public var labelSmoothing: Double
  public var classWeights: [Double]?
  public var reduction: Reduction

  public init(
    positiveWeight: Double = 1, negativeWeight: Double = 1, balanced isBalanced: Bool = false,
    labelSmoothing: Double = 0, classWeights: [Double]? = nil, reduction: Reduction = .mean
  ) {
    (self.positiveWeight, self.negativeWeight, self.isBalanced) = (positiveWeight, negativeWeight, isBalanced)
    (self.labelSmoothing, self.classWeights, self.reduction) = (labelSmoothing, classWeights, reduction)
  }

  public var name: String { isBalanced ? "balanced-cross-entropy" : "binary-cross-entropy" }
  public var takesWeights: Bool { true }

  public func expression(_ input: LossInput) -> Expression {
    let t = labelSmoothing == 0 ? input.target : (1 - labelSmoothing) * input.target + labelSmoothing / 2
    var positive = input.logProbability(t)
    var negative = input.logComplement(1 - t)
    if positiveWeight != 1 { positive = positiveWeight * positive }
    if negativeWeight != 1 { negative = negativeWeight * negative }
    if isBalanced {
      // β = the share of negatives (Xie and Tu 2015).
      let share = sum(input.counted(input.target), .sites) / input.siteCount(over: .sites)
      positive = (1 - share) * positive
      negative = share * negative
    }
    var site = -(positive + negative)
    if let weights = input.classWeights(classWeights, loss: name) { site = weights * site }
    return input.reduced(site, reduction)
  }

  static let entries: [LossEntry] = [false, true].map { balanced in
    LossEntry(
      balanced ? "balanced-cross-entropy" : "binary-cross-entropy", .voxelwise,
      balanced
        ? "-(β t log p + (1-β)(1-t) log(1-p)), β the share of negatives"
        : "-(a t log p + b (1-t) log(1-p))",
      [
        .number("positive-weight", 1, "a, what a positive counts"),
        .number("negative-weight", 1, "b, what a negative counts"),
        .number("label-smoothing", 0, "targets are moved towards 1/2"), .classWeights, .reduction,
      ], source: balanced ? "Xie and Tu 2015" : "binary cross-entropy"
    ) { p in
      BinaryCrossEntropy(
        positiveWeight: p.number("positive-weight"), negativeWeight: p.number("negative-weight"),
        balanced: balanced, labelSmoothing: p.number("label-smoothing"),
        classWeights: p.numbers("class-weights"), reduction: p.reduction)
    }
  }

  public func checkParameters() throws(LossError) {
    guard positiveWeight >= 0, negativeWeight >= 0, (0...1).contains(labelSmoothing) else {
      throw .badParameter(
        loss: name, reason: "weights must not be negative, and label-smoothing must be in [0, 1]")
    }
    try checkClassWeights(classWeights, name)
  }
}
