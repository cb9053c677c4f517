import Autodiff

/// 1 − the Matthews correlation coefficient of the soft counts (Abhishek and Hamarneh 2021).
public struct Matthews: Loss {
  public var smoothing: Double
  public var region: RegionOptions

  public init(smoothing: Double = 1e-5, region: RegionOptions = RegionOptions()) {
    (self.smoothing, self.region) = (smoothing, region)
  }

  public var name: String { "matthews" }

  public func expression(_ input: LossInput) -> Expression {
    let sums = region.sums(input)
    let sites = input.siteCount(over: region.axes)
    let (tp, fp, fn) = (sums.product, sums.prediction - sums.product, sums.target - sums.product)
    let tn = sites - sums.prediction - sums.target + sums.product
    let product = (tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)
    let correlation = (tp * tn - fp * fn + smoothing) / (sqrt(product + smoothing) + smoothing)
    return region.mean(1 - correlation, target: sums.target, loss: name)
  }

  static let entry = LossEntry(
    "matthews", .region, "1 - (TP TN - FP FN + s) / (√((TP+FP)(TP+FN)(TN+FP)(TN+FN) + s) + s)",
    [.number("smooth", 1e-5, "added to numerator, root and denominator")] + .region,
    source: "Abhishek and Hamarneh 2021"
  ) { Matthews(smoothing: $0.number("smooth"), region: $0.region) }

  public func checkParameters() throws(LossError) {
    guard smoothing >= 0 else { throw .badParameter(loss: name, reason: "smooth must not be negative") }
    try region.check(name)
  }
}
