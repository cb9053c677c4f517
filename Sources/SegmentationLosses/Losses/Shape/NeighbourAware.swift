import Autodiff

/// Cross-entropy, plus how far logits are from the share that each class has among a site's neighbours: NACL, neighbour-aware
/// calibration (Murugesan et al. 2023).
///
/// CE(softmax z) + α mean |τ_c − z_c|, τ being the one-hot target filtered by a window, with 0 outside the image. It takes
/// logits, and applies softmax by itself.
public struct NeighbourAwareCrossEntropy: Loss {
  public enum Neighbours: String, Sendable, CaseIterable {
    /// All sites of the window alike.
    case mean
    /// By a Gaussian.
    case gaussian
  }
  public enum Norm: String, Sendable, CaseIterable {
    case l1, l2
  }
  public var alpha: Double
  public var neighbours: Neighbours
  /// The window's extent, of `.mean`.
  public var window: Int
  /// In voxels, of `.gaussian`.
  public var sigma: Double
  public var norm: Norm

  public init(
    alpha: Double = 0.1, neighbours: Neighbours = .mean, window: Int = 3, sigma: Double = 1, norm: Norm = .l1
  ) {
    (self.alpha, self.neighbours, self.window) = (alpha, neighbours, window)
    (self.sigma, self.norm) = (sigma, norm)
  }

  public var name: String { "nacl" }
  public var domain: LossDomain { .reals }
  public var ownActivation: Activation? { .softmax }

  public func expression(_ input: LossInput) -> Expression {
    if input.raw.failure != nil { return input.raw }
    let entropy = CrossEntropy().expression(
      input.activated(by: input.classCount > 1 ? .softmax : .sigmoid))
    let weights =
      neighbours == .mean ? Window.mean(window) : Window.gaussianIntegral(sigma: sigma)
    let target = input.masked(input.target)
    let share = target.spaceAxes.reduce(target) { $0.filteredWithin(weights, axis: $1) }
    let difference = share - input.raw
    return entropy + alpha * input.reduced(norm == .l1 ? abs(difference) : square(difference), .mean)
  }

  static let entry = LossEntry(
    "nacl", .voxelwise, "CE(softmax z) + α mean |τ_c - z_c|, τ the share of class c among the neighbours",
    [
      .number("alpha", 0.1, "the weight of the second term"),
      .choice("neighbours", Neighbours.mean, "how they count"), .number("window", 3, "of mean, odd"),
      .number("sigma", 1, "of gaussian, in voxels"), .choice("norm", Norm.l1, "of the difference"),
    ], source: "Murugesan et al. 2023"
  ) { p in
    NeighbourAwareCrossEntropy(
      alpha: p.number("alpha"), neighbours: p.choice("neighbours", Neighbours.mean),
      window: p.integer("window"), sigma: p.number("sigma"), norm: p.choice("norm", Norm.l1))
  }

  public func checkParameters() throws(LossError) {
    guard Window.isPossible(window), window % 2 == 1, sigma > 0, sigma <= Window.largestSigma else {
      throw .badParameter(
        loss: name,
        reason: "window must be odd and at most \(Window.largest), sigma above 0 and at most "
          + "\(Window.largestSigma)")
    }
  }
}
