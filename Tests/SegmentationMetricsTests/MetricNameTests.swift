import SegmentationMetrics
import Testing

@Suite("Names of metrics")
struct MetricNameTests {
  @Test(
    "Every name that conventions.md gives is read as its metric",
    arguments: [
      ("dice", OverlapMetric.dice), ("iou", .iou), ("precision", .precision), ("recall", .recall),
      ("sensitivity", .recall), ("specificity", .specificity), ("accuracy", .accuracy),
      ("balanced-accuracy", .balancedAccuracy), ("balanced_accuracy", .balancedAccuracy),
      ("fbeta@2", .fBeta(2)), ("fbeta@0.5", .fBeta(0.5)), ("volume-similarity", .volumeSimilarity),
      ("relative-volume-difference", .relativeVolumeDifference), ("mcc", .matthewsCorrelation),
      ("cohen-kappa", .cohenKappa), ("kappa", .cohenKappa), ("fpr", .falsePositiveRate),
      ("fnr", .falseNegativeRate), ("jaccard", .iou), ("dsc", .dice), ("rvd", .relativeVolumeDifference),
      ("DICE", .dice), ("Balanced Accuracy", .balancedAccuracy), ("fbeta", .fBeta(1)),
    ])
  func names(text: String, metric: OverlapMetric) throws {
    #expect(try OverlapMetric(named: text) == metric)
  }

  @Test("Names and aliases of the catalogue are read as their metric, and none stands twice")
  func catalogue() throws {
    var seen: Set<String> = []
    for entry in OverlapMetric.catalogue {
      for name in [entry.name] + entry.aliases {
        #expect(try OverlapMetric(named: name) == entry.metric)
        #expect(seen.insert(name).inserted, "\(name) stands twice")
      }
    }
    #expect(OverlapMetric.catalogue.count == 24)
  }

  @Test(
    "Unknown names are errors that list what there is", arguments: ["", "dicee", "f2", "hd95", "@2", "-"])
  func unknown(text: String) throws {
    let error = try #require(throws: MetricNameError.self) { try OverlapMetric(named: text) }
    #expect(error == .unknown(text))
    for entry in OverlapMetric.catalogue { #expect(error.description.contains(entry.name)) }
  }

  @Test(
    "A parameter that makes no sense is an error",
    arguments: ["fbeta@", "fbeta@0", "fbeta@-1", "fbeta@nan", "fbeta@inf", "fbeta@x", "fbeta@1e999"])
  func badParameter(text: String) {
    #expect(throws: MetricNameError.badParameter(text)) { try OverlapMetric(named: text) }
  }

  @Test("A metric without parameter takes none", arguments: ["dice@1", "iou@", "mcc@2"])
  func noParameter(text: String) {
    #expect(throws: MetricNameError.noParameter(String(text.prefix { $0 != "@" }))) {
      try OverlapMetric(named: text)
    }
  }

  @Test("A prefix stands once, however often it is written")
  func repeated() {
    for count in [2, 3, 100_000] {
      let name = String(repeating: "lesionwise-", count: count) + "hd95"
      #expect(throws: MetricNameError.self) { try SegmentationMetric(named: name) }
    }
  }
}
