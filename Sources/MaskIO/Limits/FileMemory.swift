import SystemLimits

/// Memory for what a file holds: refused, by the file's name, where taking it would end the process. See `MemoryReservation`.
///
///     try FileMemory.during(voxels, of: 4, for: path) { … }      // the memory is taken and filled in here
package enum FileMemory {
  /// Calls `body`, which takes room for so many elements and writes to it.
  ///
  /// - Parameters:
  ///   - count: how many elements are about to be taken; below 0 is none.
  ///   - size: the bytes of each.
  ///   - path: the file that they are for.
  /// - Throws: `MaskFileError` naming what is needed and what there is; what `body` throws.
  package static func during<Result>(
    _ count: Int, of size: Int = 1, for path: String, _ body: () throws(MaskFileError) -> Result
  ) throws(MaskFileError) -> Result {
    let reservation = try reserve(count, size, path)
    let result = try body()
    reservation.end()
    return result
  }

  /// Finds out whether room for so many elements could be taken.
  package static func check(_ count: Int, of size: Int = 1, for path: String) throws(MaskFileError) {
    try reserve(count, size, path).end()
  }

  private static func reserve(
    _ count: Int, _ size: Int, _ path: String
  ) throws(MaskFileError) -> MemoryReservation {
    do throws(InsufficientMemory) {
      return try MemoryReservation(count, of: size)
    } catch {
      throw refusal(error, for: path)
    }
  }

  /// Why a file is refused that needs more than there is.
  package static func refusal(_ error: InsufficientMemory, for path: String) -> MaskFileError {
    MaskFileError(path: path, "\(error); give the process more, lower --jobs, or make the file smaller")
  }
}
