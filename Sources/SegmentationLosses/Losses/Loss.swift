// What a loss is: a name, and an expression of prediction and target.
import Autodiff

/// A loss: how far a prediction is from a target.
///
/// To write one, return its formula from `expression(_:)`; value, gradient, Hessian diagonal, Hessian-vector products and
/// Newton steps follow. A formula may return one number for each sample, class or site; the loss is their mean.
public protocol Loss: Sendable {
  /// What errors and reports call it.
  var name: String { get }
  /// The formula. What cannot be recorded is reported where the loss is compiled or evaluated.
  func expression(_ input: LossInput) -> Expression
  /// What predictions it is defined for.
  var domain: LossDomain { get }
  /// The distances it is given as `LossInput.distance`, if any.
  var distanceMap: DistanceMapKind? { get }
  /// The activation it applies by itself, so that it is given none.
  var ownActivation: Activation? { get }
  /// Whether sites may have weights: everything it sums is weighted by `LossInput.counted(_:)`.
  var takesWeights: Bool { get }
  /// The weighted losses this is a sum of; a loss that is no sum has itself as its only term.
  var terms: [WeightedLoss] { get }
  /// Throws `LossError.badParameter` for parameters the loss is not defined for.
  func checkParameters() throws(LossError)
}

extension Loss {
  public var terms: [WeightedLoss] { [WeightedLoss(weight: 1, loss: self)] }
  public func checkParameters() throws(LossError) {}
  public var domain: LossDomain { .probabilities }
  public var distanceMap: DistanceMapKind? { nil }
  public var ownActivation: Activation? { nil }
  public var takesWeights: Bool { false }
}

extension Loss {
  /// The formula, or what is wrong with the parameters: for a loss that another one is made of.
  func checkedExpression(_ input: LossInput) -> Expression {
    do throws(LossError) { try checkParameters() } catch {
      if case .badParameter(_, let reason) = error {
        return .failed(.invalid(operation: name, reason: reason))
      }
      return .failed(.invalid(operation: name, reason: error.description))
    }
    return expression(input)
  }
}

/// What predictions a loss is defined for.
public enum LossDomain: Sendable {
  /// Numbers in [0, 1], from logits by an activation; targets likewise.
  case probabilities
  /// Any finite number; targets likewise.
  case reals
}

/// What a loss is a function of. Every expression has the axes batch, class, then space.
public struct LossInput: Sendable {
  /// The array that the loss is differentiated by, before any activation.
  public let raw: Expression
  /// What makes probabilities of it.
  public let activation: Activation
  /// Probabilities; from logits, by the activation.
  public let prediction: Expression
  /// 1 for the class of the site and 0 for others, or soft targets; the same shape as the prediction.
  public let target: Expression
  /// 1 where a site counts and 0 where not, with extent 1 along the class axis; `nil` where every site counts.
  public let mask: Expression?
  /// What each site counts, with extent 1 along the class axis; `nil` where all count the same.
  public let weights: Expression?
  /// What `Loss.distanceMap` asks for, in the prediction's shape.
  public let distance: Expression
  /// Whether the target is made of labels.
  let isOneHot: Bool
  /// The names of the axes.
  let axisNames: [Character]
  /// For each axis of the caller's array, in its order, the axis here.
  let callerAxes: [Int]

  init(
    raw: Expression, activation: Activation = .none, target: Expression, mask: Expression? = nil,
    weights: Expression? = nil, distance: Expression? = nil, isOneHot: Bool = false,
    axisNames: [Character] = [],
    callerAxes: [Int] = []
  ) {
    (self.raw, self.activation) = (raw, activation)
    prediction = activation.applied(to: raw)
    (self.target, self.mask, self.weights) = (target, mask, weights)
    self.distance =
      distance ?? .failed(.invalid(operation: "distance", reason: "the loss does not ask for distances"))
    (self.isOneHot, self.axisNames, self.callerAxes) = (isOneHot, axisNames, callerAxes)
  }

  /// 1 − p, with all its digits where p is nearly 1.
  var complement: Expression { activation.complement(of: raw) }
  /// Whether the prediction comes out of an activation, so that its logarithm is finite.
  var hasActivation: Bool { activation.makesProbabilities }

  /// The same arrays, with another activation.
  func activated(by activation: Activation) -> LossInput {
    LossInput(
      raw: raw, activation: activation, target: target, mask: mask, weights: weights, distance: distance,
      isOneHot: isOneHot, axisNames: axisNames, callerAxes: callerAxes)
  }

  /// The same with other arrays, every site counting the same.
  func replacing(raw: Expression, target: Expression) -> LossInput {
    LossInput(
      raw: raw, activation: activation, target: target, distance: distance, isOneHot: false,
      axisNames: axisNames, callerAxes: callerAxes)
  }

