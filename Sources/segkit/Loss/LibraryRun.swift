import SegmentationKit
import SystemLimits
import TextFormats

extension LossJob {
  /// Evaluates another library's loss on arrays in that library's order of axes.
  func run<Scalar: LossScalar & NPYElement>(_ library: LibraryLoss, _ type: Scalar.Type) throws {
    guard ignored == nil else {
      throw LossUsage("--ignore-label: \(title) names it as its library does, ignore_index where it has one")
    }
    guard command.distance == nil else {
      throw LossUsage("--distance: with --axes, a library's loss takes distances in that order")
    }
    let (values, wanted) = (try prediction.shaped(type), try target.shaped(type))
    let mask = try command.mask.map { try LossArray($0).shaped(type) }
    let weights = try command.weights.map { try Self.weights($0, type) }
    let result = try evaluated { want in
      try library.evaluate(
        values, wanted, mask: mask, sampleWeight: weights, spacing: spacing, want: want,
        curvature: curvature, productLimit: productLimit, probes: probes,
        threads: SystemThreads.affordable(command.threads ?? 1))
    }
    try write(result.gradient?.values, result.hessianDiagonal?.values, inRowOrder: true)
    if let path = command.heatmap, let gradient = result.gradient {
      try OutputFile.replace(path, with: try HeatMap(gradient.values, layout).png())
    }
    let report = LossReport(
      self, value: result.value, values: result.values, gradient: result.gradientSummary,
      hessianDiagonal: result.hessianDiagonalSummary, method: result.method,
      standardError: result.hessianDiagonalStandardError, curvature: curvature,
      isUndefined: result.hasUndefinedDerivatives)
    Terminal.out(command.json ? report.json.text(.readable) + "\n" : report.summary)
  }

  /// An array of weights, or one number for all.
  private static func weights<Scalar: LossScalar & NPYElement>(
    _ text: String, _ type: Scalar.Type
  ) throws -> ShapedArray<Scalar> {
    if let number = Double(decimal: text) { return try ShapedArray([Scalar(number)], shape: []) }
    return try LossArray(text).shaped(type)
  }
}

extension LossArray {
  /// The numbers with the last axis varying fastest.
  func shaped<Scalar: LossScalar & NPYElement>(_ type: Scalar.Type) throws -> ShapedArray<Scalar> {
    let numbers = try numbers(type)
    guard case .array(let file) = source else { return try ShapedArray(numbers, shape: shape) }
    return try ShapedArray(file.header.rowMajor(numbers), shape: shape)
  }
}
