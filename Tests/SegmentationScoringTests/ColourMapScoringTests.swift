import MaskIO
import SegmentationMetrics
import SegmentationScoring
import TestSupport
import Testing

@Suite("Scoring through a colour map")
struct ColourMapScoringTests {
  private static let black = RGB(0, 0, 0)
  private static let red = RGB(255, 0, 0)
  private static let green = RGB(0, 255, 0)
  private static let void = RGB(224, 224, 192)

  private static var settings: ScoreSettings {
    var settings = ScoreSettings()
    settings.colourMap = ColourMap(
      labels: [black.packed: 0, red.packed: 1, green.packed: 2], ignored: [void.packed],
      names: [1: "membrane"])
    settings.predictionDecoding = .colourMap
    settings.referenceDecoding = .colourMap
    return settings
  }

  @Test("An ignored colour of the reference counts nowhere; of the prediction it is no label")
  func void() throws {
    let set = try TinySet()
    try set.folder.rgb("p/x.png", [Self.red, Self.red, Self.void, Self.void, Self.void, Self.black])
    try set.folder.rgb("r/x.png", [Self.red, Self.void, Self.red, Self.void, Self.black, Self.green])
    let result = try set.run(Self.settings)
    let record = try result.record("x")
    #expect(record.status == .ok)
    #expect(record.counted == 4 && record.ignored == 2)
    // Voxels: red on red, nothing on red, nothing on black, black on green.
    #expect(record.counts(of: "1") == OverlapCounts(truePositives: 1, falseNegatives: 1, trueNegatives: 2))
    #expect(record.counts(of: "2") == OverlapCounts(falseNegatives: 1, trueNegatives: 3))
    #expect(result.scheme.items.map(\.key) == ["1", "2"])
    #expect(result.scheme.items.first?.name == "membrane")
    #expect(result.confusionSummary.pixelAccuracy == 0.25)
  }

  @Test("An unnamed colour in a prediction fails the case, with its place and the remedy")
  func unnamedInPrediction() throws {
    let set = try TinySet()
    try set.folder.rgb("p/x.png", [Self.red, RGB(1, 2, 3), Self.black])
    try set.folder.rgb("r/x.png", [Self.red, Self.red, Self.void])
    let record = try set.run(Self.settings).record("x")
    #expect(record.status == .failed)
    let message = try #require(record.message)
    for part in ["p/x.png", "(1, 2, 3)", "row 0, column 1", "colour map"] { #expect(message.contains(part)) }
    // The reference is known, so the case counts at its worst: nothing right.
    #expect(record.counts(of: "1") == OverlapCounts(falseNegatives: 2))
    #expect(record.counted == 2 && record.ignored == 1)
  }

  @Test("An unnamed colour in a reference is an error whatever the prediction holds")
  func unnamedInReference() throws {
    for predicted in [Self.red, RGB(4, 5, 6)] {
      let set = try TinySet()
      try set.folder.rgb("p/x.png", [Self.red, predicted])
      try set.folder.rgb("r/x.png", [Self.red, RGB(1, 2, 3)])
      let record = try set.run(Self.settings).record("x")
      #expect(record.status == .error, "prediction \(predicted)")
      #expect(record.message?.contains("r/x.png") == true)
      #expect(!record.status.isScored)
    }
  }

  @Test("Relabelling each side happens before ignoring and scoring")
  func relabelling() throws {
    let set = try TinySet(grey: [([0, 7, 8, 1], [0, 3, 4, 9])])
    var settings = ScoreSettings()
    settings.relabelPrediction = [7: 3, 8: 4]
    settings.relabelReference = [9: 200]
    settings.ignored = [200]
    let result = try set.run(settings)
    #expect(result.scheme.items.map(\.key) == ["3", "4"])
    #expect(result.pooled["3"] == OverlapCounts(truePositives: 1, trueNegatives: 2))
    #expect(try result.record("0").ignored == 1)
    #expect(result.texts(.reading).contains { $0.contains("7=3,8=4") })
  }

  @Test("Label names, regions and ids of RGB files reach the result")
  func rgbIDs() throws {
    let set = try TinySet()
    try set.folder.rgb("p/x.png", [Self.black, RGB(0, 1, 0), RGB(255, 255, 255)])
    try set.folder.rgb("r/x.png", [Self.black, RGB(0, 1, 0), RGB(0, 0, 1)])
    var settings = ScoreSettings()
    settings.predictionDecoding = .rgbIDs
    settings.referenceDecoding = .rgbIDs
    let result = try set.run(settings)
    #expect(result.scheme.items.map(\.key) == ["256", "65536", "16777215"])
    #expect(result.pooled["256"] == OverlapCounts(truePositives: 1, trueNegatives: 2))
  }
}
