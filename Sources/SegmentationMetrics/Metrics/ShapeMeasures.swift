// All metrics of shape of a case, from shared work: one extraction of surfaces a side for all labels, one search for
// distances a label and direction, whatever number of metrics is made of them.
import DistanceTransform
import LabelMaps
import SystemLimits

/// The metrics of shape of every label and region of one case.
package struct ShapeMeasures: Sendable {
  /// By item of the scheme and metric of the request, as asked; NaN for metrics of counts. Where both masks are empty
  /// NaN, where one is a distance is infinite and all else 0.
  package let values: [[Double]]
  /// By item: its objects, paired by each rule of the request.
  package let objects: [[MatchingRule: ObjectTally]]

  /// Measures two maps of one shape.
  ///
  /// Voxels of `LabelMap.ignored` belong to nothing. Needs, beside the maps, memory for one bit a voxel of each label's
  /// box and for its surface, some tens of bytes a surface voxel; where surfaces lie far apart 9 bytes a voxel of
  /// the box; for borders and skeletons some 20 bytes a voxel of the box.
  ///
  /// - Parameters:
  ///   - items: labels and regions, any number of them; other labels are passed over.
  ///   - spacing: of as many axes as the maps have.
  ///   - threads: the result is the same for any number.
  /// - Throws: `InsufficientMemory` before any of it is taken.
  /// - Precondition: the maps have one shape.
  package init(
    prediction: LabelMap, reference: LabelMap, items: [LabelScheme.Item], _ request: ShapeRequest,
    spacing: [Double], threads: Int = 1
  ) throws(InsufficientMemory) {
    precondition(prediction.shape == reference.shape, "maps of different shapes")
    precondition(spacing.count == prediction.shape.rank, "a spacing for each axis")
    var values = items.map { _ in [Double](repeating: .nan, count: request.metrics.count) }
    var objects = items.map { _ in [MatchingRule: ObjectTally]() }
    let rows = NearbyRows(spacing: spacing)
    for layer in Self.layers(items) {
      let places = Dictionary(
        layer.enumerated().flatMap { place, item in
          items[item].labels.map { ($0, UInt32(place + 1)) }
        }, uniquingKeysWith: { first, _ in first })
      let pair = MapPair(
        PlaceMap(prediction, places: places), PlaceMap(reference, places: places), count: layer.count,
        rows: rows, spacing: spacing, threads: threads)
      let reservation = try ShapeMemory(request: request, spacing: spacing).reservation(
        [pair.prediction, pair.reference])
      let measured = pair.measure(
        request, tolerances: layer.map { request.shapes.tolerance(of: items[$0].key, spacing: spacing) })
      for (place, item) in layer.enumerated() { values[item] = measured[place] }
      pair.measureLesions(request) { place, index, value in values[layer[place]][index] = value }
      for (rule, tallies) in pair.tallies(request, prediction, reference, places) {
        for (place, item) in layer.enumerated() { objects[item][rule] = tallies[place] }
      }
      reservation.end()
    }
    for (index, metric) in request.metrics.enumerated() {
      guard case .object(let own, let rule) = metric else { continue }
      for item in items.indices {
        values[item][index] = objects[item][rule ?? request.shapes.matching].map { own.value($0) } ?? .nan
      }
    }
    (self.values, self.objects) = (values, objects)
  }

  /// Items put together whose labels do not overlap, as their places in the list.
  private static func layers(_ items: [LabelScheme.Item]) -> [[Int]] {
    var layers: [(items: [Int], labels: Set<UInt32>)] = []
    for (index, item) in items.enumerated() {
      if let layer = layers.firstIndex(where: { $0.labels.isDisjoint(with: item.labels) }) {
        layers[layer].items.append(index)
        layers[layer].labels.formUnion(item.labels)
      } else {
        layers.append(([index], Set(item.labels)))
      }
    }
    return layers.map(\.items)
  }
}

/// Two maps whose objects are measured together.
private struct MapPair {
  let prediction, reference: PlaceMap
  let count: Int
  let rows: NearbyRows
  let spacing: [Double]
  let threads: Int

  init(
    _ prediction: PlaceMap, _ reference: PlaceMap, count: Int, rows: NearbyRows, spacing: [Double],
    threads: Int
  ) {
    (self.prediction, self.reference, self.count) = (prediction, reference, count)
    (self.rows, self.spacing, self.threads) = (rows, spacing, threads)
  }

