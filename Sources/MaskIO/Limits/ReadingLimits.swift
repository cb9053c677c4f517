import Synchronization

/// How large a mask may be, whatever its file claims. Limits of the process: a program sets them once, before it reads.
///
/// Beside these, what a file claims is held against the memory that is free (`FileMemory`).
public enum ReadingLimits {
  /// The most voxels (pixels, elements of an array) that one mask may have.
  public static let standardVoxels = 1 << 31
  /// The most that packed data may unpack to, as a multiple of its size. Deflate reaches 1032, so the standard
  /// refuses what is impossible; a smaller number also refuses masks with hardly anything in them.
  public static let standardExpansion = 1100

  /// Voxels, from 1 to 2⁴⁰. See `standardVoxels`.
  public static var voxels: Int {
    get { storedVoxels.load(ordering: .relaxed) }
    set { storedVoxels.store(min(max(newValue, 1), 1 << 40), ordering: .relaxed) }
  }

  /// A multiple, from 1 to 2³⁰. See `standardExpansion`.
  public static var expansion: Int {
    get { storedExpansion.load(ordering: .relaxed) }
    set { storedExpansion.store(min(max(newValue, 1), 1 << 30), ordering: .relaxed) }
  }

  private static let storedVoxels = Atomic(standardVoxels)
  private static let storedExpansion = Atomic(standardExpansion)

  /// Whether extents can be those of a mask: places along an axis are counted in 32 bits.
  ///
  /// - Returns: the number of voxels.
  /// - Throws: `MaskFileError` for a negative extent, or more voxels than the limit.
  public static func count(_ extents: [Int], path: String) throws(MaskFileError) -> Int {
    var count = 1
    for extent in extents {
      let (product, overflows) = count.multipliedReportingOverflow(by: extent)
      guard extent >= 0, extent < Int(Int32.max), !overflows, product <= voxels || extents.contains(0) else {
        let size = extents.map(String.init).joined(separator: "×")
        throw MaskFileError(
          path: path,
          "\(size) voxels are more than the \(voxels) that a mask may have; if the file is sound, raise the limit with "
            + "--max-voxels, else write it again")
      }
      count = product
    }
    return count
  }

  /// Whether so many packed bytes can and may hold so many.
  static func checkExpansion(packed: Int, unpacked: Int, path: String) throws(MaskFileError) {
    // Some bytes of head and tail unpack to nothing, and some more than nothing.
    let most = packed.multipliedReportingOverflow(by: expansion)
    guard most.overflow || unpacked <= most.partialValue.addingReportingOverflow(4096).partialValue else {
      throw MaskFileError(
        path: path,
        "it claims \(unpacked) bytes of \(packed) packed ones, more than \(expansion) times as many; if the file is sound, "
          + "raise the limit with --max-expansion, else write it again")
    }
  }
}
