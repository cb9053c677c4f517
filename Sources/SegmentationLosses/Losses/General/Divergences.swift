// Losses between distributions over the classes of a site.
import Autodiff

extension LossEntry {
  /// Σ over classes, a number for each site.
  private static func perSite(
    _ name: String, _ formula: String, source: String, domain: LossDomain = .probabilities,
    derivatives: DerivativeStatus = .exact,
    _ site: @escaping @Sendable (Expression, Expression, LossInput) -> Expression
  ) -> LossEntry {
    pointwise(name, formula, source: source, derivatives: derivatives, domain: domain) { p, t, input in
      sum(site(p, t, input), .classes)
    }
  }

  /// t log t, and 0 at 0.
  private static func negativeEntropy(_ t: Expression) -> Expression {
    let t = max(t, 0)
    return productWithLog(t, t)
  }

  static let divergences: [LossEntry] = [
    perSite("kullback-leibler", "Σ_c t log(t/p)", source: "Kullback and Leibler 1951") { p, t, input in
      negativeEntropy(t) - input.logProbability(t)
    },
    perSite(
      "generalized-kullback-leibler", "Σ_c t log(t/p) - t + p", source: "optax", domain: .reals
    ) { p, t, input in
      negativeEntropy(t) - input.logProbability(t) - t + p
    },
    pointwise("poisson", "p - t log p", source: "Keras", domain: .reals) { p, t, input in
      p - input.logProbability(t)
    },
    LossEntry(
      "generalized-cross-entropy", .general, "(1 - p_label^q) / q",
      [.number("q", 0.5, "in (0, 1]"), .reduction],
      source: "Zhang and Sabuncu 2018"
    ) { p in
      let q = p.number("q")
      return PointwiseLoss(
        "generalized-cross-entropy", domain: .probabilities, reduction: p.reduction,
        isDefined: q > 0 && q <= 1, reason: "q must be in (0, 1]"
      ) { _, _, input in (1 - pow(input.labelProbability, q)) / q }
    },
    pointwise("cosine", "-Σ_c t p / (|t| |p|)", source: "cosine similarity over classes") { x, t, _ in
      func length(_ x: Expression) -> Expression { sqrt(max(sum(square(x), .classes), 1e-12)) }
      return -sum(x * t, .classes) / (length(x) * length(t))
    },
  ]
}
