import Autodiff

/// The Lovász extension of the Jaccard loss, of each class over the whole batch, mean over the classes present
/// (Berman et al. 2018).
///
/// Piecewise linear in the errors: they are sorted, and the order is held constant. By probabilities the second
/// derivative is zero but at ties; by logits it is that of the activation.
public struct Lovasz: Loss {
  /// What errors are.
  public enum Form: String, Sendable, CaseIterable {
    /// |t − p| of probabilities.
    case softmax
    /// max(0, 1 − x (2t − 1)) of a logit for each class.
    case hinge
  }
  public var form: Form
  /// Each sample by itself, then the mean.
  public var isPerSample: Bool

  public init(_ form: Form = .softmax, perSample isPerSample: Bool = false) {
    (self.form, self.isPerSample) = (form, isPerSample)
  }

  public var name: String { form == .softmax ? "lovasz" : "lovasz-hinge" }
  public var domain: LossDomain { form == .softmax ? .probabilities : .reals }

  public func expression(_ input: LossInput) -> Expression {
    let perClass = perClass(input)
    // The hinge counts an absent object too: every error is then a false positive.
    if perClass.failure != nil { return perClass }
    if form == .hinge { return mean(perClass) }
    let present = less(0, sum(input.masked(input.target), isPerSample ? .space : .sites))
    let count = sum(present, .classes)
    return mean(sum(perClass * present, .classes) / max(count, 1))
  }

  /// The extension of each class, over each sample or over the batch.
  func perClass(_ input: LossInput) -> Expression {
    let (x, t) = (input.prediction, input.target)
    let error = form == .softmax ? abs(t - x) : max(1 - x * (2 * t - 1), 0)
    if error.failure != nil { return error }
    let counted = input.mask.map { select($0, error, 0) } ?? error
    let slopes = lovaszSlopes(
      counted.withoutGradient, input.masked(t), perSample: isPerSample, mask: input.mask)
    return sum(counted * slopes, isPerSample ? .space : .sites)
  }

  static let entries: [LossEntry] = Form.allCases.map { form in
    LossEntry(
      form == .softmax ? "lovasz" : "lovasz-hinge", .shape,
      "Σ e_i (J(i) - J(i-1)), e \(form == .softmax ? "= |t-p|" : "= max(0, 1 - x(2t-1))") in falling order",
      [.flag("per-sample", false, "each sample by itself")], source: "Berman et al. 2018",
      derivatives: .zeroAlmostEverywhere
    ) { Lovasz(form, perSample: $0.flag("per-sample")) }
  }
}
