// How large derivatives are, without their arrays.

/// How large the elements of an array are.
public struct ArraySummary: Sendable, Equatable {
  /// The root of the sum of their squares.
  public let norm: Double
  public let minimum, maximum: Double

  public init(norm: Double, minimum: Double, maximum: Double) {
    (self.norm, self.minimum, self.maximum) = (norm, minimum, maximum)
  }
}

extension CompiledObjective {
  /// How large the gradient of the last run is, if that was asked for.
  package func gradientSummary(_ work: Workspace) -> ArraySummary? { summary(gradientSummary, work) }
  /// Likewise of the Hessian diagonal.
  package func diagonalSummary(_ work: Workspace) -> ArraySummary? {
    summary(diagonalSummary, work) ?? work.productSummary
  }

  private func summary(_ result: Int?, _ work: Workspace) -> ArraySummary? {
    guard let result, let extremes = work.plan.numbers(result + 1)?.elements else { return nil }
    return ArraySummary(
      norm: work.plan.number(result).squareRoot() / Double(objective.variable.shape.count),
      minimum: extremes[0], maximum: extremes[1])
  }

  /// Calls `body` with the caller's memory for a diagonal, or with other memory where there is none.
  func withDiagonal(
    _ given: UnsafeMutableRawPointer?, _ body: (UnsafeMutableRawPointer) throws(Plan.OutsideDomain) -> Void
  ) throws(Plan.OutsideDomain) {
    if let given { return try body(given) }
    let own = UnsafeMutableRawPointer.allocate(
      byteCount: objective.variable.shape.count * options.precision.elementSize, alignment: 64)
    defer { own.deallocate() }
    try body(own)
  }

  func summary(of array: UnsafeMutableRawPointer, count: Int) -> ArraySummary {
    func number(_ index: Int) -> Double {
      options.precision == .single
        ? Double(array.assumingMemoryBound(to: Float.self)[index])
        : array.assumingMemoryBound(to: Double.self)[index]
    }
    var (sum, least, most) = (0.0, Double.infinity, -Double.infinity)
    for index in 0..<count {
      let value = number(index)
      sum += value * value
      least = Swift.min(least, value)
      most = Swift.max(most, value)
    }
    return ArraySummary(norm: sum.squareRoot(), minimum: least, maximum: most)
  }
}
