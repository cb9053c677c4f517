import SegmentationLosses
import Testing

/// What other libraries are known to get wrong, right here.
@Suite("What other libraries are known to get wrong is right here") struct FaultTests {
  /// The root of a sum of squares, squared again, has no curvature at p = t in PyTorch; the truth is 2 / (Σp² + Σt²), one over
  /// the number of foreground voxels.
  @Test func squaredDiceAtTheTarget() throws {
    let layout = try Layout("x", [12])
    let t = [0, 1, 1, 0, 0, 1, 0, 1, 1, 0, 0, 0].map { Double($0) }
    let loss = Dice(smoothing: 0, squared: true)
    let result = try loss.evaluate(Probabilities(t, layout), SoftTargets(t, layout), want: .all)
    #expect(abs(result.value) < 1e-15)
    for (gradient, diagonal) in zip(result.gradient ?? [], result.hessianDiagonal ?? []) {
      #expect(abs(gradient) < 1e-15 && abs(diagonal - 1.0 / 5) < 1e-15)
    }
    // MONAI's class, with the curvature that is true.
    let monai = try LibraryLoss("monai-1.6/DiceLoss:squared_pred=true,smooth_nr=0,smooth_dr=0").evaluate(
      ShapedArray(t, shape: [1, 1, 12]), ShapedArray(t, shape: [1, 1, 12]), want: .all)
    #expect(monai.hessianDiagonal?.values.allSatisfy { abs($0 - 1.0 / 5) < 1e-15 } == true)
  }

  /// (1 − TI)^γ with γ < 1 has no derivative at TI = 1: elsewhere NaN, here 0, and said.
  @Test func focalTverskyAtTheTarget() throws {
    let layout = try Layout("x", [4])
    let t = [0.0, 1, 1, 0]
    let result = try LossSpecification("focal-tversky:gamma=0.75,smooth=0").loss().evaluate(
      Probabilities(t, layout), SoftTargets(t, layout), want: .all)
    #expect(result.value == 0 && result.hasUndefinedDerivatives)
    #expect(result.gradient == [0, 0, 0, 0] && result.hessianDiagonal == [0, 0, 0, 0])
  }

  /// Logits times a mask are 0, and sigmoid(0) = ½ where nothing should count.
  @Test(arguments: [
    "dice", "tversky", "binary-cross-entropy", "generalized-dice", "focal", "lovasz", "top-k",
  ])
  func masksAfterTheActivation(_ name: String) throws {
    let z = [1.5, -0.3, 0.2, -2, 0.7, 3]
    let t: [UInt8] = [1, 0, 1, 0, 1, 0]
    let mask: [UInt8] = [1, 1, 0, 1, 0, 1]
    let kept = mask.indices.filter { mask[$0] == 1 }
    let loss = try LossSpecification(name).loss()
    let (whole, part) = (try Layout("x", [6]), try Layout("x", [4]))
    let masked = try loss.evaluate(
      Logits(z, whole), Labels(t, whole), mask: SiteMask(mask, whole), activation: .sigmoid, want: .all)
    let cropped = try loss.evaluate(
      Logits(kept.map { z[$0] }, part), Labels(kept.map { t[$0] }, part), activation: .sigmoid, want: .all)
    #expect(abs(masked.value - cropped.value) < 1e-14)
    for (index, own) in kept.enumerated() {
      #expect(abs((masked.gradient?[own] ?? .nan) - (cropped.gradient?[index] ?? .nan)) < 1e-14)
      #expect(abs((masked.hessianDiagonal?[own] ?? .nan) - (cropped.hessianDiagonal?[index] ?? .nan)) < 1e-14)
    }
    for left in mask.indices where mask[left] == 0 {
      #expect(masked.gradient?[left] == 0 && masked.hessianDiagonal?[left] == 0)
    }
  }

  /// Sums of Float lose ones past 2²⁴ voxels.
  @Test func manyVoxels() throws {
    let count = 17_000_003
    let layout = try Layout("x", [count])
    let ones = [Float](repeating: 1, count: count)
    var labels = [UInt8](repeating: 1, count: count)
    for index in 0..<1001 { labels[index * 16_000] = 0 }
    let value = try Dice(smoothing: 0).evaluate(Probabilities(ones, layout), Labels(labels, layout)).value
    let hits = Double(count - 1001)
    #expect(abs(value - (1 - 2 * hits / (Double(count) + hits))) < 1e-12)
  }

  /// Keras up to 3.15 has α and β the other way round from its documentation; later ones, and ours, do not.
  @Test func tverskyWeighsFalsePositivesByAlpha() throws {
    let layout = try Layout("x", [4])
    let (p, t) = ([1.0, 1, 1, 0], [1.0, 0, 0, 1])
    let ours = try Tversky(alpha: 0.3, beta: 0.7, smoothing: 0).evaluate(
      Probabilities(p, layout), SoftTargets(t, layout)
    ).value
    #expect(abs(ours - (1 - 1 / (1 + 0.3 * 2 + 0.7))) < 1e-12)
    func keras(_ version: String) throws -> Double {
      try LibraryLoss("\(version)/Tversky:alpha=0.3,beta=0.7").evaluate(
        ShapedArray(p, shape: [1, 4, 1]), ShapedArray(t, shape: [1, 4, 1])
      ).value
    }
    #expect(abs(try keras("keras-head") - ours) < 1e-6)
    #expect(abs(try keras("keras-3.15") - (1 - 1 / (1 + 0.7 * 2 + 0.3))) < 1e-6)
  }
}