  /// By place and metric.
  func measure(_ request: ShapeRequest, tolerances: [Double?]) -> [[Double]] {
    var values = [[Double]](
      repeating: Array(repeating: .nan, count: request.metrics.count), count: count)
    var boxes: [VoxelBox]?
    for kind in request.surfaces {
      let (predicted, referenced) = surfaces(kind)
      if kind == .erosion6 { boxes = Self.boxes((predicted, referenced)) }
      let wanted = request.metrics.indices.compactMap { index -> (Int, SurfaceMetric)? in
        guard case .surface(let metric) = request.metrics[index],
          (metric.surface ?? request.shapes.surface) == kind
        else {
          return nil
        }
        return (index, metric)
      }
      each(&values) { place, values, threads in
        let distances = SurfaceDistances(
          predicted[place], referenced[place], rows, request.shapes.norm, threads: threads)
        let found = Slabs.map(wanted, threads: distances.count < 1 << 14 ? 1 : threads) {
          $0.1.value(distances, tolerance: tolerances[place])
        }
        for (value, metric) in zip(found, wanted) { values[metric.0] = value }
      }
    }
    if request.hasBoundaries { measureBoundaries(request, boxes, &values) }
    return values
  }

  private func surfaces(_ kind: SurfaceKind) -> ([Surface], [Surface]) {
    let extraction = SurfaceExtraction(kind, spacing: spacing)
    return Slabs.both(threads: threads) {
      extraction.surfaces(of: $0 == 0 ? prediction : reference, count: count, threads: (threads + 1) / 2)
    }
  }

  /// The box of each place's two objects.
  private static func boxes(_ surfaces: ([Surface], [Surface])) -> [VoxelBox] {
    zip(surfaces.0, surfaces.1).map { $0.box.union($1.box) }
  }

  /// Calls `body` for every place: many places on a thread each, few with all threads for one after the other.
  private func each(_ values: inout [[Double]], _ body: (Int, inout [Double], Int) -> Void) {
    guard threads > 1, count >= 2 * threads else {
      for place in 0..<count { body(place, &values[place], threads) }
      return
    }
    values.withUnsafeMutableBufferPointer { values in
      nonisolated(unsafe) let values = values
      Slabs.run(count, threads: threads) { places in
        for place in places { body(place, &values[place], 1) }
      }
    }
  }

  private func measureBoundaries(_ request: ShapeRequest, _ known: [VoxelBox]?, _ values: inout [[Double]]) {
    let boxes = known ?? Self.boxes(surfaces(.erosion6))
    each(&values) { place, values, threads in
      // One voxel more on every side, where the image has it: border lines lie beside the object.
      let box = boxes[place].grown(
        within: (prediction.slices, prediction.rows, prediction.columns))
      let one = BinaryBox(prediction, place: place + 1, box: box)
      let other = BinaryBox(reference, place: place + 1, box: box)
      for (index, metric) in request.metrics.enumerated() {
        if case .boundary(let own) = metric {
          values[index] = own.value(one, other, spacing: spacing, threads: threads)
        }
      }
    }
  }

  /// Compares each label's lesions one by one.
  func measureLesions(_ request: ShapeRequest, _ set: (Int, Int, Double) -> Void) {
    let wanted = request.lesionMetrics
    guard !wanted.isEmpty else { return }
    let missed = request.shapes.penalty?.distance(extents: prediction.extents, spacing: spacing) ?? .infinity
    let (whole, wholeReference) = components(.corners)
    let own = whole.split(count: count)
    let other = wholeReference.split(count: count)
    let volume = spacing.reduce(1, *)
    let comparisons = Slabs.map(Array(0..<count), threads: threads) { place in
      LesionComparison(
        own[place], other[place], place: place + 1, in: reference, voxelVolume: volume, request.shapes.lesions
      )
    }
    let distances = wanted.compactMap { _, metric -> SurfaceMetric? in
      guard case .distance(var own) = metric else { return nil }
      own.surface = own.surface ?? request.shapes.surface
      return own
    }
    let sums =
      distances.isEmpty
      ? comparisons.map { _ in [] }
      : LesionDistances(comparisons, in: reference).sums(
        distances, missed: missed, spacing: spacing, rows, request.shapes.norm, threads: threads)
    for place in 0..<count {
      let values = comparisons[place].values(
        wanted.map(\.metric), missed: missed, sums: sums[place])
      for (value, metric) in zip(values, wanted) { set(place, metric.index, value) }
    }
  }

  /// The objects of each place, paired by each rule of the request.
  func tallies(
    _ request: ShapeRequest, _ own: LabelMap, _ other: LabelMap, _ places: [UInt32: UInt32]
  ) -> [(rule: MatchingRule, tallies: [ObjectTally])] {
    let rules = request.matchings
    if rules.isEmpty { return [] }
    let found =
      request.shapes.objects == .components
      ? components(request.shapes.connectivity)
      : (ObjectMap(idsOf: own, places: places), ObjectMap(idsOf: other, places: places))
    return rules.map { rule in
      (
        rule,
        ObjectTally.matching(found.0, found.1, count: count, rule, wholeSizes: request.wholeSizes)
      )
    }
  }

  /// The connected components of both maps.
  func components(_ connectivity: Connectivity) -> (ObjectMap, ObjectMap) {
    (ObjectMap(componentsOf: prediction, connectivity), ObjectMap(componentsOf: reference, connectivity))
  }
}
