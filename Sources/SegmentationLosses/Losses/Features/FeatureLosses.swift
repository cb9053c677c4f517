// Losses between feature arrays, whose classes are channels.
import Autodiff

extension LossEntry {
  static let features: [LossEntry] = [
    pointwise(
      "content", "mean (p-t)² of features", source: "Gatys et al. 2016; Johnson et al. 2016", family: .feature
    ) { x, t, _ in square(x - t) },
    LossEntry(
      "pixel-wise", .feature, "mean |p-t|^k of images",
      [.number("exponent", 2, "k, at least 1"), .reduction], source: "Johnson et al. 2016"
    ) { p in
      let exponent = p.number("exponent")
      return PointwiseLoss(
        "pixel-wise", reduction: p.reduction, isDefined: exponent >= 1, reason: "exponent must be at least 1"
      ) { x, t, _ in exponent == 2 ? square(x - t) : pow(abs(x - t), exponent) }
    },
    LossEntry(
      "style", .feature,
      "Σ_cd (G_cd(p) - G_cd(t))² / C², G_cd(x) = Σ_sites x_c x_d / (C sites), mean over samples",
      source: "Gatys et al. 2016; Johnson et al. 2016"
    ) { _ in FormulaOfSums("style", domain: .reals, styleDistance) },
    LossEntry(
      "contrastive", .feature, "½ t d² + ½ (1-t) max(0, m-d)², the prediction being a distance d",
      [.number("margin", 1, "m, how far different ones are to be"), .reduction], source: "Hadsell et al. 2006"
    ) { p in
      let margin = p.number("margin")
      return PointwiseLoss(
        "contrastive", reduction: p.reduction, isDefined: margin > 0, reason: "margin must be above 0"
      ) { d, t, _ in 0.5 * t * square(d) + 0.5 * (1 - t) * square(max(margin - d, 0)) }
    },
    pointwise(
      "l1", "mean |p|: a regulariser", source: "Tibshirani 1996", derivatives: .zeroAlmostEverywhere,
      family: .feature
    ) { x, _, _ in abs(x) },
    pointwise("l2", "mean p²: a regulariser", source: "Tikhonov 1963", family: .feature) { x, _, _ in
      square(x)
    },
  ]
}

/// How far the Gram matrices of two feature arrays are apart.
private func styleDistance(_ input: LossInput) -> Expression {
  let (p, t) = (input.masked(input.prediction), input.masked(input.target))
  for x in [p, t] where x.failure != nil { return x }
  let classes = input.classCount
  let sites = Double(p.shape.count / (p.shape[0] * classes))
  func entry(_ x: Expression, _ c: Int, _ d: Int) -> Expression {
    sum(x.gathered([c], axis: 1) * x.gathered([d], axis: 1), .space) / (Double(classes) * sites)
  }
  var total: Expression = 0
  for c in 0..<classes {
    for d in 0...c {
      let difference = square(entry(p, c, d) - entry(t, c, d))
      total += (c == d ? 1 : 2) * difference
    }
  }
  return mean(total) / Double(classes * classes)
}
