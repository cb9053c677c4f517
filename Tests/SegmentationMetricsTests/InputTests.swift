import LabelMaps
import SegmentationMetrics
import TestSupport
import Testing

/// What no sensible caller asks for has an answer all the same.
@Suite("Numbers beyond their range")
struct InputTests {
  private static let numbers: [Double] = [
    -.infinity, -1e308, -5, -0.0, 0, .leastNonzeroMagnitude, 0.5, 2, 95, 100, 101, 1e6, 1e19, 1e308,
    .infinity, .nan,
  ]

  private static func maps() throws -> (LabelMap, LabelMap) {
    let shape = VoxelShape(rows: 4, columns: 5)
    return (
      try LabelMap([0, 1, 1, 0, 0, 0, 1, 1, 1, 0, 0, 0, 1, 0, 0, 2, 0, 0, 0, 0] as [UInt8], shape: shape),
      try LabelMap([1, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 2, 2, 0, 0, 0] as [UInt8], shape: shape)
    )
  }

  private static func values(_ metrics: [SegmentationMetric], spacing: [Double] = [1, 1]) throws -> [[Double]]
  {
    let (own, other) = try maps()
    return try ShapeMeasures(
      prediction: own, reference: other, items: [.label(1), .label(2), .label(3)], ShapeRequest(metrics),
      spacing: spacing
    ).values
  }

  @Test("Percentages beyond 0 and 100 are as these, NaN gives NaN", arguments: numbers)
  func percent(number: Double) {
    let values: [Double] = [3, 1, 2, 5, 4]
    let clamped = number.isNaN ? .nan : min(max(number, 0), 100)
    for (found, expected) in [
      (
        QuantileRule.linear.percentile(number, of: values),
        QuantileRule.linear.percentile(clamped, of: values)
      ),
      (QuantileRule.lower.percentile(number, of: values), QuantileRule.lower.percentile(clamped, of: values)),
      (
        WeightedPercentile.of(values, [1, 1, 1, 1, 1], number),
        WeightedPercentile.of(values, [1, 1, 1, 1, 1], clamped)
      ),
    ] {
      #expect(number.isNaN ? found.isNaN : found == expected && (1...5).contains(found))
    }
  }

  @Test("Percentiles of values that are no numbers come to an end", arguments: 0..<40)
  func percentileOfAnything(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    let some: [Double] = [.nan, -.nan, .infinity, -.infinity, 0, 1, 2, 3]
    let values = (0..<Int.random(in: 1...40, using: &random)).map { _ in
      some.randomElement(using: &random) ?? 0
    }
    for percent in [0.0, 5, 50, 95, 99.9, 100] {
      let distances = SurfaceDistances(
        fromPrediction: values, fromReference: values, predictionWeights: [1, 2])
      for form in SurfaceMetric.PercentileForm.allCases {
        _ = SurfaceMetric(.hausdorff(percent: percent, form)).value(distances)
      }
      _ =
        QuantileRule.linear.percentile(percent, of: values)
        + QuantileRule.lower.percentile(percent, of: values)
    }
  }

