import Autodiff
import Testing

/// Whole tensors that share room: the results are those of tensors with room of their own.
@Suite("Tensors that share room hold what tensors with room of their own hold") struct ArenaTests {
  private static let shape = TensorShape([40, 300])
  private static let elements = (0..<12_000).map { Double(($0 * 37 + 11) % 101) / 50 - 1 }

  /// A long chain of gathers, each of which needs only the one before; the plain loop beside it.
  @Test func chainsShareRoom() throws {
    let x = Variable("x", shape: Self.shape)
    var chain = x.expression
    var expected = Self.elements
    for step in 0..<12 {
      let positions = (0..<300).map { ($0 * 7 + step) % 300 }
      chain = chain.gathered(positions, axis: 1) + Double(step)
      expected = (0..<12_000).map { expected[$0 / 300 * 300 + positions[$0 % 300]] + Double(step) }
    }
    let plan = try Plan([.array(chain)], sources: [Plan.Source(x)], precision: .double)
    #expect(plan.arena.count < 5 * 12_000, "\(plan.arena.count)")
    let found = try chain.evaluate([x: Tensor(Self.elements, shape: Self.shape)]).elements
    #expect(found == expected)
  }

  /// What is read again much later keeps its room.
  @Test func whatIsReadLaterIsKept() throws {
    let x = Variable("x", shape: Self.shape)
    let first = x.expression.gathered(Array((0..<300).reversed()), axis: 1)
    var chain = first
    for _ in 0..<6 { chain = chain.gathered((0..<300).map { ($0 + 1) % 300 }, axis: 1) }
    let sum = chain * first
    let found = try sum.evaluate([x: Tensor(Self.elements, shape: Self.shape)]).elements
    for index in 0..<12_000 {
      let (row, column) = (index / 300 * 300, index % 300)
      let expected = Self.elements[row + 299 - (column + 6) % 300] * Self.elements[row + 299 - column]
      #expect(found[index] == expected)
    }
  }

  @Test func lifetimes() {
    var arena = Arena()
    let starts = (0..<4).map { _ in arena.reserve(5000) }
    let known = arena.reserve(5000, .uniform(2))
    let small = arena.reserve(10)
    var lifetimes = ArenaLifetimes(steps: 6, lateStart: 3)
    for (step, start) in starts.enumerated() { lifetimes.write(start, at: step) }
    lifetimes.use(starts[0], at: 1)
    lifetimes.use(starts[1], at: 4)
    lifetimes.write(small, at: 0)
    let (packed, moved) = lifetimes.packed(arena)
    // The third takes the first's room. The second is made early and read late: it is kept to the end.
    #expect(moved[starts[2]] == moved[starts[0]])
    #expect(Set([starts[0], starts[1], known, small].compactMap { moved[$0] }).count == 4)
    #expect(moved[starts[3]] != moved[starts[1]])
    #expect(packed.count == 3 * 5000 + 10)
  }

  @Test func beyondMemory() {
    let x = Variable("x", shape: TensorShape([1 << 20, 1 << 20]))
    let huge = x.expression.permuted([1, 0])
    #expect(throws: AutodiffError.self) {
      try Plan([.array(huge)], sources: [Plan.Source(x)], precision: .single)
    }
  }
}
