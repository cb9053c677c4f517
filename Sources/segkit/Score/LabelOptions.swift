import ArgumentParser
import SegmentationKit

/// What the numbers in the files mean.
struct LabelOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "What to score, with names and regions: 1=liver,2=tumour,whole=1+2; cityscapes and cityscapes-train are Cityscapes' classes, categories and ignored labels. Default: the labels found.",
      valueName: "list"))
  var labels: [String] = []

  @Option(
    help: ArgumentHelp(
      "The same from a JSON file (nnU-Net's dataset.json too) or lines '1 liver'.", valueName: "file"))
  var labelsFile: String?

  @Option(
    help: ArgumentHelp(
      "The label that is not scored; none to score label 0 as well. Default: 0.", valueName: "label|none"))
  var background: String?

  @Option(
    help: ArgumentHelp(
      "Voxels with these reference labels count nowhere: 255, or 254,255.", valueName: "label"))
  var ignoreLabel: [String] = []

  @Option(
    help: ArgumentHelp("Make both sides 0/1: nonzero, zero (a black object) or above:V.", valueName: "rule"))
  var binarize: String?

  @Option(help: ArgumentHelp("As --binarize, for the predictions alone.", valueName: "rule"))
  var predictionBinarize: String?

  @Option(help: ArgumentHelp("As --binarize, for the references alone.", valueName: "rule"))
  var referenceBinarize: String?

  @Option(
    help: ArgumentHelp(
      "How predictions are read: labels, colour-map, rgb-ids, nonzero, … Default: inferred.",
      valueName: "rule"))
  var predictionDecoding: String?

  @Option(help: ArgumentHelp("How references are read. Default: inferred.", valueName: "rule"))
  var referenceDecoding: String?

  @Option(help: ArgumentHelp("Which colour is which label: JSON, or CVAT's labelmap.txt.", valueName: "file"))
  var colourMap: String?

  @Flag(help: "RGB colours are ids: r + 256 g + 65536 b.")
  var rgbIds = false

  @Option(
    help: ArgumentHelp(
      "Where palettes disagree: the index or the colour is the label.", valueName: "index|colour"))
  var palette: PaletteChoice?

  @Option(help: ArgumentHelp("Labels to change in the predictions: 7=3,8=4.", valueName: "list"))
  var relabelPrediction: [String] = []

  @Option(help: ArgumentHelp("Labels to change in the references: 7=3,8=4.", valueName: "list"))
  var relabelReference: [String] = []

  func apply(to flags: inout SettingFlags) throws {
    if !labels.isEmpty, labelsFile != nil {
      throw ScoreError(.usage, "--labels and --labels-file exclude each other")
    }
    var background = try background.map { try Self.background($0) }
    // There 0 is the road.
    if background == nil, Self.isTrainingIDs(labels) { background = .some(nil) }
    var file = try labelsFile.map { try LabelsFile.scheme(contentsOf: $0, background: background ?? 0) }
    if let known = Self.knownLabels(labels) {
      file = known
    } else if !labels.isEmpty {
      do {
        try flags.set("--labels", \.labels, try LabelScheme(parsing: labels.joined(separator: ",")))
      } catch let error
        as LabelSchemeError
      { throw ScoreError(.usage, error.description) }
    }
    if let file { try flags.set(labelsFile == nil ? "--labels" : "--labels-file", \.labels, file.scheme) }
    try flags.set("--background", \.background, background)
    let ignored = try ignoreLabel.flatMap { try Self.list($0, "--ignore-label") } + (file?.ignored ?? [])
    try flags.set("--ignore-label", \.ignored, ignored.isEmpty ? nil : Set(ignored).sorted())
    try checkIgnored(flags.settings)
    let map = try colourMap.map { try Self.colourMap($0) }
    try flags.set("--colour-map", \.colourMap, map.map { $0 })
    try flags.set("--palette", \.palette, palette.map { $0 })
    try applyRule("prediction", predictionBinarize, predictionDecoding, \.predictionDecoding, to: &flags)
    try applyRule("reference", referenceBinarize, referenceDecoding, \.referenceDecoding, to: &flags)
    if colourMap != nil, flags.settings.predictionDecoding != .colourMap,
      flags.settings.referenceDecoding != .colourMap
    {
      throw ScoreError(
        .usage, "--colour-map is used by neither side; leave it out, or the rules that replace it")
    }
    if flags.settings.colourMap == nil,
      flags.settings.predictionDecoding == .colourMap || flags.settings.referenceDecoding == .colourMap
    {
      throw ScoreError(.usage, "decoding colour-map needs --colour-map FILE")
    }
    try flags.set(
      "--relabel-prediction", \.relabelPrediction,
      try Self.relabelling(relabelPrediction, "--relabel-prediction"))
    try flags.set(
      "--relabel-reference", \.relabelReference,
      try Self.relabelling(relabelReference, "--relabel-reference"))
  }

  /// Labels that go by a name.
  private static func knownLabels(_ labels: [String]) -> (scheme: LabelScheme, ignored: [UInt32])? {
    if isTrainingIDs(labels) { return CityscapesLabels.trainingIDs }
    return labels.map { $0.lowercased() } == ["cityscapes"] ? CityscapesLabels.ids : nil
  }

  private static func isTrainingIDs(_ labels: [String]) -> Bool {
    labels.map { $0.lowercased() } == ["cityscapes-train"]
  }

  /// The one rule that all flags about a side agree on.
  private func applyRule(
    _ side: String, _ ownBinarize: String?, _ decoding: String?,
    _ key: WritableKeyPath<ScoreSettings, DecodingRule?>,
    to flags: inout SettingFlags
  ) throws {
    var rules: [(flag: String, rule: DecodingRule)] = []
    for (flag, text) in [("--binarize", binarize), ("--\(side)-binarize", ownBinarize)] {
      guard let text else { continue }
      guard let rule = DecodingRule(binarization: text) else {
        throw ScoreError(
          .usage, "\(flag): '\(text)' is no rule; write nonzero, zero or above:V with V from 0 to 65535")
      }
      rules.append((flag, rule))
    }
    if let decoding {
      guard let rule = DecodingRule(named: decoding) else {
        throw ScoreError(
          .usage,
          "--\(side)-decoding: '\(decoding)' is no rule; write labels, 255-is-1, other-palette, colour-map, "
            + "rgb-ids, nonzero, zero or above:V")
      }
      rules.append(("--\(side)-decoding", rule))
    }
    // A side that has a rule of its own does not need the colours.
    if rules.isEmpty, colourMap != nil { rules.append(("--colour-map", .colourMap)) }
    if rgbIds, decoding == nil, ownBinarize == nil { rules.append(("--rgb-ids", .rgbIDs)) }
    guard let first = rules.first else { return }
    for other in rules.dropFirst() where other.rule != first.rule {
      throw ScoreError(
        .usage, "\(first.flag) and \(other.flag) say different things about the \(side)s; leave one")
    }
    try flags.set(first.flag, key, first.rule)
  }

  private static func colourMap(_ path: String) throws -> ColourMap {
    do { return try ColourMap(contentsOf: path) } catch { throw ScoreError(.usage, error.description) }
  }

  private static func background(_ text: String) throws -> UInt32? {
    if text.lowercased() == "none" { return nil }
    guard let label = UInt32(text) else {
      throw ScoreError(.usage, "--background: '\(text)' is neither a label nor none")
    }
    return label
  }

  /// A label that is ignored cannot be scored: it has no voxel to be right in.
  private func checkIgnored(_ settings: ScoreSettings) throws {
    for item in settings.labels?.items ?? [] {
      if let label = item.labels.first(where: settings.ignored.contains) {
        throw ScoreError(.usage, "label \(label) is ignored and to be scored (\(item.title)); leave out one")
      }
    }
  }

  private static func list(_ text: String, _ flag: String) throws -> [UInt32] {
    try text.split(separator: ",").map { part in
      guard let label = UInt32(part.filter { $0 != " " }) else {
        throw ScoreError(.usage, "\(flag): '\(part)' is no label; write numbers, as 255 or 254,255")
      }
      return label
    }
  }

  private static func relabelling(_ texts: [String], _ flag: String) throws -> [UInt32: UInt32]? {
    guard !texts.isEmpty else { return nil }
    var result: [UInt32: UInt32] = [:]
    for part in texts.joined(separator: ",").split(separator: ",") {
      let sides = part.split(separator: "=").compactMap { UInt32($0.filter { $0 != " " }) }
      guard sides.count == 2, part.contains("=") else {
        throw ScoreError(.usage, "\(flag): cannot read '\(part)'; write 7=3,8=4")
      }
      guard result.updateValue(sides[1], forKey: sides[0]) == nil else {
        throw ScoreError(.usage, "\(flag): label \(sides[0]) stands twice")
      }
    }
    return result
  }
}

extension PaletteChoice: ExpressibleByArgument {}
