// Another library's loss on arrays as that library takes them.
import Autodiff

/// Numbers with a shape, the last axis varying fastest.
public struct ShapedArray<Element: Sendable>: Sendable {
  public let values: [Element]
  public let shape: [Int]

  /// - Throws: `LossError.wrongCount`; `.badLayout` for an extent below 0, or more elements than can be counted.
  public init(_ values: [Element], shape: [Int]) throws(LossError) {
    guard let count = Layout.count(of: shape) else {
      throw .badLayout(axes: "", extents: shape, reason: "no array has these extents")
    }
    guard values.count == count else {
      throw .wrongCount(array: "array", layout: "\(shape)", expected: count, actual: values.count)
    }
    (self.values, self.shape) = (values, shape)
  }
}

extension ShapedArray: Equatable where Element: Equatable {}

/// A loss of another library, called by its own names on arrays in its own order of axes:
/// `try LibraryLoss("monai-1.6/DiceLoss:sigmoid=true")`.
public struct LibraryLoss: Sendable {
  public let specification: LossSpecification
  /// The loss itself: it applies its activation by itself.
  public let loss: any Loss
  let arrays: LibraryArrays

  /// - Throws: `LossError.badSpecification`, `.badParameter`.
  public init(_ text: String) throws(LossError) { try self.init(LossSpecification(text)) }

  /// - Throws: `LossError.badSpecification` for a loss that is no other library's; `.badParameter`.
  public init(_ specification: LossSpecification) throws(LossError) {
    guard let arrays = specification.entry.arrays else {
      throw .badSpecification(
        specification.text, reason: "it is no other library's loss, as monai-1.6/DiceLoss is")
    }
    self.specification = specification
    self.arrays = arrays
    loss = try specification.loss()
  }

  /// Whether it is an array, and not a number: an unreduced loss.
  public var isUnreduced: Bool {
    arrays.isUnreduced || specification.parameters.word("reduction") == "none"
  }

  /// How arrays of these shapes are read.
  public func arrangement(prediction: [Int], target: [Int]) throws(LossError) -> LibraryArrangement {
    try arrays.arrangement(
      specification.text, prediction: prediction, target: target, specification.parameters)
  }
}

/// What a library's loss gives.
public struct LibraryResult<Scalar: LossScalar>: Sendable {
  /// The loss; of an unreduced one the mean, which is what is differentiated.
  public let value: Double
  /// The loss as the library gives it, without reduction; `nil` if it is a number.
  public let values: ShapedArray<Double>?
  /// In the prediction's shape; `nil` if it was not asked for.
  public let gradient: ShapedArray<Scalar>?
  /// In the prediction's shape; `nil` if it was not asked for.
  public let hessianDiagonal: ShapedArray<Scalar>?
  /// How large they are; `nil` if that was not asked for.
  public let gradientSummary, hessianDiagonalSummary: ArraySummary?
  public let method: DiagonalMethod
  /// Of a diagonal that is an estimate, the norm of its elements' standard errors; `nil` of an exact one.
  public let hessianDiagonalStandardError: Double?
  /// Whether a true derivative is infinite here and was given as 0.
  public let hasUndefinedDerivatives: Bool
}

extension LibraryLoss {
  /// The loss of a prediction and a target in the shapes that the library takes.
  ///
  /// - Parameters:
  ///   - target: labels or a number for each element, as the loss and its arguments say; of one element, the same
  ///     everywhere.
  ///   - mask: not 0 where a site counts, in the prediction's shape with one class or none.
  ///   - sampleWeight: what samples or sites count, of the losses that take it.
  ///   - spacing: of voxels along z, y and x, for losses of distances.
  ///   - productLimit, probes: of a Hessian diagonal without structure, as in `Loss.evaluate`.
  /// - Throws: `LossError`.
  public func evaluate<Scalar: LossScalar>(
    _ prediction: ShapedArray<Scalar>, _ target: ShapedArray<Scalar>, mask: ShapedArray<Scalar>? = nil,
    sampleWeight: ShapedArray<Scalar>? = nil, spacing: [Double]? = nil, want: Wanted = .value,
    curvature: Curvature = .exact, productLimit: Int = CompileOptions.defaultProductLimit,
    probes: Int? = nil, threads: Int = 1
  ) throws(LossError) -> LibraryResult<Scalar> {
    try single(
      prediction, target, mask: mask, sampleWeight: sampleWeight,
      LibrarySettings(
        spacing: spacing, want: want, curvature: curvature, productLimit: productLimit, probes: probes,
        threads: threads))
  }

