// A loss held at a point: Hessian-vector products and Newton steps there.
import Autodiff

/// A loss at one prediction and target, whose sums are kept.
///
/// It holds the arrays it was made from, and scratch memory of its own: not for two calls at a time.
public final class Linearization<Input: Prediction> {
  public typealias Scalar = Input.Scalar
  public let loss: any Loss
  public let layout: Layout
  /// The loss here.
  public let value: Double
  /// In the prediction's layout.
  public let gradient: [Scalar]

  private let plans: PointPlans
  private let work: PointPlans.Workspace
  private let storage: InputStorage

  init(
    _ loss: any Loss, _ plans: PointPlans, layout: Layout, prediction: [Scalar], target: InputArray<Scalar>,
    mask: [UInt8]?,
    threads: Int
  ) throws(LossError) {
    (self.loss, self.plans, self.layout) = (loss, plans, layout)
    let work = plans.makeWorkspace(threads: threads)
    self.work = work
    storage = InputStorage(prediction, target, mask)
    for (number, address) in storage.addresses.enumerated() { work.setInput(number, address) }
    var gradient = [Scalar](repeating: 0, count: layout.count)
    var value = 0.0
    do throws(Plan.OutsideDomain) {
      var span = gradient.mutableSpan
      value = try span.withUnsafeMutableBytes { bytes throws(Plan.OutsideDomain) in
        guard let base = bytes.baseAddress else { return .nan }
        return try plans.value(gradient: base, work)
      }
      try plans.prepareProduct(work)
    } catch {
      throw outsideDomain(
        error, storage.addresses[error.source], Input.self, layout, labels: storage.ignored,
        domain: loss.domain)
    }
    guard !value.isNaN else { throw .undefinedValue(loss: loss.name) }
    (self.value, self.gradient) = (value, gradient)
  }

  /// The Hessian times a vector.
  ///
  /// - Parameters:
  ///   - vector, product: in the prediction's layout. Nothing is allocated.
  /// - Throws: `LossError.wrongCount`.
  public func hessianVectorProduct(_ vector: Span<Scalar>, into product: inout MutableSpan<Scalar>)
    throws(LossError)
  {
    for (name, count) in [("vector", vector.count), ("product", product.count)] where count != layout.count {
      throw .wrongCount(array: name, layout: layout.description, expected: layout.count, actual: count)
    }
    do throws(Plan.OutsideDomain) {
      try vector.withUnsafeBytes { vector throws(Plan.OutsideDomain) in
        try product.withUnsafeMutableBytes { product throws(Plan.OutsideDomain) in
          if let from = vector.baseAddress, let to = product.baseAddress {
            try plans.product(from, into: to, work)
          }
        }
      }
    } catch {
      throw .expression(loss: loss.name, .outsideDomain(error))
    }
  }

  /// The Hessian times a vector.
  public func hessianVectorProduct(_ vector: [Scalar], into product: inout [Scalar]) throws(LossError) {
    var span = product.mutableSpan
    try hessianVectorProduct(vector.span, into: &span)
  }

  /// The damped Newton step −(H + damping)⁻¹ g, by the Hessian's structure: at the cost of some gradients.
  ///
  /// - Throws: `AutodiffError.notDescent` (as `LossError.expression`) where the step does not descend, with a damping
  ///   that does; `.structureEnds` where the Hessian has no structure.
  public func newtonStep(damping: Double) throws(LossError) -> NewtonStep<Scalar> {
    do throws(AutodiffError) { return try plans.newtonStep(Scalar.self, damping: damping, work) } catch {
      throw .expression(loss: loss.name, error)
    }
  }
}

extension Linearization {
  /// An estimate of the Hessian diagonal with its standard error, for losses whose structure ends and that are too large
  /// for exact products. For a loss with structure ask for the exact diagonal: it costs less than two probes.
  public func estimateHessianDiagonal(probes: Int, seed: UInt64 = 0) throws(LossError) -> DiagonalEstimate<
    Scalar
  > {
    do throws(AutodiffError) {
      return try plans.estimateDiagonal(Scalar.self, probes: probes, seed: seed, work)
    } catch {
      throw .expression(loss: loss.name, error)
    }
  }
}

