import SegmentationMetrics
import TestSupport
import Testing

@Suite("Lengths and areas around corners")
struct SurfelTests {
  @Test("The length of every pattern of four pixels, as torchmetrics documents it for a spacing of 2×2")
  func lengths() {
    let published = [
      0, 1.4142, 1.4142, 2, 1.4142, 2, 2.8284, 1.4142, 1.4142, 2.8284, 2, 1.4142, 2, 1.4142, 1.4142, 0,
    ]
    // Its patterns count from the other end: 8 is the first pixel.
    let weights = SurfelTable(spacing: [2, 2]).weights
    for pattern in 0..<16 {
      let own = (0..<4).reduce(0) { $0 | (pattern >> $1 & 1) << (3 - $1) }
      #expect(abs(weights[own] - published[pattern]) < 1e-4)
    }
  }

  @Test("A pattern and its opposite, turned or mirrored, have the same area; only none and all have none")
  func symmetry() {
    let weights = SurfelTable(spacing: [1, 1, 1]).weights
    for pattern in 0..<256 {
      #expect(isClose(weights[pattern], weights[255 - pattern]))
      #expect((weights[pattern] == 0) == (pattern == 0 || pattern == 255))
      // Corners along the axes exchanged, and mirrored.
      let turned = (0..<8).reduce(0) { $0 | (pattern >> $1 & 1) << ($1 >> 1 | ($1 & 1) << 2) }
      let mirrored = (0..<8).reduce(0) { $0 | (pattern >> $1 & 1) << ($1 ^ 1) }
      #expect(isClose(weights[pattern], weights[turned]) && isClose(weights[pattern], weights[mirrored]))
    }
  }

  @Test("Planes have their area, corners that of their triangle")
  func closedForms() {
    let (z, y, x) = (3.0, 2.0, 0.7)
    let weights = SurfelTable(spacing: [z, y, x]).weights
    #expect(isClose(weights[0b0000_1111], y * x) && isClose(weights[0b0011_0011], z * x))
    #expect(isClose(weights[0b0101_0101], z * y))
    let squares = (y * x) * (y * x) + (z * x) * (z * x) + (z * y) * (z * y)
    for corner in 0..<8 { #expect(isClose(weights[1 << corner], squares.squareRoot() / 8)) }
    // An edge of two voxels: the plane through the middles of its four cut edges.
    #expect(isClose(weights[0b0000_0011], x * (z * z / 4 + y * y / 4).squareRoot()))
  }

  @Test("All corners of a ball together have about a ball's area, of a disc about its length")
  func round() throws {
    let size = 61
    let ball = (0..<size * size * size).map { index -> UInt8 in
      let (a, b, c) = (index / (size * size) - 30, index / size % size - 30, index % size - 30)
      return a * a + b * b + c * c <= 625 ? 1 : 0
    }
    let map = PlaceMap(.uint8(ball), .init(slices: size, rows: size, columns: size))
    let area = SurfaceExtraction(.surfel, spacing: [1, 1, 1]).surfaces(of: map, count: 1, threads: 1)[0]
      .weights
    let sphere = 4 * Double.pi * 625
    #expect(abs(area.reduce(0, +) / sphere - 1) < 0.1)
    let disc = (0..<size * size).map { index -> UInt8 in
      (index / size - 30) * (index / size - 30) + (index % size - 30) * (index % size - 30) <= 625 ? 1 : 0
    }
    let flat = PlaceMap(.uint8(disc), .init(rows: size, columns: size))
    let length = SurfaceExtraction(.surfel, spacing: [1, 1]).surfaces(of: flat, count: 1, threads: 1)[0]
      .weights
    let circle = 2 * Double.pi * 25
    #expect(abs(length.reduce(0, +) / circle - 1) < 0.1)
  }
}
