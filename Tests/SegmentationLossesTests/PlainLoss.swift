// Losses in plain loops over voxels that know no layout, and the way from such voxels to arrays and back.
import Foundation
import SegmentationLosses
import TestSupport

/// Which loss, of what.
struct PlainLoss: Sendable {
  enum Kind: CaseIterable { case dice, squaredDice, tversky, focalTversky, custom }
  var kind = Kind.dice
  var over = RegionExtent.sample
  var weights: [Double]?
  var background = true
  var smoothing = 0.1

  var library: any Loss {
    let (smooth, alpha, beta) = (Smoothing(smoothing), 0.3, 0.8)
    switch kind {
    case .dice, .squaredDice:
      return Dice(
        smoothing: smooth, squared: kind == .squaredDice, over: over, classWeights: weights,
        includesBackground: background)
    case .tversky:
      return Tversky(
        alpha: alpha, beta: beta, smoothing: smooth, over: over, classWeights: weights,
        includesBackground: background)
    case .focalTversky:
      return FocalTversky(
        alpha: alpha, beta: beta, gamma: 0.75, smoothing: smooth, over: over, classWeights: weights,
        includesBackground: background)
    case .custom:
      return CustomLoss("custom") { p, t in
        mean(square(p - t) * (1 + p * t)) + mean(square(sum(p * t, .classes)))
      }
    }
  }

  /// The loss and its derivative by each probability. `counts` is 1 or 0.
  func evaluate(_ p: [Double], _ t: [Double], _ counts: [Double], _ voxels: Voxels) -> (Double, [Double]) {
    let (batch, classes, sites) = (voxels.batch, voxels.classes, voxels.sites)
    var gradient = [Double](repeating: 0, count: p.count)
    var value = 0.0
    if kind == .custom {
      for b in 0..<batch {
        for i in 0..<sites where counts[b * sites + i] != 0 {
          let places = (0..<classes).map { (b * classes + $0) * sites + i }
          let overlap = places.reduce(0) { $0 + p[$1] * t[$1] }
          value += overlap * overlap / Double(batch * sites)
          for k in places {
            let d = p[k] - t[k]
            value += d * d * (1 + p[k] * t[k]) / Double(p.count)
            gradient[k] =
              (2 * d * (1 + p[k] * t[k]) + d * d * t[k]) / Double(p.count)
              + 2 * overlap * t[k] / Double(batch * sites)
          }
        }
      }
      return (value, gradient)
    }
    var shares = weights ?? [Double](repeating: 1, count: classes)
    if !background, classes > 1 { shares[0] = 0 }
    let total = shares.reduce(0, +)
    let groups = over == .sample ? (0..<batch).map { [$0] } : [Array(0..<batch)]
    let squares = kind == .squaredDice
    for group in groups {
      for c in 0..<classes where shares[c] > 0 {
        var (pt, ps, ts) = (0.0, 0.0, 0.0)
        for b in group {
          for i in 0..<sites {
            let (k, m) = ((b * classes + c) * sites + i, counts[b * sites + i])
            pt += m * p[k] * t[k]
            ps += m * (squares ? p[k] * p[k] : p[k])
            ts += m * (squares ? t[k] * t[k] : t[k])
          }
        }
        var (f, byProduct, byPrediction) = index(pt, ps, ts)
        if kind == .focalTversky {
          let slope = f > 1e-15 ? 0.75 * Foundation.pow(f, -0.25) : 0
          (f, byProduct, byPrediction) = (Foundation.pow(f, 0.75), slope * byProduct, slope * byPrediction)
        }
        let share = shares[c] / total / Double(groups.count)
        value += share * f
        for b in group {
          for i in 0..<sites {
            let (k, m) = ((b * classes + c) * sites + i, counts[b * sites + i])
            gradient[k] = share * m * (byProduct * t[k] + byPrediction * (squares ? 2 * p[k] : 1))
          }
        }
      }
    }
    return (value, gradient)
  }

  /// 1 − index of a region, and its derivatives by Σpt and Σp.
  private func index(_ pt: Double, _ ps: Double, _ ts: Double) -> (Double, Double, Double) {
    if kind == .dice || kind == .squaredDice {
      let (n, d) = (2 * pt + smoothing, ps + ts + smoothing)
      return (1 - n / d, -2 / d, n / (d * d))
    }
    let (n, d) = (pt + smoothing, pt + 0.3 * (ps - pt) + 0.8 * (ts - pt) + smoothing)
    return (1 - n / d, -1 / d + n * (1 - 0.3 - 0.8) / (d * d), n * 0.3 / (d * d))
  }
}

/// Voxels in the order batch, class, z, y, x, and what they are compared with.
struct Voxels: Sendable {
  let batch, classes, z, y, x: Int
  var prediction: [Double]
  var soft: [Double]
  var labels, mask: [UInt8]
  var sites: Int { z * y * x }

