/// Random label maps of the kinds that counting has to deal with.
public enum MetricsRandomMaps {
  /// How the labels of a map follow each other.
  public enum Texture: CaseIterable, Sendable {
    /// One label.
    case constant
    /// Long runs, as in masks.
    case regions
    /// Runs of a few voxels.
    case speckles
    /// Another label nearly everywhere.
    case noise
    /// Noisy stretches between quiet ones.
    case mixed
  }

  /// `count` labels taken from `palette`.
  public static func map<Label: FixedWidthInteger>(
    _ texture: Texture, count: Int, of palette: [Label], using random: inout SeededRandom
  ) -> [Label] {
    var labels: [Label] = []
    labels.reserveCapacity(count)
    var isNoisy = Bool.random(using: &random)
    var current = palette.randomElement(using: &random) ?? 0
    while labels.count < count {
      let longest =
        switch texture {
        case .constant: count
        case .regions: 200
        case .speckles: 5
        case .noise: 1
        case .mixed: isNoisy ? 1 : 150
        }
      let length = texture == .constant ? count : Int.random(in: 1...longest, using: &random)
      labels += repeatElement(current, count: min(length, count - labels.count))
      if texture != .constant { current = palette.randomElement(using: &random) ?? 0 }
      if texture == .mixed, Int.random(in: 0..<(isNoisy ? 90 : 3), using: &random) == 0 { isNoisy.toggle() }
    }
    return labels
  }

  /// A copy with some voxels and some stretches changed, as a prediction differs from its reference.
  public static func disturbed<Label: FixedWidthInteger>(
    _ map: [Label], of palette: [Label], using random: inout SeededRandom
  ) -> [Label] {
    var copy = map
    guard !copy.isEmpty else { return copy }
    for _ in 0..<max(1, copy.count / 100) {
      let start = Int.random(in: 0..<copy.count, using: &random)
      let label = palette.randomElement(using: &random) ?? 0
      for index in start..<min(copy.count, start + Int.random(in: 1...20, using: &random)) {
        copy[index] = label
      }
    }
    return copy
  }
}

/// A pair of labels.
public struct MetricsLabelPair: Hashable, Sendable {
  public var prediction: UInt32
  public var reference: UInt32

  public init(_ prediction: UInt32, _ reference: UInt32) {
    self.prediction = prediction
    self.reference = reference
  }

  /// How often each pair stands at one place of both sequences, counted one voxel after the other.
  public static func counts(
    _ prediction: some Sequence<some FixedWidthInteger>, _ reference: some Sequence<some FixedWidthInteger>
  ) -> [MetricsLabelPair: UInt64] {
    var counts: [MetricsLabelPair: UInt64] = [:]
    for (left, right) in zip(prediction, reference) {
      counts[MetricsLabelPair(UInt32(left), UInt32(right)), default: 0] += 1
    }
    return counts
  }
}