/// A target as it is given.
enum InputArray<Scalar: LossScalar> {
  case labels([UInt8], ignored: UInt8?)
  case soft([Scalar])
}

/// Inputs held in memory of fixed address.
private final class InputStorage {
  let addresses: [UnsafeMutableRawPointer]
  /// For a target of labels: the ignored one.
  let ignored: UInt8??

  init<Scalar: LossScalar>(_ prediction: [Scalar], _ target: InputArray<Scalar>, _ mask: [UInt8]?) {
    if case .labels(_, let ignored) = target { self.ignored = .some(ignored) } else { ignored = nil }
    var addresses = [copied(prediction)]
    switch target {
    case .labels(let labels, _): addresses.append(copied(labels))
    case .soft(let soft): addresses.append(copied(soft))
    }
    if let mask { addresses.append(copied(mask)) }
    self.addresses = addresses
  }
  deinit { for address in addresses { address.deallocate() } }
}

private func copied<Element: BitwiseCopyable>(_ array: [Element]) -> UnsafeMutableRawPointer {
  let bytes = array.count * MemoryLayout<Element>.stride
  let copy = UnsafeMutableRawPointer.allocate(byteCount: max(bytes, 64), alignment: 64)
  array.withUnsafeBytes { if let base = $0.baseAddress { copy.copyMemory(from: base, byteCount: bytes) } }
  return copy
}

extension Loss {
  /// The loss held at a point.
  ///
  /// - Throws: `LossError` for parameters, shapes and values.
  public func linearize<Input: Prediction>(
    _ prediction: Input, _ labels: Labels, mask: SiteMask? = nil, activation: Activation = .none,
    scale: LossScale = .asDefined, threads: Int = 1
  ) throws(LossError) -> Linearization<Input> {
    try checkLayout("labels", labels.layout, prediction.layout.withoutClasses)
    try checkLayout("mask", mask?.layout, prediction.layout.withoutClasses)
    let plans = try pointPlans(
      Input.self, prediction.layout, activation, .labels(ignoring: labels.ignored), hasMask: mask != nil,
      scale)
    return try Linearization(
      self, plans, layout: prediction.layout, prediction: prediction.values,
      target: .labels(labels.values, ignored: labels.ignored),
      mask: mask?.values, threads: threads)
  }

  /// The loss held at a point, against soft or one-hot targets.
  public func linearize<Input: Prediction>(
    _ prediction: Input, _ target: SoftTargets<Input.Scalar>, mask: SiteMask? = nil,
    activation: Activation = .none,
    scale: LossScale = .asDefined, threads: Int = 1
  ) throws(LossError) -> Linearization<Input> {
    try checkLayout("targets", target.layout, prediction.layout)
    try checkLayout("mask", mask?.layout, prediction.layout.withoutClasses)
    let plans = try pointPlans(Input.self, prediction.layout, activation, .soft, hasMask: mask != nil, scale)
    return try Linearization(
      self, plans, layout: prediction.layout, prediction: prediction.values, target: .soft(target.values),
      mask: mask?.values, threads: threads)
  }

  private func pointPlans<Input: Prediction>(
    _ input: Input.Type, _ layout: Layout, _ activation: Activation, _ target: TargetKind, hasMask: Bool,
    _ scale: LossScale
  ) throws(LossError) -> PointPlans {
    try checkParameters()
    try checkActivation(activation, for: Input.self)
    let inputs = LossVariables(layout, target: target, hasMask: hasMask, self)
    do throws(AutodiffError) {
      let objective = try inputs.objective(self, activation: activation).scaled(by: scale.factor(layout))
      return try PointPlans(
        objective, sources: inputs.sources(for: Input.self), precision: Input.Scalar.precision)
    } catch {
      throw .expression(loss: name, error)
    }
  }
}
