import LabelMaps
import SegmentationMetrics
import TextFormats

extension CaseRecord {
  /// The record as it stands in a line of the JSON lines file and in `metric_per_case`.
  ///
  /// - Parameter keys: labels and regions to show, those that do not occur in this case filled in; nil for
  ///   those of the record alone.
  package func json(_ settings: ScoreSettings, keys: [String]? = nil) -> JSONValue {
    let table = CountsTable(self)
    let shown = keys.map { $0.map { table[$0] } } ?? counts
    let reported = settings.reportedMetrics
    let metrics = shown.map { entry in
      JSONValue.Member(key: entry.key, value: json(of: entry, reported, settings))
    }
    return .members([
      "case": .string(id),
      "prediction_file": predictionFile.map { .string($0) } ?? .null,
      "reference_file": .string(referenceFile),
      "shape": shape.map { .array($0.extents.map { .integer(Int64($0)) }) },
      "spacing": spacing.map { .array($0.lengths.map { .number($0) }) },
      "spacing_unit": spacing.map { .string($0.unit.rawValue) },
      "status": .string(status.rawValue),
      "message": message.map { .string($0) },
      "groups": groups.isEmpty
        ? nil
        : .object(groups.sorted { $0.key < $1.key }.map { .init(key: $0.key, value: .string($0.value)) }),
      "voxels": status.isScored ? .count(counted) : nil,
      "ignored_voxels": status.isScored ? .count(ignored) : nil,
      "correct_voxels": status.isScored ? .count(correct) : nil,
      "metrics": status.isScored ? .object(metrics) : nil,
      "losses": status.isScored && !losses.isEmpty
        ? .object(losses.map { .init(key: $0.name, value: .number($0.value)) }) : nil,
      "confusion": confusion.map { .array(Self.pairs(of: $0)) },
    ])
  }

  private func json(
    of entry: Counts, _ metrics: [ScoreSettings.Metric], _ settings: ScoreSettings
  ) -> JSONValue {
    var members = metrics.map {
      JSONValue.Member(key: $0.key, value: .number(value(of: $0, entry, settings)))
    }
    members += Self.members(of: entry.counts)
    let penalised = metrics.filter { isPenalised($0, entry, settings) }
    if !penalised.isEmpty {
      members.append(.init(key: "penalised", value: .array(penalised.map { .string($0.name) })))
    }
    if let objects = entry.objects { members.append(.init(key: "objects", value: Self.json(of: objects))) }
    return .object(members)
  }

  private static let countKeys = Set(members(of: OverlapCounts()).map(\.key))

  private static func json(of objects: ObjectTally) -> JSONValue {
    .members([
      "TP": .count(objects.truePositives), "FP": .count(objects.falsePositives),
      "FN": .count(objects.falseNegatives), "iou_sum": .number(objects.iouSum),
      "dice_sum": .number(objects.diceSum),
    ])
  }

  private static func objects(_ json: JSONValue) -> ObjectTally {
    ObjectTally(
      truePositives: json["TP"]?.unsigned ?? 0, falsePositives: json["FP"]?.unsigned ?? 0,
      falseNegatives: json["FN"]?.unsigned ?? 0, iouSum: json["iou_sum"]?.double ?? .nan,
      diceSum: json["dice_sum"]?.double ?? .nan)
  }

  /// What was measured of shapes: every number that is no count and does not follow from counts.
  private static func shape(_ json: JSONValue) -> [String: Double] {
    var shape: [String: Double] = [:]
    let penalised = Set((json["penalised"]?.elements ?? []).compactMap(\.text))
    for member in json.members ?? [] {
      guard let value = member.value.double, !Self.countKeys.contains(member.key),
        (try? OverlapMetric(named: member.key)) == nil
      else { continue }
      shape[member.key] = penalised.contains(member.key) ? .infinity : value
    }
    return shape
  }

  /// nnU-Net's six counts.
  package static func members(of counts: OverlapCounts) -> [JSONValue.Member] {
    let counted: KeyValuePairs<String, UInt64> = [
      "TP": counts.truePositives, "FP": counts.falsePositives, "FN": counts.falseNegatives,
      "TN": counts.trueNegatives, "n_pred": counts.predicted, "n_ref": counts.referenced,
    ]
    return counted.map { .init(key: $0, value: .count($1)) }
  }

  /// `[reference, prediction, count]` in ascending order, the prediction null where it has no label.
  private static func pairs(of joint: JointHistogram) -> [JSONValue] {
    let labelled = joint.entries.map {
      (reference: $0.reference, prediction: Optional($0.prediction), count: $0.count)
    }
    let others = joint.unlabelled.map { (reference: $0.key, prediction: UInt32?.none, count: $0.value) }
    let all =
      others.isEmpty
      ? labelled
      : (labelled + others).sorted {
        ($0.reference, UInt64($0.prediction ?? .max) + ($0.prediction == nil ? 1 : 0))
          < ($1.reference, UInt64($1.prediction ?? .max) + ($1.prediction == nil ? 1 : 0))
      }
    return all.map {
      .array([
        .count(UInt64($0.reference)), $0.prediction.map { .count(UInt64($0)) } ?? .null, .count($0.count),
      ])
    }
  }

