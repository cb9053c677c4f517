// How far two surfaces lie apart: the distances every surface metric is made of.
import DistanceTransform

/// The distance of each element of two surfaces to the other one.
///
/// Distances are Euclidean, in the unit of the spacing. Where only one surface is empty the other's distances are infinite.
package struct SurfaceDistances: Sendable {
  let prediction, reference: DirectedDistances

  /// From each element of the prediction's surface to the reference's.
  package var fromPrediction: [Double] { prediction.distances }
  /// From each element of the reference's surface to the prediction's.
  package var fromReference: [Double] { reference.distances }
  /// How much surface each element is; empty where each counts 1.
  package var predictionWeights: [Double] { prediction.weights }
  package var referenceWeights: [Double] { reference.weights }

  /// - Parameters:
  ///   - predictionWeights: one a distance, or none.
  ///   - referenceWeights: likewise.
  package init(
    fromPrediction: [Double], fromReference: [Double], predictionWeights: [Double] = [],
    referenceWeights: [Double] = []
  ) {
    prediction = DirectedDistances(fromPrediction, predictionWeights)
    reference = DirectedDistances(fromReference, referenceWeights)
  }

  init(
    _ prediction: Surface, _ reference: Surface, _ rows: NearbyRows, _ norm: DistanceNorm = .euclidean,
    threads: Int
  ) {
    let box = prediction.box.union(reference.box)
    // Each direction is a thread's work; more than two share one.
    let share = (threads + 1) / 2
    func distances(_ surface: Surface, to other: Surface) -> DirectedDistances {
      guard norm == .euclidean else {
        return DirectedDistances(norm.distances(surface.points, to: other.points, in: box), surface.weights)
      }
      guard !surface.points.isEmpty else { return DirectedDistances([], []) }
      var squared = NearestVoxels.squaredDistances(
        of: surface.points, to: other.points, in: box, rows: rows, threads: share)
      for index in squared.indices { squared[index].formSquareRoot() }
      return DirectedDistances(squared, surface.weights)
    }
    (self.prediction, self.reference) = Slabs.both(threads: threads) {
      $0 == 0 ? distances(prediction, to: reference) : distances(reference, to: prediction)
    }
  }

  /// Distances in both directions.
  var count: Int { prediction.distances.count + reference.distances.count }

  /// Whether neither surface has any element.
  package var isEmpty: Bool { prediction.isEmpty && reference.isEmpty }
}
