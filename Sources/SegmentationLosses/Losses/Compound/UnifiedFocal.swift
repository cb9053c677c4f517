import Autodiff

/// Unified focal loss: weight × focal cross-entropy + (1 − weight) × focal Tversky, with one δ and one γ (Yeung et al. 2022).
///
/// Symmetric: δ (1 − p_label)^(1−γ) (−log p_label) at every site, and (1 − mTI)^γ for every class, mTI with δ on false
/// negatives. Asymmetric: class 0 is the background; it alone is focal in the cross-entropy, where it counts 1 − δ and
/// is passed over by p₀: (1 − δ)(1 − p₀)^γ; the other classes alone are focal in the Tversky part: (1 − mTI)^(1−γ).
public struct UnifiedFocal: Loss {
  public var weight, delta, gamma: Double
  public var isAsymmetric: Bool
  public var smoothing: Double
  public var over: RegionExtent

  public init(
    weight: Double = 0.5, delta: Double = 0.6, gamma: Double = 0.5, asymmetric isAsymmetric: Bool = false,
    smoothing: Double = 1e-7, over: RegionExtent = .sample
  ) {
    (self.weight, self.delta, self.gamma) = (weight, delta, gamma)
    (self.isAsymmetric, self.smoothing, self.over) = (isAsymmetric, smoothing, over)
  }

  public var name: String { isAsymmetric ? "asymmetric-unified-focal" : "unified-focal" }
  public var takesWeights: Bool { true }

  public func expression(_ input: LossInput) -> Expression {
    if input.prediction.failure != nil { return input.prediction }
    let tversky = Tversky(
      alpha: 1 - delta, beta: delta, smoothing: Smoothing(smoothing), over: over)
    let distance = max(1 - tversky.index(input).index, 0)
    guard isAsymmetric, input.classCount > 1 else {
      let entropy = -delta * pow(1 - input.labelProbability, 1 - gamma) * input.logLabelProbability
      return weight * input.reduced(entropy, .mean) + (1 - weight) * mean(pow(distance, gamma))
    }
    let (p, t) = (input.prediction, input.target)
    let background = Expression.classIndicator(p.shape) { $0 == 0 }
    let perClass = -input.logProbability(t)
    let focal = select(
      background, (1 - delta) * pow(input.complement, gamma) * perClass, delta * perClass)
    let region = select(
      Expression.classIndicator(distance.shape) { $0 == 0 }, distance, pow(distance, 1 - gamma))
    return weight * input.reduced(sum(focal, .classes), .mean) + (1 - weight) * mean(region)
  }

  static let entries: [LossEntry] = [false, true].map { asymmetric in
    LossEntry(
      asymmetric ? "asymmetric-unified-focal" : "unified-focal", .compound,
      asymmetric
        ? "w focal CE (background) + (1-w) focal Tversky (foreground)"
        : "w mean δ(1-p)^(1-γ)(-log p) + (1-w) mean_c (1-mTI)^γ, p of the label",
      [
        .number("weight", 0.5, "of the cross-entropy part"),
        .number("delta", 0.6, "weighs false negatives, 1 - δ false positives"),
        .number("gamma", 0.5, "how focal both parts are"),
        .number("smooth", 1e-7, "added in mTI"),
        .choice("over", RegionExtent.sample, "what is summed before the ratio"),
      ], source: "Yeung et al. 2022"
    ) { p in
      UnifiedFocal(
        weight: p.number("weight"), delta: p.number("delta"), gamma: p.number("gamma"),
        asymmetric: asymmetric, smoothing: p.number("smooth"),
        over: p.choice("over", RegionExtent.sample))
    }
  }

  public func checkParameters() throws(LossError) {
    guard (0...1).contains(weight), (0...1).contains(delta), gamma > 0, gamma <= 1, smoothing >= 0 else {
      throw .badParameter(
        loss: name, reason: "weight and delta must be in [0, 1], gamma in (0, 1], smooth not negative")
    }
  }
}