  /// The same with another prediction, which no activation is applied to.
  func replacing(prediction: Expression) -> LossInput {
    LossInput(
      raw: prediction, target: target, mask: mask, weights: weights, distance: distance, isOneHot: isOneHot,
      axisNames: axisNames, callerAxes: callerAxes)
  }

  /// `x` where a site counts, 0 elsewhere.
  public func masked(_ x: Expression) -> Expression { mask.map { select($0, x, 0) } ?? x }
  /// `x` times what its site counts: its weight, and 0 where it does not count.
  public func counted(_ x: Expression) -> Expression { weights.map { $0 * masked(x) } ?? masked(x) }
  /// What the sites count, with extent 1 along the class axis; `nil` where each counts 1.
  var siteCounts: Expression? {
    switch (mask, weights) {
    case (let mask?, let weights?): mask * weights
    case (let mask, let weights): mask ?? weights
    }
  }
  public var classCount: Int { prediction.shape.rank > 1 ? prediction.shape[1] : 1 }
}

/// How probabilities are made of logits.
public enum Activation: String, Sendable, CaseIterable {
  /// None: the prediction holds probabilities.
  case none
  /// Each class by itself.
  case sigmoid
  /// Over the classes of a site.
  case softmax
  /// max(x, 0): for predictions that are no probabilities, as the following.
  case relu
  /// The hyperbolic tangent.
  case tanh
  /// The logarithm of softmax.
  case logSoftmax = "log-softmax"

  /// The prediction as it is.
  public static let linear = Activation.none
  /// Those that make probabilities, and none.
  public static let ofProbabilities: [Activation] = [.none] + allCases.filter(\.makesProbabilities)
  /// Whether any number becomes a probability.
  var makesProbabilities: Bool { self == .sigmoid || self == .softmax }

  func applied(to x: Expression) -> Expression {
    switch self {
    case .none: x
    case .sigmoid: Autodiff.sigmoid(x)
    case .softmax: Autodiff.softmax(x, axis: 1)
    case .relu: max(x, 0)
    case .tanh: Autodiff.tanh(x)
    case .logSoftmax: Autodiff.logSoftmax(x, axis: 1)
    }
  }

  /// 1 less what is made of x.
  func complement(of x: Expression) -> Expression {
    switch self {
    case .none, .relu, .tanh, .logSoftmax: 1 - applied(to: x)
    case .sigmoid: Autodiff.sigmoid(-x)
    case .softmax: -expm1(Autodiff.logSoftmax(x, axis: 1))
    }
  }
}

/// A loss with its factor in a sum.
public struct WeightedLoss: Sendable {
  public let weight: Double
  public let loss: any Loss
}

/// A weighted sum of losses.
public struct LossSum: Loss {
  public let terms: [WeightedLoss]
  public var name: String {
    terms.map { $0.weight == 1 ? $0.loss.name : "\($0.weight) * \($0.loss.name)" }.joined(separator: " + ")
  }
  public func expression(_ input: LossInput) -> Expression {
    terms.reduce(0) { $0 + $1.weight * mean($1.loss.expression(input)) }
  }
  public func checkParameters() throws(LossError) {
    for term in terms { try term.loss.checkParameters() }
    guard Set(terms.compactMap(\.loss.distanceMap)).count < 2 else {
      throw .badParameter(loss: name, reason: "its terms need different distances")
    }
  }
  public var domain: LossDomain {
    terms.contains { $0.loss.domain == .probabilities } ? .probabilities : .reals
  }
  public var distanceMap: DistanceMapKind? { terms.compactMap(\.loss.distanceMap).first }
  public var takesWeights: Bool { terms.allSatisfy(\.loss.takesWeights) }
}

public func + (one: some Loss, other: some Loss) -> LossSum { LossSum(terms: one.terms + other.terms) }
public func * (factor: Double, loss: some Loss) -> LossSum {
  LossSum(terms: loss.terms.map { WeightedLoss(weight: factor * $0.weight, loss: $0.loss) })
}

/// A loss given by a closure.
public struct CustomLoss: Loss {
  public let name: String
  public var domain: LossDomain { .reals }
  private let formula: @Sendable (Expression, Expression) -> Expression

  /// - Parameter formula: the loss of a prediction and a target. It may return one number for each sample, class or
  ///   site; the loss is their mean. Where a mask or an ignored label is given, prediction and target are 0 there.
  public init(
    _ name: String,
    _ formula: @escaping @Sendable (_ prediction: Expression, _ target: Expression) -> Expression
  ) {
    (self.name, self.formula) = (name, formula)
  }
  public func expression(_ input: LossInput) -> Expression {
    formula(input.masked(input.prediction), input.masked(input.target))
  }
}
