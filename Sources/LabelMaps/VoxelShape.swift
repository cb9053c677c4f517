/// The extents of a 2D image or a 3D volume, in array-axis order: rows, columns, or slices, rows, columns.
public struct VoxelShape: Sendable, Hashable, CustomStringConvertible {
  /// Two or three positive extents, the outermost axis first.
  public let extents: [Int]

  /// A 2D image.
  public init(rows: Int, columns: Int) { extents = [rows, columns] }

  /// A volume stacked from slices.
  public init(slices: Int, rows: Int, columns: Int) { extents = [slices, rows, columns] }

  /// The number of voxels (of pixels in 2D).
  public var count: Int { extents.reduce(1, *) }

  /// 2 for an image, 3 for a volume.
  public var rank: Int { extents.count }

  /// For example `512×512` or `17×512×512`.
  public var description: String { extents.map(String.init).joined(separator: "×") }
}
