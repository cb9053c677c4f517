import SegmentationMetrics
import TestSupport
import Testing

@Suite("Numbers of other projects' own tests (fixtures/published_metrics.json)")
struct PublishedVectorTests {
  /// A number and what it should be.
  struct Check {
    var name: String
    var value, expected: Double
  }

  typealias Vector = PublishedMetrics.Vector

  /// Parts of vectors that have no counterpart here, and why.
  static let deviations: [String: String] = [
    "mr.nested.empty_both com_dist": "the distance of centres of mass is no metric here",
    "pan.overpredicted centre_distance": "the distance of centres of mass is no metric here",
    "pan.pq.two_refs global_cedi": "the distance of centres of mass is no metric here",
    "pan.pq.two_refs sq_cedi": "the distance of centres of mass is no metric here",
    "pan.pq.two_refs sq_hd": "distances are of a label, not of a pair of objects",
    "pan.pq.two_refs sq_rvd": "volumes are of a label, not of a pair of objects",
    "pan.pq.pred_empty sq_assd": "distances are of a label, not of a pair of objects",
    "pan.pq.overlap_no_tp sq_assd": "distances are of a label, not of a pair of objects",
    "pan.pq.overlap_no_tp sq_rvd": "volumes are of a label, not of a pair of objects",
    "pan.multi_instances_dsc no_index_as_written":
      "a sum of label values, which panoptica's test asserts by mistake",
    "monai.iou.all_nan_sum 0": "MONAI reports a mean of nothing as 0; it is NaN here",
    "monai.iou.all_nan_sum 1": "MONAI reports a mean of nothing as 0; it is NaN here",
    "monai.iou.sum_batch 1": "MONAI reports a sum of nothing as 0; it is NaN here",
    "monai.iou.sum_batch 2": "MONAI reports a sum of nothing as 0; it is NaN here",
    "mr.sn2_9.case2 ec":
      "expected costs are no metric here; with balanced costs it is 1 − informedness, which is compared",
  ]

  @Test("Every vector, to its own tolerance")
  func vectors() throws {
    let vectors = try PublishedMetrics.loaded.get().vectors
    #expect(vectors.count == 72)
    var (compared, departed) = (0, Set<String>())
    for vector in vectors {
      let checks = try self.checks(of: vector)
      #expect(!checks.isEmpty, "\(vector.id)")
      for check in checks {
        let name = "\(vector.id) \(check.name)"
        guard Self.deviations[name] == nil else {
          departed.insert(name)
          continue
        }
        let tolerance = vector.tolerance
        let places = tolerance["places"].value.map { _ in 6e-8 }
        let bound = tolerance["atol"].value ?? tolerance["rtol"].value ?? places ?? 0
        let isRounded = vector.id.hasPrefix("sd.") ? 6e-4 : 0
        #expect(
          isSame(check.value, check.expected, max(bound, isRounded, 1e-12)),
          "\(name): \(check.expected), here \(check.value)")
        compared += 1
      }
    }
    #expect(departed == Set(Self.deviations.keys))
    #expect(compared > 280)
  }

  private func checks(of vector: Vector) throws -> [Check] {
    let family = vector.id.split(separator: ".").prefix(2).joined(separator: ".")
    switch family {
    case "monai.hd": return try hausdorff(vector)
    case "monai.asd": return try averages(vector)
    case "monai.nsd": return try surfaceDice(vector)
    case "sd.2d", "sd.3d": return try surfaceDistance(vector)
    case "monai.iou": return try intersections(vector)
    case "monai.confusion": return try confusion(vector)
    case "monai.gdice": return try generalizedDice(vector)
    case "monai.pq": return try panopticQuality(vector)
    case "pan.pq": return try panopticaObjects(vector)
    case "tm.dice": return try torchDice(vector)
    default: break
    }
    if family.hasPrefix("mr.") { return try metricsReloaded(vector) }
    if family.hasPrefix("pan.") { return try panoptica(vector) }
    return try others(vector)
  }

  func pair(_ vector: Vector, _ convention: String) throws -> VectorPair {
    try VectorPair(
      VectorMap(vector.inputs["pred"] ?? .null), VectorMap(vector.inputs["gt"] ?? .null), convention)
  }

  /// The numbers of names that mean a metric each.
  func checks(_ pair: VectorPair, _ expected: JSONTree, _ names: [String: String]) throws -> [Check] {
    try expected.keys.compactMap { key in
      guard let expected = expected[key].value else { return nil }
      guard let name = names[key] else { return Check(name: key, value: .nan, expected: expected) }
      return Check(name: key, value: try pair.value(name), expected: expected)
    }
  }

  /// By sample and channel, the pair of binary masks.
  func channels(_ vector: Vector, _ convention: String = "monai") throws -> [[VectorPair]] {
    let pair = try pair(vector, convention)
    return try (0..<pair.prediction.extents[0]).map { sample in
      try (0..<pair.prediction.extents[1]).map { channel in
        try VectorPair(pair.prediction[sample][channel], pair.reference[sample][channel], convention)
      }
    }
  }

  func hasBackground(_ vector: Vector) -> Bool {
    if case .flag(false) = vector.args["include_background"] { false } else { true }
  }

  func mean(_ values: [Double]) -> Double {
    let defined = values.filter { !$0.isNaN }
    return defined.reduce(0, +) / Double(defined.count)
  }

  /// NaN where there is nothing.
  func sum(_ values: [Double]) -> Double {
    let defined = values.filter { !$0.isNaN }
    return defined.isEmpty ? .nan : defined.reduce(0, +)
  }

  func numbered(_ values: [Double], _ expected: [Double]) -> [Check] {
    guard values.count == expected.count else { return [Check(name: "count", value: 0, expected: 1)] }
    return values.indices.map { Check(name: "\($0)", value: values[$0], expected: expected[$0]) }
  }
}