  /// Reads a record back from what `json(_:keys:)` gives.
  ///
  /// - Throws: `ScoreError` for anything that is no record.
  package init(_ json: JSONValue) throws(ScoreError) {
    guard let id = json["case"]?.text, let reference = json["reference_file"]?.text,
      let status = json["status"]?.text.flatMap(Status.init(rawValue:))
    else { throw ScoreError(.pairing, "no case record: needs case, reference_file and status") }
    self.init(id: id, predictionFile: json["prediction_file"]?.text, referenceFile: reference)
    self.status = status
    message = json["message"]?.text
    counted = json["voxels"]?.unsigned ?? 0
    ignored = json["ignored_voxels"]?.unsigned ?? 0
    correct = json["correct_voxels"]?.unsigned ?? 0
    shape = try Self.shape(json["shape"]?.elements ?? [], case: id)
    if let lengths = json["spacing"]?.elements {
      let unit = json["spacing_unit"]?.text.flatMap(Spacing.Unit.init(rawValue:)) ?? .millimetres
      spacing = try? Spacing(lengths.map { $0.double ?? .nan }, unit: unit)
    }
    for member in json["groups"]?.members ?? [] { groups[member.key] = member.value.text }
    counts = try (json["metrics"]?.members ?? []).map { (member) throws(ScoreError) in
      try Counts(
        key: member.key, counts: Self.counts(of: member.value, case: id), shape: Self.shape(member.value),
        objects: member.value["objects"].map(Self.objects))
    }
    // Reading loses the order of keys: labels by number again, then regions.
    .sorted { left, right in
      switch (UInt32(left.key), UInt32(right.key)) {
      case (let left?, let right?): left < right
      case (nil, nil): left.key < right.key
      case (let number, _): number != nil
      }
    }
    losses = (json["losses"]?.members ?? []).map { Loss(name: $0.key, value: $0.value.double ?? .nan) }
    confusion = try json["confusion"]?.elements.map { (entries) throws(ScoreError) in
      try Self.joint(entries, case: id)
    }
    try checkCounts()
  }

  /// - Throws: `ScoreError` if counts are larger than those of any image: their sums would be wrong.
  private func checkCounts() throws(ScoreError) {
    var sums = [counted, ignored, correct, confusion?.total ?? 0] + counts.map(\.counts.total)
    sums += counts.compactMap(\.objects).map {
      .saturatingSum([$0.truePositives, $0.falsePositives, $0.falseNegatives])
    }
    guard let most = sums.max(), most > UInt64(Int64.max) else { return }
    throw ScoreError(.pairing, "record of case '\(id)': counts that add up to more than 2⁶³ voxels")
  }

  /// - Returns: nil for no extents.
  private static func shape(_ extents: [JSONValue], case id: String) throws(ScoreError) -> VoxelShape? {
    guard !extents.isEmpty else { return nil }
    let sizes = extents.compactMap { $0.unsigned.flatMap { Int(exactly: $0) } }
    guard sizes.count == extents.count, 2...3 ~= sizes.count else {
      throw ScoreError(.pairing, "record of case '\(id)': a shape is two or three whole numbers")
    }
    let shape =
      sizes.count == 2
      ? VoxelShape(rows: sizes[0], columns: sizes[1])
      : VoxelShape(slices: sizes[0], rows: sizes[1], columns: sizes[2])
    guard shape.isPossible else {
      throw ScoreError(
        .pairing,
        "record of case '\(id)': the shape \(shape) has more than \(VoxelShape.longestAxis) voxels along an axis"
      )
    }
    return shape
  }

  private static func joint(_ entries: [JSONValue], case id: String) throws(ScoreError) -> JointHistogram {
    var pairs: [JointHistogram.Entry] = []
    var unlabelled: [UInt32: UInt64] = [:]
    for entry in entries {
      guard let parts = entry.elements, parts.count == 3, let count = parts[2].unsigned,
        let reference = parts[0].unsigned.flatMap({ UInt32(exactly: $0) })
      else { throw ScoreError(.pairing, "record of case '\(id)': a pair of labels that is none") }
      if parts[1] == .null {
        unlabelled[reference] = count
      } else if let prediction = parts[1].unsigned.flatMap({ UInt32(exactly: $0) }) {
        pairs.append(.init(prediction: prediction, reference: reference, count: count))
      } else {
        throw ScoreError(.pairing, "record of case '\(id)': a pair of labels that is none")
      }
    }
    return JointHistogram(pairs, unlabelled: unlabelled)
  }

  private static func counts(of json: JSONValue, case id: String) throws(ScoreError) -> OverlapCounts {
    guard let tp = json["TP"]?.unsigned, let fp = json["FP"]?.unsigned, let fn = json["FN"]?.unsigned,
      let tn = json["TN"]?.unsigned
    else { throw ScoreError(.pairing, "record of case '\(id)': a label without TP, FP, FN, TN") }
    return OverlapCounts(truePositives: tp, falsePositives: fp, falseNegatives: fn, trueNegatives: tn)
  }
}
