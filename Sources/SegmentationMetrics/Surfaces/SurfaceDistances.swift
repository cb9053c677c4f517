// How far two surfaces lie apart: the distances every surface metric is made of.
import DistanceTransform

/// The distance of each element of two surfaces to the other one.
///
/// Distances are Euclidean, in the unit of the spacing. Where only one surface is empty the other's distances are infinite.
public struct SurfaceDistances: Sendable {
  /// From each element of the prediction's surface to the reference's.
  public let fromPrediction: [Double]
  /// From each element of the reference's surface to the prediction's.
  public let fromReference: [Double]
  /// How much surface each element is; empty where each counts 1.
  public let predictionWeights, referenceWeights: [Double]

  /// - Parameters:
  ///   - predictionWeights: one a distance, or none.
  ///   - referenceWeights: likewise.
  public init(
    fromPrediction: [Double], fromReference: [Double], predictionWeights: [Double] = [],
    referenceWeights: [Double] = []
  ) {
    (self.fromPrediction, self.fromReference) = (fromPrediction, fromReference)
    (self.predictionWeights, self.referenceWeights) = (predictionWeights, referenceWeights)
  }

  init(
    _ prediction: Surface, _ reference: Surface, _ rows: NearbyRows, _ norm: DistanceNorm = .euclidean,
    threads: Int
  ) {
    let (predicted, referenced) = Slabs.both(threads: threads) {
      VoxelBox($0 == 0 ? prediction.points : reference.points)
    }
    let box = predicted.union(referenced)
    // Each direction is a thread's work; more than two share one.
    let share = (threads + 1) / 2
    func distances(_ points: [VoxelPoint], to others: [VoxelPoint]) -> [Double] {
      guard norm == .euclidean else { return norm.distances(points, to: others, in: box) }
      guard !points.isEmpty else { return [] }
      var squared = NearestVoxels(others, in: box, rows: rows).squaredDistances(of: points, threads: share)
      for index in squared.indices { squared[index].formSquareRoot() }
      return squared
    }
    let (fromPrediction, fromReference) = Slabs.both(threads: threads) {
      $0 == 0
        ? distances(prediction.points, to: reference.points)
        : distances(reference.points, to: prediction.points)
    }
    self.init(
      fromPrediction: fromPrediction, fromReference: fromReference,
      predictionWeights: prediction.weights, referenceWeights: reference.weights)
  }

  /// Distances in both directions.
  var count: Int { fromPrediction.count + fromReference.count }

  /// Whether neither surface has any element.
  public var isEmpty: Bool { fromPrediction.isEmpty && fromReference.isEmpty }
}
