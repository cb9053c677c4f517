import Foundation
import LabelMaps
import SegmentationMetrics
import TestSupport
import Testing

@Suite("Lesions one by one")
struct LesionTests {
  /// What fixtures/lesions.py worked out with scipy, cc3d and surface-distance.
  struct File: Decodable {
    struct Case: Decodable {
      var extents: [Int]
      var spacing: [Double]
      var prediction, reference: [Int]
      var scores: [String: [String: Double]]
    }
    var missed: Double
    var cases: [Case]
  }

  static let file: File? = FileManager.default.contents(atPath: TestFiles.fixture("lesions.json"))
    .flatMap { try? JSONDecoder().decode(File.self, from: $0) }

  static let names = [
    "lesionwise-dice", "lesionwise-hd95.surfel", "lesionwise-tp", "lesionwise-fn", "lesionwise-fp",
  ]

  static func map(_ runs: [Int], _ extents: [Int], label: UInt8 = 1) throws -> LabelMap {
    let voxels = runs.enumerated().flatMap { [UInt8](repeating: $0 % 2 == 1 ? label : 0, count: $1) }
    return try LabelMap(voxels, shape: VoxelShape(slices: extents[0], rows: extents[1], columns: extents[2]))
  }

  static func values(
    _ prediction: LabelMap, _ reference: LabelMap, _ rule: LesionRule, missed: Double, spacing: [Double],
    threads: Int = 1
  ) throws -> [Double] {
    var request = ShapeRequest(try names.map { try SegmentationMetric(named: $0) })
    request.shapes.lesions = rule
    request.shapes.penalty = missed.isFinite ? .value(missed) : nil
    return try ShapeMeasures(
      prediction: prediction, reference: reference, items: [.label(1)], request, spacing: spacing,
      threads: threads
    ).values[0]
  }

  @Test("As scipy, cc3d and surface-distance have them", arguments: [1, 2])
  func reference(threads: Int) throws {
    let file = try #require(Self.file)
    #expect(file.cases.count == 48)
    let brats = try #require(EmptyPolicy(named: "brats"))
    for (index, one) in file.cases.enumerated() {
      let (own, other) = (try Self.map(one.prediction, one.extents), try Self.map(one.reference, one.extents))
      for (name, expected) in one.scores {
        let rule = try #require(LesionRule(named: name))
        let found = try Self.values(
          own, other, rule, missed: file.missed, spacing: one.spacing, threads: threads)
        for (metric, value) in zip(Self.names, found) {
          let wanted = try #require(expected[metric.replacingOccurrences(of: ".surfel", with: "")])
          // What is measured of nothing is the policy's to say.
          let counts = OverlapCounts(truePositives: 1, falsePositives: 0, falseNegatives: 0, trueNegatives: 0)
          let ruled = brats.value(of: try SegmentationMetric(named: metric), counts, natural: value)
          #expect(abs(ruled - wanted) <= 1e-9 * max(1, wanted), "case \(index), \(name), \(metric)")
        }
      }
    }
  }

  @Test("Many lesions, many fragments: each pair as if it were alone")
  func fragments() throws {
    // One predicted bar touches every lesion along it; each lesion is compared with the whole bar.
    var (own, other) = ([UInt8](repeating: 0, count: 40 * 9), [UInt8](repeating: 0, count: 40 * 9))
    for x in 0..<40 { own[4 * 40 + x] = 1 }
    for x in stride(from: 2, to: 40, by: 9) { other[4 * 40 + x] = 1 }
    let shape = VoxelShape(slices: 1, rows: 9, columns: 40)
    let found = try Self.values(
      LabelMap(own, shape: shape), LabelMap(other, shape: shape), LesionRule(dilation: 1, ignoredVolume: 0),
      missed: 374, spacing: [1, 1, 1])
    #expect(abs(found[0] - 2.0 / 41) < 1e-15)
    #expect(Array(found[2...]) == [5, 0, 0])
  }

  @Test(
    "Without a penalty what is missed is infinite; what is too small counts nowhere, nor does what touches it"
  )
  func missed() throws {
    let shape = VoxelShape(rows: 1, columns: 9)
    func values(_ own: [UInt8], _ other: [UInt8], _ rule: LesionRule) throws -> [Double] {
      try Self.values(
        LabelMap(own, shape: shape), LabelMap(other, shape: shape), rule, missed: .infinity, spacing: [1, 1])
    }
    let rule = LesionRule(dilation: 1, ignoredVolume: 1)
    // Two lesions, of which the second is missed.
    #expect(
      try values([1, 1, 0, 0, 0, 0, 0, 0, 0], [1, 1, 0, 0, 0, 0, 1, 1, 1], rule)
        == [0.5, .infinity, 1, 1, 0])
    // A lesion of one pixel is no lesion, and its prediction no false positive.
    let small = try values([0, 0, 0, 0, 0, 0, 1, 1, 1], [0, 0, 0, 0, 0, 1, 0, 0, 0], rule)
    #expect(small[0].isNaN && small[1].isNaN && small[2...].allSatisfy { $0 == 0 })
    // Two pieces that grow together are one lesion; of two missed pieces one is counted.
    #expect(
      try values([0, 0, 0, 0, 0, 0, 0, 0, 0], [1, 1, 0, 0, 1, 1, 0, 0, 0], rule) == [0, .infinity, 0, 1, 0])
    #expect(
      try values(
        [0, 0, 0, 0, 0, 0, 0, 0, 0], [1, 1, 0, 0, 0, 1, 1, 0, 0], rule) == [0, .infinity, 0, 2, 0])
  }

  @Test("Names and rules that cannot be read are errors")
  func names() throws {
    for name in ["lesionwise-iou", "lesionwise-", "lesionwise-nsd@1", "lesionwise-hd95.floor.pooled"] {
      #expect(throws: MetricNameError.self) { try SegmentationMetric(named: name) }
    }
    for rule in ["", "dilation", "dilation=-1", "dilation=1.5", "above=-1", "above=inf", "size=3"] {
      #expect(LesionRule(named: rule) == nil, "\(rule)")
    }
    let rule = LesionRule(dilation: 1, ignoredVolume: 2.5)
    #expect(LesionRule(named: rule.name) == rule)
    let metric = try SegmentationMetric(named: "lesion-wise-hd95.surfel")
    #expect(metric.meaning(.erosion6) == "lesionwise-hd95.surfel")
    #expect(try SegmentationMetric(named: metric.meaning(.erosion6)) == metric)
  }
}