  /// The weighted sum over the heads of a network, for a loss of deep supervision; the target is taken at the voxel nearest
  /// to each of theirs.
  ///
  /// - Parameters:
  ///   - weighting: of the heads; the loss's own if not given.
  ///   - productLimit, probes: of a Hessian diagonal without structure, as in `Loss.evaluate`, of each head by itself.
  /// - Throws: `LossError`.
  public func evaluate<Scalar: LossScalar>(
    levels: [ShapedArray<Scalar>], _ target: ShapedArray<Scalar>, weighting: LevelWeighting? = nil,
    spacing: [Double]? = nil, want: Wanted = .value, curvature: Curvature = .exact,
    productLimit: Int = CompileOptions.defaultProductLimit, probes: Int? = nil, threads: Int = 1
  ) throws(LossError) -> DeepSupervisionResult<LibraryResult<Scalar>> {
    let own = specification.entry.levelWeighting?(specification.parameters)
    let weights = try loss.levelWeights(weighting ?? own ?? .floored, levels.count)
    let settings = LibrarySettings(
      spacing: spacing, want: want, curvature: curvature, productLimit: productLimit, probes: probes,
      threads: threads)
    var results: [LibraryResult<Scalar>] = []
    for level in levels {
      results.append(
        try single(
          level, try resampled(target, level.shape), mask: nil, sampleWeight: nil, settings))
    }
    return DeepSupervisionResult(
      value: zip(weights, results).reduce(0) { $0 + $1.0 * $1.1.value }, weights: weights, levels: results)
  }

  /// A target in the extents of a smaller prediction.
  private func resampled<Scalar: LossScalar>(
    _ target: ShapedArray<Scalar>, _ shape: [Int]
  ) throws(LossError) -> ShapedArray<Scalar> {
    var extents = target.shape
    let classes = try arrangement(prediction: shape, target: target.shape).classAxes
    let spatial = shape.indices.filter { $0 > 0 && !classes.contains($0) }
    let isWithoutClasses = target.shape.count < shape.count
    for (position, axis) in spatial.enumerated() {
      let own = isWithoutClasses ? position + 1 : axis
      guard extents.indices.contains(own) else {
        throw .badSpecification(
          specification.text,
          reason: "a target of shape \(target.shape) for a prediction of shape \(shape)")
      }
      extents[own] = shape[axis]
    }
    if extents == target.shape { return target }
    let names = String("bczyx".prefix(target.shape.count))
    guard names.count == target.shape.count else {
      throw .badSpecification(
        specification.text, reason: "a target of shape \(target.shape) cannot be resampled")
    }
    return try ShapedArray(
      nearest(target.values, from: Layout(names, target.shape), to: Layout(names, extents)), shape: extents)
  }

  private func single<Scalar: LossScalar>(
    _ prediction: ShapedArray<Scalar>, _ target: ShapedArray<Scalar>, mask: ShapedArray<Scalar>?,
    sampleWeight: ShapedArray<Scalar>?, _ settings: LibrarySettings
  ) throws(LossError) -> LibraryResult<Scalar> {
    let call = try LibraryCall(self, prediction, target, mask: mask, sampleWeight: sampleWeight)
    let values = isUnreduced ? try call.values(loss, settings.spacing) : nil
    let result: LossResult<Scalar>
    do throws(LossError) {
      result = try call.evaluate(loss, settings)
    } catch {
      // Where some of many values are undefined so is their mean, but they are what was asked for.
      guard let values, settings.want == .value, case .undefinedValue = error else { throw error }
      return LibraryResult(
        value: .nan, values: values, gradient: nil, hessianDiagonal: nil, gradientSummary: nil,
        hessianDiagonalSummary: nil, method: .structured, hessianDiagonalStandardError: nil,
        hasUndefinedDerivatives: false)
    }
    return LibraryResult(
      value: result.value, values: values, gradient: try call.restored(result.gradient),
      hessianDiagonal: try call.restored(result.hessianDiagonal),
      gradientSummary: result.gradientSummary, hessianDiagonalSummary: result.hessianDiagonalSummary,
      method: result.method, hessianDiagonalStandardError: result.hessianDiagonalStandardError,
      hasUndefinedDerivatives: result.hasUndefinedDerivatives)
  }
}
