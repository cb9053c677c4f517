// A loss made ready to be evaluated many times on arrays of one layout.
import Autodiff

/// What value, gradient and curvature are multiplied with.
public enum LossScale: Sendable, Equatable {
  /// As the loss is defined, mostly a mean.
  case asDefined
  /// Times the number of sites: what each voxel contributes to a sum.
  case perVoxel
  case factor(Double)

  func factor(_ layout: Layout) -> Double {
    switch self {
    case .asDefined: 1
    case .perVoxel: Double(layout.siteCount)
    case .factor(let factor): factor
    }
  }
}

/// What a target is given as.
public enum TargetKind: Sendable, Equatable {
  /// A byte a site; sites with the ignored label do not count.
  case labels(ignoring: UInt8?)
  case soft
}

/// A loss compiled for one layout. Sendable: any number of threads may run it, each with a workspace of its own.
public struct CompiledLoss<Input: Prediction>: Sendable {
  public typealias Scalar = Input.Scalar
  /// What tells a workspace of this loss from one of another.
  final class Identity: Sendable {}
  let identity = Identity()
  public let layout: Layout
  public let loss: any Loss
  let target: TargetKind
  let hasMask, hasWeights: Bool
  let compiled: CompiledObjective
  let wanted: Wanted

  /// How the Hessian diagonal is found.
  public var method: DiagonalMethod { compiled.method }
  public var curvature: Curvature { compiled.options.curvature }

  init(
    _ loss: any Loss, layout: Layout, activation: Activation, target: TargetKind, hasMask: Bool,
    hasWeights: Bool, want: Wanted, curvature: Curvature, scale: LossScale, productLimit: Int, probes: Int?
  ) throws(LossError) {
    try loss.checkParameters()
    try loss.checkActivation(activation, for: Input.self)
    guard !hasWeights || loss.takesWeights else {
      throw .badParameter(loss: loss.name, reason: "it takes no weights of sites")
    }
    let inputs = LossVariables(layout, target: target, hasMask: hasMask, hasWeights: hasWeights, loss)
    do throws(AutodiffError) {
      let objective = try inputs.objective(loss, activation: activation).scaled(by: scale.factor(layout))
      compiled = try CompiledObjective(
        objective, sources: inputs.sources(for: Input.self), wanted: want,
        options: CompileOptions(
          precision: Scalar.precision, curvature: curvature, hessianVectorProductLimit: productLimit,
          probes: probes))
    } catch {
      throw .expression(loss: loss.name, error)
    }
    (self.loss, self.layout, self.target, wanted) = (loss, layout, target, want)
    (self.hasMask, self.hasWeights) = (hasMask, hasWeights)
  }
}

/// The variables of a loss's expression, and how they are laid out.
struct LossVariables {
  let layout: Layout
  let target: TargetKind
  let prediction: Variable
  let reference: Variable
  let mask: Variable?
  let distance: Variable?
  let weights: Variable?
  let domain: LossDomain

  init(
    _ layout: Layout, target: TargetKind, hasMask: Bool, hasWeights: Bool = false, _ loss: some Loss
  ) {
    let shape = layout.shape
    let sites = layout.withoutClasses.shape
    self.layout = layout
    self.target = target
    prediction = Variable("prediction", shape: shape)
    reference = target == .soft ? Variable("target", shape: shape) : .labels("labels", shape: sites)
    mask = hasMask ? .labels("mask", shape: sites) : nil
    distance = loss.distanceMap == nil ? nil : Variable("distance", shape: shape)
    weights = hasWeights ? Variable("weights", shape: sites) : nil
    domain = loss.domain
  }

