import ArgumentParser
import SegmentationKit

/// Losses, and predictions that hold probabilities.
struct SoftOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A loss of each case, as name or name:key=value,… (repeatable); see segkit list losses and presets.",
      valueName: "spec"))
  var loss: [String] = []

  @Flag(
    help:
      "Predictions hold probabilities: grey values over the largest there can be, or floating-point arrays.")
  var probabilities = false

  @Option(
    help: ArgumentHelp(
      "Predictions are a file of probabilities for each class; the pattern's groups are case and class, or case, class and slice.",
      valueName: "regex"))
  var classFiles: String?

  @Option(
    help: ArgumentHelp(
      "The axes of .npy predictions, of c (class), z, y and x. Default for two: yx.", valueName: "axes"))
  var axes: String?

  @Option(
    help: "What makes probabilities of the predictions: none, sigmoid or softmax. Default: none.")
  var activation: String?

  @Option(
    help: ArgumentHelp(
      "Of one class, a voxel is the object's above this probability. Default: 0.5.", valueName: "p"))
  var threshold: Double?

  func apply(to flags: inout SettingFlags) throws {
    try flags.set("--loss", \.losses, loss.isEmpty ? nil : loss)
    for text in loss {
      do { _ = try ConfiguredLoss(text) } catch { throw ScoreError(.usage, "--loss: \(error)") }
      if loss.count(where: { $0 == text }) > 1 { throw ScoreError(.usage, "--loss: '\(text)' stands twice") }
    }
    try flags.set("--class-files", \.pattern.classFiles, classFiles.map { $0 })
    let isDeclared = probabilities || classFiles != nil || axes != nil || activation != nil
    try flags.set("--probabilities", \.soft.isDeclared, isDeclared ? true : nil)
    try flags.set("--axes", \.soft.axes, axes.map { $0 })
    try flags.set("--activation", \.soft.activation, try activation.map { try Self.activation($0) })
    if let threshold {
      guard threshold >= 0, threshold < 1 else {
        throw ScoreError(.usage, "--threshold: \(threshold) is no probability below 1")
      }
      try flags.set("--threshold", \.soft.threshold, threshold)
    }
  }

  private static func activation(_ name: String) throws -> Activation {
    guard let activation = Activation(rawValue: name), Activation.ofProbabilities.contains(activation) else {
      throw ScoreError(.usage, "--activation: '\(name)' is not none, sigmoid or softmax")
    }
    return activation
  }
}
