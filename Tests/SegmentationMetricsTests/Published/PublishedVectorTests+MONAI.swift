import SegmentationMetrics
import TestSupport
import Testing

// MONAI's tests.
extension PublishedVectorTests {
  func hausdorff(_ vector: Vector) throws -> [Check] {
    var pair = try pair(vector, "monai")
    pair.spacing = vector.args["spacing"].isNull ? nil : vector.args["spacing"].values
    return try DistanceNorm.allCases.flatMap { norm in
      pair.norm = norm
      return try checks(
        pair, vector.expected, [norm.rawValue: "hd", norm.rawValue + "_directed": "hd.pred"]
      ).filter { $0.name.hasPrefix(norm.rawValue) }
    }
  }

  func averages(_ vector: Vector) throws -> [Check] {
    var pair = try pair(vector, "monai")
    guard case .text(let norm) = vector.args["distance_metric"] else { return [] }
    pair.norm = try #require(DistanceNorm(rawValue: norm))
    return try checks(pair, vector.expected, ["symmetric": "assd", "pred_to_gt": "asd.pred"])
  }

  func surfaceDice(_ vector: Vector) throws -> [Check] {
    var pair = try pair(vector, "monai")
    let background = { (map: VectorMap) in map.mask { $0 == 0 } }
    switch vector.id {
    case "monai.nsd.2d_halfplane_tol0":
      let other = try VectorPair(background(pair.prediction), background(pair.reference))
      let expected = vector.expected
      let found = [
        Check(name: "class 1", value: try pair.value("nsd@0"), expected: expected["class1"].value ?? .nan),
        Check(
          name: "class 0", value: try other.value("nsd@0"),
          expected: expected["class0_background"].value ?? .nan),
      ]
      pair.spacing = [0.85, 1.2]
      return found + [
        Check(
          name: "with spacing", value: try pair.value("nsd@0"), expected: expected["class1"].value ?? .nan)
      ]
    case "monai.nsd.2d_halfplane_tol_saturates":
      var found = try [10, 11].map {
        Check(name: "within \($0)", value: try pair.value("nsd@\($0)"), expected: 1)
      }
      let rising = try pair.values(["nsd@0", "nsd@1", "nsd@9", "nsd@10"])
      for (one, next) in zip(rising, rising.dropFirst()) {
        found.append(Check(name: "rising", value: one < next ? 1 : 0, expected: 1))
      }
      pair.spacing = [0.85, 1.2]
      found.append(Check(name: "within 12", value: try pair.value("nsd@12"), expected: 1))
      found.append(
        Check(name: "within 11.9", value: try pair.value("nsd@11.9") < 1 ? 1 : 0, expected: 1))
      return found
    case "monai.nsd.2d_bars":
      let other = try VectorPair(background(pair.prediction), background(pair.reference))
      return try DistanceNorm.allCases.flatMap { norm in
        try vector.expected[norm.rawValue].list.flatMap { row in
          try [other, pair].enumerated().map { label, pair in
            var pair = pair
            pair.norm = norm
            return Check(
              name: "\(norm) class \(label)", value: try pair.value("nsd@\(row["tol"].values[label])"),
              expected: row["value"].values[label])
          }
        }
      }
    case "monai.nsd.absent_classes":
      let values = try (0..<4).map { label in
        try VectorPair(pair.prediction.mask { $0 == label }, pair.reference.mask { $0 == label }).value(
          "nsd@1")
      }
      let expected = vector.expected["per_class"].values
      return values.indices.map { Check(name: "class \($0)", value: values[$0], expected: expected[$0]) } + [
        Check(
          name: "mean", value: mean(values), expected: vector.expected["mean_with_background"].value ?? .nan),
        Check(
          name: "mean of foreground", value: mean(Array(values.dropFirst())),
          expected: vector.expected["mean_without_background"].value ?? .nan),
      ]
    default:
      pair.spacing = vector.args["spacing"].values
      return [
        Check(
          name: "", value: try pair.value("nsd.surfel@1"), expected: vector.expected.value ?? .nan)
      ]
    }
  }

  func intersections(_ vector: Vector) throws -> [Check] {
    // Not to ignore an empty reference is nnU-Net's way.
    let convention = vector.id.hasSuffix("ignore_false") ? "nnunet" : "monai"
    let values = try channels(vector, convention).map { sample in
      try sample.dropFirst(hasBackground(vector) ? 0 : 1).map { try $0.value("iou") }
    }
    switch vector.id {
    case "monai.iou.mean": return numbered([mean(values.map { mean($0) })], [vector.expected.value ?? .nan])
    case "monai.iou.sum_batch", "monai.iou.all_nan_sum":
      return numbered(
        values[0].indices.map { label in sum(values.map { $0[label] }) }, vector.expected.values)
    case "monai.iou.nan_pattern":
      let expected = vector.expected.list.flatMap(\.list).map { (tree: JSONTree) -> Double in
        if case .flag(true) = tree { 1 } else { 0 }
      }
      return numbered(values.joined().map { (value: Double) -> Double in value.isNaN ? 1 : 0 }, expected)
    default: return numbered(Array(values.joined()), vector.expected.flattened)
    }
  }

