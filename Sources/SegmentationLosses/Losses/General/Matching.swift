import Autodiff

/// The loss that belongs to an activation: whose gradient by the logits is the prediction less the target, or a multiple.
///
/// Cross-entropy after softmax, binary cross-entropy after a sigmoid, the squared error after none, ReLU or tanh.
public struct MatchingLoss: Loss {
  public var reduction: Reduction
  public init(reduction: Reduction = .mean) { self.reduction = reduction }

  public var name: String { "matching" }
  public var domain: LossDomain { .reals }
  public var takesWeights: Bool { true }

  public func expression(_ input: LossInput) -> Expression {
    input.activation.matchingLoss(reduction: reduction).expression(input)
  }

  static let entry = LossEntry(
    "matching", .general, "cross-entropy after softmax, binary after sigmoid, else (p-t)²", [.reduction],
    source: "the canonical link"
  ) { MatchingLoss(reduction: $0.reduction) }
}

extension Activation {
  /// The loss that belongs to it.
  public func matchingLoss(reduction: Reduction = .mean) -> any Loss {
    switch self {
    case .sigmoid: BinaryCrossEntropy(reduction: reduction)
    case .softmax: CrossEntropy(reduction: reduction)
    case .logSoftmax: NegativeLogLikelihood(reduction: reduction)
    case .none, .relu, .tanh:
      PointwiseLoss("mean-squared-error", reduction: reduction) { p, t, _ in square(p - t) }
    }
  }
}
