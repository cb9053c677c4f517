import LabelMaps
import MaskIO
import SegmentationMetrics
import TextFormats

extension ScoreSettings {
  /// The `settings` of a result, from which the same run follows.
  ///
  /// - Parameter decided: what was decided about reading the files, a line each.
  package func json(decided: [String] = []) -> JSONValue {
    .members([
      "labels": labels.map { .array($0.items.map(Self.json(of:))) },
      "background": background.map { .count(UInt64($0)) } ?? .string("none"),
      "ignore_labels": .array(ignored.map { .count(UInt64($0)) }),
      "decoding": .members([
        "prediction": predictionDecoding.map { .string($0.name) },
        "reference": referenceDecoding.map { .string($0.name) },
        "palette": palette.map { .string($0.rawValue) },
        "colour_map": colourMap.map(Self.json(of:)),
        "relabel_prediction": Self.json(of: relabelPrediction),
        "relabel_reference": Self.json(of: relabelReference),
        "decided": decided.isEmpty ? nil : .array(decided.map { .string($0) }),
      ]),
      "metrics": .array(metrics.map { .string($0.name) }),
      "empty": .string(empty.name),
      "convention": convention.map { .string($0.name) },
      "shapes": shapeMetrics.isEmpty && hasPlainShapes ? nil : shapesJSON,
      "losses": losses.isEmpty ? nil : .array(losses.map { .string($0) }),
      "soft": soft == SoftReading() ? nil : soft.json,
      "spacing": spacing.map { .array($0.lengths.map { .number($0) }) },
      "spacing_unit": .string((spacing?.unit ?? .pixels).rawValue),
      "cases": .members([
        "volumes": .bool(pattern.volumes),
        "stack": pattern.stack.map { .string($0) },
        "match": pattern.match.map { .string($0) },
        "class_files": pattern.classFiles.map { .string($0) },
        "prediction_suffix": pattern.predictionSuffix.isEmpty ? nil : .string(pattern.predictionSuffix),
        "reference_suffix": pattern.referenceSuffix.isEmpty ? nil : .string(pattern.referenceSuffix),
        "missing": .string(missing.rawValue),
        "extra": .string(extra.rawValue),
      ]),
    ])
  }

  /// Reads the `settings` of an earlier result: the file itself, or that part of it alone.
  ///
  /// - Throws: `ScoreError` naming what cannot be used.
  package init(contentsOf path: String) throws {
    let text = try FileBytes.text(contentsOf: path)
    let document: JSONValue
    do { document = try JSONValue(parsing: text) } catch {
      throw ScoreError(
        .usage, "\(path): not JSON; name a result of segkit score --json, or the settings part of one")
    }
    guard document["settings"] != nil || document["metric_per_case"] == nil else {
      throw ScoreError(
        .usage, "\(path): a result without settings; name one that segkit score --json wrote in its own style"
      )
    }
    do { try self.init(document["settings"] ?? document) } catch {
      throw ScoreError(.usage, "\(path): \(error)")
    }
  }

  /// From the form `json(decided:)` gives.
  package init(_ json: JSONValue) throws {
    self.init()
    let known: Set = [
      "labels", "background", "ignore_labels", "decoding", "metrics", "empty", "spacing", "spacing_unit",
      "cases", "losses", "soft", "convention", "shapes", "tolerances",
    ]
    guard let members = json.members else { throw ScoreError(.usage, "settings: not an object") }
    for member in members where !known.contains(member.key) {
      throw ScoreError(
        .usage, "settings: unknown key '\(member.key)'; remove it, or use the version that wrote it")
    }
    // A person may write the flag's form.
    if let text = json["labels"]?.text { labels = try LabelScheme(parsing: text) }
    if let items = json["labels"]?.elements { labels = try LabelScheme(items.map(Self.item)) }
    if let background = json["background"] {
      self.background = background.text == "none" ? nil : try Self.label(background, "background")
    }
    ignored = try (json["ignore_labels"]?.elements ?? []).map { try Self.label($0, "ignore_labels") }
    if let name = json["convention"]?.text {
      adopt(try Self.choice(name, "convention", Convention(named: name)))
    }
    if let names = json["metrics"]?.elements {
      metrics = try names.map { try Metric(named: $0.text ?? "", convention) }
    }
    if let name = json["empty"]?.text { empty = try Self.choice(name, "empty", EmptyPolicy(named: name)) }
    if let shapes = json["shapes"] { try readShapes(shapes) }
    // A person may write them beside the metrics.
    if let tolerances = json["tolerances"] {
      try ShapeSetting.named("tolerances")?.read(tolerances, labels, &shapes)
    }
    losses = (json["losses"]?.elements ?? []).map { $0.text ?? "" }
    _ = try configuredLosses()
    if let soft = json["soft"] { self.soft = try SoftReading(soft) }
    if let lengths = json["spacing"]?.elements { spacing = try Spacing(lengths.map { $0.double ?? .nan }) }
    if let decoding = json["decoding"] { try readDecoding(decoding) }
    if let cases = json["cases"] { try readCases(cases) }
  }

