// An estimate of the diagonal for objectives without structure, only ever given under this name.

/// An estimate of a Hessian diagonal: the mean of v · Hv over random signs v (Bekas, Kokiopoulou and Saad 2007, after
/// Hutchinson). Its error falls with the root of the number of probes, and is what a row's other entries are in size.
public struct DiagonalEstimate<Scalar: ArrayScalar>: Sendable {
  /// In the variable's layout.
  public let estimate: [Scalar]
  /// The standard error of each element's mean.
  public let standardError: [Scalar]
  public let probes: Int

  static var standardSeed: UInt64 { 0 }

  static func check(probes: Int) throws(AutodiffError) {
    guard probes >= 2 else {
      throw .invalid(
        operation: "diagonal estimate", reason: "\(probes) probes give no standard error; 2 is the least")
    }
    guard probes <= CompileOptions.mostProbes else {
      throw .invalid(
        operation: "diagonal estimate", reason: "\(probes) probes; \(CompileOptions.mostProbes) is the most")
    }
  }
}

extension PointPlans {
  /// - Parameters:
  ///   - probes: 2 to `CompileOptions.mostProbes`; the error falls with their square root.
  ///   - seed: the same seed gives the same probes.
  package func estimateDiagonal<Scalar: ArrayScalar>(
    _ type: Scalar.Type, probes: Int, seed: UInt64, _ work: Workspace
  ) throws(AutodiffError) -> DiagonalEstimate<Scalar> {
    try DiagonalEstimate<Scalar>.check(probes: probes)
    var random = SplitMix(seed: seed)
    var sums = [Double](repeating: 0, count: count)
    var squares = [Double](repeating: 0, count: count)
    var vector = [Scalar](repeating: 0, count: count)
    for _ in 0..<probes {
      for index in 0..<count { vector[index] = random.nextSign() }
      let product = try product(vector, work)
      for index in 0..<count {
        let sample = Double(vector[index]) * Double(product[index])
        sums[index] += sample
        squares[index] += sample * sample
      }
    }
    let n = Double(probes)
    return DiagonalEstimate(
      estimate: sums.map { Scalar($0 / n) },
      standardError: zip(sums, squares).map { sum, square in
        Scalar((Swift.max(square - sum * sum / n, 0) / (n * (n - 1))).squareRoot())
      }, probes: probes)
  }
}

/// A small generator of random bits (Steele, Lea and Flood 2014).
struct SplitMix {
  private var state: UInt64
  init(seed: UInt64) { state = seed }
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
  mutating func nextSign<Scalar: ArrayScalar>() -> Scalar { next() & 1 == 0 ? 1 : -1 }
}