  @Test("Every parameter of a metric may be any number", arguments: numbers)
  func parameters(number: Double) throws {
    var metrics: [SegmentationMetric] = SurfaceMetric.PercentileForm.allCases.map {
      .surface(SurfaceMetric(.hausdorff(percent: number, $0)))
    }
    for surface in SurfaceKind.allCases {
      metrics.append(
        .surface(SurfaceMetric(.normalizedSurfaceDice(tolerance: number, .pooled), surface: surface)))
      metrics.append(.lesion(.distance(SurfaceMetric(.hausdorff(percent: number, .floor), surface: surface))))
    }
    for width in [BoundaryMetric.BandWidth.voxels(number), .ratio(number)] {
      for form in BoundaryMetric.BandForm.allCases { metrics.append(.boundary(.boundaryIoU(width, form))) }
      metrics.append(.boundary(.boundaryF(width)))
    }
    metrics.append(.object(.panopticQuality, MatchingRule(.above, threshold: number)))
    #expect(try Self.values(metrics).count == 3)
    for metric in metrics { #expect(!metric.meaning(.surfel).isEmpty) }
    #expect(!LesionRule(dilation: 1, ignoredVolume: number).name.isEmpty)
    #expect(!Penalty.value(number).name.isEmpty)
    _ = Penalty.diagonal.distance(extents: [1 << 30, 5], spacing: [number, 1])
    _ = OverlapMetric.fBeta(number).value(OverlapCounts(truePositives: 3, falsePositives: 1))
  }

  @Test("A band wider than the image is the whole object")
  func wideBand() throws {
    for form in BoundaryMetric.BandForm.allCases {
      let found = try Self.values([.boundary(.boundaryIoU(.voxels(1e6), form))])
      // Label 1: 4 voxels on both sides, 7 on either; label 2: 1 of 2; label 3 is not there.
      #expect(found[0] == [4.0 / 7] && found[1] == [0.5] && found[2][0].isNaN)
    }
  }

  @Test("Every metric has an answer for any spacing", arguments: numbers)
  func spacing(number: Double) throws {
    let metrics = try (ManyLabelsTests.names + ["asd.pred.surfel"]).map { try SegmentationMetric(named: $0) }
    for spacing in [[number, number], [number, 1], [1e300, number], [number, 1e-300]] {
      #expect(try Self.values(metrics, spacing: spacing).count == 3)
    }
  }

  @Test(
    "Distances grow with the spacing, and shares stay", arguments: [1e-30, 1e30])
  func scaled(length: Double) throws {
    let names = [
      "hd95", "assd", "hd.surfel", "mean-contour-distance", "nsd@0", "boundary-iou", "pq", "cldice",
    ]
    let metrics = try names.map { try SegmentationMetric(named: $0) }
    let (one, scaled) = (try Self.values(metrics), try Self.values(metrics, spacing: [length, length]))
    for place in 0..<2 {
      for (index, metric) in metrics.enumerated() {
        let expected = one[place][index] * (metric.isDistance ? length : 1)
        let difference = (scaled[place][index] - expected).magnitude
        #expect(difference <= 1e-14 * expected, "\(names[index])")
      }
    }
  }

  @Test("Names with numbers out of range are refused")
  func names() {
    for name in [
      "hd@nan", "hd@inf", "hd@-1", "hd@101", "nsd@inf", "nsd@nan", "nsd@-1", "nsd@1e400", "boundary-iou@0",
      "boundary-iou@1e7", "boundary-iou@nan", "boundary-f@inf", "pq@2", "pq@nan", "fbeta@nan", "fbeta@inf",
      "fbeta@0", "fbeta@-1", "fbeta@1e7", "lesionwise-hd@nan",
    ] {
      #expect(throws: MetricNameError.self, "\(name)") { try SegmentationMetric(named: name) }
    }
    for name in ["fbeta@1e-320", "boundary-iou@1e6", "nsd@1e308", "hd@0"] {
      #expect(throws: Never.self) { try SegmentationMetric(named: name) }
    }
    for text in ["iou>nan", "iou>=inf", "iou>2", "iou>", "iou>-1"] {
      #expect(MatchingRule(named: text) == nil)
    }
    for text in ["dilation=101", "dilation=-1", "dilation=99999999999999999999", "above=nan", "above=inf"] {
      #expect(LesionRule(named: text) == nil)
    }
    for text in ["ids:4294967296", "ids:1", "ids:0", "ids:-1"] { #expect(ObjectRule(named: text) == nil) }
    #expect(Connectivity(neighbours: 2_147_483_648) == nil && Connectivity(neighbours: .min) == nil)
  }

  @Test("Classes of ids: the largest divisor, and none")
  func divisors() {
    #expect(ObjectRule(named: "ids:4294967295")?.objectClass(of: .max) == 1)
    #expect(ObjectRule.idsOfClasses(divisor: 0).objectClass(of: 26001) == 26001)
    #expect(ObjectRule.idsOfClasses(divisor: 1).objectClass(of: 26001) == 26001)
  }

  @Test("Counts near the largest number are not exceeded")
  func counts() {
    let half: UInt64 = 1 << 63
    let entries = [(1, 1), (1, 2), (2, 1), (2, 2)].map {
      JointHistogram.Entry(prediction: UInt32($0), reference: UInt32($1), count: half)
    }
    var histogram = JointHistogram(entries + entries)
    histogram.add(histogram)
    #expect(histogram.total == .max)
    #expect(histogram.entries.allSatisfy { $0.count == .max })
    #expect(histogram.predictions[1] == .max && histogram.references[2] == .max)
    let counts = OverlapCounts.byLabel(histogram)
    #expect(counts[1]?.predicted == .max && counts[1]?.trueNegatives == 0)
    let region = OverlapCounts(histogram, of: [1, 2])
    #expect(region.truePositives == .max && region.total == .max)
    #expect((region + region).total == .max)
    let summary = ConfusionSummary(counts, background: nil, total: histogram.total)
    #expect(summary.pixelAccuracy == 1)
    #expect(GeneralizedDice.value(counts.values).isFinite)
    let objects = ObjectTally(truePositives: .max, falsePositives: .max, falseNegatives: .max)
    #expect((objects + objects).truePositives == .max)
    #expect(ReferenceCoverage(histogram, divisor: 1, items: [.label(1)]).shares["1"]?[1]?.found == 1)
  }

  @Test("A pair's score of many labels is that of each label alone")
  func pairs() throws {
    var random = SeededRandom(seed: 8)
    let shape = VoxelShape(rows: 60, columns: 70)
    func map() throws -> LabelMap {
      try LabelMap(
        .uint32((0..<shape.count).map { _ in UInt32.random(in: 0...5000, using: &random) / 900 * 700 }),
        shape: shape)
    }
    let (own, other) = (try map(), try map())
    let scheme = try LabelScheme(parsing: "700,1400=b,some=700+2100,99")
    let found = try score(prediction: own, reference: other, labels: scheme)
    for item in scheme.items {
      let places = (0..<shape.count).map { (item.labels.contains(own[$0]), item.labels.contains(other[$0])) }
      func count(_ pair: (Bool, Bool)) -> UInt64 { UInt64(places.count { $0 == pair }) }
      #expect(
        found.counts[item.key]
          == OverlapCounts(
            truePositives: count((true, true)), falsePositives: count((true, false)),
            falseNegatives: count((false, true)), trueNegatives: count((false, false))))
    }
  }
}
