import LabelMaps
import SegmentationMetrics
import SystemLimits

/// What was measured of the shapes of one case, and how its numbers were read for that.
struct CaseShapes: Sendable {
  /// Of one label or region: values by the metric's name, and its objects.
  struct Measured: Sendable {
    var values: [String: Double] = [:]
    var objects: ObjectTally?
  }

  private let labels: [Side: [UInt32: UInt32]]
  /// By the label's number or the region's name.
  let values: [String: Measured]

  /// Whether another decoding reads the case's files in the same way.
  func agrees(with decoding: CaseDecoding, _ count: RawCount) -> Bool {
    Side.allCases.allSatisfy { decoding.labels($0, count) == labels[$0] }
  }

  /// Measures a case whose whole sides are there.
  ///
  /// - Parameters:
  ///   - volumes: the numbers of each side; of the prediction nil where there is none that can be used.
  ///   - excluded: whether a mask leaves voxels out; empty where there is no mask.
  /// - Throws: `InsufficientMemory` for shapes that need more than there is.
  /// - Returns: nil if a number cannot become a label: the case then has another fault to tell.
  init?(
    _ count: RawCount, prediction: NumberVolume?, reference: NumberVolume, excluded: [Bool], spacing: Spacing,
    _ decoding: CaseDecoding, threads: Int
  ) throws(InsufficientMemory) {
    let settings = decoding.settings
    guard spacing.lengths.count == count.shape.rank,
      let predicted = decoding.labels(.prediction, count), let referenced = decoding.labels(.reference, count)
    else { return nil }
    labels = [.prediction: predicted, .reference: referenced]
    // Numbers stand for the labels in the maps, from 1 on; 0 is whatever is not scored.
    let ignored = settings.ignoredRule
    let found = Set(predicted.values).union(referenced.values).filter { !ignored.contains($0) }.sorted()
    var items = settings.scoredItems(among: found)
    if settings.shapes.objects != .components {
      // Every number is an object of one of the classes.
      let objects = Dictionary(grouping: found.filter { $0 != settings.unscoredLabel }) {
        settings.shapes.objects.objectClass(of: $0)
      }
      items = items.map { item in .region(item.key, item.labels.flatMap { objects[$0] ?? [] }) }
    }
    let scored = Set(items.flatMap(\.labels)).sorted()
    let keepsLabels = scored.allSatisfy { $0 > 0 && $0 < 256 }
    let codes = Dictionary(
      uniqueKeysWithValues: scored.enumerated().map { ($1, keepsLabels ? $1 : UInt32($0 + 1)) })
    let leavesOut =
      count.numbers(of: .reference).contains { ignored.contains(referenced[$0]) } || !excluded.isEmpty
    let outside: [Bool] =
      leavesOut ? reference.contains(excluded) { ignored.contains(referenced[$0]) } : []
    func coded(_ volume: NumberVolume?, _ table: [UInt32: UInt32]) -> LabelMap? {
      guard let volume else {
        return try? LabelMap([UInt8](repeating: 0, count: count.shape.count), shape: count.shape)
      }
      let map = table.mapValues { codes[$0] ?? 0 }
      return volume.map(
        shape: count.shape, without: outside, largest: codes.values.max() ?? 0,
        keepsOthers: settings.shapes.objects == .components
      ) { map[$0] ?? 0 }
    }
    guard let own = coded(prediction, predicted), let other = coded(reference, referenced) else { return nil }
    var request = settings.shapeRequest
    if settings.shapes.leavesOutIgnoredObjects {
      for (number, size) in count.histogram.predictions {
        guard let code = predicted[number].flatMap({ codes[$0] }) else { continue }
        request.wholeSizes[code, default: 0] += size
      }
    }
    let measures = try ShapeMeasures(
      prediction: own, reference: other,
      items: items.map { item in .region(item.key, item.labels.compactMap { codes[$0] }) },
      request, spacing: spacing.lengths,
      threads: threads)
    let metrics = settings.shapeMetrics
    var values: [String: Measured] = [:]
    for (item, entry) in items.enumerated() {
      var measured = Measured()
      for (index, metric) in metrics.enumerated() {
        measured.values[metric.name] = measures.values[item][index]
      }
      measured.objects =
        measures.objects[item][settings.shapes.matching] ?? measures.objects[item].values.first
      values[entry.key] = measured
    }
    self.values = values
  }
}

extension ScoreSettings {
  /// What is scored of a case in which these labels occur, in ascending order.
  func scoredItems(among found: [UInt32]) -> [LabelScheme.Item] {
    if shapes.objects == .ids { return [.label(1, name: "objects")] }
    if let labels { return labels.items }
    let ignored = ignoredRule
    let counted = found.filter { $0 != unscoredLabel && !ignored.contains($0) }
    let classes = Set(counted.map(shapes.objects.objectClass))
    return classes.sorted().map { .label($0) }
  }

  /// The label that is nothing: the background, which there always is where labels are numbers of objects.
  var unscoredLabel: UInt32? { shapes.objects == .components ? background : background ?? 0 }

  /// Which labels of the reference count nowhere.
  var ignoredRule: IgnoredRule { IgnoredRule(labels: Set(ignoredLabels), objects: shapes.objects) }
}

/// Tells whether voxels of the reference with a label count nowhere.
struct IgnoredRule: Sendable {
  fileprivate let labels: Set<UInt32>
  fileprivate let objects: ObjectRule

  /// - Parameter label: nil for voxels that have none, which never count.
  func contains(_ label: UInt32?) -> Bool {
    guard let label, !labels.contains(label) else { return true }
    guard case .idsOfClasses = objects else { return false }
    return labels.contains(objects.objectClass(of: label))
  }
}

extension JointHistogram {
  /// The classes of the objects whose numbers the labels are; the background is 0.
  func classes(by rule: ObjectRule, background: UInt32?) -> JointHistogram {
    func label(_ label: UInt32) -> UInt32 { label == background ? 0 : rule.objectClass(of: label) }
    return mapped {
      label($0)
    } reference: {
      label($0)
    }
  }
}
