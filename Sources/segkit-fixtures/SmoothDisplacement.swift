/// A vector for each place that changes slowly from place to place: random vectors on a coarse
/// lattice, blended smoothly in between.
struct SmoothDisplacement {
  private let vectors: [Point]
  private let counts: (x: Int, y: Int, z: Int)
  private let cell: Double

  /// - Parameters:
  ///   - size: the grid to be covered.
  ///   - amplitude: the largest displacement along an axis, in pixels.
  ///   - cell: the pixels between two random vectors.
  init(_ size: GridSize, amplitude: Double, cell: Double, _ random: inout SeededRandom) {
    let extent = size.extent
    self.cell = cell
    counts = (Int(extent.x / cell) + 2, Int(extent.y / cell) + 2, Int(extent.z / cell) + 2)
    var vectors: [Point] = []
    for _ in 0..<counts.x * counts.y * counts.z {
      vectors.append(
        Point(
          random.real(-amplitude...amplitude), random.real(-amplitude...amplitude),
          size.slices == 1 ? 0 : random.real(-amplitude...amplitude)))
    }
    self.vectors = vectors
  }

  func vector(at point: Point) -> Point {
    let (x, y, z) = (
      step(point.x, counts.x), step(point.y, counts.y), step(point.z, counts.z)
    )
    var sum = Point.zero
    // An image has nothing behind it.
    for corner in 0..<(z.blend == 0 ? 4 : 8) {
      let (right, down, back) = (corner & 1, corner >> 1 & 1, corner >> 2)
      let inPlane = (right == 1 ? x.blend : 1 - x.blend) * (down == 1 ? y.blend : 1 - y.blend)
      let weight = inPlane * (back == 1 ? z.blend : 1 - z.blend)
      let row = (z.index + back) * counts.y + y.index + down
      sum += vectors[row * counts.x + x.index + right] * weight
    }
    return sum
  }

  /// The lattice point before a place, and how far towards the next one it lies.
  private func step(_ place: Double, _ count: Int) -> (index: Int, blend: Double) {
    let position = max(0, min(Double(count - 1), place / cell))
    let index = min(Int(position), count - 2)
    let t = position - Double(index)
    return (index, t * t * (3 - 2 * t))
  }
}
