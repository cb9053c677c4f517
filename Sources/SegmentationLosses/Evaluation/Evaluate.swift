// A loss evaluated once.
import Autodiff

/// A loss's value and what was asked for with it.
public struct LossResult<Scalar: LossScalar>: Sendable {
  public let value: Double
  /// The value of each term of a sum, by its name and with its weight; one for a loss that is no sum.
  public let terms: [(name: String, value: Double)]
  /// In the prediction's layout; `nil` if it was not asked for.
  public let gradient: [Scalar]?
  /// In the prediction's layout; `nil` if it was not asked for.
  public let hessianDiagonal: [Scalar]?
  /// How the Hessian diagonal was found.
  public let method: DiagonalMethod
  /// What is given as the Hessian diagonal.
  public let curvature: Curvature
  /// Whether a true derivative is infinite here and was given as 0.
  public let hasUndefinedDerivatives: Bool
}

extension Loss {
  /// The loss of a prediction against labels.
  ///
  /// - Parameters:
  ///   - activation: what makes probabilities of logits.
  ///   - want: the derivatives to give, with respect to `prediction`.
  ///   - threads: the result is the same for any number.
  /// - Throws: `LossError`.
  public func evaluate<Input: Prediction>(
    _ prediction: Input, _ labels: Labels, mask: SiteMask? = nil, activation: Activation = .none,
    want: Wanted = .value, curvature: Curvature = .exact, scale: LossScale = .asDefined, threads: Int = 1
  ) throws(LossError) -> LossResult<Input.Scalar> {
    try checkLayout("labels", labels.layout, prediction.layout.withoutClasses)
    let compiled = try compile(
      for: Input.self, prediction.layout, activation: activation, target: .labels(ignoring: labels.ignored),
      hasMask: mask != nil, want: want, curvature: curvature, scale: scale)
    return try compiled.evaluate(prediction, labels.values.span, mask, threads)
  }

  /// The loss of a prediction against soft or one-hot targets.
  public func evaluate<Input: Prediction>(
    _ prediction: Input, _ target: SoftTargets<Input.Scalar>, mask: SiteMask? = nil,
    activation: Activation = .none,
    want: Wanted = .value, curvature: Curvature = .exact, scale: LossScale = .asDefined, threads: Int = 1
  ) throws(LossError) -> LossResult<Input.Scalar> {
    try checkLayout("targets", target.layout, prediction.layout)
    let compiled = try compile(
      for: Input.self, prediction.layout, activation: activation, target: .soft, hasMask: mask != nil,
      want: want,
      curvature: curvature, scale: scale)
    return try compiled.evaluate(prediction, target.values.span, mask, threads)
  }
}

extension Loss {
  /// Throws where an array that is given is laid out in another way than the prediction asks for.
  func checkLayout(_ array: String, _ actual: Layout?, _ expected: Layout) throws(LossError) {
    guard let actual, actual != expected else { return }
    throw .layoutsDiffer(array: array, layout: actual.description, expected: expected.description)
  }

  func checkActivation<Input: Prediction>(_ activation: Activation, for input: Input.Type) throws(LossError) {
    guard Input.areLogits || activation == .none else {
      throw .badParameter(loss: name, reason: "probabilities take no activation; pass logits")
    }
  }
}

extension CompiledLoss {
  fileprivate func evaluate<Element: BitwiseCopyable>(
    _ prediction: Input, _ target: Span<Element>, _ mask: SiteMask?, _ threads: Int
  ) throws(LossError) -> LossResult<Scalar> {
    try loss.checkLayout("mask", mask?.layout, layout.withoutClasses)
    let work = makeWorkspace(threads: threads)
    var derivatives = makeDerivatives()
    let value = try run(prediction.values.span, target, mask: mask?.values.span, into: &derivatives, work)
    let names = loss.terms.map(\.loss.name)
    return LossResult(
      value: value,
      terms: names.count == 1
        ? [(names[0], value)] : names.enumerated().map { ($1, work.objective.term($0)) },
      gradient: wanted.contains(.gradient) ? derivatives.gradient : nil,
      hessianDiagonal: wanted.contains(.hessianDiagonal) ? derivatives.hessianDiagonal : nil, method: method,
      curvature: curvature, hasUndefinedDerivatives: compiled.hasUndefinedDerivatives(work.objective))
  }
}
