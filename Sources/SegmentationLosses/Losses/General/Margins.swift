// Losses of a margin: targets of 0 and 1 are read as −1 and +1, predictions are any numbers.
import Autodiff

extension LossEntry {
  private static func margin(
    _ name: String, _ formula: String, source: String, derivatives: DerivativeStatus = .exact,
    _ loss: @escaping @Sendable (_ t: Expression, _ p: Expression) -> Expression
  ) -> LossEntry {
    pointwise(name, formula + ", m = (2t-1) p", source: source, derivatives: derivatives) { p, t, _ in
      loss(t, p)
    }
  }

  static let margins: [LossEntry] = [
    margin("hinge", "max(0, 1-m)", source: "Cortes and Vapnik 1995", derivatives: .zeroAlmostEverywhere) {
      hinge($0, $1)
    },
    margin("squared-hinge", "max(0, 1-m)²", source: "Lee and Lin 2013") { square(hinge($0, $1)) },
    margin("exponential", "exp(-m)", source: "Freund and Schapire 1997") { exp(counterMargin($0, $1)) },
    margin("logistic", "log(1 + exp(-m))", source: "logistic regression") { softplus(counterMargin($0, $1)) },
    margin("perceptron", "max(0, -m)", source: "Rosenblatt 1958", derivatives: .zeroAlmostEverywhere) {
      perceptron($0, $1)
    },
    margin(
      "sparsemax", "0 for m ≥ 1, -m for m ≤ -1, else (m-1)²/4", source: "Martins and Astudillo 2016"
    ) { sparsemax($0, $1) },
  ]
}
