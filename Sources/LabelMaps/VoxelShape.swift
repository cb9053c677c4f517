/// The extents of a 2D image or a 3D volume, in array-axis order: rows, columns, or slices, rows, columns.
public struct VoxelShape: Sendable, Hashable, CustomStringConvertible {
  /// Two or three positive extents, the outermost axis first.
  public let extents: [Int]

  /// A 2D image.
  public init(rows: Int, columns: Int) { extents = [rows, columns] }

  /// A volume stacked from slices.
  public init(slices: Int, rows: Int, columns: Int) { extents = [slices, rows, columns] }

  /// The longest axis that a map may have, 2³⁰ voxels: places, and differences of two, have room in 32 bits.
  public static let longestAxis = 1 << 30

  /// Whether a map may have it: no extent is below 0 or above `longestAxis`.
  public var isPossible: Bool { extents.allSatisfy { 0...Self.longestAxis ~= $0 } }

  /// The number of voxels (of pixels in 2D); `Int.max` where there are more, 0 where an extent is below 0.
  public var count: Int {
    if extents.contains(where: { $0 <= 0 }) { return 0 }
    return extents.reduce(1) { count, extent in
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      return overflow ? .max : product
    }
  }

  /// 2 for an image, 3 for a volume.
  public var rank: Int { extents.count }

  /// For example `512×512` or `17×512×512`.
  public var description: String { extents.map(String.init).joined(separator: "×") }
}
