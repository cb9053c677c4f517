// Losses of a margin: targets of 0 and 1 are read as −1 and +1, predictions are any numbers.
import Autodiff

extension LossEntry {
  private static func margin(
    _ name: String, _ formula: String, source: String, derivatives: DerivativeStatus = .exact,
    _ loss: @escaping @Sendable (Expression) -> Expression
  ) -> LossEntry {
    pointwise(name, formula + ", m = (2t-1) p", source: source, derivatives: derivatives) { p, t, _ in
      loss((2 * t - 1) * p)
    }
  }

  static let margins: [LossEntry] = [
    margin("hinge", "max(0, 1-m)", source: "Cortes and Vapnik 1995", derivatives: .zeroAlmostEverywhere) {
      max(1 - $0, 0)
    },
    margin("squared-hinge", "max(0, 1-m)²", source: "Lee and Lin 2013") { square(max(1 - $0, 0)) },
    margin("exponential", "exp(-m)", source: "Freund and Schapire 1997") { exp(-$0) },
    margin("logistic", "log(1 + exp(-m))", source: "logistic regression") { softplus(-$0) },
    margin("perceptron", "max(0, -m)", source: "Rosenblatt 1958", derivatives: .zeroAlmostEverywhere) {
      max(-$0, 0)
    },
    margin(
      "sparsemax", "0 for m ≥ 1, -m for m ≤ -1, else (m-1)²/4", source: "Martins and Astudillo 2016"
    ) { m in
      select(lessOrEqual(1, m), 0, select(lessOrEqual(m, -1), -m, square(m - 1) / 4))
    },
  ]
}
