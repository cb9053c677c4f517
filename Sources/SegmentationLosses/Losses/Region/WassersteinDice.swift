import Autodiff

/// Generalized Wasserstein Dice: mistakes between near classes cost less (Fidon et al. 2017).
///
/// With M the distances between classes over the largest, the cost of a site is δ = Σ_l t_l Σ_c M_lc p_c. True positives
/// are Σ w (1 − δ), and the loss 1 − (2 TP + s) / (2 TP + Σ v δ + s): by default w is 1 in the foreground and 0 in class
/// 0, and v is 1; `.generalized` has w = v = 1 / (volume + 1) for each class.
public struct WassersteinDice: Loss {
  public enum Weighting: String, Sendable, CaseIterable {
    case standard = "default"
    case generalized = "GDL"
  }
  /// Row-major, a row for each true class.
  public var distances: [Double]
  public var weighting: Weighting
  public var smoothing: Smoothing
  public var reduction: Reduction

  public init(
    distances: [Double], weighting: Weighting = .standard, smoothing: Smoothing = 1e-5,
    reduction: Reduction = .mean
  ) {
    (self.distances, self.weighting) = (distances, weighting)
    (self.smoothing, self.reduction) = (smoothing, reduction)
  }

  public var name: String { "wasserstein-dice" }
  public var takesWeights: Bool { true }

  public func expression(_ input: LossInput) -> Expression {
    let (p, t) = (input.prediction, input.target)
    if p.failure != nil { return p }
    let classes = input.classCount
    var matrix = distances
    if matrix.isEmpty { matrix = (0..<classes * classes).map { $0 / classes == $0 % classes ? 0 : 1 } }
    guard matrix.count == classes * classes else {
      return .failed(
        .invalid(operation: name, reason: "\(matrix.count) distances between \(classes) classes"))
    }
    let most = matrix.max() ?? 1
    if most > 0, most != 1 { matrix = matrix.map { $0 / most } }
    func row(_ label: Int) -> Expression {
      .perClass(Array(matrix[label * classes..<(label + 1) * classes]), rank: p.shape.rank)
    }
    func indicator(_ label: Int) -> Expression { .classIndicator(p.shape) { $0 == label } }
    // δ for each true class: what it costs where the label is l.
    var cost: Expression = 0
    for label in 0..<classes {
      cost += sum(t * indicator(label), .classes) * sum(row(label) * p, .classes)
    }
    // What a site counts as a true positive, by its class; mistakes count everywhere.
    let weight: Expression
    let mistakes: Expression
    switch weighting {
    case .standard:
      weight = sum(t * .classIndicator(p.shape) { $0 > 0 }, .classes)
      mistakes = cost
    case .generalized:
      weight = sum(t / (sum(input.counted(t), .space).withoutGradient + 1), .classes)
      mistakes = weight * cost
    }
    let truePositives = sum(input.counted(weight * (1 - cost)), .space)
    let total = 2 * truePositives + sum(input.counted(mistakes), .space)
    return reduction.applied(
      to: 1 - (2 * truePositives + smoothing.numerator) / (total + smoothing.denominator))
  }

  static let entry = LossEntry(
    "wasserstein-dice", .region, "1 - (2 TP + s) / (2 TP + Σδ + s), δ = Σ_l t_l Σ_c M_lc p_c",
    [
      .numbers("distances", nil, "between classes, row by row; 1 if not given"),
      .choice("weighting", Weighting.standard, "of the classes"),
    ] + .smoothing() + [.reduction], source: "Fidon et al. 2017"
  ) { p in
    WassersteinDice(
      distances: p.numbers("distances") ?? [], weighting: p.choice("weighting", Weighting.standard),
      smoothing: p.smoothing, reduction: p.reduction)
  }

  public func checkParameters() throws(LossError) {
    guard distances.allSatisfy({ $0 >= 0 && $0.isFinite }) else {
      throw .badParameter(loss: name, reason: "distances must not be negative")
    }
    try smoothing.check(name)
  }
}
