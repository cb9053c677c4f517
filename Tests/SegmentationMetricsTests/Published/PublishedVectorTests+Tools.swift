import DistanceTransform
import SegmentationMetrics
import TestSupport
import Testing

// The tests of surface-distance, MetricsReloaded, panoptica, torchmetrics, and of others with a vector or two.
extension PublishedVectorTests {
  // MARK: surface-distance

  func surfaceDistance(_ vector: Vector) throws -> [Check] {
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

  func metricsReloaded(_ vector: Vector) throws -> [Check] {
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

  func panoptica(_ vector: Vector) throws -> [Check] {
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

  func panopticaObjects(_ vector: Vector) throws -> [Check] {
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

  func torchDice(_ vector: Vector) throws -> [Check] {
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

  func others(_ vector: Vector) throws -> [Check] {
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
