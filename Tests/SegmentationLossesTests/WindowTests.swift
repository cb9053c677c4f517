import Foundation
import SegmentationLosses
import Testing

/// SSIM, several scales and neighbour-aware calibration, against plain loops.
@Suite("Losses of windows give what plain loops give") struct WindowTests {
  private static let rows = 12, columns = 14
  private static let p = (0..<rows * columns).map { 0.5 + 0.45 * sin(Double($0) * 1.7) }
  private static let t = (0..<rows * columns).map {
    0.5 + 0.45 * sin(Double($0) * 1.7 + 0.4 * cos(Double($0)))
  }

  private struct Image {
    let rows, columns: Int
    let values: [Double]
    subscript(y: Int, x: Int) -> Double { values[y * columns + x] }
    var halved: Image {
      let (r, c) = (rows / 2, columns / 2)
      return Image(
        rows: r, columns: c,
        values: (0..<r * c).map { place in
          let (y, x) = (place / c, place % c)
          return
            (self[2 * y, 2 * x] + self[2 * y + 1, 2 * x] + self[2 * y, 2 * x + 1] + self[2 * y + 1, 2 * x + 1])
            / 4
        })
    }
  }

  /// Means over the windows of luminance times contrast, and of contrast.
  private func similarity(_ p: Image, _ t: Image, window: Int, sigma: Double) -> (Double, Double) {
    let half = Double(window - 1) / 2
    var weights = (0..<window * window).map { place -> Double in
      let (y, x) = (Double(place / window) - half, Double(place % window) - half)
      return exp(-(x * x + y * y) / (2 * sigma * sigma))
    }
    let total = weights.reduce(0, +)
    weights = weights.map { $0 / total }
    var (both, contrasts, count) = (0.0, 0.0, 0.0)
    for y in 0...p.rows - window {
      for x in 0...p.columns - window {
        var (mp, mt, pp, tt, pt) = (0.0, 0.0, 0.0, 0.0, 0.0)
        for (place, weight) in weights.enumerated() {
          let (a, b) = (p[y + place / window, x + place % window], t[y + place / window, x + place % window])
          mp += weight * a
          mt += weight * b
          pp += weight * a * a
          tt += weight * b * b
          pt += weight * a * b
        }
        let contrast = (2 * (pt - mp * mt) + 9e-4) / (pp - mp * mp + tt - mt * mt + 9e-4)
        both += contrast * (2 * mp * mt + 1e-4) / (mp * mp + mt * mt + 1e-4)
        contrasts += contrast
        count += 1
      }
    }
    return (both / count, contrasts / count)
  }

  private func evaluate(_ loss: some Loss) throws -> LossResult<Double> {
    let layout = try Layout("yx", [Self.rows, Self.columns])
    return try loss.evaluate(
      Probabilities(Self.p, layout), SoftTargets(Self.t, layout), want: .gradient)
  }
  private static var images: (Image, Image) {
    (Image(rows: rows, columns: columns, values: p), Image(rows: rows, columns: columns, values: t))
  }

  @Test func oneScale() throws {
    for (window, sigma) in [(11, 1.5), (5, 0.7)] {
      let found = try evaluate(StructuralSimilarity(window: window, sigma: sigma)).value
      let (both, _) = similarity(Self.images.0, Self.images.1, window: window, sigma: sigma)
      #expect(abs(found - (1 - both)) < 1e-12)
    }
  }

  @Test func severalScales() throws {
    let found = try evaluate(StructuralSimilarity(window: 3, scaleWeights: [0.2, 0.3, 0.5]))
    var (p, t) = Self.images
    var product = 1.0
    for (scale, weight) in [0.2, 0.3, 0.5].enumerated() {
      if scale > 0 { (p, t) = (p.halved, t.halved) }
      let (both, contrast) = similarity(p, t, window: 3, sigma: 1.5)
      product *= pow(scale == 2 ? both : contrast, weight)
    }
    #expect(product > 0.01 && abs(found.value - (1 - product)) < 1e-12)
    // Its gradient against differences.
    let gradient = try #require(found.gradient)
    let layout = try Layout("yx", [Self.rows, Self.columns])
    for index in [0, 30, 77, 150] {
      let values = try [1e-5, -1e-5].map { step in
        var moved = Self.p
        moved[index] += step
        return try StructuralSimilarity(window: 3, scaleWeights: [0.2, 0.3, 0.5]).evaluate(
          Probabilities(moved, layout), SoftTargets(Self.t, layout)
        ).value
      }
      #expect(abs(gradient[index] - (values[0] - values[1]) / 2e-5) < 1e-8)
    }
  }

