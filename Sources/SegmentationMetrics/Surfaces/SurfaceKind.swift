/// What the surface of an object is taken to be. Tools differ, and so do their numbers.
public enum SurfaceKind: String, Sendable, Hashable, CaseIterable {
  /// Voxels that lose something when the object is eroded by the cross of 4 (2D) or 6 (3D) neighbours. What lies
  /// outside the image is background, so that object voxels on its border are surface (MONAI, medpy, MetricsReloaded).
  case erosion6
  /// The same by all 8 or 26 neighbours: one voxel thicker at edges and corners.
  case erosion26
  /// Corners between voxels that are not all alike, each with the length or the area of the object's outline there
  /// (surface-distance, pymia).
  case surfel
  /// The object whole, not its surface: the distance of sets (SimpleITK's Hausdorff filter).
  case voxels

  /// What it is, in a line.
  public var summary: String {
    switch self {
    case .erosion6: "object less its erosion by 4/6 neighbours, outside the image is background"
    case .erosion26: "object less its erosion by 8/26 neighbours"
    case .surfel: "corners between voxels, weighted with the outline's length or area"
    case .voxels: "all voxels of the object"
    }
  }
}
