import Autodiff
// Checks that a loss's derivatives are what they should be, for those who write one.
import TextFormats

/// What `Loss.verify()` found.
public struct LossVerification: Sendable, CustomStringConvertible {
  /// One activation, on a small random problem in Double.
  public struct Check: Sendable {
    public let activation: Activation
    /// The largest difference, relative to the largest entry, of the gradient from differences of the value.
    public let gradient: Double
    /// Of the Hessian diagonal from the dense Hessian's.
    public let hessianDiagonal: Double
    /// Of a Hessian-vector product from the dense Hessian's.
    public let hessianVectorProduct: Double
    /// Of the Hessian diagonal in Float from that in Double.
    public let single: Double
    public let method: DiagonalMethod
    /// Kernel calls for each block of sites: for the value with the gradient, and with the Hessian diagonal too.
    public let kernels: (gradient: Int, all: Int)
    public var passes: Bool {
      gradient < 1e-6 && hessianDiagonal < 1e-9 && hessianVectorProduct < 1e-9 && single < 1e-3
    }
  }
  public let name: String
  public let checks: [Check]
  public var passes: Bool { checks.allSatisfy(\.passes) }

  public var description: String {
    func short(_ value: Double) -> String { Decimals.scientific(value) }
    let lines = checks.map { check in
      "  \(check.activation.rawValue): \(check.passes ? "right" : "WRONG"); largest differences: "
        + "gradient \(short(check.gradient)), diagonal \(short(check.hessianDiagonal)), "
        + "H·v \(short(check.hessianVectorProduct)), Float \(short(check.single)); \(check.method); "
        + "kernels a block \(check.kernels.gradient), with the diagonal \(check.kernels.all)"
    }
    return (["\(name): \(passes ? "derivatives are right" : "DERIVATIVES ARE WRONG")"] + lines).joined(
      separator: "\n")
  }
}

extension Loss {
  /// Compares this loss's derivatives with differences of its value and with the dense Hessian, on small random problems
  /// (2 samples, 3 classes, 12 sites), from probabilities, sigmoid logits and softmax logits.
  ///
  /// - Parameter seed: other seeds, other problems.
  /// - Throws: `LossError` where the loss cannot be recorded, or is not a number on such a problem.
  public func verify(seed: UInt64 = 1) throws(LossError) -> LossVerification {
    var checks: [LossVerification.Check] = []
    for activation in ownActivation == nil ? Activation.ofProbabilities : [.none] {
      checks.append(try check(activation, seed: seed))
    }
    return LossVerification(name: name, checks: checks)
  }

  private func check(_ activation: Activation, seed: UInt64) throws(LossError) -> LossVerification.Check {
    let layout = try Layout("bcyx", [2, 3, 4, 3])
    var random = RandomNumbers(seed: seed)
    let prediction = (0..<layout.count).map { _ in
      activation == .none ? 0.1 + 0.8 * random.next() : 4 * random.next() - 2
    }
    // One-hot targets with every class in every sample.
    let labels = (0..<layout.siteCount).map { $0 % 12 < 3 ? UInt8($0 % 12) : UInt8(random.next() * 3) }
    let direction = (0..<layout.count).map { _ in 2 * random.next() - 1 }

    let problem = VerificationProblem(
      layout: layout, activation: activation, prediction: prediction, labels: labels, direction: direction)
    return activation == .none
      ? try problem.check(self, Probabilities<Double>.self, Probabilities<Float>.self)
      : try problem.check(self, Logits<Double>.self, Logits<Float>.self)
  }
}

private struct VerificationProblem {
  let layout: Layout
  let activation: Activation
  let prediction: [Double]
  let labels: [UInt8]
  let direction: [Double]

