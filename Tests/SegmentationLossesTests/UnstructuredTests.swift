import Autodiff
import SegmentationLosses
import TestSupport
import Testing

/// Diagonals of losses whose Hessian has no structure: exact up to a limit, an estimate where it is asked for.
@Suite("Losses without structure have exact diagonals up to a limit, and estimates where asked for")
struct UnstructuredTests {
  let layout: Layout
  let prediction: Logits<Double>
  let target: SoftTargets<Double>
  let loss = StructuralSimilarity(window: 3)

  init() throws {
    layout = try Layout("yx", [9, 8])
    var random = SeededRandom(seed: 2)
    prediction = try Logits((0..<72).map { _ in .random(in: 0...1, using: &random) }, layout)
    target = try SoftTargets((0..<72).map { _ in .random(in: 0...1, using: &random) }, layout)
  }

  /// With `limit` and `probes` as the error says.
  private func diagonal(limit: Int = 4096, probes: Int? = nil) throws -> LossResult<Double> {
    try loss.evaluate(
      prediction, target, want: [.hessianDiagonal, .hessianDiagonalSummary], productLimit: limit,
      probes: probes)
  }

  @Test func theLimitIsOfElements() throws {
    let exact = try diagonal(limit: 72)
    #expect(exact.method == .hessianVectorProducts(72) && exact.hessianDiagonalStandardError == nil)
    let error = #expect(throws: LossError.self) { try diagonal(limit: 71) }
    guard case .expression(_, .structureEnds(_, 72, 71))? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    // Following it works.
    #expect(try diagonal(limit: 72).hessianDiagonal == exact.hessianDiagonal)
    #expect(try diagonal(limit: 71, probes: 100).method == .estimate(probes: 100))
  }

  @Test(arguments: [2, 10, 100, 1000, 4000]) func estimatesComeNear(_ probes: Int) throws {
    let exact = try #require(try diagonal().hessianDiagonal)
    let result = try diagonal(limit: 0, probes: probes)
    let estimate = try #require(result.hessianDiagonal)
    let error = try #require(result.hessianDiagonalStandardError)
    #expect(result.method == .estimate(probes: probes) && !result.method.isExact)
    #expect(result.method.description == "estimate from \(probes) probes")
    let distance = zip(exact, estimate).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
    // Of 72 elements together: the standard error is itself known to some tenths, of two probes to a factor.
    #expect(distance < (probes < 10 ? 10 : 2) * error, "\(distance) \(error)")
    let norm = estimate.reduce(0) { $0 + $1 * $1 }.squareRoot()
    #expect(abs((result.hessianDiagonalSummary?.norm ?? .nan) - norm) < 1e-12 * norm)
    // The same probes every time.
    #expect(try diagonal(limit: 0, probes: probes).hessianDiagonal == estimate)
  }

  @Test func errorsFallWithTheRootOfTheProbes() throws {
    let few = try #require(try diagonal(limit: 0, probes: 100).hessianDiagonalStandardError)
    let many = try #require(try diagonal(limit: 0, probes: 10_000).hessianDiagonalStandardError)
    #expect((8...12).contains(few / many), "\(few / many)")
  }

  @Test func whatHasStructureIsNotEstimated() throws {
    let result = try Dice().evaluate(
      Probabilities(prediction.values, layout), target, want: .hessianDiagonal, productLimit: 0, probes: 10)
    #expect(result.method == .structured && result.hessianDiagonalStandardError == nil)
  }

  @Test func theSummaryAloneIsTheSame() throws {
    for probes in [nil, 50] {
      let whole = try diagonal(limit: probes == nil ? 72 : 0, probes: probes)
      let alone = try loss.evaluate(
        prediction, target, want: .hessianDiagonalSummary, productLimit: probes == nil ? 72 : 0,
        probes: probes)
      #expect(alone.hessianDiagonal == nil && alone.hessianDiagonalSummary == whole.hessianDiagonalSummary)
      #expect(alone.hessianDiagonalStandardError == whole.hessianDiagonalStandardError)
    }
  }

  @Test(arguments: [-1, 0, 1, 1_000_001, .max, .min]) func probesAreChecked(_ probes: Int) {
    #expect(throws: LossError.self) { try diagonal(probes: probes) }
    // Whether or not there is structure.
    #expect(throws: LossError.self) {
      try Dice().evaluate(
        Probabilities(prediction.values, layout), target, want: .value, probes: probes)
    }
  }

  @Test func theLimitIsChecked() {
    #expect(throws: LossError.self) { try diagonal(limit: -1) }
    #expect(throws: LossError.self) { try diagonal(limit: .min) }
  }

  /// A library's loss and the heads of a network take both.
  @Test func everyWayIn() throws {
    let arrays = try ShapedArray(prediction.values, shape: [1, 1, 9, 8])
    let theirs = try ShapedArray(target.values, shape: [1, 1, 9, 8])
    let library = try LibraryLoss("monai-1.6/SSIMLoss:spatial_dims=2,win_size=3")
    #expect(throws: LossError.self) {
      try library.evaluate(
        arrays, theirs, want: .hessianDiagonal, productLimit: 8)
    }
    let result = try library.evaluate(
      arrays, theirs, want: .hessianDiagonal, productLimit: 8,
      probes: 16)
    #expect(result.method == .estimate(probes: 16) && result.hessianDiagonalStandardError != nil)

    let labels = try Labels(target.values.map { $0 > 0.5 ? 1 : 0 }, layout)
    let levels = try TotalVariation(squared: true).evaluate(
      levels: [prediction], labels, want: .hessianDiagonal, productLimit: 8, probes: 16)
    #expect(levels.levels[0].method == .estimate(probes: 16))
  }

  @Test func floorsAreOfTheEstimate() throws {
    let result = try loss.evaluate(
      prediction, target, want: .hessianDiagonal, curvature: .absolute, productLimit: 0, probes: 20)
    let plain = try #require(try diagonal(limit: 0, probes: 20).hessianDiagonal)
    #expect(result.hessianDiagonal == plain.map(\.magnitude))
  }
}
