// What a plan needs besides the caller's arrays, set aside once.

import SystemLimits

extension Plan {
  /// Scratch memory for runs of one plan; not for two runs at a time.
  public final class Workspace {
    let threads: Int
    let arena: UnsafeMutablePointer<Double>
    /// The sums of each chunk, before they are added up in order.
    let partials: UnsafeMutablePointer<Double>
    let workers: [Worker]
    private let results: [(arena: Int?, shape: TensorShape)]
    /// What runs take for a while stays announced as long as there may be one.
    private let scratch: MemoryReservation?

    /// Memory of one thread.
    final class Worker: @unchecked Sendable {
      let scratch, scalars: UnsafeMutableRawPointer
      let accumulators: UnsafeMutablePointer<Double>
      /// The least and the largest element so far, of each result that is asked for them.
      let extremes: UnsafeMutablePointer<Double>
      let bases: UnsafeMutablePointer<UInt>
      /// For each memory base, the address of the row's first site.
      let rows: UnsafeMutablePointer<UInt>

      init(scratchBytes: Int, scalarBytes: Int, slots: Int, memories: Int, extremes: Int) {
        scratch = .allocate(byteCount: max(scratchBytes, 64), alignment: 64)
        scalars = .allocate(byteCount: max(scalarBytes, 64), alignment: 64)
        accumulators = .allocate(capacity: max(slots, 1))
        accumulators.initialize(repeating: 0, count: max(slots, 1))
        self.extremes = .allocate(capacity: 2 * extremes + 1)
        self.extremes.initialize(repeating: 0, count: 2 * extremes + 1)
        bases = .allocate(capacity: Int(Base.memory) + memories)
        bases.initialize(repeating: 0, count: Int(Base.memory) + memories)
        rows = .allocate(capacity: memories + 1)
        rows.initialize(repeating: 0, count: memories + 1)
      }
      deinit {
        scratch.deallocate()
        scalars.deallocate()
        accumulators.deallocate()
        extremes.deallocate()
        bases.deallocate()
        rows.deallocate()
      }
    }

    init(_ plan: Plan, threads: Int) {
      // More than there are chunks have nothing to do, and each takes memory.
      self.threads = max(1, min(threads, plan.loop?.chunks ?? 1, 1024))
      results = plan.results
      arena = plan.arena.allocate()
      plan.memory?.arenaIsTaken()
      scratch = plan.memory?.takeScratch()
      let slots = plan.programs.map(\.slots).max() ?? 0
      let partialCount = max(slots * (plan.loop?.chunks ?? 0), 1)
      partials = .allocate(capacity: partialCount)
      partials.initialize(repeating: 0, count: partialCount)
      let size = plan.precision.elementSize
      workers = (0..<self.threads).map { _ in
        Worker(
          scratchBytes: (plan.programs.map(\.scratchElements).max() ?? 0) * size,
          scalarBytes: (plan.programs.map(\.scalarElements).max() ?? 0) * size, slots: slots,
          memories: plan.programs.map(\.memory.count).max() ?? 0,
          extremes: plan.programs.map(\.extremes.count).max() ?? 0)
      }
    }
    deinit {
      arena.deallocate()
      partials.deallocate()
    }

    /// The numbers of a result that was asked for as `.numbers`, after a run.
    public func numbers(_ result: Int) -> Tensor? {
      guard let offset = results[result].arena else { return nil }
      let shape = results[result].shape
      return Tensor(Array(UnsafeBufferPointer(start: arena + offset, count: shape.count)), shape: shape)
    }

    /// The first number of such a result.
    public func number(_ result: Int) -> Double {
      results[result].arena.map { arena[$0] } ?? .nan
    }
  }

  /// Memory for runs with this many threads.
  public func makeWorkspace(threads: Int = 1) -> Workspace { Workspace(self, threads: threads) }
}
