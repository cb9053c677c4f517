import Autodiff
import SegmentationLosses

/// Value and gradient of every loss by name, beside the same formula compiled by JAX.
struct EveryPart {
  let session: LossSession
  /// Elements.
  let count: Int
  /// Those to measure; nil for all.
  let names: Set<String>?

  private static let classes = 4
  /// Losses with sorting, matrix products or neighbours: reported, but no part of the mean.
  private static let unbound: Set<String> = [
    "top-k", "dice-top-k", "lovasz", "lovasz-hinge", "cl-dice", "dice-cl-dice", "style", "total-variation",
    "categorical-hinge", "nacl", "ssim", "ms-ssim", "multiclass-hinge", "multiclass-perceptron",
    "multiclass-sparsemax", "wasserstein-dice",
  ]

  func measure() throws -> [LossTable] {
    let layout = try Layout("bcx", [1, Self.classes, count / Self.classes])
    let arrays = ClassArrays(layout)
    let files = try session.peers.map { _ in
      try PeerFiles(arrays.prediction, arrays.target, distances: arrays.distance, shape: layout.extents)
    }
    var table = LossTable(
      part: .every, title: "value and gradient of \(count) probabilities", unit: .milliseconds,
      threads: session.threads, isWall: session.threads > 1, isTransposed: true)
    let peer = "JAX jit"
    table.quotients = [.init(above: peer, below: "segkit")]
    for entry in LossRegistry.entries
    where entry.derivatives != .valueOnly && names?.contains(entry.name) != false {
      do throws(LossError) {
        let loss = try LossSpecification(entry.name).loss()
        let evaluate = try loss.evaluation(arrays, layout, threads: session.threads)
        let measurement = Result {
          try session.measure(
            entry.name, voxels: count, [Contender("segkit") { _ = try evaluate() }],
            peers: [LossPeer(name: "jax-formula", title: peer, loss: entry.name)], files: files,
            expected: { (try evaluate(), arrays.gradient) })
        }
        switch measurement {
        case .success(let measurement): table.columns.append(measurement)
        case .failure(let error): note("\(entry.name): \(error)")
        }
      } catch {
        // Some losses take other arrays: an image, a skeleton.
        note("\(entry.name): \(error)")
      }
    }
    table.bound = Set(table.columns.map(\.subject)).subtracting(Self.unbound)
    return [table]
  }
}

/// Probabilities of classes, one-hot targets, distances, and room for a gradient.
private final class ClassArrays {
  let prediction, target, distance, gradient: AlignedNumbers<Float>

  init(_ layout: Layout) {
    let (classes, sites) = (layout.classCount, layout.siteCount)
    var random = RandomNumbers(seed: 3, index: 0)
    var (p, t) = ([Float](repeating: 0, count: layout.count), [Float](repeating: 0, count: layout.count))
    for site in 0..<sites {
      let scores = (0..<classes).map { _ in Float(1 + random.next() >> 44) }
      let total = scores.reduce(0, +)
      for label in 0..<classes { p[label * sites + site] = scores[label] / total }
      t[Int(random.next() >> 32) % classes * sites + site] = 1
    }
    prediction = AlignedNumbers(count: layout.count) { p[$0] }
    target = AlignedNumbers(count: layout.count) { t[$0] }
    distance = AlignedNumbers(count: layout.count) { _ in Float(random.next() >> 60) }
    gradient = AlignedNumbers(count: layout.count)
  }
}

extension Loss {
  fileprivate func evaluation(
    _ arrays: ClassArrays, _ layout: Layout, threads: Int
  ) throws(LossError) -> () throws -> Double {
    domain == .probabilities
      ? try evaluation(Probabilities<Float>.self, arrays, layout, threads)
      : try evaluation(Logits<Float>.self, arrays, layout, threads)
  }

  private func evaluation<Input: Prediction>(
    _ input: Input.Type, _ arrays: ClassArrays, _ layout: Layout, _ threads: Int
  ) throws(LossError) -> () throws -> Double where Input.Scalar == Float {
    let compiled = try compile(for: input, layout, target: .soft, want: .gradient)
    let work = compiled.makeWorkspace(threads: threads)
    let needsDistance = distanceMap != nil
    return {
      var gradient = arrays.gradient.elements.mutableSpan
      var none = UnsafeMutableBufferPointer<Float>(start: nil, count: 0).mutableSpan
      return try compiled.run(
        arrays.prediction.elements.span, arrays.target.elements.span,
        distance: needsDistance ? arrays.distance.elements.span : nil, gradient: &gradient,
        hessianDiagonal: &none, work)
    }
  }
}
