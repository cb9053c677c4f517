// A damped Newton step, with what it promises.

/// The step s = −(H + λ)⁻¹ g.
public struct NewtonStep<Scalar: ArrayScalar>: Sendable {
  /// In the variable's layout.
  public let step: [Scalar]
  public let damping: Double
  /// gᵀs: the value's derivative along the step, below 0.
  public let slope: Double
  /// −(gᵀs + ½ sᵀHs): how much less the value is after the step, to second order.
  public let predictedDecrease: Double
  /// |(H + λ)s + g| / |g|: how well the system is solved.
  public let residual: Double
}

extension PointPlans {
  /// The damped Newton step at the point.
  ///
  /// - Throws: `AutodiffError.notDescent` with a damping that descends, `.structureEnds`.
  package func newtonStep<Scalar: ArrayScalar>(
    _ type: Scalar.Type, damping: Double, _ work: Workspace
  ) throws(AutodiffError) -> NewtonStep<Scalar> {
    if let solveError { throw solveError }
    guard damping >= 0, damping.isFinite else {
      throw .invalid(operation: "Newton step", reason: "damping \(damping) must be a number not below 0")
    }
    let gradient = try gradient(type, work)
    let step = try attempt(gradient, damping, work)
    if step.slope < 0 || gradient.allSatisfy({ $0 == 0 }) { return step }
    throw .notDescent(
      slope: step.slope, damping: damping,
      minimumDamping: try descendingDamping(gradient, above: damping, work))
  }

  private func gradient<Scalar: ArrayScalar>(
    _ type: Scalar.Type, _ work: Workspace
  ) throws(AutodiffError) -> [Scalar] {
    var gradient = [Scalar](repeating: 0, count: count)
    do throws(Plan.OutsideDomain) {
      var span = gradient.mutableSpan
      try span.withUnsafeMutableBytes { bytes throws(Plan.OutsideDomain) in
        if let base = bytes.baseAddress { _ = try value(gradient: base, work) }
      }
    } catch { throw .outsideDomain(error) }
    return gradient
  }

  /// The step with this damping, refined once: what the first solution leaves is solved for again.
  private func attempt<Scalar: ArrayScalar>(
    _ gradient: [Scalar], _ damping: Double, _ work: Workspace
  ) throws(AutodiffError) -> NewtonStep<Scalar> {
    let negative = gradient.map { -$0 }
    var step = try solution(negative, damping, work)
    var product = try self.product(step, work)
    func remainder() -> [Scalar] {
      gradient.indices.map { negative[$0] - product[$0] - Scalar(damping) * step[$0] }
    }
    var left = remainder()
    if norm(left) > 0, norm(left).isFinite {
      let refined = zip(step, try solution(left, damping, work)).map { $0 + $1 }
      let refinedProduct = try self.product(refined, work)
      let (old, oldProduct, oldLeft) = (step, product, left)
      (step, product) = (refined, refinedProduct)
      left = remainder()
      if !(norm(left) < norm(oldLeft)) { (step, product, left) = (old, oldProduct, oldLeft) }
    }
    let slope = dot(gradient, step)
    return NewtonStep(
      step: step, damping: damping, slope: slope, predictedDecrease: -(slope + 0.5 * dot(step, product)),
      residual: norm(left) / Swift.max(norm(gradient), .leastNormalMagnitude))
  }

  /// A damping above the given one with which the step descends, within a factor 2 of the least there is above it.
  private func descendingDamping<Scalar: ArrayScalar>(
    _ gradient: [Scalar], above damping: Double, _ work: Workspace
  ) throws(AutodiffError) -> Double {
    // Along the gradient, H + λ is positive from here on: a scale to start from.
    let product = try self.product(gradient, work)
    let curvature = norm(product) / Swift.max(norm(gradient), .leastNormalMagnitude)
    var candidate = Swift.max(2 * damping, curvature / 64, .leastNormalMagnitude)
    for _ in 0..<2100 {
      if try attempt(gradient, candidate, work).slope < 0 { return candidate }
      candidate *= 2
    }
    return .infinity
  }

  private func solution<Scalar: ArrayScalar>(
    _ right: [Scalar], _ damping: Double, _ work: Workspace
  ) throws(AutodiffError) -> [Scalar] {
    try filled(right) { right, target throws(Plan.OutsideDomain) in
      try solve(right, damping: damping, into: target, work)
    }
  }

  package func product<Scalar: ArrayScalar>(
    _ vector: [Scalar], _ work: Workspace
  ) throws(AutodiffError) -> [Scalar] {
    try filled(vector) { vector, target throws(Plan.OutsideDomain) in try product(vector, into: target, work)
    }
  }

  private func filled<Scalar: ArrayScalar>(
    _ input: [Scalar],
    _ body: (UnsafeRawPointer, UnsafeMutableRawPointer) throws(Plan.OutsideDomain) -> Void
  ) throws(AutodiffError) -> [Scalar] {
    var result = [Scalar](repeating: 0, count: count)
    do throws(Plan.OutsideDomain) {
      var span = result.mutableSpan
      try input.span.withUnsafeBytes { input throws(Plan.OutsideDomain) in
        try span.withUnsafeMutableBytes { result throws(Plan.OutsideDomain) in
          if let from = input.baseAddress, let to = result.baseAddress { try body(from, to) }
        }
      }
    } catch { throw .outsideDomain(error) }
    return result
  }
}

private func dot<Scalar: BinaryFloatingPoint>(_ a: [Scalar], _ b: [Scalar]) -> Double {
  var sum = 0.0
  for index in a.indices { sum += Double(a[index]) * Double(b[index]) }
  return sum
}
private func norm<Scalar: BinaryFloatingPoint>(_ a: [Scalar]) -> Double { dot(a, a).squareRoot() }
