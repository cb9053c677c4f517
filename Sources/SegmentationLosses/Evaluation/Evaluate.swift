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
  /// How large they are; `nil` if that was not asked for.
  public let gradientSummary, hessianDiagonalSummary: ArraySummary?
  /// How the Hessian diagonal was found.
  public let method: DiagonalMethod
  /// Of a diagonal that is an estimate, the norm of its elements' standard errors; `nil` of an exact one.
  public let hessianDiagonalStandardError: Double?
  /// What is given as the Hessian diagonal.
  public let curvature: Curvature
  /// Whether a true derivative is infinite here and was given as 0.
  public let hasUndefinedDerivatives: Bool
}

extension Loss {
  /// The loss of a prediction against labels.
  ///
  /// - Parameters:
  ///   - weights: what each site counts.
  ///   - distance: for losses that ask for distances; made from prediction and target if not given.
  ///   - spacing: of voxels along z, y and x, for distances that are made here; voxels if not given.
  ///   - activation: what makes probabilities of logits.
  ///   - want: the derivatives to give, with respect to `prediction`.
  ///   - productLimit: where the Hessian has no structure, the most elements for which its diagonal is found exactly, by
  ///     one Hessian-vector product each.
  ///   - probes: from how many random probes it is estimated beyond that (2 to `CompileOptions.mostProbes`), the same
  ///     ones in every call; `nil`: it is an error. `LossResult.method` says that it is an estimate. It takes three
  ///     further arrays of the prediction's size.
  ///   - threads: the result is the same for any number.
  /// - Throws: `LossError`.
  public func evaluate<Input: Prediction>(
    _ prediction: Input, _ labels: Labels, mask: SiteMask? = nil,
    weights: SiteWeights<Input.Scalar>? = nil, distance: DistanceMap<Input.Scalar>? = nil,
    spacing: [Double]? = nil, activation: Activation = .none,
    want: Wanted = .value, curvature: Curvature = .exact, scale: LossScale = .asDefined,
    productLimit: Int = CompileOptions.defaultProductLimit, probes: Int? = nil, threads: Int = 1
  ) throws(LossError) -> LossResult<Input.Scalar> {
    try checkLayout("labels", labels.layout, prediction.layout.withoutClasses)
    let compiled = try compile(
      for: Input.self, prediction.layout, activation: activation, target: .labels(ignoring: labels.ignored),
      hasMask: mask != nil, hasWeights: weights != nil, want: want, curvature: curvature, scale: scale,
      productLimit: productLimit, probes: probes)
    let distance = try distances(distance, prediction, activation, spacing) { labels.target(at: $0) }
    return try compiled.evaluate(prediction, labels.values.span, mask, distance, weights, threads)
  }

  /// The loss of a prediction against soft or one-hot targets.
  public func evaluate<Input: Prediction>(
    _ prediction: Input, _ target: SoftTargets<Input.Scalar>, mask: SiteMask? = nil,
    weights: SiteWeights<Input.Scalar>? = nil, distance: DistanceMap<Input.Scalar>? = nil,
    spacing: [Double]? = nil, activation: Activation = .none,
    want: Wanted = .value, curvature: Curvature = .exact, scale: LossScale = .asDefined,
    productLimit: Int = CompileOptions.defaultProductLimit, probes: Int? = nil, threads: Int = 1
  ) throws(LossError) -> LossResult<Input.Scalar> {
    try checkLayout("targets", target.layout, prediction.layout)
    let compiled = try compile(
      for: Input.self, prediction.layout, activation: activation, target: .soft, hasMask: mask != nil,
      hasWeights: weights != nil, want: want, curvature: curvature, scale: scale, productLimit: productLimit,
      probes: probes)
    let distance = try distances(distance, prediction, activation, spacing) {
      Double(target.values[$0.index])
    }
    return try compiled.evaluate(prediction, target.values.span, mask, distance, weights, threads)
  }
}

extension Loss {
  /// Throws where an array that is given is laid out in another way than the prediction asks for.
  func checkLayout(_ array: String, _ actual: Layout?, _ expected: Layout) throws(LossError) {
    guard let actual, actual != expected else { return }
    throw .layoutsDiffer(array: array, layout: actual.description, expected: expected.description)
  }

