// Losses of a difference.
import Autodiff

extension LossEntry {
  static let regression: [LossEntry] = [
    pointwise("mean-squared-error", "(p-t)²", source: "Legendre 1805") { p, t, _ in square(p - t) },
    pointwise(
      "mean-absolute-error", "|p-t|", source: "Boscovich 1757", derivatives: .zeroAlmostEverywhere
    ) { p, t, _ in absoluteDifference(p, t) },
    LossEntry(
      "huber", .general, "½(p-t)² up to |p-t| = δ, then δ(|p-t| - ½δ)",
      [.number("delta", 1, "where it turns straight"), .reduction], source: "Huber 1964"
    ) { p in
      let delta = p.number("delta")
      return PointwiseLoss(
        "huber", reduction: p.reduction, isDefined: delta > 0, reason: "delta must be above 0"
      ) { x, t, _ in Autodiff.huber(x - t, Expression(delta)) }
    },
    pointwise("log-cosh", "log cosh(p-t)", source: "Saleh and Saleh 2022") { p, t, _ in logCosh(p - t) },
    LossEntry(
      "mean-absolute-percentage-error", .general, "100 |t-p| / max(|t|, ε)",
      [.number("epsilon", 1e-7, "the least divisor"), .reduction], source: "Keras",
      derivatives: .zeroAlmostEverywhere
    ) { p in
      let epsilon = p.number("epsilon")
      return PointwiseLoss("mean-absolute-percentage-error", reduction: p.reduction) { x, t, _ in
        100 * absoluteDifference(x, t) / max(abs(t), Expression(epsilon))
      }
    },
    LossEntry(
      "mean-squared-logarithmic-error", .general, "(log(1+max(p,ε)) - log(1+max(t,ε)))²",
      [.number("epsilon", 1e-7, "the least value"), .reduction], source: "Keras"
    ) { p in
      let epsilon = Expression(p.number("epsilon"))
      return PointwiseLoss("mean-squared-logarithmic-error", reduction: p.reduction) { x, t, _ in
        square(log1p(max(x, epsilon)) - log1p(max(t, epsilon)))
      }
    },
    pointwise(
      "zero-one", "1 where p > ½ and t > ½ differ", source: "the error rate", derivatives: .valueOnly
    ) { p, t, _ in abs(less(0.5, p) - less(0.5, t)) },
  ]
}