  private mutating func readDecoding(_ json: JSONValue) throws {
    func rule(_ key: String) throws -> DecodingRule? {
      guard let name = json[key]?.text else { return nil }
      return try Self.choice(name, "decoding.\(key)", DecodingRule(named: name))
    }
    predictionDecoding = try rule("prediction")
    referenceDecoding = try rule("reference")
    if let name = json["palette"]?.text {
      palette = try Self.choice(name, "decoding.palette", PaletteChoice(rawValue: name))
    }
    if let map = json["colour_map"] { colourMap = try ColourMap(json: map) }
    relabelPrediction = try Self.relabelling(json["relabel_prediction"], "relabel_prediction")
    relabelReference = try Self.relabelling(json["relabel_reference"], "relabel_reference")
  }

  private mutating func readCases(_ json: JSONValue) throws {
    pattern.volumes = json["volumes"]?.truth ?? false
    pattern.stack = json["stack"]?.text
    pattern.match = json["match"]?.text
    pattern.classFiles = json["class_files"]?.text
    pattern.predictionSuffix = json["prediction_suffix"]?.text ?? ""
    pattern.referenceSuffix = json["reference_suffix"]?.text ?? ""
    if let name = json["missing"]?.text {
      missing = try Self.choice(name, "cases.missing", MissingPolicy(rawValue: name))
    }
    if let name = json["extra"]?.text {
      extra = try Self.choice(name, "cases.extra", ExtraPolicy(rawValue: name))
    }
  }

  private static func json(of item: LabelScheme.Item) -> JSONValue {
    item.isRegion
      ? .members(["region": .string(item.key), "labels": .array(item.labels.map { .count(UInt64($0)) })])
      : .members(["label": .count(UInt64(item.labels[0])), "name": item.name.map { .string($0) }])
  }

  private static func item(_ json: JSONValue) throws -> LabelScheme.Item {
    if let region = json["region"]?.text {
      return .region(region, try (json["labels"]?.elements ?? []).map { try label($0, "labels") })
    }
    guard let number = json["label"] else {
      throw ScoreError(.usage, "settings: labels must be objects with 'label' or 'region'")
    }
    return .label(try label(number, "labels"), name: json["name"]?.text)
  }

  static func choice<Choice>(_ name: String, _ key: String, _ choice: Choice?) throws -> Choice {
    guard let choice else { throw ScoreError(.usage, "settings: \(key) cannot be '\(name)'") }
    return choice
  }

  private static func label(_ json: JSONValue, _ key: String) throws -> UInt32 {
    guard let number = json.unsigned, let label = UInt32(exactly: number) else {
      throw ScoreError(.usage, "settings: \(key) must be labels, whole numbers of 0 or more")
    }
    return label
  }

  private static func relabelling(_ json: JSONValue?, _ key: String) throws -> [UInt32: UInt32] {
    var result: [UInt32: UInt32] = [:]
    for member in json?.members ?? [] {
      guard let from = UInt32(member.key) else {
        throw ScoreError(.usage, "settings: \(key): '\(member.key)' is no label")
      }
      result[from] = try label(member.value, key)
    }
    return result
  }

  private static func json(of relabelling: [UInt32: UInt32]) -> JSONValue? {
    guard !relabelling.isEmpty else { return nil }
    return .object(
      relabelling.sorted { $0.key < $1.key }.map {
        .init(key: String($0.key), value: .count(UInt64($0.value)))
      })
  }

  private static func json(of map: ColourMap) -> JSONValue {
    func channels(_ colour: UInt32) -> JSONValue {
      let colour = RGB(packed: colour)
      return .array([colour.red, colour.green, colour.blue].map { .count(UInt64($0)) })
    }
    let labels = map.labels.sorted { ($0.value, $0.key) < ($1.value, $1.key) }
    return .members([
      "labels": .object(labels.map { .init(key: String($0.value), value: channels($0.key)) }),
      "ignore": .array(map.ignored.sorted().map(channels)),
      "names": map.names.isEmpty
        ? nil
        : .object(
          map.names.sorted { $0.key < $1.key }.map { .init(key: String($0.key), value: .string($0.value)) }),
    ])
  }
}
