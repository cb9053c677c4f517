import Synchronization

/// Memory that is about to be taken: announced, and refused where taking it would end the process.
///
/// Swift ends a process that asks for more memory than there is, and Linux ends one that uses it. So whatever a file or a caller
/// claims is held against what the process may still take, before it is taken. What several threads are about to take
/// counts together, until each has it: as long as its reservation lives. The product of how many and how large is worked out
/// in here, where it cannot overflow.
///
///     let reservation = try MemoryReservation(voxels, of: 4)
///     let labels = [UInt32](repeating: 0, count: voxels)         // the memory is taken and filled in here
///     reservation.end()
package struct MemoryReservation: ~Copyable {
  /// What is less than this is taken without asking: the answer would cost more than it is worth.
  private static let least = 1 << 22
  /// The same under limits of the process's own, which cost little to ask and may leave less.
  private static let leastUnderLimits = 1 << 16

  private static let promised = Atomic(0)

  private let bytes: Int

  /// Announces room for so many elements.
  ///
  /// - Parameters:
  ///   - count: how many elements are about to be taken; below 0 is none.
  ///   - size: the bytes of each.
  ///   - times: how often there must be room for all that: more than once where others are about to take as much, unannounced.
  /// - Throws: `InsufficientMemory` naming what is needed and what there is.
  package init(_ count: Int, of size: Int = 1, times: Int = 1) throws(InsufficientMemory) {
    let (product, overflows) = count.multipliedReportingOverflow(by: size)
    let bytes = count <= 0 || size <= 0 ? 0 : overflows ? Int.max : product
    guard bytes >= Self.least else {
      try Self.checkWithinOwnLimits(bytes, times)
      self.bytes = 0
      return
    }
    let before = Self.promised.wrappingAdd(bytes, ordering: .relaxed).oldValue
    let room = FreeMemory.now
    let left = max(0, room.bytes - max(0, before))
    guard bytes <= left / max(1, times) else {
      Self.promised.wrappingSubtract(bytes, ordering: .relaxed)
      throw InsufficientMemory(needed: bytes, left: left, source: room.source)
    }
    self.bytes = bytes
  }

  /// Limits of the process's own cost little to ask.
  private static func checkWithinOwnLimits(_ bytes: Int, _ times: Int) throws(InsufficientMemory) {
    guard bytes >= leastUnderLimits, let left = FreeMemory.withinHeap, bytes > left / max(1, times)
    else {
      return
    }
    throw InsufficientMemory(needed: bytes, left: left, source: "left of the process's own limits")
  }

  /// The memory is taken and used by now, and counts where the system counts it.
  package consuming func end() {}

  deinit { if bytes > 0 { Self.promised.wrappingSubtract(bytes, ordering: .relaxed) } }
}

/// More memory is needed than the process may take.
package struct InsufficientMemory: Error, CustomStringConvertible {
  /// Bytes.
  package let needed, left: Int
  /// Whose limit it is.
  package let source: String

  package var description: String {
    "it needs \(Self.text(needed)) of memory, and there are \(Self.text(left)) (\(source))"
  }

  /// For example `1.5 GiB`.
  package static func text(_ bytes: Int) -> String {
    let units = ["bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]
    var value = bytes
    var unit = 0
    // One digit behind the point, without Foundation.
    var tenths = 0
    while value >= 1024, unit + 1 < units.count {
      tenths = value % 1024 * 10 / 1024
      value /= 1024
      unit += 1
    }
    return unit == 0 ? "\(value) bytes" : "\(value).\(tenths) \(units[unit])"
  }
}
