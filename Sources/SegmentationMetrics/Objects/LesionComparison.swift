// Lesions of one label, each compared with all that was predicted for it (BraTS from 2023 on).

/// The lesions of one label and the predicted components that reach into them.
struct LesionComparison: Sendable {
  struct Lesion: Sendable {
    var size = 0
    /// Voxels predicted rightly, and voxels of all components that reach into it.
    var shared = 0
    var predicted = 0
    /// Which components those are, in ascending order.
    var components: [Int] = []
  }

  let prediction: ObjectMap
  /// The reference's voxels, objects being lesions.
  let reference: ObjectMap
  let lesions: [Lesion]
  /// Lesions that are large enough to count.
  let counted: [Int]
  /// Predicted components that reach no lesion, not even one too small to count.
  let falsePositives: Int

  /// - Parameters:
  ///   - prediction: the label's connected components over corners, by themselves.
  ///   - reference: its voxels, as objects of any kind.
  ///   - map: tells the extents.
  ///   - voxelVolume: the product of the spacing.
  init(
    _ prediction: ObjectMap, _ reference: ObjectMap, place: Int, in map: PlaceMap, voxelVolume: Double,
    _ rule: LesionRule
  ) {
    let reach = DilatedRows(reference, map).dilated(times: rule.dilation).components(place: place)
    let own = reference.renumbered(by: reach)
    var lesions = own.objects.map { Lesion(size: $0.size) }
    for (pair, count) in prediction.shared(with: own) { lesions[pair.other].shared += count }
    var isTaken = Array(repeating: false, count: prediction.objects.count)
    for pair in prediction.shared(with: reach).keys.sorted() {
      lesions[pair.other].predicted += prediction.objects[pair.own].size
      lesions[pair.other].components.append(pair.own)
      isTaken[pair.own] = true
    }
    falsePositives = isTaken.count { !$0 }
    counted = lesions.indices.filter { Double(lesions[$0].size) * voxelVolume > rule.ignoredVolume }
    (self.prediction, self.reference, self.lesions) = (prediction, own, lesions)
  }

  /// Lesions that count and have a prediction.
  var found: [Int] { counted.filter { !lesions[$0].components.isEmpty } }

  /// The values of metrics; a mean over nothing is NaN.
  ///
  /// - Parameters:
  ///   - missed: the distance of a lesion without prediction, and of a prediction without lesion.
  ///   - sums: of each metric that is a distance, the sum over the lesions that count.
  func values(_ metrics: [LesionMetric], missed: Double, sums: [Double]) -> [Double] {
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
      case .truePositives: return Double(found.count)
      case .falseNegatives: return Double(counted.count - found.count)
      case .falsePositives: return Double(falsePositives)
      }
    }
  }
}
