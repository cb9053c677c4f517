// Lesions of one label, each compared with all that was predicted for it (BraTS from 2023 on).
import CLabelKernels
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

/// A mask as the stretches of each row, which grows without a voxel being touched.
private struct DilatedRows {
  private let slices, rows, columns: Int
  private var stretches: [[Range<UInt32>]]

  init(_ objects: ObjectMap, place: Int, _ map: PlaceMap) {
    (slices, rows, columns) = (map.slices, map.rows, map.columns)
    stretches = (0..<map.slices * map.rows).map { row in
      objects.stretches[objects.rowStarts[row]..<objects.rowStarts[row + 1]].compactMap { stretch in
        stretch.object >= 0 && objects.objects[Int(stretch.object)].place == place
          ? stretch.start..<stretch.end : nil
      }
    }
  }

  /// Grown that many times by the voxels that share a face or an edge.
  func dilated(times: Int) -> DilatedRows {
    var result = self
    for _ in 0..<times {
      let before = result.stretches
      for z in 0..<slices {
        for y in 0..<rows {
          result.stretches[z * rows + y] = joined(before, z, y)
        }
      }
    }
    return result
  }

  /// One row after growing once.
  private func joined(_ before: [[Range<UInt32>]], _ z: Int, _ y: Int) -> [Range<UInt32>] {
    var grown: [Range<UInt32>] = []
    for dz in -1...1 where z + dz >= 0 && z + dz < slices {
      for dy in -1...1 where y + dy >= 0 && y + dy < rows {
        // Beside a row that lies across an edge only the same columns share an edge.
        let reach: UInt32 = dz != 0 && dy != 0 ? 0 : 1
        for stretch in before[(z + dz) * rows + y + dy] {
          grown.append(
            (stretch.lowerBound - min(reach, stretch.lowerBound))..<min(
              stretch.upperBound + reach, UInt32(columns)))
        }
      }
    }
    guard grown.count > 1 else { return grown }
    grown.sort { $0.lowerBound < $1.lowerBound }
    return grown.dropFirst().reduce(into: [grown[0]]) { result, next in
      let last = result.count - 1
      if next.lowerBound <= result[last].upperBound {
        result[last] = result[last].lowerBound..<max(result[last].upperBound, next.upperBound)
      } else {
        result.append(next)
      }
    }
  }

  /// The connected components over corners, all of one place.
  func components(place: Int) -> ObjectMap {
    var (all, starts): ([labels_stretch], [Int]) = ([], [0])
    for row in stretches {
      all += row.map { labels_stretch(start: $0.lowerBound, end: $0.upperBound, label: UInt32(place)) }
      starts.append(all.count)
    }
    return ObjectMap(all, starts, slices: slices, rows: rows, .corners)
  }
}

extension ObjectMap {
  /// The voxels of a place, belonging to the objects of a map that holds all of them.
  fileprivate func renumbered(by other: ObjectMap, place: Int) -> ObjectMap {
    var objects = other.objects.map { Object(place: $0.place, size: 0) }
    var renumbered = stretches
    for row in 0..<rowStarts.count - 1 {
      var j = other.rowStarts[row]
      for i in rowStarts[row]..<rowStarts[row + 1] {
        let stretch = stretches[i]
        renumbered[i].object = -1
        guard stretch.object >= 0, self.objects[Int(stretch.object)].place == place else { continue }
        while other.stretches[j].end < stretch.end { j += 1 }
        renumbered[i].object = other.stretches[j].object
        objects[Int(other.stretches[j].object)].size += Int(stretch.end - stretch.start)
      }
    }
    return ObjectMap(objects: objects, stretches: renumbered, rowStarts: rowStarts)
  }

  /// The box of some objects.
  fileprivate func box(of places: [Int: Int], rows: Int) -> VoxelBox {
    var ends: [VoxelPoint] = []
    forEachStretch(of: places, rows: rows) { z, y, stretch, _ in
      for x in [stretch.start, stretch.end - 1] {
        ends.append(VoxelPoint(z: Int32(z), y: Int32(y), x: Int32(x)))
      }
    }
    return VoxelBox(ends)
  }

  /// A map of a box with the place of each object, 0 for those that have none.
  fileprivate func cut(_ places: [Int: Int], rows: Int, _ box: VoxelBox, isFlat: Bool) -> PlaceMap {
    var numbers = [UInt16](repeating: 0, count: box.count)
    let extents = box.extents
    forEachStretch(of: places, rows: rows) { z, y, stretch, place in
      let start = ((z - Int(box.lower.z)) * extents.y + y - Int(box.lower.y)) * extents.x - Int(box.lower.x)
      for x in stretch.start..<stretch.end { numbers[start + Int(x)] = UInt16(place) }
    }
    return PlaceMap(.uint16(numbers), extents: extents, isFlat: isFlat)
  }

  private func forEachStretch(of places: [Int: Int], rows: Int, _ body: (Int, Int, Stretch, Int) -> Void) {
    for row in 0..<rowStarts.count - 1 {
      for stretch in stretches[rowStarts[row]..<rowStarts[row + 1]] where stretch.object >= 0 {
        if let place = places[Int(stretch.object)] { body(row / rows, row % rows, stretch, place) }
      }
    }
  }
}
