import MaskIO
import SegmentationMetrics
import SegmentationScoring
import TestSupport
import Testing

@Suite("How files are read where nobody says it")
struct DecodingInferenceTests {
  @Test("0/255 against 0/1 is one binary label, on either side, said in one line")
  func white() throws {
    for flipped in [false, true] {
      let (a, b): ([UInt8], [UInt8]) = ([0, 255, 255, 0], [0, 1, 0, 0])
      let set = try TinySet(grey: [flipped ? (b, a) : (a, b)])
      let result = try set.run()
      #expect(result.scheme.items.map(\.key) == ["1"])
      let expected =
        flipped
        ? OverlapCounts(truePositives: 1, falseNegatives: 1, trueNegatives: 2)
        : OverlapCounts(truePositives: 1, falsePositives: 1, trueNegatives: 2)
      #expect(try result.counts("0", "1") == expected)
      #expect(result.settings.predictionDecoding == (flipped ? .labels : .white))
      #expect(result.settings.referenceDecoding == (flipped ? .white : .labels))
      #expect(result.texts(.decision).count == 1)
      #expect(result.texts(.decision).allSatisfy { $0.contains("255 is 1") })
    }
  }

  @Test("0/255 on both sides stays label 255, and labels 0 to 3 stay what they are")
  func noWhite() throws {
    let both = try TinySet(grey: [([0, 255, 255], [0, 255, 0])]).run()
    #expect(both.scheme.items.map(\.key) == ["255"])
    #expect(both.texts(.decision).isEmpty)
    let labels = try TinySet(grey: [([0, 1, 2, 3], [0, 1, 2, 255])]).run()
    #expect(labels.scheme.items.map(\.key) == ["1", "2", "3", "255"])
  }

  @Test("A later case that breaks 0/255 against 0/1 breaks it for the first too", arguments: [1, 2, 5])
  func brokenLater(jobs: Int) throws {
    let fine: ([UInt8], [UInt8]) = ([0, 255, 255, 0], [0, 1, 0, 0])
    let breaking: [([UInt8], [UInt8])] = [([0, 255, 7, 0], [0, 1, 0, 0]), ([0, 255, 0, 0], [0, 1, 2, 0])]
    for last in breaking {
      for pairs in [[fine, fine, fine, last], [last, fine, fine, fine], [fine, last, fine, fine]] {
        let result = try TinySet(grey: pairs).run(jobs: jobs)
        #expect(result.settings.predictionDecoding == .labels)
        #expect(result.pooled["255"] != nil)
        for record in result.records {
          #expect(record.confusion?.count(prediction: 255, reference: 1) == 1, "case \(record.id)")
        }
      }
    }
  }

  @Test("Cases of nothing but background do not stand in the way")
  func backgroundOnly() throws {
    let set = try TinySet(grey: [([0, 0], [0, 0]), ([0, 255], [0, 1]), ([0, 0], [0, 0])])
    let result = try set.run()
    #expect(result.settings.predictionDecoding == .white)
    #expect(result.pooled["1"] == OverlapCounts(truePositives: 1, trueNegatives: 5))
  }

  @Test("What the user says is not inferred: binarizing both, and 0/255 kept as labels")
  func explicit() throws {
    let set = try TinySet(grey: [([0, 255, 3], [0, 1, 1])])
    var settings = ScoreSettings()
    settings.predictionDecoding = .nonzero
    settings.referenceDecoding = .nonzero
    #expect(try set.run(settings).pooled["1"] == OverlapCounts(truePositives: 2, trueNegatives: 1))
    let white = try TinySet(grey: [([0, 255], [0, 1])])
    settings.predictionDecoding = .labels
    settings.referenceDecoding = .labels
    #expect(try white.run(settings).pooled["255"] == OverlapCounts(falsePositives: 1, trueNegatives: 1))
  }

  @Test("One side binarized, 0/255 on the other is read as that binary label")
  func explicitAgainstWhite() throws {
    var settings = ScoreSettings()
    settings.predictionDecoding = .above(100)
    let result = try TinySet(grey: [([0, 200, 90, 101], [0, 255, 0, 0])]).run(settings)
    #expect(result.pooled["1"] == OverlapCounts(truePositives: 1, falsePositives: 1, trueNegatives: 2))
  }

  @Test("A label the user ignores keeps its number: 255 that counts nowhere is not made label 1")
  func ignoredWhite() throws {
    var settings = ScoreSettings()
    settings.ignored = [255]
    let result = try TinySet(grey: [([0, 1, 1, 0], [0, 255, 255, 0])]).run(settings)
    let record = try result.record("0")
    #expect(record.ignored == 2)
    #expect(record.counted == 2)
  }

  @Test("A label the user relabels keeps its number: 255 becomes what the user says, not label 1")
  func relabelledWhite() throws {
    var settings = ScoreSettings()
    settings.relabelReference = [255: 0]
    let result = try TinySet(grey: [([0, 1, 1, 0], [0, 255, 255, 0])]).run(settings)
    #expect(result.pooled["1"] == OverlapCounts(falsePositives: 2, trueNegatives: 2))
  }

  @Test("RGB with equal channels is grey")
  func greyColours() throws {
    let set = try TinySet()
    try set.folder.rgb("p/x.png", [RGB(0, 0, 0), RGB(2, 2, 2), RGB(3, 3, 3)])
    try set.folder.grey("r/x.png", [0, 2, 2])
    let result = try set.run()
    #expect(result.pooled["2"] == OverlapCounts(truePositives: 1, falseNegatives: 1, trueNegatives: 1))
    #expect(result.pooled["3"] == OverlapCounts(falsePositives: 1, trueNegatives: 2))
  }

  @Test("White RGB against 0/1 is the binary label as white grey is")
  func whiteColours() throws {
    let set = try TinySet()
    try set.folder.rgb("p/x.png", [RGB(0, 0, 0), RGB(255, 255, 255)])
    try set.folder.grey("r/x.png", [0, 1])
    #expect(try set.run().pooled["1"] == OverlapCounts(truePositives: 1, trueNegatives: 1))
  }

  @Test("Colours that nothing explains stop the run and the message names the flags")
  func unexplainedColours() throws {
    for side in Side.allCases {
      let set = try TinySet()
      let (coloured, grey) = side == .prediction ? ("p", "r") : ("r", "p")
      try set.folder.rgb("\(coloured)/x.png", [RGB(0, 0, 0), RGB(255, 0, 0)])
      try set.folder.grey("\(grey)/x.png", [0, 1])
      let text = try scoreError(.pairing) { _ = try set.run() }
      for part in [
        "case x", side.rawValue, "(255, 0, 0)", "--colour-map", "--rgb-ids",
        "--\(side.rawValue)-binarize",
      ] {
        #expect(text.contains(part), "\(part) in \(text)")
      }
    }
  }

  @Test("16-bit colours stop the run and the message names the flag")
  func deepColours() throws {
    let set = try TinySet()
    let samples = PNGReader.Samples.uint16([0, 1, 2])
    try set.folder.bytes(
      "p/x.png", PNGWriter.encode(samples, PNGHeader(width: 1, height: 1, bitDepth: 16, colourType: .rgb)))
    try set.folder.grey("r/x.png", [0])
    let text = try scoreError(.pairing) { _ = try set.run() }
    #expect(text.contains("16-bit") && text.contains("--prediction-binarize"))
  }
}
