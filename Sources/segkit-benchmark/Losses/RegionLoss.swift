import SegmentationLosses

/// The losses that are measured on probabilities.
struct RegionLoss {
  /// Also what the peers' script calls it.
  let name: String
  let loss: any Loss

  /// Small, as a loss for training has it.
  static let smoothing = 1e-6

  static let dice = RegionLoss(name: "dice", loss: Dice(smoothing: Smoothing(smoothing)))
  static let squaredDice = RegionLoss(
    name: "squared-dice", loss: Dice(smoothing: Smoothing(smoothing), squared: true))
  static let tversky = RegionLoss(name: "tversky", loss: Tversky(smoothing: Smoothing(smoothing)))
  static let focalTversky = RegionLoss(
    name: "focal-tversky", loss: FocalTversky(smoothing: Smoothing(smoothing)))

  static let all = [dice, squaredDice, tversky, focalTversky]

  /// On soft targets, into the arrays' room for derivatives.
  func evaluation(_ arrays: ProbabilityArrays, _ want: Wanted, threads: Int) throws -> () throws -> Double {
    let compiled = try loss.compile(
      for: Probabilities<Float>.self, arrays.layout(), target: .soft, want: want)
    return compiled.evaluation(
      arrays.prediction, arrays.target, gradient: arrays.gradient, diagonal: arrays.diagonal, want,
      threads: threads)
  }
}

/// Dice over the classes of logits.
struct SoftmaxDice<Scalar: LossScalar & ExpressibleByIntegerLiteral> {
  let arrays: LogitArrays<Scalar>

  static var smoothing: Double { 1e-5 }
  static var loss: Dice { Dice(smoothing: Smoothing(smoothing)) }

  func evaluation(_ want: Wanted, channelsFirst: Bool = true, threads: Int) throws -> () throws -> Double {
    let compiled = try Self.loss.compile(
      for: Logits<Scalar>.self, LogitArrays<Scalar>.layout(channelsFirst: channelsFirst),
      activation: .softmax, want: want)
    return compiled.evaluation(
      arrays.logits, arrays.labels, gradient: arrays.gradient, diagonal: arrays.diagonal, want,
      threads: threads)
  }
}

extension CompiledLoss where Scalar: ExpressibleByIntegerLiteral {
  /// A call with everything it needs at hand, as in a loop of training.
  func evaluation<Target>(
    _ prediction: AlignedNumbers<Scalar>, _ target: AlignedNumbers<Target>,
    gradient: AlignedNumbers<Scalar>, diagonal: AlignedNumbers<Scalar>, _ want: Wanted, threads: Int
  ) -> () throws -> Double {
    let work = makeWorkspace(threads: threads)
    return {
      var gradient = gradient.elements.prefix(want.contains(.gradient)).mutableSpan
      var diagonal = diagonal.elements.prefix(want.contains(.hessianDiagonal)).mutableSpan
      return try self.run(
        prediction.elements.span, target.elements.span, gradient: &gradient, hessianDiagonal: &diagonal, work)
    }
  }
}

extension UnsafeMutableBufferPointer {
  /// All of it, or nothing.
  fileprivate func prefix(_ isWanted: Bool) -> Self {
    isWanted ? self : Self(rebasing: self[..<0])
  }
}
