import Autodiff
import SystemLimits
import Testing

@Suite("What plans will take is held together until it is taken", .serialized)
struct PlanMemoryTests {
  /// Numbers that fill three fifths of what is free: room for one plan and not for two.
  private static var most: Int { FreeMemory.now.bytes / 5 * 3 / MemoryLayout<Double>.stride }

  @Test(
    "A second plan is refused while the first has not taken its tensors, and not after it has, or is gone")
  func arenas() throws {
    let count = Self.most
    let first = try PlanMemory(arena: count, scratch: 0)
    let error = #expect(throws: InsufficientMemory.self) { try PlanMemory(arena: count, scratch: 0) }
    #expect(error?.needed == count * MemoryLayout<Double>.stride)
    first.arenaIsTaken()
    do { _ = try PlanMemory(arena: count, scratch: 0) }
    _ = try PlanMemory(arena: count, scratch: 0)
  }

  @Test("What runs take is held as long as the workspace that keeps it")
  func scratch() throws {
    let count = Self.most
    let plan = try PlanMemory(arena: 0, scratch: count)
    guard let kept = plan.takeScratch() else {
      Issue.record("nothing was announced")
      return
    }
    if let further = plan.takeScratch() {
      further.end()
      Issue.record("announced twice")
    }
    plan.arenaIsTaken()
    #expect(throws: InsufficientMemory.self) { try PlanMemory(arena: 0, scratch: count) }
    kept.end()
    _ = try PlanMemory(arena: 0, scratch: count)
  }

  @Test("An error says what arena and scratch need together, and numbers without end are refused")
  func both() throws {
    let half = Self.most
    let error = #expect(throws: InsufficientMemory.self) { try PlanMemory(arena: half, scratch: half) }
    #expect(error?.needed == 2 * half * MemoryLayout<Double>.stride)
    #expect(throws: InsufficientMemory.self) { try PlanMemory(arena: .max, scratch: .max) }
  }
}
