// What voxel-wise losses share: a mean over the sites that count.
import Autodiff

extension LossInput {
  /// A loss for each site (or each site and class) as one number: sums and divisors are of the sites that count.
  func reduced(_ perSite: Expression, _ reduction: Reduction) -> Expression {
    if perSite.failure != nil { return perSite }
    guard let counts = siteCounts else { return reduction.applied(to: perSite) }
    let counted = counted(perSite)
    switch reduction {
    case .mean: return sum(counted) / (Double(perSite.shape[1]) * sum(counts))
    case .sum: return sum(counted)
    case .none: return counted
    }
  }

  /// t log p, and 0 where t is 0 whatever p is: log p is infinite at p = 0, and does not count there.
  func logProbability(_ t: Expression) -> Expression {
    hasActivation ? t * log(prediction) : productWithLog(t, prediction)
  }

  /// t log(1 − p), and 0 where t is 0 whatever p is.
  func logComplement(_ t: Expression) -> Expression {
    hasActivation ? t * log1p(-prediction) : productWithLog1p(t, -prediction)
  }

  /// A factor for each class; `nil` where all count the same.
  func classWeights(_ weights: [Double]?, loss: String) -> Expression? {
    guard let weights else { return nil }
    guard weights.count == classCount else {
      return .failed(
        .invalid(operation: loss, reason: "\(weights.count) class weights for \(classCount) classes"))
    }
    return .perClass(weights, rank: prediction.shape.rank)
  }

  /// The probability of a site's own class.
  var labelProbability: Expression {
    if classCount > 1 { return sum(target * prediction, .classes) }
    return target * prediction + (1 - target) * (1 - prediction)
  }

  /// The logarithm of the probability of a site's own class.
  var logLabelProbability: Expression {
    if classCount == 1 {
      return logProbability(target) + logComplement(1 - target)
    }
    return isOneHot ? sum(logProbability(target), .classes) : log(labelProbability)
  }

  /// How many elements count in each sum of the prediction over `axes`.
  func siteCount(over axes: Axes) -> Expression {
    let total = sum(prediction, axes)
    if total.failure != nil { return total }
    let each = Double(prediction.shape.count / total.shape.count)
    guard let counts = siteCounts else { return Expression(each) }
    let counted = sum(counts, axes)
    return (each / Double(counts.shape.count / counted.shape.count)) * counted
  }
}

extension LossParameter {
  static let reduction = LossParameter.choice(
    "reduction", Reduction.mean, "what is made of sites")
  static let classWeights = LossParameter.numbers("class-weights", nil, "one a class")
}

extension LossParameters {
  var reduction: Reduction { choice("reduction", Reduction.mean) }
}

/// Checks weights that are given for classes.
func checkClassWeights(_ weights: [Double]?, _ loss: String) throws(LossError) {
  guard let weights else { return }
  guard weights.allSatisfy({ $0 >= 0 && $0.isFinite }), weights.contains(where: { $0 > 0 }) else {
    throw .badParameter(loss: loss, reason: "class weights \(weights) must not be negative, nor all 0")
  }
}
