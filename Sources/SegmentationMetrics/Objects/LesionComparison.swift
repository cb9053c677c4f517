// Lesions of one label, each compared with all that was predicted for it (BraTS from 2023 on).
import DistanceTransform

/// The lesions of one label and the predicted components that reach into them.
struct LesionComparison {
  private struct Lesion {
    var size = 0
    /// Voxels predicted rightly, and voxels of all components that reach into it.
    var shared = 0
    var predicted = 0
    /// Which components those are.
    var components: [Int] = []
  }

  private let prediction: ObjectMap
  /// The reference's voxels, objects being lesions.
  private let reference: ObjectMap
  private let lesions: [Lesion]
  /// Lesions that are large enough to count.
  private let counted: [Int]
  /// Predicted components that reach no lesion, not even one too small to count.
  private let falsePositives: Int
  private let rowCount: Int
  private let isFlat: Bool

  /// - Parameters:
  ///   - prediction: connected components over corners.
  ///   - reference: objects of any kind.
  ///   - place: the label.
  ///   - map: tells the extents.
  ///   - voxelVolume: the product of the spacing.
  init(
    _ prediction: ObjectMap, _ reference: ObjectMap, place: Int, in map: PlaceMap, voxelVolume: Double,
    _ rule: LesionRule
  ) {
    let reach = DilatedRows(reference, place: place, map).dilated(times: rule.dilation).components(
      place: place)
    let own = reference.renumbered(by: reach, place: place)
    var lesions = own.objects.map { Lesion(size: $0.size) }
    for (key, count) in prediction.shared(with: own) { lesions[Int(key & 0xFFFF_FFFF)].shared += count }
    var isTaken = Array(repeating: false, count: prediction.objects.count)
    for key in prediction.shared(with: reach).keys.sorted() {
      let (component, lesion) = (Int(key >> 32), Int(key & 0xFFFF_FFFF))
      lesions[lesion].predicted += prediction.objects[component].size
      lesions[lesion].components.append(component)
      isTaken[component] = true
    }
    falsePositives = prediction.objects.indices.count {
      prediction.objects[$0].place == place && !isTaken[$0]
    }
    counted = lesions.indices.filter { Double(lesions[$0].size) * voxelVolume > rule.ignoredVolume }
    (self.prediction, self.reference, self.lesions) = (prediction, own, lesions)
    (rowCount, isFlat) = (map.rows, map.isFlat)
  }

  /// The values of metrics; a mean over nothing is NaN.
  ///
  /// - Parameters:
  ///   - missed: the distance of a lesion without prediction, and of a prediction without lesion.
  ///   - chosen: the surface of metrics that name none.
  func values(
    _ metrics: [LesionMetric], missed: Double, chosen: SurfaceKind, spacing: [Double], _ rows: NearbyRows,
    _ norm: DistanceNorm, threads: Int
  ) -> [Double] {
    let distances = metrics.compactMap { metric -> SurfaceMetric? in
      guard case .distance(var own) = metric else { return nil }
      own.surface = own.surface ?? chosen
      return own
    }
    let sums = distanceSums(distances, missed: missed, spacing, rows, norm, threads: threads)
    let all = Double(counted.count + falsePositives)
    var next = 0
    return metrics.map { metric in
      switch metric {
      case .dice:
        return counted.map {
          2 * Double(lesions[$0].shared) / Double(lesions[$0].size + lesions[$0].predicted)
        }.reduce(0, +) / all
      case .distance:
        defer { next += 1 }
        guard falsePositives > 0 else { return sums[next] / all }
        return (sums[next] + Double(falsePositives) * missed) / all
      case .truePositives: return Double(counted.count { !lesions[$0].components.isEmpty })
      case .falseNegatives: return Double(counted.count { lesions[$0].components.isEmpty })
      case .falsePositives: return Double(falsePositives)
      }
    }
  }

  /// The sum over the lesions that count.
  private func distanceSums(
    _ metrics: [SurfaceMetric], missed: Double, _ spacing: [Double], _ rows: NearbyRows, _ norm: DistanceNorm,
    threads: Int
  ) -> [Double] {
    var sums = [Double](repeating: 0, count: metrics.count)
    guard !metrics.isEmpty else { return sums }
    let found = counted.filter { !lesions[$0].components.isEmpty }
    for index in sums.indices where found.count < counted.count {
      sums[index] = Double(counted.count - found.count) * missed
    }
    for batch in batches(found) {
      for kind in SurfaceKind.allCases where metrics.contains(where: { $0.surface == kind }) {
        let extraction = SurfaceExtraction(kind, spacing: spacing)
        let referenced = extraction.surfaces(
          of: batch.reference, count: batch.lesions.count, threads: threads)
        let predicted = extraction.surfaces(of: batch.prediction, count: batch.groupCount, threads: threads)
        for place in batch.lesions.indices {
          let groups = batch.groups[place].map { predicted[$0] }
          let surface = Surface(points: groups.flatMap(\.points), weights: groups.flatMap(\.weights))
          let distances = SurfaceDistances(surface, referenced[place], rows, norm, threads: threads)
          for (index, metric) in metrics.enumerated() where metric.surface == kind {
            sums[index] += metric.value(distances)
          }
        }
      }
    }
    return sums
  }

  /// Lesions whose surfaces are found together, and the components that reach them: those that reach the same lesions are one
  /// group. Neither lesions nor components can meet in a corner, so that each has the surface it has alone.
  private struct Batch {
    var lesions: [Int]
    /// The groups of each lesion.
    var groups: [[Int]]
    var groupCount: Int
    var prediction, reference: PlaceMap
  }

  private func batches(_ lesions: [Int]) -> [Batch] {
    guard !lesions.isEmpty else { return [] }
    var reached: [Int: Set<Int>] = [:]
    for lesion in lesions {
      for component in self.lesions[lesion].components { reached[component, default: []].insert(lesion) }
    }
    let groups = Array(Set(reached.values)).sorted { $0.sorted().lexicographicallyPrecedes($1.sorted()) }
    guard max(groups.count, lesions.count) <= Int(UInt16.max) else {
      return lesions.flatMap { batches([$0]) }
    }
    let places = Dictionary(uniqueKeysWithValues: groups.enumerated().map { ($1, $0 + 1) })
    let own = reached.mapValues { places[$0] ?? 0 }
    let others = Dictionary(uniqueKeysWithValues: lesions.enumerated().map { ($1, $0 + 1) })
    let box = prediction.box(of: own, rows: rowCount).union(reference.box(of: others, rows: rowCount))
    let groupsOf = Dictionary(
      grouping: groups.enumerated().flatMap { group, members in members.map { (lesion: $0, group: group) } },
      by: \.lesion)
    return [
      Batch(
        lesions: lesions, groups: lesions.map { (groupsOf[$0] ?? []).map(\.group) }, groupCount: groups.count,
        prediction: prediction.cut(own, rows: rowCount, box, isFlat: isFlat),
        reference: reference.cut(others, rows: rowCount, box, isFlat: isFlat))
    ]
  }
}
