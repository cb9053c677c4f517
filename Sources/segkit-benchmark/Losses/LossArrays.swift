import SegmentationLosses

/// Probabilities, targets, and room for derivatives that every contender writes to.
final class ProbabilityArrays {
  let prediction: AlignedNumbers<Float>
  let target: AlignedNumbers<Float>
  let gradient: AlignedNumbers<Float>
  let diagonal: AlignedNumbers<Float>

  var count: Int { prediction.count }

  /// - Parameter hasGradient: no room for one where the arrays are so large that memory counts.
  init(count: Int, hasGradient: Bool = true) {
    var random = RandomNumbers(seed: 1, index: 0)
    prediction = AlignedNumbers(count: count) { _ in 0.01 + 0.98 * random.unit() }
    target = AlignedNumbers(count: count) { _ in random.unit() < 0.3 ? 1 : 0 }
    gradient = AlignedNumbers(count: hasGradient ? count : 0)
    diagonal = AlignedNumbers(count: count)
  }

  func layout() throws -> Layout { try Layout("x", [count]) }
}

/// Logits of four classes and labels, of a volume of 128×128×64.
final class LogitArrays<Scalar: LossScalar & ExpressibleByIntegerLiteral> {
  static var volume: [Int] { [64, 128, 128] }
  static var classes: Int { 4 }
  static var sites: Int { volume.reduce(1, *) }

  let logits: AlignedNumbers<Scalar>
  let labels: AlignedNumbers<UInt8>
  let gradient: AlignedNumbers<Scalar>
  let diagonal: AlignedNumbers<Scalar>

  init() {
    let classes = Self.classes
    var random = RandomNumbers(seed: 2, index: 0)
    logits = AlignedNumbers(count: Self.sites * classes) { _ in Scalar(Double(random.bell()) * 1.7) }
    labels = AlignedNumbers(count: Self.sites) { _ in UInt8(random.next() >> 32 % UInt64(classes)) }
    gradient = AlignedNumbers(count: logits.count)
    diagonal = AlignedNumbers(count: logits.count)
  }

  static func layout(channelsFirst: Bool) throws -> Layout {
    try channelsFirst
      ? Layout("bczyx", [1, classes] + volume) : Layout("bzyxc", [1] + volume + [classes])
  }
}

extension RandomNumbers {
  /// Evenly between 0 and 1.
  fileprivate mutating func unit() -> Float { Float(next() >> 40) * 0x1p-24 }
}
