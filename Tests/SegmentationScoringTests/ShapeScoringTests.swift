import LabelMaps
import SegmentationMetrics
import SegmentationScoring
import TestSupport
import Testing

@Suite("Whole runs with metrics of shape")
struct ShapeScoringTests {
  /// In an image of one row every voxel of an object is surface.
  private static let pairs: [(prediction: [UInt8], reference: [UInt8])] = [
    ([1, 1, 0, 0, 0, 1, 2, 0], [1, 1, 0, 0, 0, 0, 2, 2]),
    ([1, 0, 0, 0, 0, 0, 0, 0], [1, 1, 0, 0, 0, 0, 0, 2]),
  ]

  private func settings(_ metrics: String...) throws -> ScoreSettings {
    var settings = ScoreSettings()
    settings.metrics = try metrics.map { try ScoreSettings.Metric(named: $0) }
    return settings
  }

  private func values(_ result: ScoreResult, _ key: String) throws -> [[Double]] {
    result.records.map { record in
      let entry = CountsTable(record)[key]
      return result.settings.metrics.map { record.value(of: $0, entry, result.settings) }
    }
  }

  @Test("Distances by hand: a label, an empty side, a region, their means")
  func byHand() throws {
    var settings = try settings("hd", "asd.pred", "assd", "nsd@1", "dice")
    settings.labels = try LabelScheme(parsing: "1=one,2=two,all=1+2")
    let result = try TinySet(grey: Self.pairs).run(settings)
    // Label 1: predicted 0 1 5, reference 0 1; then 0 and 0 1.
    let first: [[Double]] = [
      [4, 1.3333333333333333, 0.8, 0.8, 0.8], [1, 0, 0.3333333333333333, 1, 0.6666666666666666],
    ]
    #expect(try values(result, "1") == first)
    // Label 2: 6 and 6 7; then nothing and 7.
    let inf = Double.infinity
    let second: [[Double]] = [[1, 0, 0.3333333333333333, 1, 0.6666666666666666], [inf, inf, inf, 0, 0]]
    #expect(try values(result, "2") == second)
    // Both: 0 1 5 6 and 0 1 6 7; then 0 and 0 1 7.
    #expect(try values(result, "all") == [[1, 0.25, 0.25, 1, 0.75], [7, 0, 2.0, 0.75, 0.5]])
    let distance = result.aggregate("2", result.settings.metrics[0])
    #expect(distance.mean == .infinity && distance.meanFinite == 1)
    #expect(distance.count == 2 && distance.infiniteCount == 1 && distance.nanCount == 0)
    #expect(result.aggregate("1", result.settings.metrics[0]).mean == 2.5)
  }

  @Test("A spacing scales distances; a penalty stands for infinity and is counted")
  func spacingAndPenalty() throws {
    var settings = try settings("hd", "nsd@2mm")
    settings.labels = try LabelScheme(parsing: "1,2")
    settings.spacing = try Spacing([3, 2])
    settings.shapes.penalty = .diagonal
    let result = try TinySet(grey: Self.pairs).run(settings)
    let diagonal = (3.0 * 3 + 16 * 16).squareRoot()
    #expect(try values(result, "1") == [[8, 0.8], [2, 1]])
    #expect(try values(result, "2") == [[2, 1], [diagonal, 0]])
    let distance = result.aggregate("2", result.settings.metrics[0])
    #expect(distance.penalisedCount == 1 && distance.infiniteCount == 0)
    #expect(distance.mean == (2 + diagonal) / 2)
  }

