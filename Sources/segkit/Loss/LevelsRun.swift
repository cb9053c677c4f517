import SegmentationKit
import SystemLimits
import TextFormats

// Deep supervision: the loss of several heads of a network, each in a file of its own.
extension LossJob {
  /// Evaluates the heads and writes their derivatives: those of the first where it was said, `.1`, `.2` … before the
  /// ending for the others.
  func runLevels<Scalar: LossScalar & NPYElement>(_ type: Scalar.Type) throws {
    guard command.mask == nil, command.distance == nil, command.weights == nil, command.heatmap == nil else {
      throw LossUsage("--level goes without --mask, --distance, --weights and --heatmap")
    }
    let arrays = [prediction] + (try command.level.map { try LossArray($0) })
    let threads = SystemThreads.affordable(command.threads ?? 1)
    if let library {
      let (shaped, target) = (try arrays.map { try $0.shaped(type) }, try self.target.shaped(type))
      let result = try evaluated { want in
        try library.evaluate(
          levels: shaped, target, weighting: weighting, spacing: spacing, want: want, curvature: curvature,
          productLimit: productLimit, probes: probes, threads: threads)
      }
      for (level, found) in result.levels.enumerated() {
        try write(
          found.gradient?.values, found.hessianDiagonal?.values, of: arrays[level], level: level,
          inRowOrder: true)
      }
      return report(
        result.value, result.weights,
        result.levels.map { ($0.value, estimate($0.method, $0.hessianDiagonalStandardError)) })
    }
    let needsActivation = activation == .none && loss.domain == .probabilities
    if needsActivation {
      try runLevels(arrays, try arrays.map { try Probabilities($0.numbers(type), $0.layout(axes)) }, threads)
    } else {
      try runLevels(arrays, try arrays.map { try Logits($0.numbers(type), $0.layout(axes)) }, threads)
    }
  }

  private func runLevels<Input: Prediction>(
    _ arrays: [LossArray], _ inputs: [Input], _ threads: Int
  ) throws where Input.Scalar: NPYElement {
    guard let labels = try targetLabels(layout.withoutClasses) else {
      throw LossUsage("--level needs a target of labels, and \(target.path) has a number for each class")
    }
    let result = try evaluated { want in
      try loss.evaluate(
        levels: inputs, labels, weighting: weighting ?? .floored, spacing: spacing, activation: activation,
        want: want, curvature: curvature, productLimit: productLimit, probes: probes, threads: threads)
    }
    for (level, found) in result.levels.enumerated() {
      try write(found.gradient, found.hessianDiagonal, of: arrays[level], level: level)
    }
    report(
      result.value, result.weights,
      result.levels.map { ($0.value, estimate($0.method, $0.hessianDiagonalStandardError)) })
  }

  /// What to say of a diagonal that is an estimate; `nil` of an exact one.
  private func estimate(_ method: DiagonalMethod, _ standardError: Double?) -> String? {
    guard !method.isExact, command.hessianDiagonal != nil else { return nil }
    return LossReport.text(method, standardError: standardError, curvature)
  }

  private func report(_ value: Double, _ weights: [Double], _ levels: [(value: Double, estimate: String?)]) {
    if command.json {
      let json = JSONValue.members([
        "loss": .string(title),
        "parameters": .object(parameters.map { .init(key: $0.0, value: .string($0.1)) }),
        "value": .number(value),
        "levels": .array(
          zip(weights, levels).map { weight, level in
            .members([
              "weight": .number(weight), "value": .number(level.value),
              "hessian_diagonal": level.estimate.map { .members(["method": .string($0)]) },
            ])
          }),
      ])
      Terminal.out(json.text(.readable) + "\n")
      return
    }
    Terminal.out("\(title)  \(value)\n")
    for (weight, level) in zip(weights, levels) {
      let note = level.estimate.map { "  (Hessian diagonal: \($0))" } ?? ""
      Terminal.out("  \(weight) × \(level.value)\(note)\n")
    }
  }

  private func write<Scalar: LossScalar & NPYElement>(
    _ gradient: [Scalar]?, _ hessianDiagonal: [Scalar]?, of array: LossArray, level: Int,
    inRowOrder: Bool = false
  ) throws {
    for (path, values) in [(command.gradient, gradient), (command.hessianDiagonal, hessianDiagonal)] {
      guard let path, let values else { continue }
      try NPYFile.write(
        values, shape: array.shape, fortranOrder: !inRowOrder && array.isFortranOrder,
        to: Self.path(path, level: level))
    }
  }
}
