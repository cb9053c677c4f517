import MaskIO
internal import Platform

/// Smooth noise over an image, with mean near 0 and a standard deviation of 1.
///
/// Kept on a coarse grid, because noise this smooth holds nothing finer, and interpolated row by row.
struct SmoothField {
  private let spacing: Int
  private let columns: Int
  private var values: [Float]
  /// For each place between two grid points, what the four around it count.
  private let weights: [SIMD4<Float>]

  /// - Parameters:
  ///   - spacing: pixels between grid points.
  ///   - sigma: the smoothing, in pixels.
  init(width: Int, height: Int, spacing: Int, sigma: Float, random: inout RandomNumbers) {
    self.spacing = spacing
    columns = (width - 1) / spacing + 4
    let rows = (height - 1) / spacing + 4
    values = (0..<rows * columns).map { _ in random.bell() }
    weights = (0..<spacing).map { Self.cubic(Float($0) / Float(spacing)) }
    let kernel = Self.kernel(sigma: sigma / Float(spacing))
    for row in 0..<rows { Self.blur(&values, kernel, start: row * columns, step: 1, count: columns) }
    for column in 0..<columns { Self.blur(&values, kernel, start: column, step: columns, count: rows) }
    let meanSquare = values.reduce(0) { $0 + $1 * $1 } / Float(values.count)
    let scale = 1 / max(meanSquare, .leastNormalMagnitude).squareRoot()
    for index in values.indices { values[index] *= scale }
  }

  /// The values of image row `y`, as many as `row` has room for.
  func interpolate(y: Int, into row: inout [Float]) {
    let vertical = weights[y % spacing]
    let top = y / spacing * columns
    let between = (top..<top + columns).map { index in
      vertical[0] * values[index] + vertical[1] * values[index + columns]
        + vertical[2] * values[index + 2 * columns] + vertical[3] * values[index + 3 * columns]
    }
    row.withUnsafeMutableBufferPointer { row in
      for left in 0..<columns - 3 {
        let (a, b, c, d) = (between[left], between[left + 1], between[left + 2], between[left + 3])
        let first = left * spacing
        for offset in 0..<min(spacing, row.count - first) {
          let weight = weights[offset]
          row[first + offset] = weight[0] * a + weight[1] * b + (weight[2] * c + weight[3] * d)
        }
      }
    }
  }

  /// The cubic convolution of Catmull and Rom.
  private static func cubic(_ t: Float) -> SIMD4<Float> {
    SIMD4(
      ((2 - t) * t - 1) * t / 2, ((3 * t - 5) * t * t + 2) / 2, ((4 - 3 * t) * t + 1) * t / 2,
      (t - 1) * t * t / 2)
  }

  private static func kernel(sigma: Float) -> [Float] {
    let radius = Int((4 * sigma).rounded(.up))
    let bell = (-radius...radius).map { exp(-Float($0 * $0) / (2 * sigma * sigma)) }
    let sum = bell.reduce(0, +)
    return bell.map { $0 / sum }
  }

  private static func blur(_ values: inout [Float], _ kernel: [Float], start: Int, step: Int, count: Int) {
    let radius = kernel.count / 2
    let line = (-radius..<count + radius).map { values[start + reflected($0, count) * step] }
    for place in 0..<count {
      var sum: Float = 0
      for tap in kernel.indices { sum += kernel[tap] * line[place + tap] }
      values[start + place * step] = sum
    }
  }
}

/// `index` folded back into `0..<count` at both ends, the outermost places counting once more.
func reflected(_ index: Int, _ count: Int) -> Int {
  let period = 2 * count
  let folded = ((index % period) + period) % period
  return folded < count ? folded : period - 1 - folded
}
