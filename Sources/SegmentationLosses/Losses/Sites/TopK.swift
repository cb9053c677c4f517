import Autodiff

/// The mean cross-entropy of the k percent of sites where it is largest (Wu et al. 2016; nnU-Net).
///
/// Which sites these are is held constant, as it is but at ties. At least one site counts.
public struct TopKCrossEntropy: Loss {
  public var percent: Double
  public var classWeights: [Double]?
  public var labelSmoothing: Double

  public init(percent: Double = 10, classWeights: [Double]? = nil, labelSmoothing: Double = 0) {
    (self.percent, self.classWeights, self.labelSmoothing) = (percent, classWeights, labelSmoothing)
  }

  public var name: String { "top-k" }

  public func expression(_ input: LossInput) -> Expression {
    let site = CrossEntropy(classWeights: classWeights, labelSmoothing: labelSmoothing, reduction: .none)
      .expression(input)
    if site.failure != nil { return site }
    let chosen = site.withoutGradient.largest(fraction: percent / 100, counting: input.mask)
    return sum(select(chosen, site, 0)) / sum(chosen)
  }

  static let entry = LossEntry(
    "top-k", .voxelwise, "the mean of the k% largest -Σ_c w_c t_c log p_c",
    [
      .number("k", 10, "percent of the sites that count"),
      .number("label-smoothing", 0, "how much of the target is spread over all classes"), .classWeights,
    ], source: "Wu et al. 2016"
  ) { p in
    TopKCrossEntropy(
      percent: p.number("k"), classWeights: p.numbers("class-weights"),
      labelSmoothing: p.number("label-smoothing"))
  }

  public func checkParameters() throws(LossError) {
    guard percent > 0, percent <= 100 else {
      throw .badParameter(loss: name, reason: "k is a percentage above 0")
    }
    try checkClassWeights(classWeights, name)
  }
}
