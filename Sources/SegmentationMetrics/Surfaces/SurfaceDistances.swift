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
    let predicted = VoxelBox(prediction.points)
    let referenced = VoxelBox(reference.points)
    let box = predicted.union(referenced)
    func distances(_ points: [VoxelPoint], to others: [VoxelPoint]) -> [Double] {
      guard norm == .euclidean else { return norm.distances(points, to: others, in: box) }
      guard !points.isEmpty else { return [] }
      var squared = NearestVoxels(others, in: box, rows: rows).squaredDistances(of: points, threads: threads)
      for index in squared.indices { squared[index].formSquareRoot() }
      return squared
    }
    self.init(
      fromPrediction: distances(prediction.points, to: reference.points),
      fromReference: distances(reference.points, to: prediction.points),
      predictionWeights: prediction.weights, referenceWeights: reference.weights)
  }

  /// Whether neither surface has any element.
  public var isEmpty: Bool { fromPrediction.isEmpty && fromReference.isEmpty }
}
