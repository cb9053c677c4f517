import SegmentationLosses
import TestSupport
import Testing

/// Distance maps against every pair of voxels.
@Suite("Distance maps hold the least distance of every pair of voxels") struct DistanceMapTests {
  private struct Case {
    let extents: [Int]
    let spacing: [Double]
    let object: [Bool]

    init(_ random: inout SeededRandom) {
      extents = (0..<Int.random(in: 1...3, using: &random)).map { _ in Int.random(in: 1...6, using: &random) }
      spacing = extents.map { _ in [1, 0.5, 3, 0.7].randomElement(using: &random) ?? 1 }
      let share = Double.random(in: -0.2...1.2, using: &random)
      object = (0..<extents.reduce(1, *)).map { _ in Double.random(in: 0..<1, using: &random) < share }
    }

    var axes: String { String("zyx".suffix(extents.count)) }

    private func position(_ index: Int) -> [Double] {
      var rest = index
      var position: [Double] = []
      for (extent, step) in zip(extents, spacing).reversed() {
        position.append(Double(rest % extent) * step)
        rest /= extent
      }
      return position
    }

    /// The distance to the nearest voxel of the other side.
    func toOtherSide(_ index: Int) -> Double {
      var least = Double.infinity
      for other in object.indices where object[other] != object[index] {
        let squared = zip(position(index), position(other)).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        least = min(least, squared.squareRoot())
      }
      return least
    }
    var isMixed: Bool { object.contains(true) && object.contains(false) }
  }

  @Test func asEveryPair() throws {
    var random = SeededRandom(seed: 21)
    for number in 0..<400 {
      let this = Case(&random)
      let layout = try Layout(this.axes, this.extents)
      let target: (Int) -> Double = { this.object[$0] ? 1 : 0 }
      let signed = try DistanceMap<Double>(
        .signed, layout, spacing: this.spacing, target: target, prediction: target)
      let hausdorff = try DistanceMap<Double>(
        .hausdorff(exponent: 3), layout, spacing: this.spacing, target: target
      ) { this.object[$0] ? 0 : 1 }
      let inverse = try DistanceMap<Double>(
        .inverse, layout, spacing: this.spacing, target: target, prediction: target)
      let distances = this.object.indices.map { this.isMixed ? this.toOtherSide($0) : 0 }
      let most = distances.max() ?? 0
      for (index, distance) in distances.enumerated() {
        let wanted = !this.isMixed ? 0 : this.object[index] ? 1 - distance : distance
        #expect(abs(signed.values[index] - wanted) < 1e-12, "case \(number)")
        // The prediction is the complement: its distances are the same.
        #expect(abs(hausdorff.values[index] - 2 * distance * distance * distance) < 1e-9, "case \(number)")
        #expect(
          abs(inverse.values[index] - (most > 0 ? (most - distance) / most : 0)) < 1e-12, "case \(number)")
      }
    }
  }

  /// Channels-last and batches: each class of each sample by itself.
  @Test func layouts() throws {
    var random = SeededRandom(seed: 5)
    let labels = (0..<2 * 4 * 5).map { _ in UInt8.random(in: 0..<3, using: &random) }
    let first = try Layout("bcyx", [2, 3, 4, 5])
    let last = try Layout("byxc", [2, 4, 5, 3])
    func place(_ b: Int, _ c: Int, _ site: Int) -> (first: Int, last: Int) {
      ((b * 3 + c) * 20 + site, (b * 20 + site) * 3 + c)
    }
    let one = try DistanceMap<Double>(
      .signed, first, target: { labels[$0 / 60 * 20 + $0 % 20] == UInt8($0 / 20 % 3) ? 1 : 0 },
      prediction: { _ in 0 })
    let other = try DistanceMap<Double>(
      .signed, last, target: { labels[$0 / 3] == UInt8($0 % 3) ? 1 : 0 }, prediction: { _ in 0 })
    for b in 0..<2 {
      for c in 0..<3 {
        for site in 0..<20 {
          let place = place(b, c, site)
          #expect(one.values[place.first] == other.values[place.last])
        }
      }
    }
  }

  /// The losses make their maps themselves, from labels as from one-hot targets.
  @Test func lossesMakeTheirDistances() throws {
    let layout = try Layout("cyx", [2, 4, 4])
    let labels: [UInt8] = (0..<16).map { [5, 6, 9].contains($0) ? 1 : 0 }
    let oneHot = (0..<32).map { (place: Int) -> Double in Int(labels[place % 16]) == place / 16 ? 1 : 0 }
    let logits = try Logits((0..<32).map { Double($0 % 7) / 3 - 1 }, layout)
    for loss in [Boundary(), HausdorffDistanceTransform(), DistancePenalizedCrossEntropy()] as [any Loss] {
      let one = try loss.evaluate(
        logits, Labels(labels, layout.withoutClasses), spacing: [2, 1], activation: .softmax, want: .all)
      let other = try loss.evaluate(
        logits, SoftTargets(oneHot, layout), spacing: [2, 1], activation: .softmax, want: .all)
      #expect(abs(one.value - other.value) < 1e-12)
      #expect(one.gradient?.contains { $0 != 0 } == true)
      #expect(throws: LossError.self) {
        try loss.evaluate(logits, SoftTargets(oneHot, layout), spacing: [1, 0], activation: .softmax)
      }
    }
  }
}
