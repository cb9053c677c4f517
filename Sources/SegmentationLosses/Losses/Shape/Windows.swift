// Windows that slide over an image: their weights, and filters along all axes in space.
import Autodiff

/// The weights of a window along one axis.
enum Window {
  /// The largest extent: as far as it makes sense for an image, and what its weights take in memory.
  static let largest = 65_535
  static func isPossible(_ size: Int) -> Bool { (1...largest).contains(size) }
  /// Of `gaussianIntegral`, whose window is some 8 σ wide.
  static let largestSigma = 8_000.0

  /// The same everywhere, summing to 1.
  static func mean(_ size: Int) -> [Double] { [Double](repeating: 1 / Double(size), count: size) }

  /// exp(−x² / 2σ²), summing to 1.
  static func gaussian(_ size: Int, sigma: Double) -> [Double] {
    let weights = (0..<size).map { index -> Double in
      let x = (Double(index) - Double(size - 1) / 2) / sigma
      return exponential(-x * x / 2)
    }
    let total = weights.reduce(0, +)
    return weights.map { $0 / total }
  }

  /// The integral of a Gaussian over each place up to a distance: what is beyond is lost, so that they sum to less than 1.
  static func gaussianIntegral(sigma: Double, truncated: Double = 4) -> [Double] {
    let tail = Int(Swift.max(sigma * truncated, 0.5) + 0.5)
    return (-tail...tail).map { place in
      let scale = 0.707106_78 / sigma
      return Swift.max(
        0, 0.5 * (errorFunction(scale * (Double(place) + 0.5)) - errorFunction(scale * (Double(place) - 0.5)))
      )
    }
  }
}

extension Expression {
  /// Filtered along each axis in space, wherever the whole window lies inside.
  func windowed(_ weights: [Double]) -> Expression {
    failure != nil ? self : spaceAxes.reduce(self) { $0.filtered(weights, axis: $1) }
  }

  /// Every second place along the axes in space, each the mean of two (a last one left over is dropped).
  func halved() -> Expression {
    if failure != nil { return self }
    return spaceAxes.reduce(self) { x, axis in
      let count = x.shape[axis] / 2
      let even = x.gathered((0..<count).map { 2 * $0 }, axis: axis)
      return 0.5 * (even + x.gathered((0..<count).map { 2 * $0 + 1 }, axis: axis))
    }
  }
}
