import TextFormats

// Which predicted object is which object of the reference.

/// When a predicted object is taken for one of the reference. Each object has at most one partner.
public struct MatchingRule: Sendable, Hashable {
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    /// The pair's IoU is above the threshold. From 0.5 on no object has two such partners (Kirillov et al. 2019).
    case above
    /// The IoU is the threshold or above (panoptica).
    case atLeast
    /// The objects share a voxel; those that share most are paired first.
    case overlap
  }

  public var kind: Kind
  /// An IoU from 0 to 1; of no meaning for `overlap`.
  public var threshold: Double

  /// - Parameter threshold: an IoU from 0 to 1.
  public init(_ kind: Kind, threshold: Double = 0.5) { (self.kind, self.threshold) = (kind, threshold) }

  /// IoU above 0.5.
  public static let standard = MatchingRule(.above)

  /// Reads `iou>0.5`, `iou>=0.5`, or `overlap`; nil for anything else.
  public init?(named text: String) {
    let text = String(text.lowercased().filter { $0 != " " })
    if text == "overlap" {
      self.init(.overlap, threshold: 0)
      return
    }
    let kind: Kind = text.hasPrefix("iou>=") ? .atLeast : .above
    guard text.hasPrefix("iou>"), let threshold = Double(decimal: text.dropFirst(kind == .atLeast ? 5 : 4)),
      threshold >= 0, threshold <= 1
    else { return nil }
    self.init(kind, threshold: threshold)
  }

  /// As it is read.
  public var name: String {
    switch kind {
    case .above: "iou>\(threshold)"
    case .atLeast: "iou>=\(threshold)"
    case .overlap: "overlap"
    }
  }

  func accepts(iou: Double) -> Bool {
    switch kind {
    case .above: iou > threshold
    case .atLeast: iou >= threshold
    case .overlap: true
    }
  }
}

/// The objects of one label, paired: sums from which every metric of objects follows, also over many cases.
public struct ObjectTally: Sendable, Hashable {
  /// Pairs, predicted objects without partner, and reference objects without partner.
  public var truePositives, falsePositives, falseNegatives: UInt64
  /// Sums over the pairs.
  public var iouSum, diceSum: Double

  public init(
    truePositives: UInt64 = 0, falsePositives: UInt64 = 0, falseNegatives: UInt64 = 0, iouSum: Double = 0,
    diceSum: Double = 0
  ) {
    (self.truePositives, self.falsePositives) = (truePositives, falsePositives)
    (self.falseNegatives, self.iouSum, self.diceSum) = (falseNegatives, iouSum, diceSum)
  }

  public static func + (left: ObjectTally, right: ObjectTally) -> ObjectTally {
    ObjectTally(
      truePositives: left.truePositives.saturatingAdd(right.truePositives),
      falsePositives: left.falsePositives.saturatingAdd(right.falsePositives),
      falseNegatives: left.falseNegatives.saturatingAdd(right.falseNegatives),
      iouSum: left.iouSum + right.iouSum,
      diceSum: left.diceSum + right.diceSum)
  }

  /// The objects of each place from 1 to `count`.
  ///
  /// - Parameter wholeSizes: see `ShapeRequest.wholeSizes`.
  package static func matching(
    _ prediction: ObjectMap, _ reference: ObjectMap, count: Int, _ rule: MatchingRule,
    wholeSizes: [UInt32: UInt64] = [:]
  ) -> [ObjectTally] {
    var result = [ObjectTally](repeating: ObjectTally(), count: count)
    for object in prediction.objects { result[object.place - 1].falsePositives += 1 }
    for object in reference.objects { result[object.place - 1].falseNegatives += 1 }
    let candidates = prediction.shared(with: reference).map { pair, shared in
      let own = pair.own
      let other = pair.other
      let sizes = prediction.objects[own].size + reference.objects[other].size
      return Candidate(
        prediction: own, reference: other, shared: shared,
        iou: Double(shared) / Double(sizes - shared), dice: 2 * Double(shared) / Double(sizes))
    }
    // The best first; ties by the objects' order, so that the result is always the same.
    let ordered = candidates.filter { rule.accepts(iou: $0.iou) }.sorted { left, right in
      let (a, b) =
        rule.kind == .overlap ? (Double(left.shared), Double(right.shared)) : (left.iou, right.iou)
      return a != b ? a > b : (left.reference, left.prediction) < (right.reference, right.prediction)
    }
    var isTaken = (
      Array(repeating: false, count: prediction.objects.count),
      Array(repeating: false, count: reference.objects.count)
    )
    for pair in ordered where !isTaken.0[pair.prediction] && !isTaken.1[pair.reference] {
      isTaken.0[pair.prediction] = true
      isTaken.1[pair.reference] = true
      let place = reference.objects[pair.reference].place - 1
      result[place].truePositives += 1
      result[place].falsePositives -= 1
      result[place].falseNegatives -= 1
      result[place].iouSum += pair.iou
      result[place].diceSum += pair.dice
    }
    for (index, object) in prediction.objects.enumerated() where !isTaken.0[index] {
      // What mostly lies where nobody knows the truth is not wrong (panopticapi).
      if let whole = wholeSizes[object.label], 2 * UInt64(object.size) < whole {
        result[object.place - 1].falsePositives -= 1
      }
    }
    return result
  }

  private struct Candidate {
    var prediction, reference, shared: Int
    var iou, dice: Double
  }
}
