import SegmentationLosses
import Testing

/// What README and the articles show, as it stands there.
@Suite("What the README and the articles show works as it stands there") struct ReadmeTests {
  let layout: Layout
  let values: [Float]
  let bytes: [UInt8]

  init() throws {
    layout = try Layout("bczyx", [1, 4, 3, 8, 8])
    values = (0..<layout.count).map { Float(($0 * 37) % 41) / 10 - 2 }
    bytes = (0..<layout.siteCount).map { $0 % 19 == 0 ? 255 : UInt8(($0 / 5) % 4) }
  }

  @Test func lossIsAValue() throws {
    let z = try Logits<Float>(values, layout)
    let t = try Labels(bytes, layout.withoutClasses, ignoring: 255)
    let loss = Tversky(alpha: 0.3, beta: 0.7) + 0.5 * Dice(squared: true)
    let r = try loss.evaluate(z, t, activation: .softmax, want: [.gradient, .hessianDiagonal])
    let tversky = try Tversky(alpha: 0.3, beta: 0.7).evaluate(z, t, activation: .softmax)
    let dice = try Dice(squared: true).evaluate(z, t, activation: .softmax)
    #expect(abs(r.value - tversky.value - 0.5 * dice.value) < 1e-12)
    #expect(r.terms.map(\.name) == ["tversky", "squared-dice"])
    #expect(r.terms.map(\.value) == [tversky.value, 0.5 * dice.value])
    #expect(r.gradient?.count == layout.count && r.hessianDiagonal?.count == layout.count)
    #expect(r.method == .structured)
  }

  @Test func customLossCompiled() throws {
    let z = try Logits<Float>(values, layout)
    let t = try Labels(bytes, layout.withoutClasses, ignoring: 255)
    let mine = CustomLoss("log-dice") { p, t in
      -log((2 * sum(p * t, .space) + 1) / (sum(p, .space) + sum(t, .space) + 1))
    }
    #expect(try mine.verify().passes)

    let plan = try mine.compile(
      for: Logits<Float>.self, layout, activation: .softmax, target: .labels(ignoring: 255),
      curvature: .positive(floor: .relative(1e-3)), scale: .perVoxel)
    let work = plan.makeWorkspace(threads: 2)
    var g = [Float](repeating: 0, count: layout.count)
    var h = g
    let value = try plan.run(z.values.span, t.values.span, gradient: &g, hessianDiagonal: &h, work)
    let plain = try mine.evaluate(z, t, activation: .softmax, want: .all)
    #expect(abs(value - plain.value * Double(layout.siteCount)) < 1e-9 * value)
    let exact = (plain.hessianDiagonal ?? []).map { Double($0) * Double(layout.siteCount) }
    let floor = 1e-3 * exact.map(abs).reduce(0, +) / Double(exact.count)
    for (found, exact) in zip(h, exact) { #expect(abs(Double(found) - max(exact, floor)) < 1e-5) }

    let point = try mine.linearize(z, t, activation: .softmax)
    #expect(abs(point.value - plain.value) < 1e-12)
    let v = values
    var hv = g
    try point.hessianVectorProduct(v, into: &hv)
    let newton = try point.newtonStep(damping: 1e-2)
    #expect(newton.slope < 0 && newton.predictedDecrease > 0 && newton.residual < 1e-3)
    let moved = try Logits<Float>(zip(values, newton.step).map { $0 + $1 }, layout)
    #expect(try mine.evaluate(moved, t, activation: .softmax).value < plain.value)
  }

  @Test func ascentIsAnErrorThatNamesADamping() throws {
    let z = try Logits<Float>(values, layout)
    let t = try Labels(bytes, layout.withoutClasses, ignoring: 255)
    let point = try Dice().linearize(z, t, activation: .softmax)
    do {
      _ = try point.newtonStep(damping: 0)
      Issue.record("an indefinite Hessian gave a step")
    } catch LossError.expression(_, .notDescent(let slope, _, let damping)) {
      #expect(slope >= 0 || slope.isNaN)
      #expect(try point.newtonStep(damping: damping).slope < 0)
    }
  }

  /// The article's example.
  struct Jaccard: Loss {
    var smoothing: Smoothing = 1e-5
    var region = RegionOptions()
    var name: String { "jaccard" }
    func expression(_ input: LossInput) -> Expression {
      // Written with the public parts.
      let i = sum(input.masked(input.prediction * input.target), .space)
      let p = sum(input.masked(input.prediction), .space)
      let t = sum(input.masked(input.target), .space)
      return mean(1 - (i + smoothing.numerator) / (p + t - i + smoothing.denominator))
    }
  }

  @Test func articlesLossIsRight() throws {
    let verification = try Jaccard().verify()
    #expect(verification.passes)
    #expect(verification.checks.allSatisfy { $0.method == .structured })
  }
}
