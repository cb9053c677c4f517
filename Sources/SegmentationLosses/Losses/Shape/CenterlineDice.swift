import Autodiff

/// Soft clDice: the Dice of skeletons, for what is thin (Shit et al. 2021).
///
/// Precision is how much of the prediction's skeleton lies in the target, sensitivity how much of the target's lies in the
/// prediction: 1 − 2 p s / (p + s), for each class, then the mean. Skeletons are soft: what openings take away, of more and
/// more eroded images.
public struct CenterlineDice: Loss {
  public var iterations: Int
  public var smoothing: Smoothing
  /// Added to p + s.
  public var meanSmoothing: Double = 0
  public var region: RegionOptions

  public init(iterations: Int = 3, smoothing: Smoothing = 1, region: RegionOptions = RegionOptions()) {
    (self.iterations, self.smoothing, self.region) = (iterations, smoothing, region)
  }

  public var name: String { "cl-dice" }

  public func expression(_ input: LossInput) -> Expression {
    let p = input.masked(input.prediction)
    let t = input.masked(input.target)
    for x in [p, t] where x.failure != nil { return x }
    let (found, wanted) = (skeleton(p), skeleton(t))
    func total(_ x: Expression) -> Expression { region.total(x, input) }
    func share(_ part: Expression, _ whole: Expression) -> Expression {
      (total(part) + smoothing.numerator) / (total(whole) + smoothing.denominator)
    }
    let (precision, sensitivity) = (share(found * t, found), share(wanted * p, wanted))
    let both = precision + sensitivity
    let divisor = meanSmoothing == 0 ? both : both + meanSmoothing
    return region.mean(1 - 2 * precision * sensitivity / divisor, target: total(t), loss: name)
  }

  private func skeleton(_ x: Expression) -> Expression {
    let axes = x.spaceAxes
    // Dilation is by the square and erosion by the cross, so that an opening may be larger than the image.
    func ridges(_ x: Expression) -> Expression {
      max(x - x.eroded(along: axes).dilated(along: axes), 0)
    }
    var image = x
    var skeleton = ridges(x)
    for _ in 0..<iterations {
      image = image.eroded(along: axes)
      skeleton += ridges(image) * (1 - skeleton)
    }
    return skeleton
  }

  static let parameters: [LossParameter] = [
    .number("iterations", 3, "erosions; more for thicker objects")
  ]
  static let entries: [LossEntry] = [
    LossEntry(
      "cl-dice", .shape, "1 - 2 P S / (P + S) of soft skeletons",
      parameters + [.number("smooth", 1, "added to numerators and denominators")] + .region,
      source: "Shit et al. 2021", derivatives: .structureEnds
    ) {
      CenterlineDice(
        iterations: $0.integer("iterations"), smoothing: Smoothing($0.number("smooth")), region: $0.region)
    },
    LossEntry(
      "dice-cl-dice", .compound, "(1-α) Dice + α clDice",
      parameters + [.number("alpha", 0.5, "the weight of clDice")] + .smoothing() + .regionOfSum,
      source: "Shit et al. 2021", derivatives: .structureEnds
    ) { p in
      let alpha = p.number("alpha")
      var dice = Dice(smoothing: p.smoothing)
      dice.region = p.region
      let lines = CenterlineDice(iterations: p.integer("iterations"), region: p.region)
      return LossSum(terms: [
        WeightedLoss(weight: 1 - alpha, loss: dice), WeightedLoss(weight: alpha, loss: lines),
      ])
    },
  ]

  public func checkParameters() throws(LossError) {
    guard (0...64).contains(iterations), meanSmoothing >= 0 else {
      throw .badParameter(loss: name, reason: "iterations must be 0 to 64, and smooth not negative")
    }
    try smoothing.check(name)
    try region.check(name)
  }
}