  func confusion(_ vector: Vector) throws -> [Check] {
    // 0/0 stays what it is.
    let samples = try channels(vector, "nnunet").map { $0.map(\.counts) }
    if vector.id == "monai.confusion.counts" {
      let found = samples.joined().flatMap {
        [$0.truePositives, $0.falsePositives, $0.trueNegatives, $0.falseNegatives].map { Double($0) }
      }
      return numbered(found, vector.expected.flattened)
    }
    return try vector.expected.keys.flatMap { key -> [Check] in
      let metric = try OverlapMetric(named: key)
      let values = samples.map { $0.map { metric.value($0) } }
      let expected = vector.expected[key]
      guard vector.id == "monai.confusion.nan_sum" else {
        return [Check(name: key, value: mean(values.map { mean($0) }), expected: expected.value ?? .nan)]
      }
      let labels = values[0].indices.map { label in values.map { $0[label] }.filter { !$0.isNaN } }
      return [
        Check(
          name: key + " sum", value: sum(Array(values.joined())), expected: expected["sum"].value ?? .nan),
        Check(
          name: key + " n", value: Double(labels.joined().count), expected: expected["not_nans"].value ?? .nan
        ),
      ]
        + numbered(labels.map { $0.reduce(0, +) }, expected["sum_batch"].values)
        + numbered(labels.map { Double($0.count) }, expected["not_nans_batch"].values)
    }
  }

  func generalizedDice(_ vector: Vector) throws -> [Check] {
    if vector.id == "monai.gdice.edges" {
      let (none, all) = (OverlapCounts(trueNegatives: 9), OverlapCounts(truePositives: 9))
      let (missed, made) = (OverlapCounts(falseNegatives: 9), OverlapCounts(falsePositives: 9))
      return [
        Check(name: "all", value: GeneralizedDice.value([all, all]), expected: 1),
        Check(name: "made up", value: GeneralizedDice.value([made, made]), expected: 0),
        Check(name: "missed", value: GeneralizedDice.value([missed, missed]), expected: 0),
        // MONAI has 1 here and NaN for its Dice of the same masks.
        Check(name: "none", value: GeneralizedDice.value([none, none]), expected: .nan),
      ]
    }
    let samples = try channels(vector, "nnunet").map {
      $0.dropFirst(hasBackground(vector) ? 0 : 1).map(\.counts)
    }
    // Of one class alone it is that class' Dice.
    let single = samples.map { $0.map { GeneralizedDice.value([$0]) } }
    if vector.id == "monai.gdice.per_class" {
      return numbered(Array(single.joined()), vector.expected.flattened)
    }
    if vector.id == "monai.gdice.batch2_nobg" {
      return numbered(
        single[0].indices.map { label in mean(single.map { $0[label] }) }, vector.expected.values)
    }
    let values = samples.map { GeneralizedDice.value($0) }
    if vector.id == "monai.gdice.sum" { return numbered([sum(values)], [vector.expected.value ?? .nan]) }
    return numbered(values, vector.expected.flattened)
  }

  func panopticQuality(_ vector: Vector) throws -> [Check] {
    let pair = try pair(vector, "monai")
    let names = [
      "monai.pq.iou50": "pq", "monai.pq.rq_iou30_remap": "rq", "monai.pq.classes_50": "pq",
      "monai.pq.sq_4classes_30": "sq",
    ]
    let rule = MatchingRule(.above, threshold: vector.args["match_iou"].value ?? 0.5)
    func value(_ name: String, _ prediction: VectorMap, _ reference: VectorMap) throws -> Double {
      var pair = try VectorPair(prediction, reference)
      pair.objects = Set(prediction.numbers + reference.numbers).filter { $0 != 0 }.map { UInt32($0) }
      pair.matching = rule
      if pair.objects == [] { return .nan }
      return try pair.value(name)
    }
    if pair.prediction.extents.count == 2 {
      let found = try value(try #require(names[vector.id]), pair.prediction, pair.reference)
      return [Check(name: "", value: found, expected: vector.expected.value ?? .nan)]
    }
    // Channel 0 tells the objects, channel 1 their classes. An object of two classes is one in each.
    let classes = 1...Int(vector.args["num_classes"].value ?? 1)
    func values(_ name: String) throws -> [[Double]] {
      try (0..<pair.prediction.extents[0]).map { sample in
        try classes.map { label in
          func objects(_ map: VectorMap) -> VectorMap {
            let (ids, kinds) = (map[sample][0], map[sample][1])
            return VectorMap(
              extents: ids.extents, zip(ids.numbers, kinds.numbers).map { $1 == label ? $0 : 0 })
          }
          return try value(name, objects(pair.prediction), objects(pair.reference))
        }
      }
    }
    if vector.id == "monai.pq.rq_pq_none_40" {
      return try ["rq", "pq"].flatMap {
        // A class of neither side is 0 in MONAI, and NaN here.
        numbered(try values($0).joined().map { $0.isNaN ? 0 : $0 }, vector.expected[$0].flattened)
      }
    }
    // MONAI adds up what was counted over the batch, as pooled scores do.
    var tallies: [ObjectTally] = classes.map { _ in ObjectTally() }
    for sample in 0..<pair.prediction.extents[0] {
      for (index, label) in classes.enumerated() {
        func map(_ map: VectorMap) throws -> ObjectMap {
          let (ids, kinds) = (map[sample][0], map[sample][1])
          let own = VectorMap(
            extents: ids.extents, zip(ids.numbers, kinds.numbers).map { $1 == label ? $0 : 0 })
          let places = Dictionary(
            uniqueKeysWithValues: Set(own.numbers).filter { $0 != 0 }.map { (UInt32($0), UInt32(1)) })
          return ObjectMap(idsOf: try own.labels(), places: places)
        }
        tallies[index] =
          tallies[index]
          + ObjectTally.matching(try map(pair.prediction), try map(pair.reference), count: 1, rule)[0]
      }
    }
    let metric = try #require(ObjectMetric(rawValue: names[vector.id] ?? ""))
    return numbered(tallies.map { metric.value($0) }.map { $0.isNaN ? 0 : $0 }, vector.expected.values)
  }
}
