import ArgumentParser
import SegmentationKit

/// `segkit loss`: one loss of one prediction, with its gradient and exact Hessian diagonal.
struct LossCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "loss",
    abstract: "One loss: value, gradient, exact Hessian diagonal.",
    discussion: """
      From logits and a mask, with both derivatives written as NumPy arrays:
        segkit loss tversky:alpha=0.3,beta=0.7 logits.npy target.png --axes cyx --activation softmax \\
          --gradient g.npy --hessian-diagonal h.npy
      A formula of your own over p, t and w:
        segkit loss --expression '1 - (2*sum(p*t) + 1) / (sum(p) + sum(t) + 1)' pred.npy target.npy
      A probability image against a mask, with a picture of where the loss pushes:
        segkit loss dice probability.png mask.png --heatmap push.png

      MONAI's loss by MONAI's names, on arrays in MONAI's order of axes, with curvature on top:
        segkit loss monai-1.6/DiceLoss:to_onehot_y=true,softmax=true logits.npy labels.npy \\
          --hessian-diagonal h.npy

      Arrays are .npy, archive.npz::key, a grey PNG (probabilities: value / maximum) or a folder of
      slices. The target has the prediction's axes; without c it holds labels.
      `segkit list losses` prints every loss with its parameters, `segkit list presets` those of
      other libraries.
      """)

  @Argument(
    help:
      "The loss, as name or name:key=value,… or a sum as dice+0.5*focal:gamma=2 (left out with --expression), prediction and target."
  )
  var words: [String] = []
  @Option(help: "A formula over p, t, w instead of a named loss.") var expression: String?
  @Option(help: "The library whose loss this is, as in monai-1.6/DiceLoss: `segkit list presets`.")
  var preset: String?
  @Option(help: "The axes of the arrays: b batch, c class, z y x. Needed beyond two axes.") var axes: String?
  @Option(
    help: "What makes probabilities of the prediction: none, sigmoid, softmax; relu, tanh, log-softmax.")
  var activation: String?
  @Option(help: "What is summed before a ratio: sample, batch, classes, all.") var over: String?
  @Option(help: "A weight for each class, with commas.") var classWeights: String?
  @Flag(help: "Leave class 0 out, where there are others.") var excludeBackground = false
  @Option(help: "A label of the target whose sites do not count.") var ignoreLabel: Int?
  @Option(help: "An array that is not 0 where a site counts.") var mask: String?
  @Option(help: "Clip probabilities to [EPS, 1 - EPS] before the loss sees them.") var clip: String?
  @Option(help: "What sites count: an array without c, or one number (Keras' sample_weight).")
  var weights: String?
  @Option(help: "Distances for losses that weigh by them; made from the target if not given.")
  var distance: String?
  @Option(help: "From a voxel to the next along z, y, x, for distances that are made here.") var spacing:
    String?
  @Option(help: "float or double; double for a double prediction, else float.") var precision: String?
  @Option(help: "What stands for the Hessian diagonal: exact, absolute, positive:FLOOR, gauss-newton.")
  var curvature: String = "exact"
  @Option(
    help: ArgumentHelp(
      "Where the Hessian has no structure: the most elements for which its diagonal is found exactly, by one product each (4096).",
      valueName: "N"))
  var productLimit: Int?
  @Option(
    help: ArgumentHelp(
      "Where the Hessian has no structure: estimate its diagonal from N random probes, with a standard error (with --product-limit: beyond that many elements).",
      valueName: "N"))
  var estimate: Int?
  @Option(
    help: "A further, smaller head of the network, as .npy; repeat it. The loss is their weighted sum.")
  var level: [String] = []
  @Option(
    help: "Weights of the heads: floored (1, 1/2, 1/4 … 1/16), same, two, halved (nnU-Net), or numbers.")
  var levelWeights: String?
  @Option(help: "Threads; the result is the same for any number.") var threads: Int?
  @Option(help: "Write the gradient, as .npy or archive.npz::key.") var gradient: String?
  @Option(help: "Write the Hessian diagonal, likewise; both may go into one archive.") var hessianDiagonal:
    String?
  @Option(help: "Write a picture of the gradient, as .png.") var heatmap: String?
  @Flag(help: "Print JSON.") var json = false
  @OptionGroup(title: "Limits") var limits: LimitOptions

  mutating func run() throws {
    try limits.apply()
    do {
      let job = try LossJob(self)
      switch job.isDouble {
      case true: try job.run(Double.self)
      case false: try job.run(Float.self)
      }
    } catch let error as LossUsage {
      Terminal.error(error.description)
      throw ExitStatus.usage
    } catch let error as LossError {
      Terminal.error(explained(error))
      throw error.isUsage ? ExitStatus.usage : ExitStatus.caseFailed
    }
  }
}

extension LossCommand {
  /// The error with the file that it is about, and what to do.
  private func explained(_ error: LossError) -> String {
    if case .expression(let loss, .structureEnds(let reason, let count, let limit)) = error {
      return
        "\(loss): no closed form for the exact Hessian diagonal: \(reason); \(count) elements are more than "
        + "the limit of \(limit) for one Hessian-vector product each. Say --product-limit \(count) for the exact diagonal, or "
        + "--estimate 100 for an estimate from 100 random probes"
    }
    let files = Array(words.suffix(2))
    guard case .valueOutside(let array, _, _, _) = error, files.count == 2 else { return error.description }
    switch array {
    case "probabilities":
      return "\(files[0]): \(error); if it holds logits, say --activation sigmoid or softmax"
    case "logits": return "\(files[0]): \(error); mend the array"
    case "labels":
      return "\(files[1]): \(error); name the classes' axis of the prediction with c, or say --ignore-label"
    case "distance": return "\(distance ?? "the distances"): \(error); mend the array"
    default: return "\(files[1]): \(error); mend the array"
    }
  }
}

extension LossError {
  /// Whether the call is wrong, and not what is in the arrays.
  var isUsage: Bool {
    switch self {
    case .valueOutside, .undefinedValue: false
    default: true
    }
  }
}
