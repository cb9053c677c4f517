import Autodiff

/// Cross-entropy + ε (1 − p_label): the first two terms of its series, the first one's factor moved (Leng et al. 2022).
public struct Poly1CrossEntropy: Loss {
  public var epsilon: Double
  public var reduction: Reduction

  public init(epsilon: Double = 1, reduction: Reduction = .mean) {
    (self.epsilon, self.reduction) = (epsilon, reduction)
  }

  public var name: String { "poly1-cross-entropy" }
  public var takesWeights: Bool { true }

  public func expression(_ input: LossInput) -> Expression {
    guard input.classCount > 1 else {
      return input.reduced(-input.logLabelProbability + epsilon * (1 - input.labelProbability), reduction)
    }
    let entropy = -sum(input.logProbability(input.target), .classes)
    return input.reduced(entropy + epsilon * (1 - input.labelProbability), reduction)
  }

  static let entry = LossEntry(
    "poly1-cross-entropy", .voxelwise, "-Σ t log p + ε (1 - Σ t p)",
    [.number("epsilon", 1, "the factor of 1 - p"), .reduction], source: "Leng et al. 2022"
  ) { Poly1CrossEntropy(epsilon: $0.number("epsilon"), reduction: $0.reduction) }
}
