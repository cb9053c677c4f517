import Autodiff

/// 1 − SSIM, the structural similarity of prediction and target (Wang et al. 2004): of means, variances and covariance in
/// a Gaussian window wherever it lies inside the image; of several scales, Wang et al. 2003.
public struct StructuralSimilarity: Loss {
  /// The window's extent along each axis in space, odd.
  public var window: Int
  /// Of the Gaussian, in voxels.
  public var sigma: Double
  /// L: what lies between the least and the largest value.
  public var range: Double
  /// The constants are (k₁ L)² and (k₂ L)².
  public var k1: Double
  public var k2: Double
  /// The exponents of the scales, finest first, each half the one before; one scale if `nil`.
  public var scaleWeights: [Double]?
  /// Whether all sites of the window count the same, instead of by a Gaussian.
  public var isUniform = false
  /// What is made of the samples' numbers.
  public var reduction: Reduction

  /// Those of Wang et al. 2003.
  public static let fiveScales = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333]

  public init(
    window: Int = 11, sigma: Double = 1.5, range: Double = 1, k1: Double = 0.01, k2: Double = 0.03,
    scaleWeights: [Double]? = nil, reduction: Reduction = .mean
  ) {
    (self.window, self.sigma, self.range, self.k1, self.k2) = (window, sigma, range, k1, k2)
    (self.scaleWeights, self.reduction) = (scaleWeights, reduction)
  }

  public var name: String { scaleWeights == nil ? "ssim" : "ms-ssim" }
  public var domain: LossDomain { .reals }

  public func expression(_ input: LossInput) -> Expression {
    // Where a site does not count both sides are 0, and alike.
    let p = input.masked(input.prediction)
    let t = input.masked(input.target)
    for x in [p, t] where x.failure != nil { return x }
    return reduction.applied(to: 1 - similarity(p, t))
  }

  /// The similarity of each sample.
  func similarity(_ p: Expression, _ t: Expression) -> Expression {
    func mean(_ x: Expression) -> Expression { Autodiff.mean(x, .classes + .space) }
    guard let scaleWeights else {
      let (luminance, contrast) = parts(p, t)
      return mean(luminance * contrast)
    }
    var (p, t) = (p, t)
    var product: Expression = 1
    for (scale, weight) in scaleWeights.enumerated() {
      if scale > 0 { (p, t) = (p.halved(), t.halved()) }
      let (luminance, contrast) = parts(p, t)
      // A negative covariance counts as none: a power of it would be no real number.
      let mean = mean(scale + 1 < scaleWeights.count ? contrast : luminance * contrast)
      product = product * pow(max(mean, 0), weight)
    }
    return product
  }

  /// How alike the windows' means are, and their contrasts and structures.
  private func parts(_ x: Expression, _ y: Expression) -> (luminance: Expression, contrast: Expression) {
    let weights = isUniform ? Window.mean(window) : Window.gaussian(window, sigma: sigma)
    let (meanX, meanY) = (x.windowed(weights), y.windowed(weights))
    let varianceX = square(x).windowed(weights) - square(meanX)
    let varianceY = square(y).windowed(weights) - square(meanY)
    let covariance = (x * y).windowed(weights) - meanX * meanY
    let (c1, c2) = ((k1 * range) * (k1 * range), (k2 * range) * (k2 * range))
    return (
      (2 * meanX * meanY + c1) / (square(meanX) + square(meanY) + c1),
      (2 * covariance + c2) / (varianceX + varianceY + c2)
    )
  }

  static let entries: [LossEntry] = [false, true].map { hasScales in
    let shared: [LossParameter] = [
      .number("window", 11, "the window's extent, odd"), .number("sigma", 1.5, "of the Gaussian, in voxels"),
      .number("range", 1, "L, from the least value to the largest"), .number("k1", 0.01, "c1 = (k1 L)²"),
      .number("k2", 0.03, "c2 = (k2 L)²"), .reduction,
    ]
    return LossEntry(
      hasScales ? "ms-ssim" : "ssim", .shape,
      hasScales
        ? "1 - SSIM_M^w_M Π_j mean(cs_j)^w_j over scales j, each half the one before"
        : "1 - mean (2 μ_p μ_t + c1)(2 σ_pt + c2) / ((μ_p² + μ_t² + c1)(σ_p² + σ_t² + c2))",
      shared + (hasScales ? [.numbers("weights", fiveScales, "exponents of the scales")] : []),
      source: hasScales ? "Wang et al. 2003" : "Wang et al. 2004", derivatives: .structureEnds
    ) { p in
      StructuralSimilarity(
        window: p.integer("window"), sigma: p.number("sigma"), range: p.number("range"), k1: p.number("k1"),
        k2: p.number("k2"), scaleWeights: hasScales ? p.numbers("weights") ?? fiveScales : nil,
        reduction: p.reduction)
    }
  }

  public func checkParameters() throws(LossError) {
    guard Window.isPossible(window), window % 2 == 1, sigma > 0, range > 0, k1 >= 0, k2 >= 0 else {
      throw .badParameter(
        loss: name,
        reason:
          "window must be odd and at most \(Window.largest), sigma and range above 0, k1 and k2 not negative")
    }
    guard scaleWeights.map({ !$0.isEmpty && $0.allSatisfy { $0 > 0 } }) ?? true else {
      throw .badParameter(loss: name, reason: "the weights of the scales must be above 0")
    }
  }
}
