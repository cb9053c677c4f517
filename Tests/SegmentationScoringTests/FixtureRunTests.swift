import LabelMaps
import MaskIO
import SegmentationMetrics
import SegmentationScoring
import TestSupport
import Testing

@Suite("Whole runs over the fixture sets against expected.json")
struct FixtureRunTests {
  static let sets = [
    "organs", "volumes", "flat-stacks", "binary", "palette", "colours", "instances", "black-objects",
  ]

  /// What a user would say about a set.
  static func settings(of set: String, _ settings: inout ScoreSettings) throws {
    settings.metrics = try OverlapMetric.catalogue.map {
      try ScoreSettings.Metric(named: $0.name == "fbeta" ? "fbeta@2" : $0.name)
    }
    switch set {
    case "volumes": settings.pattern.volumes = true
    case "flat-stacks": settings.pattern.stack = "(.*)_z([0-9]+)"
    case "palette": settings.ignored = [255]
    case "colours":
      settings.colourMap = try ColourMap(contentsOf: TestFiles.fixture("colours/colours.json"))
      settings.predictionDecoding = .colourMap
      settings.referenceDecoding = .colourMap
    case "instances":
      settings.predictionDecoding = .nonzero
      settings.referenceDecoding = .nonzero
    case "black-objects":
      settings.predictionDecoding = .zero
      settings.referenceDecoding = .zero
    default: break
    }
  }

  private static func run(_ set: String, jobs: Int = 2) throws -> ScoreResult {
    try runFixture(set, jobs: jobs) { try settings(of: set, &$0) }
  }

  @Test("Every case has exactly the counts by pair of labels, the labels and the shape", arguments: sets)
  func counts(set: String) throws {
    let expected = try MetricsExpected.set(set)
    let result = try Self.run(set)
    #expect(Set(result.records.map(\.id)) == Set(expected.cases.keys))
    for record in result.records {
      let truth = try #require(expected.cases[record.id])
      #expect(record.status == .ok)
      #expect(record.confusion == truth.histogram, "\(record.id)")
      #expect(record.shape?.extents == truth.shape)
      #expect(record.counts.map(\.key) == truth.labels.filter { $0 != 0 }.map { String($0) })
      #expect(record.counted == truth.histogram.total)
      #expect(record.counted + record.ignored == UInt64(truth.shape.reduce(1, *)))
    }
    #expect(result.confusion == expected.pooledHistogram)
  }

  @Test("Every metric of every label: each case, their mean, and pooled", arguments: sets)
  func values(set: String) throws {
    let expected = try MetricsExpected.set(set)
    let pooled = try #require(expected.pooled)
    let means = try #require(expected.meanDice)
    let result = try Self.run(set)
    #expect(
      result.scheme.items.map(\.key)
        == pooled.perLabel.keys.filter { $0 != "0" }.sorted { Int($0) ?? 0 < Int($1) ?? 0 })
    for key in result.scheme.items.map(\.key) {
      let truth = try #require(pooled.perLabel[key])
      for metric in result.settings.reportedMetrics {
        let name = Self.name(of: metric)
        if let value = try #require(truth[name], "\(name)") {
          #expect(isClose(result.pooledValue(key, metric), value), "pooled \(name) of \(key)")
        }
        for record in result.records {
          let found = record.value(of: metric.overlap ?? .dice, record.counts(of: key), .strict)
          let value = try #require(expected.cases[record.id]?.perLabel?[key]?[name], "\(name)")
          #expect(
            isClose(found, value ?? .nan) || value == nil && found.isInfinite,
            "\(record.id) \(name) of \(key)")
        }
      }
      let mean = try #require(means[key])
      #expect(isClose(result.aggregate(key, .dice).mean, mean ?? .nan), "mean dice of \(key)")
    }
    let summary = result.confusionSummary
    #expect(isClose(summary.pixelAccuracy, pooled.pixelAccuracy))
    #expect(isClose(summary.meanIoU, pooled.meanIoU))
    #expect(isClose(summary.meanIoUWithBackground, pooled.meanIoUWithBackground))
    #expect(isClose(summary.meanAccuracy, pooled.meanAccuracy))
    #expect(isClose(summary.frequencyWeightedIoU, pooled.frequencyWeightedIoU))
  }

  @Test("Regions beside labels score as expected, for each case, in the mean and pooled")
  func regions() throws {
    let expected = try MetricsExpected.set("organs")
    let region = try #require(expected.regions?["whole"])
    let result = try runFixture("organs") { $0.labels = try LabelScheme(parsing: "1=liver,whole=1+2+3") }
    #expect(result.scheme.items.map(\.key) == ["1", "whole"])
    for record in result.records {
      let truth = try #require(region.cases[record.id])
      let counts = record.counts(of: "whole")
      #expect(Double(counts.truePositives) == truth["tp"] && Double(counts.falsePositives) == truth["fp"])
      #expect(Double(counts.falseNegatives) == truth["fn"] && Double(counts.trueNegatives) == truth["tn"])
    }
    #expect(isClose(result.aggregate("whole", .dice).mean, region.meanDice))
    let pooled = try #require(region.pooled["dice"])
    #expect(isClose(result.pooledValue("whole", .dice), pooled ?? .nan))
  }

  @Test("Results are the same for any number of threads, and records come in case order", arguments: sets)
  func threads(set: String) throws {
    let one = try Self.run(set, jobs: 1)
    let ids = one.records.map(\.id)
    #expect(ids == ids.sorted(by: NaturalOrder.precedes))
    for jobs in [2, 5] {
      let other = try Self.run(set, jobs: jobs)
      #expect(other.records == one.records)
      // As text, since NaN is not equal to itself.
      for key in one.scheme.items.map(\.key) {
        #expect("\(other.aggregates[key] ?? [])" == "\(one.aggregates[key] ?? [])")
      }
      #expect(other.pooled == one.pooled && other.diagnoses == one.diagnoses)
      #expect(other.settings == one.settings && other.scheme == one.scheme)
    }
  }

  @Test("Aggregates are those of the records, each with its counts of NaN and infinity", arguments: sets)
  func aggregates(set: String) throws {
    let result = try Self.run(set)
    for key in result.scheme.items.map(\.key) {
      for metric in result.settings.reportedMetrics {
        let values = result.records.map { $0.value(of: metric.overlap ?? .dice, $0.counts(of: key), .strict) }
        let aggregate = result.aggregate(key, metric)
        let defined = values.filter { !$0.isNaN }
        #expect(aggregate.count == defined.count && aggregate.nanCount == values.count - defined.count)
        #expect(aggregate.infiniteCount == values.count(where: \.isInfinite))
        #expect(isClose(aggregate.mean, defined.reduce(0, +) / Double(defined.count)))
      }
    }
  }

  @Test("A result keeps the confusion of its cases only where asked to")
  func memory() throws {
    let pairing = try Pairing(
      predictions: TestFiles.fixture("organs/predictions"),
      references: TestFiles.fixture("organs/references"), pattern: CasePattern())
    let lean = try ScoreRun(pairing.cases, settings: ScoreSettings(), jobs: 2).run()
    #expect(lean.records.allSatisfy { $0.confusion == nil })
    #expect(lean.confusion == (try Self.run("organs")).confusion)
  }

  private static func name(of metric: ScoreSettings.Metric) -> String {
    String(metric.name.map { $0 == "-" ? "_" : $0 })
  }
}
