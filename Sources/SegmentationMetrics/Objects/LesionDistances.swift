// Distances of lesions: the surfaces of all lesions of all labels are found in one pass.
import DistanceTransform

/// The surfaces of each lesion and of what was predicted for it.
struct LesionDistances: Sendable {
  /// A lesion's label, its own number and those of the groups of components that reach it.
  private struct Lesion {
    var label: Int
    var number: Int
    var groups: [Int]
  }

  private let lesions: [Lesion]
  /// How many lesions of each label count and have no prediction.
  private let missing: [Int]
  private let prediction, reference: PlaceMap
  private let groupCount: Int

  /// - Parameters:
  ///   - labels: the comparison of each label.
  ///   - map: tells the extents.
  init(_ labels: [LesionComparison], in map: PlaceMap) {
    var lesions: [Lesion] = []
    var groupCount = 0
    var box = VoxelBox([])
    var numbers: [(prediction: [Int], reference: [Int])] = []
    for (label, comparison) in labels.enumerated() {
      let groups = Groups(comparison, after: groupCount)
      var own = [Int](repeating: 0, count: comparison.lesions.count)
      for lesion in comparison.found {
        lesions.append(Lesion(label: label, number: lesions.count + 1, groups: groups.ofLesion[lesion] ?? []))
        own[lesion] = lesions.count
      }
      groupCount += groups.count
      numbers.append((groups.ofComponent, own))
      for (objects, numbers) in [(comparison.prediction, groups.ofComponent), (comparison.reference, own)] {
        objects.forEachStretch(of: numbers, rowsOfSlice: map.rows) { z, y, x, _ in
          for end in [x.lowerBound, x.upperBound - 1] {
            box.add(VoxelPoint(z: Int32(z), y: Int32(y), x: Int32(end)))
          }
        }
      }
    }
    self.lesions = lesions
    self.groupCount = groupCount
    missing = labels.map { $0.counted.count - $0.found.count }
    prediction = Self.map(zip(labels, numbers).map { ($0.prediction, $1.prediction) }, groupCount, map, box)
    reference = Self.map(zip(labels, numbers).map { ($0.reference, $1.reference) }, lesions.count, map, box)
  }

  /// The sum of each metric over each label's lesions that count.
  ///
  /// - Parameters:
  ///   - metrics: each with its surface.
  ///   - missed: the distance of a lesion without prediction.
  func sums(
    _ metrics: [SurfaceMetric], missed: Double, spacing: [Double], _ rows: NearbyRows, _ norm: DistanceNorm,
    threads: Int
  ) -> [[Double]] {
    var sums = missing.map { [Double](repeating: $0 > 0 ? Double($0) * missed : 0, count: metrics.count) }
    guard !lesions.isEmpty else { return sums }
    for kind in SurfaceKind.allCases where metrics.contains(where: { $0.surface == kind }) {
      let extraction = SurfaceExtraction(kind, spacing: spacing)
      let referenced = extraction.surfaces(of: reference, count: lesions.count, threads: threads)
      let predicted = extraction.surfaces(of: prediction, count: groupCount, threads: threads)
      let wanted = metrics.indices.filter { metrics[$0].surface == kind }
      // Many lesions on a thread each, few with all threads for one after the other.
      let isMany = threads > 1 && lesions.count >= 2 * threads
      let values = Slabs.map(lesions, threads: isMany ? threads : 1) { lesion in
        let groups = lesion.groups.map { predicted[$0 - 1] }
        let surface = Surface(points: groups.flatMap(\.points), weights: groups.flatMap(\.weights))
        let distances = SurfaceDistances(
          surface, referenced[lesion.number - 1], rows, norm, threads: isMany ? 1 : threads)
        return wanted.map { metrics[$0].value(distances) }
      }
      for (lesion, values) in zip(lesions, values) {
        for (index, value) in zip(wanted, values) { sums[lesion.label][index] += value }
      }
    }
    return sums
  }

  /// A map of a box with the number of each object. Neither lesions of a label nor its components can meet in a corner,
  /// so that each has the surface it has alone.
  private static func map(
    _ objects: [(ObjectMap, [Int])], _ most: Int, _ map: PlaceMap, _ box: VoxelBox
  ) -> PlaceMap {
    func painted<Number: FixedWidthInteger>() -> [Number] {
      let extents = box.extents
      var painted = [Number](repeating: 0, count: box.count)
      for (objects, numbers) in objects {
        objects.forEachStretch(of: numbers, rowsOfSlice: map.rows) { z, y, x, number in
          let row = (z - Int(box.lower.z)) * extents.y + y - Int(box.lower.y)
          let start = row * extents.x - Int(box.lower.x)
          for x in x { painted[start + x] = Number(truncatingIfNeeded: number) }
        }
      }
      return painted
    }
    let storage: PlaceMap.Storage =
      switch most {
      case ...255: .uint8(painted())
      case ...65535: .uint16(painted())
      default: .uint32(painted())
      }
    return PlaceMap(storage, extents: box.extents, isFlat: map.isFlat)
  }
}

/// Components of a label that reach the same lesions are one group.
private struct Groups {
  let count: Int
  /// The group of each component that reaches a lesion that counts, 0 for others.
  let ofComponent: [Int]
  /// The groups of each lesion, in ascending order.
  let ofLesion: [Int: [Int]]

  /// - Parameter before: how many groups there are before these.
  init(_ label: LesionComparison, after before: Int) {
    var reached: [Int: [Int]] = [:]
    for lesion in label.found {
      for component in label.lesions[lesion].components { reached[component, default: []].append(lesion) }
    }
    let groups = Set(reached.values).sorted { $0.lexicographicallyPrecedes($1) }
    let numbers = Dictionary(uniqueKeysWithValues: groups.enumerated().map { ($1, before + $0 + 1) })
    var ofComponent = [Int](repeating: 0, count: label.prediction.objects.count)
    for (component, lesions) in reached { ofComponent[component] = numbers[lesions] ?? 0 }
    var ofLesion: [Int: [Int]] = [:]
    for (index, lesions) in groups.enumerated() {
      for lesion in lesions { ofLesion[lesion, default: []].append(before + index + 1) }
    }
    count = groups.count
    self.ofComponent = ofComponent
    self.ofLesion = ofLesion
  }
}
