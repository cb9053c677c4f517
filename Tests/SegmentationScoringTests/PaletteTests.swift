import MaskIO
import SegmentationMetrics
import SegmentationScoring
import TestSupport
import Testing

@Suite("Palettes and colours as labels")
struct PaletteTests {
  private let black = RGB(0, 0, 0)
  private let red = RGB(255, 0, 0)
  private let green = RGB(0, 255, 0)

  @Test("Indices are the labels, whatever the colours, where used colours do not contradict")
  func indices() throws {
    let set = try TinySet()
    try set.folder.palette("p/x.png", [0, 1, 2], [black, red, green])
    try set.folder.palette("r/x.png", [0, 1, 1], [black, RGB(9, 9, 9), RGB(8, 8, 8)])
    let result = try set.run()
    #expect(result.pooled["1"] == OverlapCounts(truePositives: 1, falseNegatives: 1, trueNegatives: 1))
  }

  @Test("Two palettes with a used colour at different indices stop the run; --palette decides")
  func conflict() throws {
    let set = try TinySet()
    try set.folder.palette("p/x.png", [0, 1, 2], [black, green, red])
    try set.folder.palette("r/x.png", [0, 2, 2], [black, red, green])
    let text = try scoreError(.pairing) { _ = try set.run() }
    #expect(text.contains("case x") && text.contains("--palette index") && text.contains("--palette colour"))
    var settings = ScoreSettings()
    settings.palette = .index
    #expect(
      try set.run(settings).pooled["2"]
        == OverlapCounts(truePositives: 1, falseNegatives: 1, trueNegatives: 1))
    settings.palette = .colour
    let byColour = try set.run(settings)
    // Green is the prediction's 1 and the reference's 2, red the other way round.
    #expect(byColour.pooled["2"] == OverlapCounts(truePositives: 1, falseNegatives: 1, trueNegatives: 1))
    #expect(byColour.pooled["1"] == OverlapCounts(falsePositives: 1, trueNegatives: 2))
    #expect(try byColour.record("x").confusion?.count(prediction: 2, reference: 2) == 1)
  }

  @Test("A conflict in a late case stops the run as one in the first does", arguments: [1, 3])
  func lateConflict(jobs: Int) throws {
    let set = try TinySet()
    for index in 0..<5 {
      let palette = index < 4 ? [black, red, green] : [black, green, red]
      try set.folder.palette("p/\(index).png", [0, 1, 2], palette)
      try set.folder.palette("r/\(index).png", [0, 1, 2], [black, red, green])
    }
    #expect(try scoreError(.pairing) { _ = try set.run(jobs: jobs) }.contains("case 4"))
  }

  @Test("Colours that are not used do not conflict")
  func unusedColours() throws {
    let set = try TinySet()
    try set.folder.palette("p/x.png", [0, 1], [black, red, green, RGB(1, 2, 3)])
    try set.folder.palette("r/x.png", [0, 1], [black, red, RGB(1, 2, 3), green])
    #expect(try set.run().pooled["1"] == OverlapCounts(truePositives: 1, trueNegatives: 1))
  }

  @Test("RGB whose colours all stand in the other side's palette takes its indices, on either side")
  func otherPalette() throws {
    for flipped in [false, true] {
      let set = try TinySet()
      try set.folder.rgb(flipped ? "r/x.png" : "p/x.png", [black, red, green, green])
      try set.folder.palette(
        flipped ? "p/x.png" : "r/x.png", [0, 3, 5, 3],
        [
          black, black, black, red, black, green,
        ])
      let result = try set.run()
      let confusion = try #require(try result.record("x").confusion)
      let rgbSide: KeyPath<JointHistogram.Entry, UInt32> = flipped ? \.reference : \.prediction
      #expect(Set(confusion.entries.map { $0[keyPath: rgbSide] }) == [0, 3, 5])
      #expect(confusion.count(prediction: flipped ? 3 : 5, reference: flipped ? 5 : 3) == 1)
      #expect(result.texts(.decision).contains { $0.contains("palette") })
    }
  }

  @Test("RGB files are looked up in the palette wherever in the set they stand", arguments: [1, 3])
  func mixedSet(jobs: Int) throws {
    // cli.md: RGB whose colours all stand in the other side's palette takes its indices. Which case comes
    // first must not decide whether that holds.
    for rgbCase in 0..<3 {
      let set = try TinySet()
      for index in 0..<3 {
        if index == rgbCase {
          try set.folder.rgb("p/\(index).png", [black, red, green])
        } else {
          try set.folder.palette("p/\(index).png", [0, 1, 2], [black, red, green])
        }
        try set.folder.palette("r/\(index).png", [0, 1, 2], [black, red, green])
      }
      let result = try set.run(jobs: jobs)
      #expect(result.records.map(\.status) == [.ok, .ok, .ok], "RGB in case \(rgbCase)")
      #expect(result.pooled["2"] == OverlapCounts(truePositives: 3, trueNegatives: 6))
    }
  }

  @Test("A colour outside the other palette stops the run, also in a late case")
  func outsideThePalette() throws {
    let set = try TinySet()
    for index in 0..<3 {
      try set.folder.rgb("p/\(index).png", [black, index < 2 ? red : RGB(1, 2, 3)])
      try set.folder.palette("r/\(index).png", [0, 1], [black, red])
    }
    let text = try scoreError(.pairing) { _ = try set.run() }
    #expect(text.contains("case 2") && text.contains("(1, 2, 3)") && text.contains("--colour-map"))
  }

  @Test("Binarizing palette files goes by index, with a warning if index 0 is not black")
  func binarizedPalette() throws {
    let set = try TinySet()
    try set.folder.palette("p/x.png", [0, 1, 1], [RGB(255, 255, 255), black])
    try set.folder.palette("r/x.png", [0, 1, 0], [black, RGB(255, 255, 255)])
    var settings = ScoreSettings()
    settings.predictionDecoding = .nonzero
    settings.referenceDecoding = .nonzero
    let result = try set.run(settings)
    #expect(result.pooled["1"] == OverlapCounts(truePositives: 1, falsePositives: 1, trueNegatives: 1))
    #expect(result.texts(.warning).contains { $0.hasPrefix("prediction") && $0.contains("(255, 255, 255)") })
    #expect(!result.texts(.warning).contains { $0.hasPrefix("reference") })
  }
}