  /// What the loss is a function of.
  func input(_ activation: Activation) -> LossInput {
    var counts = mask.map { Autodiff.mask($0, ignoring: 0) }
    let t: Expression
    switch target {
    case .soft: t = reference.expression
    case .labels(let ignored):
      // With one class, 1 is the object.
      t =
        layout.classCount == 1
        ? Autodiff.mask(reference, ignoring: 0) : oneHot(reference, axis: 1, classes: layout.classCount)
      if let ignored {
        let known = Autodiff.mask(reference, ignoring: ignored)
        counts = counts.map { $0 * known } ?? known
      }
    }
    return LossInput(
      raw: prediction.expression, activation: activation, target: t, mask: counts,
      weights: weights?.expression, distance: distance?.expression, isOneHot: target != .soft,
      axisNames: layout.names,
      callerAxes: layout.axes.compactMap { layout.names.firstIndex(of: $0) })
  }

  func objective(_ loss: any Loss, activation: Activation) throws(AutodiffError) -> Objective {
    let (value, terms) = value(loss, activation: activation)
    return try Objective(value, of: prediction, classAxis: 1, terms: terms)
  }

  /// The loss as it is written, and the terms of a sum.
  func value(_ loss: any Loss, activation: Activation) -> (value: Expression, terms: [Expression]) {
    let input = input(activation)
    // A loss may rely on the shapes of what it is given, and what failed has none.
    let given = [input.prediction, input.target, input.mask, input.weights]
    if let failed = given.lazy.compactMap({ $0 }).first(where: { $0.failure != nil }) { return (failed, []) }
    let values = loss.terms.map { $0.weight * mean($0.loss.expression(input)) }
    return values.count == 1 ? (values[0], []) : (values.reduce(0, +), values)
  }

  func sources<Input: Prediction>(for input: Input.Type) -> [Plan.Source] {
    let sites = layout.withoutClasses.strides
    var sources = [Plan.Source(prediction, layout: layout.strides, range: Input.range)]
    switch target {
    case .soft:
      let range = domain == .reals ? Logits<Input.Scalar>.range : Probabilities<Input.Scalar>.range
      sources.append(Plan.Source(reference, layout: layout.strides, range: range))
    case .labels(let ignored):
      sources.append(
        Plan.Source(labels: reference, layout: sites, classes: max(layout.classCount, 2), ignored: ignored))
    }
    if let mask { sources.append(Plan.Source(labels: mask, layout: sites, classes: 256)) }
    if let distance {
      sources.append(
        Plan.Source(distance, layout: layout.strides, range: Logits<Input.Scalar>.range))
    }
    if let weights {
      sources.append(
        Plan.Source(weights, layout: sites, range: 0...Double(Input.Scalar.greatestFiniteMagnitude)))
    }
    return sources
  }
}

extension Loss {
  /// Compiles the loss for arrays of one layout.
  ///
  /// - Parameters:
  ///   - input: `Logits<Float>.self`, `Probabilities<Double>.self`, ….
  ///   - hasWeights: whether sites have weights.
  ///   - want: the derivatives that runs give beside the value.
  ///   - curvature: what stands for the Hessian diagonal.
  ///   - scale: what everything is multiplied with.
  ///   - productLimit: the most elements for which a diagonal without structure is found exactly, by one
  ///     Hessian-vector product each.
  ///   - probes: from how many random probes it is estimated beyond that (2 to `CompileOptions.mostProbes`); `nil`: it
  ///     is an error. `CompiledLoss.method` says what it is.
  /// - Throws: `LossError` for parameters, shapes or a diagonal out of reach.
  public func compile<Input: Prediction>(
    for input: Input.Type, _ layout: Layout, activation: Activation = .none,
    target: TargetKind = .labels(ignoring: nil),
    hasMask: Bool = false, hasWeights: Bool = false, want: Wanted = .all, curvature: Curvature = .exact,
    scale: LossScale = .asDefined,
    productLimit: Int = CompileOptions.defaultProductLimit, probes: Int? = nil
  ) throws(LossError) -> CompiledLoss<Input> {
    try CompiledLoss(
      self, layout: layout, activation: activation, target: target, hasMask: hasMask,
      hasWeights: hasWeights, want: want, curvature: curvature, scale: scale, productLimit: productLimit,
      probes: probes)
  }
}
