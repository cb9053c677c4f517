import Synchronization
import SystemLimits

/// The memory for whole tensors that a plan will take, announced when the plan is made and until it is taken: what several
/// threads are about to take counts together.
package final class PlanMemory: Sendable {
  private let arena: Mutex<MemoryReservation?>
  private let scratch: Mutex<MemoryReservation?>

  /// - Parameters:
  ///   - arena: the numbers that a workspace has room for.
  ///   - scratch: the numbers that a run takes for a while, over and over.
  /// - Throws: `InsufficientMemory` naming what both need together.
  package init(arena: Int, scratch: Int) throws(InsufficientMemory) {
    let size = MemoryLayout<Double>.stride
    let (both, overflows) = arena.addingReportingOverflow(scratch)
    // Of one part alone an error would say less than is needed.
    try MemoryReservation(overflows ? .max : both, of: size).end()
    let ofArena = try MemoryReservation(arena, of: size)
    let ofScratch = try MemoryReservation(scratch, of: size)
    self.arena = Mutex(ofArena)
    self.scratch = Mutex(ofScratch)
  }

  /// A workspace has taken the arena, which counts where the system counts it from now on.
  package func arenaIsTaken() { arena.withLock { $0 = nil } }

  /// The announcement of what runs take, for the workspace that they use to keep; nil for further ones.
  package func takeScratch() -> MemoryReservation? { scratch.withLock { $0.take() } }
}
