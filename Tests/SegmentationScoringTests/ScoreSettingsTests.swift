import LabelMaps
import MaskIO
import SegmentationMetrics
import SegmentationScoring
import TestSupport
import Testing
import TextFormats

@Suite("Settings as JSON")
struct ScoreSettingsTests {
  /// Settings with each field, one at a time, away from its default.
  static let changes: [(name: String, change: @Sendable (inout ScoreSettings) throws -> Void)] = [
    ("defaults", { _ in }),
    ("volumes", { $0.pattern.volumes = true }),
    ("stack", { $0.pattern.stack = "(.*)_z(\\d+)" }),
    ("match", { $0.pattern.match = "^(\"case\"\\d+)" }),
    ("prediction suffix", { $0.pattern.predictionSuffix = "_pred" }),
    ("reference suffix", { $0.pattern.referenceSuffix = "_gt" }),
    ("missing skip", { $0.missing = .skip }),
    ("missing worst", { $0.missing = .worst }),
    ("extra", { $0.extra = .ignore }),
    ("labels", { $0.labels = try LabelScheme(parsing: "1=liver,2,whole=1+2,part=2") }),
    ("background", { $0.background = 255 }),
    ("no background", { $0.background = nil }),
    ("ignored", { $0.ignored = [0, 255, .max - 1] }),
    ("palette", { $0.palette = .colour }),
    ("relabel prediction", { $0.relabelPrediction = [7: 3, 8: 0, .max - 1: 1] }),
    ("relabel reference", { $0.relabelReference = [1: 2, 2: 1] }),
    (
      "metrics",
      {
        $0.metrics = try ["fbeta@0.5", "mcc", "sensitivity", "dsc"].map {
          try ScoreSettings.Metric(named: $0)
        }
      }
    ),
    (
      "shape metrics",
      {
        $0.metrics = try ["hd95.pooled", "nsd@2mm", "hd@90.surfel", "pq@0.3", "boundary-iou@2"].map {
          try ScoreSettings.Metric(named: $0)
        }
      }
    ),
    ("surface", { $0.shapes.surface = .surfel }), ("distance", { $0.shapes.norm = .taxicab }),
    ("connectivity", { $0.shapes.connectivity = .edges }), ("instances", { $0.shapes.objects = .ids }),
    ("classes of instances", { $0.shapes.objects = .idsOfClasses(divisor: 1000) }),
    ("lesions", { $0.shapes.lesions = LesionRule(dilation: 1, ignoredVolume: 2.5) }),
    ("ignored objects", { $0.shapes.leavesOutIgnoredObjects = true }),
    ("matching", { $0.shapes.matching = MatchingRule(.atLeast, threshold: 0.25) }),
    ("tolerances", { $0.shapes.tolerances = ["1": 2, "whole": 3.5] }),
    ("tolerance", { $0.shapes.tolerance = .value(0.1) }),
    ("penalty", { $0.shapes.penalty = .diagonal }), ("penalty value", { $0.shapes.penalty = .value(373.13) }),
    (
      "convention",
      {
        let convention = try #require(Convention(named: "panoptica"))
        $0.adopt(convention)
        $0.metrics = try convention.metrics.map { try ScoreSettings.Metric(named: $0, convention) }
      }
    ),
    ("empty", { $0.empty = try #require(EmptyPolicy(named: "brats")) }),
    ("spacing", { $0.spacing = try Spacing([3, 0.1, 1.0 / 3]) }),
    (
      "colour map",
      {
        $0.colourMap = ColourMap(
          labels: [RGB(128, 0, 0).packed: 1, RGB(0, 0, 255).packed: 0], ignored: [RGB(224, 224, 192).packed],
          names: [1: "mem\"brane"])
        $0.predictionDecoding = .colourMap
      }
    ),
  ]

  @Test("Every field comes back from the text as it was", arguments: changes.indices)
  func roundTrip(index: Int) throws {
    var settings = ScoreSettings()
    try Self.changes[index].change(&settings)
    for style in [JSONValue.Style.line, .readable] {
      let text = settings.json(decided: ["both sides: as labels"]).text(style)
      #expect(try ScoreSettings(JSONValue(parsing: text)) == settings, "\(Self.changes[index].name)")
    }
  }

  @Test("Every rule of decoding comes back on either side")
  func decodings() throws {
    let rules: [DecodingRule] = [
      .labels, .white, .otherPalette, .colourMap, .rgbIDs, .nonzero, .zero, .above(128),
    ]
    for rule in rules {
      var settings = ScoreSettings()
      settings.predictionDecoding = rule
      #expect(try ScoreSettings(settings.json()) == settings)
      settings.predictionDecoding = nil
      settings.referenceDecoding = rule
      #expect(try ScoreSettings(settings.json()) == settings)
    }
  }

  @Test("Label names come back whatever they hold", arguments: ["grey+white", "a,b", "x=y", " padded ", "7"])
  func labelNames(name: String) throws {
    // A JSON labels file and nnU-Net's dataset.json may name a label anything.
    var settings = ScoreSettings()
    settings.labels = try LabelScheme([.label(1, name: name), .label(2)])
    let read = try? ScoreSettings(JSONValue(parsing: settings.json().text(.line)))
    #expect(read?.labels == settings.labels)
  }

  @Test("A whole result is read for its settings, and scores the same again")
  func resultFile() throws {
    let folder = try TemporaryFolder()
    let first = try runFixture("organs") {
      $0.labels = try LabelScheme(parsing: "1=liver,whole=1+2+3")
      $0.metrics = try [ScoreSettings.Metric(named: "recall")]
    }
    let document = JSONValue.members(["schema": .string("x"), "settings": first.settings.json()])
    let path = try folder.text("result.json", document.text(.readable))
    let settings = try ScoreSettings(contentsOf: path)
    #expect(settings == first.settings)
    #expect(try runFixture("organs") { $0 = settings }.records == first.records)
  }

  @Test(
    "What cannot be used is wrong usage and names the key",
    arguments: [
      ("{\"labels\": \"1\", \"colour\": 3}", "colour"), ("{\"background\": -1}", "background"),
      ("{\"background\": 1.5}", "background"), ("{\"ignore_labels\": [1, \"x\"]}", "ignore_labels"),
      ("{\"decoding\": {\"prediction\": \"guess\"}}", "decoding.prediction"),
      ("{\"decoding\": {\"palette\": \"both\"}}", "decoding.palette"),
      ("{\"decoding\": {\"relabel_prediction\": {\"x\": 1}}}", "relabel_prediction"),
      ("{\"decoding\": {\"relabel_reference\": {\"1\": \"y\"}}}", "relabel_reference"),
      ("{\"empty\": \"lenient\"}", "empty"), ("{\"metrics\": [\"dicee\"]}", "dicee"),
      ("{\"cases\": {\"missing\": \"maybe\"}}", "cases.missing"), ("{\"spacing\": [1]}", "spacing"),
      ("{\"cases\": {\"extra\": \"maybe\"}}", "cases.extra"), ("[1]", "object"), ("{", "JSON"),
    ])
  func faults(text: String, part: String) throws {
    let folder = try TemporaryFolder()
    let path = try folder.text("s.json", text)
    let message = try scoreError(.usage) { _ = try ScoreSettings(contentsOf: path) }
    #expect(message.contains(part) && message.contains(path), "\(message)")
  }

  @Test("Reported metrics have a key each, however a metric's name was written")
  func uniqueKeys() throws {
    for names in [
      ["dice"], ["iou", "dice"], ["Dice", "IoU"], ["DICE"], ["dsc", "jaccard"], ["recall", "Dice"],
    ] {
      var settings = ScoreSettings()
      settings.metrics = try names.map { try ScoreSettings.Metric(named: $0) }
      let keys = settings.reportedMetrics.map(\.key)
      #expect(Set(keys).count == keys.count, "\(names): \(keys)")
      #expect(keys.prefix(2) == ["Dice", "IoU"])
    }
  }
}
