import DistanceTransform
import Testing

@testable import SegmentationMetrics

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

  private func pair(_ vector: Vector, _ convention: String) throws -> VectorPair {
    try VectorPair(
      VectorMap(vector.inputs["pred"] ?? .null), VectorMap(vector.inputs["gt"] ?? .null), convention)
  }

  /// The numbers of names that mean a metric each.
  private func checks(_ pair: VectorPair, _ expected: Tree, _ names: [String: String]) throws -> [Check] {
    try expected.keys.compactMap { key in
      guard let expected = expected[key].value else { return nil }
      guard let name = names[key] else { return Check(name: key, value: .nan, expected: expected) }
      return Check(name: key, value: try pair.value(name), expected: expected)
    }
  }

  // MARK: MONAI

  private func hausdorff(_ vector: Vector) throws -> [Check] {
    var pair = try pair(vector, "monai")
    pair.spacing = vector.args["spacing"].isNull ? nil : vector.args["spacing"].values
    return try DistanceNorm.allCases.flatMap { norm in
      pair.norm = norm
      return try checks(
        pair, vector.expected, [norm.rawValue: "hd", norm.rawValue + "_directed": "hd.pred"]
      ).filter { $0.name.hasPrefix(norm.rawValue) }
    }
  }

  private func averages(_ vector: Vector) throws -> [Check] {
    var pair = try pair(vector, "monai")
    guard case .text(let norm) = vector.args["distance_metric"] else { return [] }
    pair.norm = try #require(DistanceNorm(rawValue: norm))
    return try checks(pair, vector.expected, ["symmetric": "assd", "pred_to_gt": "asd.pred"])
  }

  private func surfaceDice(_ vector: Vector) throws -> [Check] {
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

  /// By sample and channel, the pair of binary masks.
  private func channels(_ vector: Vector, _ convention: String = "monai") throws -> [[VectorPair]] {
    let pair = try pair(vector, convention)
    return try (0..<pair.prediction.extents[0]).map { sample in
      try (0..<pair.prediction.extents[1]).map { channel in
        try VectorPair(pair.prediction[sample][channel], pair.reference[sample][channel], convention)
      }
    }
  }

  private func hasBackground(_ vector: Vector) -> Bool {
    if case .flag(false) = vector.args["include_background"] { false } else { true }
  }

  private func mean(_ values: [Double]) -> Double {
    let defined = values.filter { !$0.isNaN }
    return defined.reduce(0, +) / Double(defined.count)
  }

  /// NaN where there is nothing.
  private func sum(_ values: [Double]) -> Double {
    let defined = values.filter { !$0.isNaN }
    return defined.isEmpty ? .nan : defined.reduce(0, +)
  }

  private func numbered(_ values: [Double], _ expected: [Double]) -> [Check] {
    guard values.count == expected.count else { return [Check(name: "count", value: 0, expected: 1)] }
    return values.indices.map { Check(name: "\($0)", value: values[$0], expected: expected[$0]) }
  }

  private func intersections(_ vector: Vector) throws -> [Check] {
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
      let expected = vector.expected.list.flatMap(\.list).map { (tree: Tree) -> Double in
        if case .flag(true) = tree { 1 } else { 0 }
      }
      return numbered(values.joined().map { (value: Double) -> Double in value.isNaN ? 1 : 0 }, expected)
    default: return numbered(Array(values.joined()), vector.expected.flattened)
    }
  }

  private func confusion(_ vector: Vector) throws -> [Check] {
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

  private func generalizedDice(_ vector: Vector) throws -> [Check] {
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

  private func panopticQuality(_ vector: Vector) throws -> [Check] {
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
            uniqueKeysWithValues: Set(own.numbers).filter { $0 != 0 }.map { (UInt32($0), UInt16(1)) })
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

  // MARK: surface-distance

  private func surfaceDistance(_ vector: Vector) throws -> [Check] {
    var pair = try pair(vector, "surface-distance")
    pair.spacing = vector.args["spacing"].values
    return try checks(
      pair, vector.expected,
      [
        "asd_gt_to_pred": "asd.ref", "asd_pred_to_gt": "asd.pred", "hd100": "hd", "hd95": "hd95",
        "overlap_gt": "surface-overlap.ref@1", "overlap_pred": "surface-overlap.pred@1",
        "surface_dice": "nsd@1",
        "dice": "dice",
      ])
  }

  // MARK: MetricsReloaded

  private func metricsReloaded(_ vector: Vector) throws -> [Check] {
    let pair = try pair(vector, "metrics-reloaded")
    let counts = pair.counts
    switch vector.id {
    case "mr.confusion2":
      let found = [counts.trueNegatives, counts.falseNegatives, counts.falsePositives, counts.truePositives]
      return numbered(found.map { Double($0) }, vector.expected.flattened)
    case "mr.cldice.small1", "mr.cldice.small2":
      return [Check(name: "", value: try pair.value("cldice"), expected: vector.expected.value ?? .nan)]
    default: break
    }
    let sizes: [String: UInt64] = [
      "tp": counts.truePositives, "fp": counts.falsePositives, "fn": counts.falseNegatives,
      "tn": counts.trueNegatives,
      "union": counts.truePositives + counts.falsePositives + counts.falseNegatives,
    ]
    var expected: [Check] = []
    for (key, size) in sizes {
      guard let number = vector.expected[key].value else { continue }
      expected.append(Check(name: key, value: Double(size), expected: number))
    }
    let names = [
      "hd": "hd", "hd95": "hd95", "masd": "masd", "assd": "assd", "nsd": "nsd@1",
      "boundary_iou": "boundary-iou",
      "dsc": "dice", "iou": "iou", "mcc": "mcc", "npv": "npv", "cohens_kappa": "kappa", "ba": "ba",
      "youden": "youden",
      "f1": "f1", "ppv": "ppv", "plr": "plr", "sensitivity": "sensitivity", "specificity": "specificity",
    ]
    if vector.id == "mr.sn2_9.case2" {
      let cost = 1 - (try pair.value("informedness"))
      expected.append(
        Check(name: "balanced cost", value: cost, expected: vector.expected["ec"].value ?? .nan))
    }
    return expected + (try checks(pair, vector.expected, names)).filter { sizes[$0.name] == nil }
  }

  // MARK: panoptica

  private func panoptica(_ vector: Vector) throws -> [Check] {
    let pair = try pair(vector, "panoptica")
    if vector.id == "pan.multi_instances_dsc" {
      return try vector.expected.keys.map { key in
        let expected = vector.expected[key].value ?? .nan
        if key == "no_index_as_written" { return Check(name: key, value: .nan, expected: expected) }
        // ref1_pred2
        let digits = key.compactMap(\.wholeNumberValue)
        let masks =
          digits.count == 2
          ? (pair.prediction.mask { $0 == digits[1] }, pair.reference.mask { $0 == digits[0] })
          : (pair.prediction.mask(), pair.reference.mask())
        return Check(
          name: key, value: try VectorPair(masks.0, masks.1, "panoptica").value("dice"), expected: expected)
      }
    }
    return try checks(
      pair, vector.expected,
      [
        "rvd": "rvd", "dsc": "dice", "assd": "assd", "hd": "hd", "hd95": "hd95", "cldsc": "cldice",
        "nsd_tol0_5": "nsd@0.5", "nsd_tol1": "nsd@1",
      ])
  }

  private func panopticaObjects(_ vector: Vector) throws -> [Check] {
    var objects = try pair(vector, "panoptica")
    let masks = try VectorPair(objects.prediction.mask(), objects.reference.mask(), "panoptica")
    objects.objects = Set(objects.prediction.numbers + objects.reference.numbers).filter { $0 != 0 }.map {
      UInt32($0)
    }
    let names = ["tp": "objects-tp", "fp": "objects-fp", "fn": "objects-fn", "sq": "sq", "pq": "pq"]
    let whole = ["dsc": "dice", "global_hd": "hd", "global_hd95": "hd95", "global_rvd": "rvd"]
    return try checks(masks, vector.expected, whole).filter { names[$0.name] == nil }
      + checks(objects, vector.expected, names).filter { names[$0.name] != nil }
  }

  // MARK: torchmetrics

  private func torchDice(_ vector: Vector) throws -> [Check] {
    let samples = try channels(vector, "nnunet").map { $0.map(\.counts) }
    let dice = { (counts: OverlapCounts) in OverlapMetric.dice.value(counts) }
    let pooled = samples[0].indices.map { label in samples.map { $0[label] }.reduce(OverlapCounts(), +) }
    let all = { (counts: [OverlapCounts]) in dice(counts.reduce(OverlapCounts(), +)) }
    guard vector.id != "tm.dice.all_empty" else {
      return [
        Check(name: "micro", value: all(pooled), expected: .nan),
        Check(name: "macro", value: mean(pooled.map(dice)), expected: .nan),
      ]
    }
    func weighted(_ counts: [OverlapCounts]) -> Double {
      let total = counts.reduce(0) { $0 + $1.referenced }
      return counts.reduce(0.0) { sum, label in
        label.referenced == 0 ? sum : sum + Double(label.referenced) / Double(total) * dice(label)
      }
    }
    let (own, global) = (vector.expected["samplewise"], vector.expected["global"])
    // A sample without any voxel has no value.
    return [
      Check(name: "micro", value: mean(samples.map(all)), expected: own["micro"].value ?? .nan),
      Check(name: "global micro", value: all(pooled), expected: global["micro"].value ?? .nan),
      Check(
        name: "macro", value: mean(samples.map { mean($0.map(dice)) }), expected: own["macro"].value ?? .nan),
      Check(name: "global macro", value: mean(pooled.map(dice)), expected: global["macro"].value ?? .nan),
      Check(name: "global weighted", value: weighted(pooled), expected: global["weighted"].value ?? .nan),
    ]
      + numbered(
        samples[0].indices.map { label in mean(samples.map { dice($0[label]) }) }, own["none"].values)
      + numbered(pooled.map(dice), global["none"].values)
  }

  // MARK: others

  private func others(_ vector: Vector) throws -> [Check] {
    switch vector.id {
    case "medpy.1d.adjacent":
      var pair = try pair(vector, "medpy")
      let found = try checks(pair, vector.expected, ["asd": "asd", "assd": "assd"])
      pair.spacing = [2]
      let other = try checks(pair, vector.expected, ["asd_spacing2": "asd", "assd_spacing2": "assd"])
      return found.filter { !$0.name.hasSuffix("2") } + other.filter { $0.name.hasSuffix("2") }
    case "tm.surface_distance.rings":
      let (own, other) = (
        VectorMap(vector.inputs["pred_edges"] ?? .null), VectorMap(vector.inputs["gt_edges"] ?? .null)
      )
      let transform = SquaredDistanceTransform(extents: own.extents)
      let distances = transform { other.numbers[$0] != 0 }
      let found = own.numbers.indices.filter { own.numbers[$0] != 0 }.map { distances[$0].squareRoot() }
      return numbered(found, vector.expected.values)
    case "tm.edt.square":
      let mask = VectorMap(vector.inputs["mask"] ?? .null)
      let distances = SquaredDistanceTransform(extents: mask.extents) { mask.numbers[$0] == 0 }
      return numbered(distances.map { $0.squareRoot() }, vector.expected.flattened)
    case "tm.contour_table_2x2":
      // Its codes count the corner at the bottom right first.
      let table = SurfelTable(spacing: vector.args["spacing"].values).weights
      let lengths = (0..<16).map { code in
        table[(0..<4).reduce(0) { $0 | (code >> (3 - $1) & 1) << $1 }]
      }
      return numbered(lengths, vector.expected.values)
    case "davis.void":
      let pair = try pair(vector, "davis")
      let void = VectorMap(vector.inputs["void"] ?? .null)
      func kept(_ map: VectorMap) -> VectorMap {
        VectorMap(extents: map.extents, zip(map.numbers, void.numbers).map { $1 != 0 ? 0 : $0 })
      }
      return try checks(
        try VectorPair(kept(pair.prediction), kept(pair.reference), "davis"), vector.expected,
        ["J": "j", "F": "f"])
    case "segm.fixture_untested":
      let pair = try pair(vector, "seg-metrics")
      return try [1, 2].flatMap { label in
        try checks(
          try VectorPair(
            pair.prediction.mask { $0 == label }, pair.reference.mask { $0 == label }, "seg-metrics"),
          vector.expected["label\(label)"],
          [
            "dice": "dice", "jaccard": "iou", "precision": "precision", "recall": "recall", "fpr": "fpr",
            "fnr": "fnr",
          ])
      }
    case "gc.jaccard_cm":
      let table = (vector.inputs["confusion"] ?? .null)["data"].list.map(\.integers)
      var joint = JointHistogram()
      for (row, counts) in table.enumerated() {
        for (column, count) in counts.enumerated() {
          joint.add(
            JointHistogram([.init(prediction: UInt32(column), reference: UInt32(row), count: UInt64(count))]))
        }
      }
      let tally = LabelTally(joint)
      return numbered(
        (0..<3).map { OverlapMetric.iou.value(tally[$0] ?? OverlapCounts()) }, vector.expected.values)
    case "gc.ravd", "gc.avd":
      let (one, other) = (VectorMap(vector.inputs["s1"] ?? .null), VectorMap(vector.inputs["s2"] ?? .null))
      // The first is what is divided by: the reference.
      let pairs = [
        try VectorPair(other, one, "grand-challenge"), try VectorPair(one, other, "grand-challenge"),
      ]
      let ratios = try pairs.map { try $0.value("ravd") }
      if vector.id == "gc.ravd" {
        return numbered(
          ratios, [vector.expected["s1_s2"].value ?? .nan, vector.expected["s2_s1"].value ?? .nan])
      }
      // A volume is the ratio times what was divided by, in the unit of the spacing.
      let voxels = ratios[0] * Double(pairs[0].counts.referenced)
      return numbered([voxels, voxels * 0.3 * 0.8], vector.expected.values)
    default: return []
    }
  }
}