  init(
    batch: Int = 1, classes: Int, z: Int = 1, y: Int = 1, x: Int, activation: Activation, ignored: UInt8?,
    seed: UInt64
  ) {
    var random = SeededRandom(seed: seed)
    func number(_ range: ClosedRange<Double>) -> Double { .random(in: range, using: &random) }
    (self.batch, self.classes, self.z, self.y, self.x) = (batch, classes, z, y, x)
    let (count, places) = (batch * classes * z * y * x, batch * z * y * x)
    prediction = (0..<count).map { _ in activation == .none ? number(0.05...0.95) : number(-3...3) }
    soft = (0..<count).map { _ in number(0...1) }
    labels = (0..<places).map { _ in
      if let ignored, number(0...1) < 0.2 { return ignored }
      return UInt8.random(in: 0..<UInt8(max(classes, 2)), using: &random)
    }
    mask = (0..<places).map { _ in number(0...1) < 0.25 ? 0 : UInt8.random(in: 1...255, using: &random) }
  }

  func layout(_ axes: String) throws -> Layout {
    let extents: [Character: Int] = ["b": batch, "c": classes, "z": z, "y": y, "x": x]
    return try Layout(axes, axes.map { extents[$0] ?? 0 })
  }

  /// Where each voxel lies in an array of this layout.
  func places(_ layout: Layout, classes: Int) -> [Int] {
    var steps: [Character: Int] = [:]
    var step = 1
    for (name, extent) in zip(layout.axes, layout.extents).reversed() {
      steps[name] = step
      step *= extent
    }
    var places: [Int] = []
    for b in 0..<batch {
      for c in 0..<classes {
        for k in 0..<z {
          for j in 0..<y {
            let start =
              b * (steps["b"] ?? 0) + c * (steps["c"] ?? 0) + k * (steps["z"] ?? 0) + j * (steps["y"] ?? 0)
            for i in 0..<x { places.append(start + i * (steps["x"] ?? 0)) }
          }
        }
      }
    }
    return places
  }

  func arranged<Element>(_ values: [Element], _ places: [Int]) -> [Element] {
    var result = values
    for (value, place) in zip(values, places) { result[place] = value }
    return result
  }
}

/// A loss with all that it takes.
struct PlainProblem: Sendable {
  var loss = PlainLoss()
  var activation = Activation.none
  var isSoft = false
  var ignored: UInt8?
  var isMasked = false
  var voxels: Voxels

  var counts: [Double] {
    zip(voxels.labels, voxels.mask).map { label, mask in
      (isMasked && mask == 0) || (!isSoft && label == ignored) ? 0 : 1
    }
  }

  /// Value and gradient by the plain loops.
  func plain() -> (value: Double, gradient: [Double]) {
    let (classes, sites) = (voxels.classes, voxels.sites)
    var p = voxels.prediction
    var t = voxels.soft
    for b in 0..<voxels.batch {
      for i in 0..<sites {
        let places = (0..<classes).map { (b * classes + $0) * sites + i }
        if activation == .sigmoid { for k in places { p[k] = 1 / (1 + Foundation.exp(-p[k])) } }
        if activation == .softmax {
          let exponentials = places.map { Foundation.exp(voxels.prediction[$0]) }
          let total = exponentials.reduce(0, +)
          for (k, e) in zip(places, exponentials) { p[k] = e / total }
        }
        guard !isSoft else { continue }
        let label = Int(voxels.labels[b * sites + i])
        for (c, k) in places.enumerated() { t[k] = label == (classes == 1 ? 1 : c) ? 1 : 0 }
      }
    }
    let value: Double
    var g: [Double]
    (value, g) = loss.evaluate(p, t, counts, voxels)
    for b in 0..<voxels.batch {
      for i in 0..<sites {
        let places = (0..<classes).map { (b * classes + $0) * sites + i }
        let mean = places.reduce(0) { $0 + g[$1] * p[$1] }
        for k in places {
          if activation == .sigmoid { g[k] *= p[k] * (1 - p[k]) }
          if activation == .softmax { g[k] = p[k] * (g[k] - mean) }
        }
      }
    }
    return (value, g)
  }

  /// What the library gives for a layout, with gradient and diagonal back in the order of the voxels.
  func library<Scalar: LossScalar>(_ type: Scalar.Type, _ axes: String, threads: Int = 1) throws
    -> (value: Double, gradient: [Double], diagonal: [Double])
  {
    let layout = try voxels.layout(axes)
    let places = voxels.places(layout, classes: voxels.classes)
    let sites = layout.withoutClasses
    let sitePlaces = voxels.places(sites, classes: 1)
    let values = voxels.arranged(voxels.prediction, places).map { Scalar($0) }
    let mask = isMasked ? try SiteMask(voxels.arranged(voxels.mask, sitePlaces), sites) : nil
    let loss = loss.library
    let soft = try SoftTargets(voxels.arranged(voxels.soft, places).map { Scalar($0) }, layout)
    let labels = try Labels(voxels.arranged(voxels.labels, sitePlaces), sites, ignoring: ignored)
    func run(_ prediction: some Prediction<Scalar>) throws -> LossResult<Scalar> {
      isSoft
        ? try loss.evaluate(
          prediction, soft, mask: mask, activation: activation, want: .all, threads: threads)
        : try loss.evaluate(
          prediction, labels, mask: mask, activation: activation, want: .all, threads: threads)
    }
    let result =
      activation == .none ? try run(Probabilities(values, layout)) : try run(Logits(values, layout))
    let (gradient, diagonal) = (result.gradient ?? [], result.hessianDiagonal ?? [])
    return (result.value, places.map { Double(gradient[$0]) }, places.map { Double(diagonal[$0]) })
  }
}
