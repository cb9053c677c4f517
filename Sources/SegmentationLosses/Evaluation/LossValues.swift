// What a loss is before it is reduced to one number: with reduction none, a number for each class, site or element.
import Autodiff

/// The values of a loss that is not reduced, in Double.
public struct LossValues: Sendable {
  /// In the order of the extents, the last one varying fastest.
  public let values: [Double]
  /// Along batch, class, then the axes in space in the order of the layout; 1 where the loss has summed.
  public let extents: [Int]
  /// Their mean, which is what `evaluate` gives.
  public var mean: Double { values.reduce(0, +) / Double(values.count) }
}

extension Loss {
  /// What the loss is before its mean is taken: all values of one with `reduction` none.
  ///
  /// - Parameters: as in `evaluate`; there is no check of what the arrays hold.
  /// - Throws: `LossError`.
  public func values<Input: Prediction>(
    _ prediction: Input, _ labels: Labels, mask: SiteMask? = nil, weights: SiteWeights<Input.Scalar>? = nil,
    distance: DistanceMap<Input.Scalar>? = nil, spacing: [Double]? = nil, activation: Activation = .none
  ) throws(LossError) -> LossValues {
    try checkLayout("labels", labels.layout, prediction.layout.withoutClasses)
    let distance = try distances(distance, prediction, activation, spacing) { labels.target(at: $0) }
    return try values(
      prediction, .labels(ignoring: labels.ignored), labels.values.map { Double($0) }, mask, weights,
      distance, activation)
  }

  /// As `values` against labels, against soft or one-hot targets.
  public func values<Input: Prediction>(
    _ prediction: Input, _ target: SoftTargets<Input.Scalar>, mask: SiteMask? = nil,
    weights: SiteWeights<Input.Scalar>? = nil, distance: DistanceMap<Input.Scalar>? = nil,
    spacing: [Double]? = nil, activation: Activation = .none
  ) throws(LossError) -> LossValues {
    try checkLayout("targets", target.layout, prediction.layout)
    let distance = try distances(distance, prediction, activation, spacing) {
      Double(target.values[$0.index])
    }
    return try values(
      prediction, .soft, target.values.map { Double($0) }, mask, weights, distance, activation)
  }

  private func values<Input: Prediction>(
    _ prediction: Input, _ kind: TargetKind, _ target: [Double], _ mask: SiteMask?,
    _ weights: SiteWeights<Input.Scalar>?, _ distance: DistanceMap<Input.Scalar>?, _ activation: Activation
  ) throws(LossError) -> LossValues {
    let layout = prediction.layout
    try checkParameters()
    try checkActivation(activation, for: Input.self)
    try checkLayout("mask", mask?.layout, layout.withoutClasses)
    try checkLayout("weights", weights?.layout, layout.withoutClasses)
    let variables = LossVariables(
      layout, target: kind, hasMask: mask != nil, hasWeights: weights != nil, self)
    let places = layout.places(along: String(layout.names))
    let sites = layout.withoutClasses.places(along: String(layout.names.filter { $0 != "c" }))
    var inputs = [
      variables.prediction: Tensor(
        places.map { Double(prediction.values[$0]) }, shape: variables.prediction.shape),
      variables.reference: Tensor(
        (kind == .soft ? places : sites).map { target[$0] }, shape: variables.reference.shape),
    ]
    if let variable = variables.mask, let mask {
      inputs[variable] = Tensor(sites.map { Double(mask.values[$0]) }, shape: variable.shape)
    }
    if let variable = variables.weights, let weights {
      inputs[variable] = Tensor(sites.map { Double(weights.values[$0]) }, shape: variable.shape)
    }
    if let variable = variables.distance, let distance {
      inputs[variable] = Tensor(places.map { Double(distance.values[$0]) }, shape: variable.shape)
    }
    do throws(AutodiffError) {
      let result = try expression(variables.input(activation)).evaluate(inputs)
      return LossValues(values: result.elements, extents: result.shape.extents)
    } catch {
      throw .expression(loss: name, error)
    }
  }
}
