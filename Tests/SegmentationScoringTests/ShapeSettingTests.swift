import LabelMaps
import SegmentationMetrics
import SegmentationScoring
import TestSupport
import Testing
import TextFormats

@Suite("Choices about shapes have one declaration each")
struct ShapeSettingTests {
  /// A text of each that chooses something else than what is chosen without it.
  private static let others: KeyValuePairs = [
    "surface": "surfel", "distance": "taxicab", "connectivity": "6", "matching": "iou>=0.25",
    "instances": "ids:1000",
    "ignored_objects": "leave-out", "lesions": "dilation=1,above=2.5", "penalty": "373.13",
  ]

  @Test("Each has a text that changes one property, and together they and the tolerances are all there are")
  func everyPropertyIsCovered() throws {
    #expect(
      Set(Self.others.map(\.key)).union(["tolerance", "tolerances"]) == Set(ShapeSetting.all.map(\.key)))
    var changed: [String] = ["tolerance", "tolerances"]
    for (key, text) in Self.others {
      let setting = try #require(ShapeSetting.all.first { $0.key == key })
      var shapes = ShapeOptions()
      #expect(setting.parse(text, &shapes), "\(key)")
      let before = Self.properties(ShapeOptions())
      let after = Self.properties(shapes)
      let differing = before.keys.filter { before[$0] != after[$0] }
      #expect(differing.count == 1, "\(key): \(differing)")
      changed += differing
      // A word that is none changes nothing.
      let kept = shapes
      #expect(!setting.parse("nonsense", &shapes) && shapes == kept, "\(key)")
    }
    #expect(changed.sorted() == Self.properties(ShapeOptions()).keys.sorted())
  }

  private static func properties(_ shapes: ShapeOptions) -> [String: String] {
    Dictionary(
      uniqueKeysWithValues: Mirror(reflecting: shapes).children.map { ($0.label ?? "", "\($0.value)") })
  }

  @Test("What is chosen is written into settings and read from them, each alone and all together")
  func roundTrip() throws {
    var together = ScoreSettings()
    for (key, text) in Self.others {
      let setting = try #require(ShapeSetting.all.first { $0.key == key })
      var alone = ScoreSettings()
      #expect(setting.parse(text, &alone.shapes))
      #expect(setting.parse(text, &together.shapes))
      #expect(
        try ScoreSettings(JSONValue(parsing: alone.json().text(.line))).shapes == alone.shapes, "\(key)")
    }
    together.shapes.tolerance = .value(0.5)
    together.shapes.tolerances = ["1": 2, "whole": 3.5]
    #expect(try ScoreSettings(JSONValue(parsing: together.json().text(.line))) == together)
  }

  @Test("A convention leaves alone what it does not choose, whichever comes first", arguments: Convention.all)
  func adopting(convention: Convention) {
    var before = ScoreSettings()
    before.adopt(convention)
    let chosen = before.shapes
    var after = ScoreSettings()
    after.shapes.norm = .taxicab
    after.shapes.objects = .ids
    after.shapes.tolerances = ["1": 3]
    after.shapes.tolerance = .value(7)
    after.adopt(convention)
    #expect(
      after.shapes.norm == .taxicab && after.shapes.objects == .ids && after.shapes.tolerances == ["1": 3])
    if case .value = chosen.tolerance {
      #expect(after.shapes.tolerance == chosen.tolerance)
    } else {
      #expect(after.shapes.tolerance == .value(7))
    }
    #expect(after.shapes.surface == chosen.surface && after.shapes.penalty == chosen.penalty)
    #expect(after.shapes.matching == chosen.matching && after.shapes.lesions == chosen.lesions)
  }

  @Test("A value that is none is an error that names its key", arguments: ShapeSetting.all.map(\.key))
  func refused(key: String) throws {
    for value in ["\"nonsense\"", "[1]", "-1", "true"] {
      let error = #expect(throws: ScoreError.self, "\(value)") {
        try ScoreSettings(JSONValue(parsing: "{\"shapes\": {\"\(key)\": \(value)}}"))
      }
      #expect(error?.description.contains(key.hasPrefix("tolerance") ? "tolerance" : "shapes.\(key)") == true)
    }
  }
}
