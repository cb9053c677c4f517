import Autodiff
import SegmentationLosses

/// A Hessian-vector product at a point whose sums are kept, against value and gradient.
struct ProductPart {
  let session: LossSession

  private static let count = 1_000_000

  func measure() throws -> [LossTable] {
    [
      LossTable(
        part: .products, title: "Hessian-vector product", unit: .milliseconds, threads: session.threads,
        isWall: session.threads > 1, columns: [try dice(), try softmaxDice()],
        quotients: [.init(above: "H·v", below: "value+gradient")])
    ]
  }

  private func dice() throws -> LossMeasurement {
    let arrays = ProbabilityArrays(count: Self.count)
    let layout = try arrays.layout()
    let point = try RegionLoss.dice.loss.linearize(
      Probabilities(Array(arrays.prediction.elements), layout),
      SoftTargets(Array(arrays.target.elements), layout), threads: session.threads)
    let gradient = try RegionLoss.dice.evaluation(arrays, .gradient, threads: session.threads)
    return try measure(
      "dice of probabilities, n = \(arrays.count)", voxels: arrays.count, gradient, point, arrays.prediction,
      arrays.diagonal)
  }

  private func softmaxDice() throws -> LossMeasurement {
    let arrays = LogitArrays<Float>()
    let layout = try LogitArrays<Float>.layout(channelsFirst: true)
    let point = try SoftmaxDice<Float>.loss.linearize(
      Logits(Array(arrays.logits.elements), layout),
      Labels(Array(arrays.labels.elements), layout.withoutClasses),
      activation: .softmax, threads: session.threads)
    let gradient = try SoftmaxDice(arrays: arrays).evaluation(.gradient, threads: session.threads)
    return try measure(
      "softmax dice of 4 classes, 128×128×64", voxels: LogitArrays<Float>.sites, gradient, point,
      arrays.logits, arrays.diagonal)
  }

  private func measure<Input: Prediction<Float>>(
    _ subject: String, voxels: Int, _ gradient: @escaping () throws -> Double, _ point: Linearization<Input>,
    _ vector: AlignedNumbers<Float>, _ product: AlignedNumbers<Float>
  ) throws -> LossMeasurement {
    try session.measure(
      subject, voxels: voxels,
      [
        Contender("value+gradient") { _ = try gradient() },
        Contender("H·v") {
          var span = product.elements.mutableSpan
          try point.hessianVectorProduct(vector.elements.span, into: &span)
        },
      ])
  }
}
