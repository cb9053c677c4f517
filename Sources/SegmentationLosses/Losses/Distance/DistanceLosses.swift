import Autodiff

/// Mean over sites and classes of φ p, φ being the signed distance to the target's boundary (Kervadec et al. 2019).
public struct Boundary: Loss {
  public var reduction: Reduction
  public init(reduction: Reduction = .mean) { self.reduction = reduction }

  public var name: String { "boundary" }
  public var takesWeights: Bool { true }
  public var distanceMap: DistanceMapKind? { .signed }

  public func expression(_ input: LossInput) -> Expression {
    input.reduced(input.prediction * input.distance, reduction)
  }

  static let entry = LossEntry(
    "boundary", .distance, "mean φ p, φ the signed distance to the target's boundary", [.reduction],
    source: "Kervadec et al. 2019", derivatives: .zeroAlmostEverywhere
  ) { Boundary(reduction: $0.reduction) }
}

/// Mean of (p − t)² d, d = DT_p^α + DT_t^α held constant (Karimi and Salcudean 2019); with `isLogarithmic`, log(1 + that).
public struct HausdorffDistanceTransform: Loss {
  public var alpha: Double
  public var isLogarithmic: Bool
  public var includesBackground: Bool
  public var reduction: Reduction

  public init(
    alpha: Double = 2, logarithmic isLogarithmic: Bool = false, includesBackground: Bool = true,
    reduction: Reduction = .mean
  ) {
    (self.alpha, self.isLogarithmic) = (alpha, isLogarithmic)
    (self.includesBackground, self.reduction) = (includesBackground, reduction)
  }

  public var name: String { isLogarithmic ? "log-hausdorff" : "hausdorff-distance-transform" }
  public var takesWeights: Bool { true }
  public var distanceMap: DistanceMapKind? { .hausdorff(exponent: alpha) }

  public func expression(_ input: LossInput) -> Expression {
    var site = sites(input)
    if site.failure != nil { return site }
    if !includesBackground, input.classCount > 1 {
      site = site.gathered(Array(1..<input.classCount), axis: 1)
    }
    let value = input.reduced(site, reduction)
    return isLogarithmic ? log1p(value) : value
  }

  /// (p − t)² d of each site and class.
  func sites(_ input: LossInput) -> Expression {
    square(input.prediction - input.target) * input.distance
  }

  static let entries: [LossEntry] = [false, true].map { logarithmic in
    LossEntry(
      logarithmic ? "log-hausdorff" : "hausdorff-distance-transform", .distance,
      (logarithmic ? "log(1 + mean (p-t)² d)" : "mean (p-t)² d") + ", d = DT_p^α + DT_t^α",
      [
        .number("alpha", 2, "the exponent of distances"),
        .flag("exclude-background", false, "leave class 0 out"), .reduction,
      ], source: "Karimi and Salcudean 2019"
    ) { p in
      HausdorffDistanceTransform(
        alpha: p.number("alpha"), logarithmic: logarithmic,
        includesBackground: !p.flag("exclude-background"), reduction: p.reduction)
    }
  }
}

/// Cross-entropy where sites near the target's boundary count more: a site's weight is 1 + DT, DT the distance into the
/// object or the background (Caliva et al. 2019).
public struct DistancePenalizedCrossEntropy: Loss {
  public var reduction: Reduction
  public init(reduction: Reduction = .mean) { self.reduction = reduction }

  public var name: String { "distance-penalized-cross-entropy" }
  public var takesWeights: Bool { true }
  public var distanceMap: DistanceMapKind? { .inverse }

  public func expression(_ input: LossInput) -> Expression {
    let weight = 1 + input.distance
    guard input.classCount > 1 else {
      let t = input.target
      return input.reduced(
        -weight * (input.logProbability(t) + input.logComplement(1 - t)), reduction)
    }
    let site = -sum(input.logProbability(weight * input.target), .classes)
    return input.reduced(site, reduction)
  }

  static let entry = LossEntry(
    "distance-penalized-cross-entropy", .distance,
    "mean -(1 + d) t log p, d largest at the target's boundary",
    [.reduction], source: "Caliva et al. 2019"
  ) { DistancePenalizedCrossEntropy(reduction: $0.reduction) }
}

/// What distances a loss is given, made from the target (and the prediction) where the caller has none.
public enum DistanceMapKind: Hashable, Sendable {
  /// The distance to the object outside it; inside, minus the distance to the background less one voxel. 0 where the
  /// class is absent or fills the image.
  case signed
  /// DT_p^exponent + DT_t^exponent, DT being the distance to the boundary on either side, of the prediction above ½ and
  /// of the target; 0 for an empty or full mask.
  case hausdorff(exponent: Double)
  /// The largest distance less that to the boundary, over the largest: 1 at the boundary, 0 deepest inside.
  case inverse
}
