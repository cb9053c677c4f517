// The losses of a generator and a discriminator. The prediction is D, the discriminator's probability that a sample is
// real; the target is 1 for real samples and 0 for generated ones. Each mean is over its own kind of sample.
import Autodiff

extension LossEntry {
  private static func adversarial(
    _ name: String, _ formula: String, source: String,
    _ value:
      @escaping @Sendable (_ real: Expression, _ fake: Expression, _ fakeReal: Expression) -> Expression
  ) -> LossEntry {
    LossEntry(name, .adversarial, formula, source: source) { _ in
      FormulaOfSums(name) { input in
        let t = input.target
        func mean(_ kind: Expression, _ x: Expression) -> Expression {
          sum(input.masked(x)) / max(sum(input.masked(kind)), 1)
        }
        let fake = 1 - t
        return value(
          mean(t, input.logProbability(t)), mean(fake, input.logComplement(fake)),
          mean(fake, input.logProbability(fake)))
      }
    }
  }

  static let minimax: [LossEntry] = [
    adversarial(
      "gan-discriminator", "-E_real log D - E_fake log(1-D)", source: "Goodfellow et al. 2014"
    ) { real, fake, _ in -(real + fake) },
    adversarial("gan-generator", "E_fake log(1-D)", source: "Goodfellow et al. 2014") { _, fake, _ in fake },
    adversarial(
      "gan-generator-non-saturating", "-E_fake log D", source: "Goodfellow et al. 2014"
    ) { _, _, fakeReal in -fakeReal },
    adversarial("gan-minimax", "E_real log D + E_fake log(1-D)", source: "Goodfellow et al. 2014") {
      real, fake, _ in real + fake
    },
  ]
}

/// A loss that is one number of all sites.
struct FormulaOfSums: Loss {
  let name: String
  let domain: LossDomain
  private let formula: @Sendable (LossInput) -> Expression

  init(
    _ name: String, domain: LossDomain = .probabilities,
    _ formula: @escaping @Sendable (LossInput) -> Expression
  ) {
    (self.name, self.domain, self.formula) = (name, domain, formula)
  }
  func expression(_ input: LossInput) -> Expression { formula(input) }
}
