/// What a set of benchmark masks looks like.
struct RegionStyle {
  let width: Int
  let height: Int
  let labels: Int
  /// Smooth fields that compete for each pixel; the winner's number, modulo `labels`, is the label.
  let blobs: Int
  /// How smooth the fields are, in pixels: sets how large the regions are.
  let sigma: Float

  /// 512×512 with 8 labels, as of microscopy or single objects.
  static let small = RegionStyle(width: 512, height: 512, labels: 8, blobs: 12, sigma: 48)
  /// 2048×1024 with 19 labels, as of street scenes.
  static let large = RegionStyle(width: 2048, height: 1024, labels: 19, blobs: 24, sigma: 90)

  var voxels: Int { width * height }
}

/// A label map of blob-like regions, row by row.
struct RegionMap {
  let style: RegionStyle
  private(set) var labels: [UInt8]

  init(_ style: RegionStyle, random: inout RandomNumbers) {
    self.style = style
    labels = []
    labels.reserveCapacity(style.voxels)
    let fields = (0..<style.blobs).map { _ in
      SmoothField(width: style.width, height: style.height, spacing: 8, sigma: style.sigma, random: &random)
    }
    var row = [Float](repeating: 0, count: style.width)
    for y in 0..<style.height {
      var best = [Float](repeating: -.infinity, count: style.width)
      var winner = [UInt8](repeating: 0, count: style.width)
      for (index, field) in fields.enumerated() {
        field.interpolate(y: y, into: &row)
        let label = UInt8(index % style.labels)
        // Without branches, so that several pixels go at once.
        for x in 0..<style.width {
          let wins = row[x] > best[x]
          best[x] = wins ? row[x] : best[x]
          winner[x] = wins ? label : winner[x]
        }
      }
      labels += winner
    }
  }

  /// A prediction as a model might make it: borders moved by some 4 pixels, and a few wrong patches.
  func perturbed(random: inout RandomNumbers) -> RegionMap {
    var prediction = moved(by: 4, random: &random)
    for _ in 0..<6 { prediction.paintEllipse(random: &random) }
    return prediction
  }

  /// A map of the same size without any regions.
  static func noise(_ style: RegionStyle, random: inout RandomNumbers) -> [UInt8] {
    (0..<style.voxels).map { _ in UInt8.random(in: 0..<UInt8(style.labels), using: &random) }
  }

  private func moved(by amplitude: Float, random: inout RandomNumbers) -> RegionMap {
    let (width, height) = (style.width, style.height)
    let across = SmoothField(width: width, height: height, spacing: 4, sigma: 12, random: &random)
    let down = SmoothField(width: width, height: height, spacing: 4, sigma: 12, random: &random)
    var map = self
    var (dx, dy) = ([Float](repeating: 0, count: width), [Float](repeating: 0, count: width))
    for y in 0..<height {
      across.interpolate(y: y, into: &dx)
      down.interpolate(y: y, into: &dy)
      for x in 0..<width {
        let fromX = reflected(x + Int((amplitude * dx[x]).rounded()), width)
        let fromY = reflected(y + Int((amplitude * dy[x]).rounded()), height)
        map.labels[y * width + x] = labels[fromY * width + fromX]
      }
    }
    return map
  }

  private mutating func paintEllipse(random: inout RandomNumbers) {
    let (centreX, centreY) = (
      Int.random(in: 0..<style.width, using: &random), Int.random(in: 0..<style.height, using: &random)
    )
    let (radiusX, radiusY) = (
      Int.random(in: 5..<style.width / 20, using: &random),
      Int.random(in: 5..<style.height / 20, using: &random)
    )
    let label = UInt8.random(in: 0..<UInt8(style.labels), using: &random)
    for y in max(0, centreY - radiusY)...min(style.height - 1, centreY + radiusY) {
      for x in max(0, centreX - radiusX)...min(style.width - 1, centreX + radiusX) {
        let (u, v) = ((x - centreX) * radiusY, (y - centreY) * radiusX)
        if u * u + v * v <= radiusX * radiusX * radiusY * radiusY { labels[y * style.width + x] = label }
      }
    }
  }
}
