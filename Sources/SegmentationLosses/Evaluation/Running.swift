// Running a compiled loss on the caller's arrays.
import Autodiff

/// Room for what a run gives beside the value, in the prediction's layout.
public struct Derivatives<Scalar: LossScalar>: Sendable {
  /// Empty if the gradient was not asked for.
  public var gradient: [Scalar]
  /// Empty if the Hessian diagonal was not asked for.
  public var hessianDiagonal: [Scalar]
}

extension CompiledLoss {
  /// Scratch memory for runs; not for two at a time.
  public final class Workspace {
    let objective: CompiledObjective.Workspace
    let identity: Identity
    init(_ objective: CompiledObjective.Workspace, _ identity: Identity) {
      (self.objective, self.identity) = (objective, identity)
    }
  }

  /// - Parameter threads: how many threads a run may use; the results are the same for any number.
  public func makeWorkspace(threads: Int = 1) -> Workspace {
    Workspace(compiled.makeWorkspace(threads: threads), identity)
  }

  /// Room for the derivatives this loss was compiled for.
  public func makeDerivatives() -> Derivatives<Scalar> {
    Derivatives(
      gradient: wanted.contains(.gradient) ? [Scalar](repeating: 0, count: layout.count) : [],
      hessianDiagonal: wanted.contains(.hessianDiagonal) ? [Scalar](repeating: 0, count: layout.count) : [])
  }

  /// The same, holding anything, for a run that writes all of it.
  func roomForDerivatives() -> Derivatives<Scalar> {
    func room(_ isWanted: Bool) -> [Scalar] {
      [Scalar](unsafeUninitializedCapacity: isWanted ? layout.count : 0) { $1 = isWanted ? layout.count : 0 }
    }
    return Derivatives(
      gradient: room(wanted.contains(.gradient)), hessianDiagonal: room(wanted.contains(.hessianDiagonal)))
  }

  /// The value, with the derivatives it was compiled for written into `derivatives`.
  ///
  /// - Parameters:
  ///   - prediction: in the compiled layout.
  ///   - target: labels (bytes, in that layout without classes) or soft targets, as compiled.
  ///   - mask: bytes, likewise; needed if compiled with one.
  ///   - distance: in the compiled layout; needed where the loss asks for it.
  ///   - weights: likewise without classes; needed if compiled with weights.
  /// - Returns: the loss.
  /// - Throws: `LossError.valueOutside` with the first value that may not be: derivatives that need a sum are not written
  ///   then, others are NaN; `.wrongCount`; `.undefinedValue` where the loss is not a number.
  public func run<Element: BitwiseCopyable>(
    _ prediction: Span<Scalar>, _ target: Span<Element>, mask: Span<UInt8>? = nil,
    distance: Span<Scalar>? = nil, weights: Span<Scalar>? = nil,
    into derivatives: inout Derivatives<Scalar>, _ work: Workspace
  ) throws(LossError) -> Double {
    try run(
      prediction, target, mask: mask, distance: distance, weights: weights,
      gradient: &derivatives.gradient, hessianDiagonal: &derivatives.hessianDiagonal, work)
  }

  /// As `run(_:_:mask:into:_:)`, into two arrays; an empty one for what was not compiled for.
  public func run<Element: BitwiseCopyable>(
    _ prediction: Span<Scalar>, _ target: Span<Element>, mask: Span<UInt8>? = nil,
    distance: Span<Scalar>? = nil, weights: Span<Scalar>? = nil,
    gradient: inout [Scalar], hessianDiagonal: inout [Scalar], _ work: Workspace
  ) throws(LossError) -> Double {
    var gradient = gradient.mutableSpan
    var diagonal = hessianDiagonal.mutableSpan
    return try run(
      prediction, target, mask: mask, distance: distance, weights: weights, gradient: &gradient,
      hessianDiagonal: &diagonal, work)
  }

