// Losses of the margin between a site's own class and the others, of any numbers.
import Autodiff

extension LossEntry {
  private static func ofClasses(
    _ name: String, _ formula: String, source: String, derivatives: DerivativeStatus = .zeroAlmostEverywhere,
    _ site: @escaping @Sendable (Expression, Expression) -> Expression
  ) -> LossEntry {
    pointwise(name, formula, source: source, derivatives: derivatives) { x, t, _ in site(x, t) }
  }

  static let classMargins: [LossEntry] = [
    ofClasses("categorical-hinge", "max(0, 1 + max_c (1-t) x - Σ_c t x)", source: "Keras") { x, t in
      max(1 + largestOfClasses((1 - t) * x) - sum(t * x, .classes), 0)
    },
    ofClasses("multiclass-hinge", "max_c (x_c + 1 - t_c) - Σ_c t x", source: "Crammer and Singer 2001") {
      multiclassHinge($0, $1)
    },
    ofClasses("multiclass-perceptron", "max_c x_c - Σ_c t x", source: "Collins 2002") {
      largestOfClasses($0) - sum($0 * $1, .classes)
    },
    ofClasses(
      "multiclass-sparsemax",
      "½ Σ_c in S (x_c² - τ²) + ½ - Σ_c t x, S and τ of the projection on the simplex",
      source: "Martins and Astudillo 2016", derivatives: .exact
    ) { multiclassSparsemax($0, $1) },
  ]

  static func multiclassHinge(_ x: Expression, _ t: Expression) -> Expression {
    largestOfClasses(x + 1 - t) - sum(x * t, .classes)
  }

  /// The Fenchel–Young loss of the projection p on the simplex: its gradient is p − t. The support of p is held constant,
  /// as it is but where a class enters it; there both sides have the same gradient.
  static func multiclassSparsemax(_ x: Expression, _ t: Expression) -> Expression {
    if x.failure != nil { return x }
    // A class is in the support if those above it are above it by less than 1 together.
    let above = (0..<x.shape[1]).reduce(Expression(0)) { $0 + max(x.ofClass($1) - x, 0) }
    let support = less(above, 1).withoutGradient
    // Of differences from the site's own class, so that large numbers keep their digits.
    let u = x - sum(t * x, .classes)
    let threshold = (sum(support * u, .classes) - 1) / sum(support, .classes)
    return 0.5 * sum(support * ((u - threshold) * (u + threshold)), .classes) + 0.5
  }
}

/// The largest over the classes of each site; where two are, the derivative is the first's.
func largestOfClasses(_ x: Expression) -> Expression {
  if x.failure != nil { return x }
  return (1..<Swift.max(x.shape[1], 1)).reduce(x.ofClass(0)) { max($0, x.ofClass($1)) }
}

extension Expression {
  /// One class of each site, as a sum over classes, which keeps the structure that curvature is found by.
  func ofClass(_ label: Int) -> Expression {
    if failure != nil || shape[1] == 1 { return self }
    return Autodiff.sum(self * .classIndicator(shape) { $0 == label }, .classes)
  }
}
