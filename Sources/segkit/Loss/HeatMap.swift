import SegmentationKit

/// A picture of an array: blue where the loss falls when a value grows, red where it rises, white at 0.
///
/// Samples, classes and slices stand below each other.
struct HeatMap {
  private let width, height: Int
  private let values: [Double]

  init<Scalar: BinaryFloatingPoint>(_ array: [Scalar], _ layout: Layout) {
    width = layout["x"]
    height = array.count / width
    values = layout.places(along: "bczyx").map { Double(array[$0]) }
  }

  func png() throws -> [UInt8] {
    let most = values.reduce(0) { $1.isNaN ? $0 : max($0, $1.magnitude) }
    var samples: [UInt8] = []
    samples.reserveCapacity(3 * values.count)
    for value in values {
      // An infinite derivative makes all others nothing beside it; one that is no number shows nothing.
      let share = most > 0 && value.isFinite ? value / most : value.isNaN ? 0 : value < 0 ? -1 : 1
      // The root shows what is small beside what is large.
      let fade = UInt8((255 * (1 - share.magnitude.squareRoot())).rounded())
      samples += share < 0 ? [fade, fade, 255] : [255, fade, fade]
    }
    return try PNGWriter.encode(
      .uint8(samples), PNGHeader(width: width, height: height, bitDepth: 8, colourType: .rgb))
  }
}