  func checkActivation<Input: Prediction>(_ activation: Activation, for input: Input.Type) throws(LossError) {
    guard ownActivation == nil || activation == .none else {
      throw .badParameter(loss: name, reason: "it applies its own activation; pass none")
    }
    guard Input.areLogits || activation == .none else {
      throw .badParameter(loss: name, reason: "probabilities take no activation; pass logits")
    }
    guard !Input.areLogits || activation.makesProbabilities || domain == .reals else {
      throw .badParameter(
        loss: name, reason: "it is defined for probabilities: logits need an activation, sigmoid or softmax")
    }
  }
}

extension CompiledLoss {
  fileprivate func evaluate<Element: BitwiseCopyable>(
    _ prediction: Input, _ target: Span<Element>, _ mask: SiteMask?, _ distance: DistanceMap<Scalar>?,
    _ weights: SiteWeights<Scalar>?, _ threads: Int
  ) throws(LossError) -> LossResult<Scalar> {
    try loss.checkLayout("mask", mask?.layout, layout.withoutClasses)
    try loss.checkLayout("distance", distance?.layout, layout)
    try loss.checkLayout("weights", weights?.layout, layout.withoutClasses)
    let work = makeWorkspace(threads: threads)
    var derivatives = roomForDerivatives()
    let value = try run(
      prediction.values.span, target, mask: mask?.values.span, distance: distance?.values.span,
      weights: weights?.values.span, into: &derivatives, work)
    let names = loss.terms.map(\.loss.name)
    return LossResult(
      value: value,
      terms: names.count == 1
        ? [(names[0], value)] : names.enumerated().map { ($1, work.objective.term($0)) },
      gradient: wanted.contains(.gradient) ? derivatives.gradient : nil,
      hessianDiagonal: wanted.contains(.hessianDiagonal) ? derivatives.hessianDiagonal : nil,
      gradientSummary: compiled.gradientSummary(work.objective),
      hessianDiagonalSummary: compiled.diagonalSummary(work.objective), method: method,
      hessianDiagonalStandardError: compiled.diagonalStandardError(work.objective),
      curvature: curvature, hasUndefinedDerivatives: compiled.hasUndefinedDerivatives(work.objective))
  }
}

extension Loss {
  /// The distances the loss asks for: those given, or made here.
  func distances<Input: Prediction>(
    _ given: DistanceMap<Input.Scalar>?, _ prediction: Input, _ activation: Activation, _ spacing: [Double]?,
    target: (SitePlace) -> Double
  ) throws(LossError) -> DistanceMap<Input.Scalar>? {
    guard let kind = distanceMap else { return nil }
    if let given { return given }
    let layout = prediction.layout
    let places = SitePlaces(layout)
    return try DistanceMap(
      kind, layout, spacing: spacing, target: { target(places[$0]) },
      prediction: { (ownActivation ?? activation).value(of: prediction.values, at: places[$0]) })
  }
}

extension Labels {
  /// 1 for an element of the site's own class, else 0.
  func target(at place: SitePlace) -> Double {
    let label = values[place.site]
    return (place.classes == 1 ? label != 0 : label == place.label) ? 1 : 0
  }
}

/// An element of an array with classes: its place in memory, its class, and the place of its site without classes.
struct SitePlace {
  let index, site: Int
  let label: UInt8
  /// The site's first class, and from a class to the next.
  let first, stride, classes: Int
}

/// The places of an array's elements.
struct SitePlaces {
  private let stride: Int
  private let classes: Int

  init(_ layout: Layout) {
    classes = layout.classCount
    stride = layout.steps["c"] ?? 1
  }

  subscript(index: Int) -> SitePlace {
    let (outer, inner) = index.quotientAndRemainder(dividingBy: stride)
    let (row, label) = outer.quotientAndRemainder(dividingBy: classes)
    return SitePlace(
      index: index, site: row * stride + inner, label: UInt8(truncatingIfNeeded: label),
      first: row * classes * stride + inner, stride: stride, classes: classes)
  }
}

extension Activation {
  /// A probability, by itself.
  fileprivate func value<Scalar: LossScalar>(of values: [Scalar], at place: SitePlace) -> Double {
    let x = Double(values[place.index])
    switch self {
    case .none: return x
    case .relu: return Swift.max(x, 0)
    case .sigmoid: return 1 / (1 + exponential(-x))
    case .tanh: return 1 - 2 / (1 + exponential(2 * x))
    case .softmax, .logSoftmax:
      var sum = 0.0
      for label in 0..<place.classes {
        sum += exponential(Double(values[place.first + label * place.stride]) - x)
      }
      return self == .softmax ? 1 / sum : -logarithm(sum)
    }
  }
}