  func check<Wide: Prediction, Narrow: Prediction>(
    _ loss: some Loss, _ wide: Wide.Type, _ narrow: Narrow.Type
  ) throws(LossError) -> LossVerification.Check where Wide.Scalar == Double, Narrow.Scalar == Float {
    let plan = try loss.compile(for: wide, layout, activation: activation)
    let (value, found) = try derivatives(plan, prediction)
    let single = try derivatives(
      loss.compile(for: narrow, layout, activation: activation), prediction.map { Float($0) }
    ).derivatives
    let differences = try differences(loss.compile(for: wide, layout, activation: activation, want: .value))
    let dense: DenseHessian
    do throws(AutodiffError) { dense = try denseHessian(loss) } catch {
      throw .expression(loss: loss.name, error)
    }
    let gradientOnly = try loss.compile(for: wide, layout, activation: activation, want: .gradient)
    return LossVerification.Check(
      activation: activation, gradient: largestDifference(found.gradient, differences, value: value),
      hessianDiagonal: largestDifference(found.hessianDiagonal, dense.diagonal, value: value),
      hessianVectorProduct: largestDifference(
        dense.product, dense.timesDirection(direction), value: value),
      single: largestDifference(
        single.hessianDiagonal.map { Double($0) }, dense.diagonal, value: value),
      method: plan.method,
      kernels: (gradientOnly.compiled.kernelsInBlock, plan.compiled.kernelsInBlock))
  }

  private func derivatives<Input: Prediction>(
    _ plan: CompiledLoss<Input>, _ values: [Input.Scalar]
  ) throws(LossError) -> (value: Double, derivatives: Derivatives<Input.Scalar>) {
    let work = plan.makeWorkspace()
    var derivatives = plan.makeDerivatives()
    let value = try plan.run(values.span, labels.span, into: &derivatives, work)
    return (value, derivatives)
  }

  /// Differences of the value, with the error of second order taken out.
  private func differences<Input: Prediction>(
    _ plan: CompiledLoss<Input>
  ) throws(LossError) -> [Double] where Input.Scalar == Double {
    let work = plan.makeWorkspace()
    var differences: [Double] = []
    var moved = prediction
    for index in prediction.indices {
      var values: [Double] = []
      for step in [1e-4, -1e-4, 2e-4, -2e-4] {
        moved[index] = prediction[index] + step
        values.append(try plan.run(moved.span, labels.span, work))
      }
      moved[index] = prediction[index]
      differences.append((4 * (values[0] - values[1]) / 2e-4 - (values[2] - values[3]) / 4e-4) / 3)
    }
    return differences
  }

  private struct DenseHessian {
    let entries: [Double]
    /// The product with the direction by forward over reverse mode.
    let product: [Double]
    let count: Int
    var diagonal: [Double] { (0..<count).map { entries[$0 * count + $0] } }
    func timesDirection(_ direction: [Double]) -> [Double] {
      (0..<count).map { row in
        var sum = 0.0
        for column in 0..<count { sum += entries[row * count + column] * direction[column] }
        return sum
      }
    }
  }

  private func denseHessian(_ loss: some Loss) throws(AutodiffError) -> DenseHessian {
    let inputs = LossVariables(layout, target: .labels(ignoring: nil), hasMask: false, loss)
    let value = inputs.value(loss, activation: activation).value
    let v = Variable("direction", shape: layout.shape)
    let dense = try hessian(of: value, withRespectTo: [inputs.prediction])
    let product = try hessianVectorProduct(of: value, withRespectTo: inputs.prediction, times: v.expression)
    let point: [Variable: Tensor] = [
      inputs.prediction: Tensor(prediction, shape: layout.shape),
      inputs.reference: Tensor(labels.map { Double($0) }, shape: inputs.reference.shape),
      v: Tensor(direction, shape: layout.shape),
    ]
    let results = try evaluate([dense, product], point)
    return DenseHessian(entries: results[0].elements, product: results[1].elements, count: layout.count)
  }
}

/// The largest difference relative to the largest entry of either, or to a share of the value where there is next to
/// nothing else: the derivatives of what is constant are 0 but for rounding.
private func largestDifference(_ found: [Double], _ expected: [Double], value: Double) -> Double {
  let scale = (found + expected).map(\.magnitude).max().map { Swift.max($0, 1e-4 * value.magnitude) } ?? 0
  var largest = 0.0
  for (a, b) in zip(found, expected) {
    let difference = (a - b).magnitude
    if !(difference <= largest) { largest = difference }
  }
  return scale > 0 ? largest / scale : largest
}

/// Numbers in [0, 1) from a seed.
private struct RandomNumbers {
  private var state: UInt64
  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }
  mutating func next() -> Double {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return Double(state >> 11) / 9_007_199_254_740_992
  }
}