  /// Alike images differ by nothing, and an image smaller than the window is an error that says so.
  @Test func edges() throws {
    let layout = try Layout("yx", [Self.rows, Self.columns])
    let same = try StructuralSimilarity().evaluate(
      Probabilities(Self.p, layout), SoftTargets(Self.p, layout), want: .gradient)
    #expect(abs(same.value) < 1e-12)
    #expect(same.gradient?.allSatisfy { abs($0) < 1e-10 } == true)
    let small = try Layout("yx", [3, 3])
    let error = #expect(throws: LossError.self) {
      try StructuralSimilarity().evaluate(
        Probabilities([Double](repeating: 0, count: 9), small),
        SoftTargets([Double](repeating: 0, count: 9), small))
    }
    #expect(error?.description.contains("a window of 11 does not fit along an axis of extent 3") == true)
  }

  /// The gradient of the sparsemax loss is the projection on the simplex less the target (Martins and Astudillo 2016).
  @Test func sparsemaxOverClasses() throws {
    let scores: [[Double]] = [[0.2, 0.1, -0.3], [3, 0.5, 0.4], [1, 1, 1], [0.9, 0.2, -4], [1e5, 0, 2]]
    let loss = try LossSpecification("multiclass-sparsemax:reduction=sum").loss()
    for (number, z) in scores.enumerated() {
      let label = number % 3
      let layout = try Layout("cx", [3, 1])
      let result = try loss.evaluate(
        Logits(z, layout), Labels([UInt8(label)], Layout("x", [1])), want: .all)
      // The threshold by trying every size of the support.
      let sorted = z.sorted(by: >)
      var size = 1
      for k in 1...3 {
        let above = sorted[..<k].reduce(0.0, +)
        if 1 + Double(k) * sorted[k - 1] > above { size = k }
      }
      let threshold = (sorted[..<size].reduce(0, +) - 1) / Double(size)
      let p = z.map { max($0 - threshold, 0) }
      var squares = 0.0
      for x in z where x > threshold { squares += (x - threshold) * (x + threshold - 2 * z[label]) }
      #expect(abs(result.value - (0.5 * squares + 0.5)) < 1e-9 * max(1, abs(result.value)))
      for c in 0..<3 {
        #expect(abs((result.gradient?[c] ?? .nan) - (p[c] - (c == label ? 1 : 0))) < 1e-9)
        let curvature = p[c] > 0 ? 1 - 1 / Double(size) : 0
        #expect(abs((result.hessianDiagonal?[c] ?? .nan) - curvature) < 1e-9)
      }
    }
  }

  /// Neighbours' shares by plain loops, zero outside the image.
  @Test func neighbourAware() throws {
    let (rows, columns) = (3, 4)
    let labels: [UInt8] = [0, 1, 1, 0, 1, 1, 0, 0, 0, 0, 1, 1]
    let z = (0..<2 * rows * columns).map { sin(Double($0)) }
    let layout = try Layout("cyx", [2, rows, columns])
    let sites = layout.withoutClasses
    let found = try NeighbourAwareCrossEntropy(alpha: 0.3).evaluate(
      Logits(z, layout), Labels(labels, sites), want: .all)
    var (entropy, distance) = (0.0, 0.0)
    for (site, label) in labels.enumerated() {
      let (a, b) = (z[site], z[12 + site])
      entropy += log(exp(a) + exp(b)) - (label == 0 ? a : b)
      let (y, x) = (site / columns, site % columns)
      for c in 0..<2 {
        var share = 0.0
        for v in max(0, y - 1)...min(rows - 1, y + 1) {
          for u in max(0, x - 1)...min(columns - 1, x + 1) where Int(labels[v * columns + u]) == c {
            share += 1.0 / 9
          }
        }
        distance += abs(share - z[c * 12 + site])
      }
    }
    #expect(abs(found.value - (entropy / 12 + 0.3 * distance / 24)) < 1e-12)
    #expect(found.method == .structured)
  }
}
