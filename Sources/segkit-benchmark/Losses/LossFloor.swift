import CLossLoops
import Dispatch

/// The least that a region loss can cost: plain C loops that read and write the same arrays.
///
/// Dice and squared dice in full, so that their numbers can be compared; Tversky's traffic is that of dice.
final class LossFloor {
  enum Extent {
    case value
    case gradient
    case all
  }

  private let arrays: ProbabilityArrays
  private let isSquared: Bool
  private let threads: Int
  private let isStreaming: Int32
  private let sums: UnsafeMutableBufferPointer<Double>

  init(_ arrays: ProbabilityArrays, isSquared: Bool = false, threads: Int = 1) {
    (self.arrays, self.isSquared, self.threads) = (arrays, isSquared, threads)
    isStreaming = arrays.count * MemoryLayout<Float>.stride > 16 << 20 ? 1 : 0
    sums = .allocate(capacity: threads * Self.sumStride)
    sums.initialize(repeating: 0)
  }

  deinit { sums.deallocate() }

  /// Dice, as `isSquared` says, and derivatives into the arrays' room for them.
  func evaluate(_ extent: Extent) -> Double {
    nonisolated(unsafe) let (arrays, sums) = (arrays, sums)
    let (isSquared, isStreaming) = (isSquared, isStreaming)
    eachRange { thread, from, to in
      guard let sums = sums.baseAddress.map({ $0 + thread * Self.sumStride }) else { return }
      for index in 0..<3 { sums[index] = 0 }
      let (p, t) = (arrays.prediction.elements.baseAddress, arrays.target.elements.baseAddress)
      if isSquared {
        loops_squared_dice_sums(p, t, from, to, sums, isStreaming)
      } else {
        loops_dice_sums(p, t, from, to, sums, isStreaming)
      }
    }
    let total = (0..<3).map { index in
      (0..<threads).reduce(0) { $0 + sums[$1 * Self.sumStride + index] }
    }
    let above = 2 * total[0] + RegionLoss.smoothing
    let below = total[1] + total[2] + RegionLoss.smoothing
    if extent == .value { return 1 - above / below }
    let factors = (isSquared ? Self.squaredFactors : Self.factors)(above, below).map(Float.init)
    eachRange { _, from, to in
      let (p, t) = (arrays.prediction.elements.baseAddress, arrays.target.elements.baseAddress)
      let g = arrays.gradient.elements.baseAddress
      let h = extent == .all ? arrays.diagonal.elements.baseAddress : nil
      if isSquared {
        loops_squared_dice_derivatives(g, h, p, t, factors, from, to, isStreaming)
      } else {
        loops_dice_derivatives(g, h, t, factors, from, to, isStreaming)
      }
    }
    return 1 - above / below
  }

  /// Sums of different threads lie on lines of their own.
  private static let sumStride = 16

  private func eachRange(_ body: @Sendable (_ thread: Int, _ from: Int, _ to: Int) -> Void) {
    if threads == 1 { return body(0, 0, arrays.count) }
    let (count, threads) = (arrays.count, threads)
    // Threads meet between the passes, since the second needs the sums.
    DispatchQueue.concurrentPerform(iterations: threads) { thread in
      func bound(_ thread: Int) -> Int { thread == threads ? count : count / threads * thread / 64 * 64 }
      body(thread, bound(thread), bound(thread + 1))
    }
  }

  private static func factors(_ above: Double, _ below: Double) -> [Double] {
    let below2 = below * below
    return [above / below2, -2 / below, -2 * above / (below2 * below), 4 / below2]
  }

  private static func squaredFactors(_ above: Double, _ below: Double) -> [Double] {
    let below2 = below * below
    return [2 * above / below2, -2 / below, 2 * above / below2, -8 * above / (below2 * below), 8 / below2]
  }
}
