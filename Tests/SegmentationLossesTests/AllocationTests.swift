import CAllocationCounter
import SegmentationLosses
import TestSupport
import Testing

/// Compiled losses run without allocating; an optimised build does, that is: a debug build boxes what it passes on.
@Suite("Compiled losses run without allocating") struct AllocationTests {
  #if !DEBUG
    @Test(arguments: ["bcyx", "byxc", "cybx"]) func runsDoNotAllocate(_ axes: String) throws {
      let extents = axes.map { ["b": 2, "c": 3, "y": 40, "x": 50][$0] ?? 1 }
      let layout = try Layout(axes, extents)
      let values = numbers(layout.count)
      let labels = (0..<layout.siteCount).map { UInt8($0 % 3) }
      for loss in [Dice(), FocalTversky(), Dice() + 0.5 * Tversky()] as [any Loss] {
        let compiled = try loss.compile(for: Logits<Float>.self, layout, activation: .softmax)
        let work = compiled.makeWorkspace()
        var derivatives = compiled.makeDerivatives()
        // The first run finds out which kernels this machine has.
        _ = try compiled.run(values.span, labels.span, into: &derivatives, work)
        allocation_counter_start()
        let value = try compiled.run(values.span, labels.span, into: &derivatives, work)
        let count = allocation_counter_stop()
        #expect(count <= 0, "\(loss.name): \(value)")
      }
    }

    @Test func productsDoNotAllocate() throws {
      let layout = try Layout("cyx", [3, 40, 50])
      let logits = try Logits(numbers(layout.count), layout)
      let labels = try Labels((0..<layout.siteCount).map { UInt8($0 % 3) }, layout.withoutClasses)
      let vector = numbers(layout.count)
      var product = vector
      let point = try Dice().linearize(logits, labels, activation: .softmax)
      try point.hessianVectorProduct(vector, into: &product)
      allocation_counter_start()
      try point.hessianVectorProduct(vector, into: &product)
      let count = allocation_counter_stop()
      #expect(count <= 0)
    }
  #endif

  private func numbers(_ count: Int) -> [Float] {
    var random = SeededRandom(seed: 7)
    return (0..<count).map { _ in Float.random(in: -3...3, using: &random) }
  }

  @Test func allocationsAreCounted() {
    allocation_counter_start()
    let array = [Int](unsafeUninitializedCapacity: 100) { buffer, count in
      for index in 0..<100 { buffer[index] = index }
      count = 100
    }
    let count = allocation_counter_stop()
    #expect(array.reduce(0, +) == 4950)
    #if os(Linux)
      #expect(count > 0)
    #endif
  }
}
