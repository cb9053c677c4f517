import DistanceTransform

/// The surface of one object: where its elements are, and how much of it each stands for.
package struct Surface: Sendable {
  /// Voxels, or for surfels corners between voxels; in the order of memory.
  let points: [VoxelPoint]
  /// The length or area of each; empty where each element counts 1.
  package let weights: [Double]
  /// The smallest box that holds the points.
  let box: VoxelBox

  init(points: [VoxelPoint], weights: [Double] = []) {
    (self.points, self.weights, box) = (points, weights, VoxelBox(points))
  }
}
