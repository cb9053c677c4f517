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
    summary(diagonalSummary, work) ?? work.unstructuredSummary
  }
  /// The norm of the standard errors of the last run's diagonal, if that is an estimate.
  package func diagonalStandardError(_ work: Workspace) -> Double? { work.standardError }

  private func summary(_ result: Int?, _ work: Workspace) -> ArraySummary? {
    guard let result, let extremes = work.plan.numbers(result + 1)?.elements else { return nil }
    return ArraySummary(
      norm: work.plan.number(result).squareRoot() / Double(objective.variable.shape.count),
      minimum: extremes[0], maximum: extremes[1])
  }
}

extension ArraySummary {
  /// How large the elements are: a norm of 0, and no least and largest, of none.
  init<Scalar: ArrayScalar>(_ array: Span<Scalar>) {
    var (sum, least, most) = (0.0, Double.infinity, -Double.infinity)
    for index in array.indices {
      let value = Double(array[index])
      sum += value * value
      least = Swift.min(least, value)
      most = Swift.max(most, value)
    }
    self.init(norm: sum.squareRoot(), minimum: least, maximum: most)
  }
}
