import Autodiff

/// 1 − the Matthews correlation coefficient of the soft counts (Abhishek and Hamarneh 2021).
public struct Matthews: Loss {
  public var smoothing: Double
  public var region: RegionOptions

  public init(smoothing: Double = 1e-5, region: RegionOptions = RegionOptions()) {
    (self.smoothing, self.region) = (smoothing, region)
  }

  public var name: String { "matthews" }
  public var takesWeights: Bool { true }

  public func expression(_ input: LossInput) -> Expression {
    let counts = SoftCounts(input, region)
    let correlation =
      (counts.determinant + smoothing) / (sqrt(counts.marginals + smoothing) + smoothing)
    return region.mean(1 - correlation, target: counts.target, loss: name)
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

/// The soft confusion matrix of each class in a region.
struct SoftCounts {
  let truePositives, falsePositives, falseNegatives, trueNegatives: Expression
  /// Σt.
  let target: Expression

  /// - Parameter added: to each count.
  init(_ input: LossInput, _ region: RegionOptions, adding added: Double = 0) {
    let sums = region.sums(input)
    let sites = input.siteCount(over: region.axes)
    func count(_ x: Expression) -> Expression { added == 0 ? x : x + added }
    truePositives = count(sums.product)
    falsePositives = count(sums.prediction - sums.product)
    falseNegatives = count(sums.target - sums.product)
    trueNegatives = count(sites - sums.prediction - sums.target + sums.product)
    target = sums.target
  }

  /// TP TN − FP FN.
  var determinant: Expression { truePositives * trueNegatives - falsePositives * falseNegatives }
  /// (TP + FP)(TP + FN)(TN + FP)(TN + FN).
  var marginals: Expression {
    (truePositives + falsePositives) * (truePositives + falseNegatives) * (trueNegatives + falsePositives)
      * (trueNegatives + falseNegatives)
  }
}
