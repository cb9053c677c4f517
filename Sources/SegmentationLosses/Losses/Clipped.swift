import Autodiff

/// A loss whose probabilities are clipped to [ε, 1 − ε] before it sees them, as some libraries do. Beyond these bounds its
/// derivatives are 0.
public struct ClippedLoss: Loss {
  public let loss: any Loss
  public let epsilon: Double

  public init(_ loss: any Loss, epsilon: Double) { (self.loss, self.epsilon) = (loss, epsilon) }

  public var name: String { "\(loss.name), clipped by \(epsilon)" }
  /// Whatever the prediction holds becomes a probability.
  public var domain: LossDomain { .reals }
  public var distanceMap: DistanceMapKind? { loss.distanceMap }
  public var ownActivation: Activation? { loss.ownActivation }
  public var takesWeights: Bool { loss.takesWeights }

  public func expression(_ input: LossInput) -> Expression {
    let clipped = clip(input.prediction, Expression(epsilon), Expression(1 - epsilon))
    return loss.expression(input.replacing(prediction: clipped))
  }

  public func checkParameters() throws(LossError) {
    guard epsilon > 0, epsilon < 0.5 else {
      throw .badParameter(loss: loss.name, reason: "clip must be above 0 and below 1/2")
    }
    guard loss.ownActivation == nil else {
      throw .badParameter(
        loss: loss.name, reason: "it has an activation of its own, and clips as its library does")
    }
    try loss.checkParameters()
  }
}