  @Test("A prediction that is missing or unreadable has the worst values, whatever the reference holds")
  func missing() throws {
    for reference: [UInt8] in [[0, 1, 1, 0], [0, 0, 0, 0]] {
      let set = try TinySet(grey: [([0, 1], [0, 1])])
      try set.folder.grey("r/missing.png", reference)
      try set.folder.grey("r/broken.png", reference)
      try set.folder.bytes("p/broken.png", [0x89, 0x50])
      var settings = try settings("hd95", "nsd@1", "boundary-iou", "cldice", "pq")
      settings.missing = .worst
      settings.labels = try LabelScheme(parsing: "1")
      var result = try set.run(settings)
      let worst = [Double.infinity, 0, 0, 0, 0]
      for id in ["missing", "broken"] {
        let record = try result.record(id)
        let entry = CountsTable(record)["1"]
        #expect(
          result.settings.metrics.map { record.value(of: $0, entry, result.settings) } == worst, "\(id)")
      }
      settings.shapes.penalty = .value(99)
      result = try set.run(settings)
      #expect(result.aggregate("1", settings.metrics[0]).penalisedCount == 2)
      #expect(result.aggregate("1", settings.metrics[0]).mean == 66)
    }
  }

  @Test("Ignored voxels are background on both sides, and are counted")
  func ignored() throws {
    var settings = try settings("hd", "objects-pred")
    settings.labels = try LabelScheme(parsing: "1")
    settings.ignored = [255]
    let result = try TinySet(grey: [([1, 1, 0, 0, 0, 1, 1], [1, 1, 0, 0, 0, 255, 255])]).run(settings)
    #expect(try values(result, "1") == [[0, 1]])
    #expect(result.records[0].ignored == 2)
  }

  @Test("A mask leaves voxels out of surfaces as out of counts")
  func masked() throws {
    let set = try TinySet(grey: [([1, 1, 0, 0, 0, 1, 1], [1, 1, 0, 0, 0, 0, 0])])
    try set.folder.grey("m/0.png", [1, 1, 1, 1, 1, 0, 0])
    var settings = try settings("hd", "dice")
    settings.labels = try LabelScheme(parsing: "1")
    var cases = try set.pairing().cases
    cases[0].mask = .image(set.folder.file("m/0.png"))
    let result = try ScoreRun(cases, settings: settings, jobs: 1, keepsConfusion: true).run()
    #expect(try values(result, "1") == [[0, 1]])
  }

  @Test("How files are read is decided after the first cases, and shapes with them")
  func decidedLater() throws {
    // 0 and 255 against 0 and 1: what 255 is cannot be told before the reference is known.
    let result = try TinySet(grey: [
      ([0, 0, 0, 0], [0, 0, 0, 0]), ([255, 255, 0, 0], [1, 0, 0, 0]), ([255, 0, 0, 255], [1, 0, 0, 0]),
    ]).run(try settings("hd", "dice"))
    let found = try values(result, "1")
    #expect(found[0].allSatisfy { $0.isNaN })
    #expect(Array(found[1...]) == [[1, 0.6666666666666666], [3, 0.6666666666666666]])
  }

  @Test("Any number of jobs gives the same result", arguments: ["organs", "volumes"])
  func jobs(set: String) throws {
    func run(_ jobs: Int) throws -> [[[Double]]] {
      let result = try runFixture(set, jobs: jobs) {
        $0.metrics = try ["hd95", "assd", "nsd.surfel@1", "boundary-f", "cldice", "pq", "dice"].map {
          try ScoreSettings.Metric(named: $0)
        }
        if set == "volumes" { $0.pattern.volumes = true }
      }
      return try result.scheme.items.map { try values(result, $0.key) }
    }
    let one = try run(1)
    #expect(one.joined().joined().contains { $0.isFinite && $0 > 0 })
    for jobs in [2, 5] {
      for (left, right) in zip(one.joined().joined(), try run(jobs).joined().joined()) {
        #expect(left == right || left.isNaN && right.isNaN)
      }
    }
  }

  @Test("Millimetres that nobody knows, tolerances that nobody gave, and spacings of other axes are errors")
  func refusals() throws {
    let set = try TinySet(grey: Self.pairs)
    #expect(try scoreError(.usage) { _ = try set.run(try settings("nsd@2mm")) }.contains("--spacing"))
    #expect(try scoreError(.usage) { try settings("nsd").checkShapes() }.contains("--tolerance"))
    var three = try settings("hd")
    three.spacing = try Spacing([1, 1, 1])
    #expect(try scoreError(.usage) { _ = try set.run(three) }.contains("--spacing"))
    for text in ["0,1", "-1,1", "nan,1", "inf,1", "1,x", ""] {
      #expect(throws: SpacingError.self, "\(text)") { try Spacing(parsing: text) }
    }
  }

  @Test("Tolerances of single labels")
  func tolerances() throws {
    var settings = try settings("nsd")
    settings.labels = try LabelScheme(parsing: "1,2=two")
    try settings.setTolerances(parsing: "1=4,two=0")
    try settings.checkShapes()
    let result = try TinySet(grey: Self.pairs).run(settings)
    #expect(try values(result, "1") == [[1], [1]])
    #expect(try values(result, "2") == [[0.6666666666666666], [0]])
  }
}
