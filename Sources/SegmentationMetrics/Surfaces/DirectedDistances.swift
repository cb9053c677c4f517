/// The distances of one surface's elements to the other surface, with what is read of them again and again.
struct DirectedDistances: Sendable {
  let distances: [Double]
  /// How much surface each element is; empty where each counts 1.
  let weights: [Double]
  /// The amount of surface: the number of elements, or the sum of their weights.
  let total: Double
  /// The sum of the distances, weighted.
  let sum: Double
  private let largest: Double

  /// - Parameter weights: one a distance, or none.
  init(_ distances: [Double], _ weights: [Double]) {
    (self.distances, self.weights) = (distances, weights)
    var (sum, largest) = (0.0, -Double.infinity)
    if weights.isEmpty {
      total = Double(distances.count)
      for distance in distances {
        sum += distance
        largest = max(largest, distance)
      }
    } else {
      total = weights.reduce(0, +)
      for (distance, weight) in zip(distances, weights) {
        sum += distance * weight
        largest = max(largest, distance)
      }
    }
    (self.sum, self.largest) = (sum, largest)
  }

  var isEmpty: Bool { distances.isEmpty }
  var mean: Double { sum / total }

  /// The percentile, ranks interpolated; weighted, a step, where elements have weights.
  func percentile(_ percent: Double) -> Double {
    if percent >= 100 { return isEmpty ? .nan : largest }
    return weights.isEmpty
      ? QuantileRule.linear.percentile(percent, of: distances)
      : WeightedPercentile.of(distances, weights, percent)
  }

  /// The percentile of the rank below.
  func floor(_ percent: Double) -> Double {
    weights.isEmpty ? QuantileRule.lower.percentile(percent, of: distances) : percentile(percent)
  }

  /// How much surface lies within a tolerance, the tolerance included.
  func within(_ tolerance: Double) -> Double {
    weights.isEmpty
      ? Double(distances.count { $0 <= tolerance })
      : zip(distances, weights).reduce(0) { $1.0 <= tolerance ? $0 + $1.1 : $0 }
  }

  func joined(_ other: DirectedDistances) -> DirectedDistances {
    DirectedDistances(distances + other.distances, weights + other.weights)
  }
}
