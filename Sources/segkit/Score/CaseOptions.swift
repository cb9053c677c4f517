import ArgumentParser
internal import Platform
import SegmentationKit

/// What is scored against what.
struct CaseOptions: ParsableArguments {
  @Argument(help: "The folder of predictions, or one prediction.")
  var predictions: String?

  @Argument(help: "The folder of references, or one reference.")
  var references: String?

  @Option(name: [.customShort("p"), .customLong("predictions")], help: "The predictions, by name.")
  var namedPredictions: String?

  @Option(name: [.customShort("r"), .customLong("references")], help: "The references, by name.")
  var namedReferences: String?

  @Option(
    help:
      "A CSV of pairs instead of the folders: columns case,prediction,reference and, if wanted, spacing, mask, any to group by."
  )
  var manifest: String?

  @Flag(help: "Each sub-folder holds the slices of a volume.")
  var volumes = false

  @Option(
    help: ArgumentHelp(
      "Slices of volumes lie flat in one folder; the pattern's two groups are case and slice.",
      valueName: "regex"))
  var stack: String?

  @Option(help: ArgumentHelp("The first group of the pattern is the case's name.", valueName: "regex"))
  var match: String?

  @Option(
    help: ArgumentHelp(
      "End of the predictions' names that the references do not have, as _pred.", valueName: "text"))
  var predictionSuffix: String?

  @Option(
    help: ArgumentHelp(
      "End of the references' names that the predictions do not have, as _gt.", valueName: "text"))
  var referenceSuffix: String?

  @Option(help: "References without prediction: skip, or worst (each metric's worst value). Default: stop.")
  var missing: MissingPolicy?

  @Option(help: "Predictions without reference: ignore. Default: stop.")
  var extra: ExtraPolicy?

  /// The two folders, files, or the manifest.
  func paths() throws -> CasePaths {
    if let manifest {
      guard [predictions, references, namedPredictions, namedReferences].allSatisfy({ $0 == nil }) else {
        throw ScoreError(.usage, "--manifest takes the place of the two folders; leave them out")
      }
      return .manifest(manifest)
    }
    var positional = [predictions, references].compactMap { $0 }
    // With one side named, the one argument that is left is the other side.
    let prediction = namedPredictions ?? (positional.isEmpty ? nil : positional.removeFirst())
    let reference = namedReferences ?? (positional.isEmpty ? nil : positional.removeFirst())
    guard let prediction, let reference, positional.isEmpty else {
      throw ScoreError(
        .usage,
        "name the predictions and the references: segkit score PREDICTIONS REFERENCES (or -p and -r, or --manifest)"
      )
    }
    return .pair(prediction: prediction, reference: reference)
  }

  func pairing(_ paths: CasePaths, _ pattern: CasePattern) throws -> Pairing {
    switch paths {
    case .manifest(let path): return try Manifest.pairing(contentsOf: path)
    case .pair(let prediction, let reference):
      switch (FileKind(prediction), FileKind(reference)) {
      case (.nothing, _): throw MaskFileError(path: prediction, code: ENOENT)
      case (_, .nothing): throw MaskFileError(path: reference, code: ENOENT)
      case (.file, .file): return try Pairing(prediction: prediction, reference: reference)
      case (.folder, .folder):
        return try Pairing(predictions: prediction, references: reference, pattern: pattern)
      case (.file, .folder) where VolumeFile.isVolume(prediction) || NPYFile.isArray(prediction),
        (.folder, .file) where VolumeFile.isVolume(reference) || NPYFile.isArray(reference):
        // A stack of slices beside a volume in one file.
        return try Pairing(prediction: prediction, reference: reference)
      case (let kind, _):
        throw ScoreError(
          .usage,
          "\(prediction) is a \(kind == .file ? "file" : "folder") and \(reference) a "
            + "\(kind == .file ? "folder" : "file"); name two folders, or two files")
      }
    }
  }

  func apply(to flags: inout SettingFlags) throws {
    if stack != nil, volumes { throw ScoreError(.usage, "--volumes and --stack exclude each other") }
    try flags.set("--volumes", \.pattern.volumes, volumes ? true : nil)
    try flags.set("--stack", \.pattern.stack, stack.map { $0 })
    try flags.set("--match", \.pattern.match, match.map { $0 })
    try flags.set("--prediction-suffix", \.pattern.predictionSuffix, predictionSuffix)
    try flags.set("--reference-suffix", \.pattern.referenceSuffix, referenceSuffix)
    try flags.set("--missing", \.missing, missing)
    try flags.set("--extra", \.extra, extra)
  }
}

/// Where the cases come from.
enum CasePaths {
  case pair(prediction: String, reference: String)
  case manifest(String)

  /// Other tools take the references first; names that say so are worth a hint.
  var diagnoses: [Diagnosis] {
    guard case .pair(let prediction, let reference) = self,
      Self.sounds(prediction, like: Self.referenceNames),
      Self.sounds(reference, like: Self.predictionNames)
    else { return [] }
    return [
      Diagnosis(
        .hint,
        "\(prediction) is taken for the predictions and \(reference) for the references, and their names say the "
          + "opposite: swap them, or name them with -p and -r")
    ]
  }

  private static let referenceNames: Set = [
    "gt", "gts", "groundtruth", "truth", "reference", "references", "ref", "refs", "label", "labels",
    "labelstr",
    "annotations", "target", "targets",
  ]
  private static let predictionNames: Set = [
    "pred", "preds", "prediction", "predictions", "predicted", "output", "outputs", "result", "results",
    "inference",
  ]

  private static func sounds(_ path: String, like names: Set<String>) -> Bool {
    let last = path.split(separator: "/").last ?? ""
    let words = last.lowercased().split { !$0.isLetter }.map(String.init)
    return words.contains(where: names.contains) || names.contains(words.joined())
  }
}

extension MissingPolicy: ExpressibleByArgument {}
extension ExtraPolicy: ExpressibleByArgument {}