  /// As `run(_:_:mask:into:_:)`, into memory of any origin; an empty span for what was not compiled for.
  public func run<Element: BitwiseCopyable>(
    _ prediction: Span<Scalar>, _ target: Span<Element>, mask: Span<UInt8>? = nil,
    distance: Span<Scalar>? = nil, weights: Span<Scalar>? = nil,
    gradient: inout MutableSpan<Scalar>, hessianDiagonal: inout MutableSpan<Scalar>, _ work: Workspace
  ) throws(LossError) -> Double {
    guard work.identity === identity else {
      throw .badParameter(loss: loss.name, reason: "the workspace was made by another compiled loss")
    }
    try check(prediction.count, "prediction", layout.count)
    switch self.target {
    case .soft where Element.self == Scalar.self: try check(target.count, "target", layout.count)
    case .labels where Element.self == UInt8.self: try check(target.count, "labels", layout.siteCount)
    default:
      throw .badParameter(
        loss: loss.name, reason: "compiled for \(self.target), and given a target of \(Element.self)")
    }
    guard (mask != nil) == hasMask else {
      throw .badParameter(
        loss: loss.name, reason: hasMask ? "compiled with a mask, and given none" : "compiled without a mask")
    }
    var maskAddress: UnsafeRawPointer?
    if let mask {
      try check(mask.count, "mask", layout.siteCount)
      maskAddress = unsafeAddress(mask)
    }
    guard (distance != nil) == (loss.distanceMap != nil) else {
      throw .badParameter(
        loss: loss.name,
        reason: distance == nil ? "it needs distances, and there are none" : "it takes no distances")
    }
    var distanceAddress: UnsafeRawPointer?
    if let distance {
      try check(distance.count, "distance", layout.count)
      distanceAddress = unsafeAddress(distance)
    }
    guard (weights != nil) == hasWeights else {
      throw .badParameter(
        loss: loss.name,
        reason: hasWeights ? "compiled with weights, and given none" : "compiled without weights")
    }
    var weightsAddress: UnsafeRawPointer?
    if let weights {
      try check(weights.count, "weights", layout.siteCount)
      weightsAddress = unsafeAddress(weights)
    }
    try check(gradient.count, "gradient", compiled.room(for: .gradient))
    try check(hessianDiagonal.count, "Hessian diagonal", compiled.room(for: .hessianDiagonal))
    let objective = work.objective
    objective.setInput(0, unsafeAddress(prediction))
    objective.setInput(1, unsafeAddress(target))
    var next = 2
    func set(_ address: UnsafeRawPointer?) {
      guard let address else { return }
      objective.setInput(next, address)
      next += 1
    }
    set(maskAddress)
    set(distanceAddress)
    set(weightsAddress)
    let value: Double
    do throws(Plan.OutsideDomain) {
      value = try compiled.run(gradient: &gradient, diagonal: &hessianDiagonal, objective)
    } catch {
      throw outside(error, objective)
    }
    guard !value.isNaN else { throw .undefinedValue(loss: loss.name) }
    return value
  }

  /// The value alone, of a loss compiled without derivatives.
  public func run<Element: BitwiseCopyable>(
    _ prediction: Span<Scalar>, _ target: Span<Element>, mask: Span<UInt8>? = nil,
    distance: Span<Scalar>? = nil, weights: Span<Scalar>? = nil, _ work: Workspace
  ) throws(LossError) -> Double {
    var none = Derivatives<Scalar>(gradient: [], hessianDiagonal: [])
    return try run(prediction, target, mask: mask, distance: distance, weights: weights, into: &none, work)
  }

  private func check(_ actual: Int, _ array: String, _ expected: Int) throws(LossError) {
    guard actual == expected else {
      throw .wrongCount(array: array, layout: layout.description, expected: expected, actual: actual)
    }
  }

  private func outside(_ found: Plan.OutsideDomain, _ objective: CompiledObjective.Workspace) -> LossError {
    var labels: UInt8?? = nil
    if case .labels(let ignored) = target { labels = .some(ignored) }
    let others =
      (hasMask ? ["mask"] : []) + (loss.distanceMap == nil ? [] : ["distance"])
      + (hasWeights ? ["weights"] : [])
    return outsideDomain(
      found, objective.input(found.source), Input.self, layout, labels: labels, others: others,
      domain: loss.domain)
  }
}

/// The error that names the array, the value and its place.
///
/// - Parameters:
///   - address: where the array's first element lies.
///   - labels: for a target of labels, the ignored one.
///   - others: what the arrays after prediction and target are called.
func outsideDomain<Input: Prediction>(
  _ found: Plan.OutsideDomain, _ address: UnsafeRawPointer?, _ input: Input.Type, _ layout: Layout,
  labels: UInt8??, others: [String] = [], domain: LossDomain
) -> LossError {
  if found.source == 1, case .some(let ignored) = labels {
    let label = address?.load(fromByteOffset: found.index, as: UInt8.self) ?? 0
    let skipped = ignored.map { " or the ignored label \($0)" } ?? ""
    return .valueOutside(
      array: "labels", value: Double(label), place: layout.withoutClasses.place(of: found.index),
      allowed: "a label from 0 to \(max(layout.classCount, 2) - 1)\(skipped)")
  }
  let value = address?.load(
    fromByteOffset: found.index * MemoryLayout<Input.Scalar>.stride, as: Input.Scalar.self)
  let names = [Input.name, "target"] + others
  let array = found.source < names.count ? names[found.source] : "an array"
  if array == "weights" {
    return .valueOutside(
      array: array, value: Double(value ?? .nan), place: layout.withoutClasses.place(of: found.index),
      allowed: "a finite number that is not negative")
  }
  return .valueOutside(
    array: array, value: Double(value ?? .nan), place: layout.place(of: found.index),
    allowed: found.source == 0
      ? Input.allowed
      : found.source == 1 && domain == .probabilities ? "a target in [0, 1]" : "a finite number")
}

/// The address of a span's first element. Valid as long as the span: it is used within the call that has it.
private func unsafeAddress<Element: BitwiseCopyable>(_ span: Span<Element>) -> UnsafeRawPointer? {
  span.withUnsafeBytes { $0.baseAddress }
}
