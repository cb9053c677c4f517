import Autodiff
import TestSupport
import Testing

/// Derivatives of derivatives: third and fourth orders of random expressions, forward over reverse and back.
@Suite("Derivatives of derivatives agree to the fourth order, whichever way they are taken")
struct HigherOrderTests {
  private func difference(_ step: Double, _ value: (Double) throws -> Double) rethrows -> Double {
    let near = try value(step) - value(-step)
    let far = try value(2 * step) - value(-2 * step)
    return (8 * near - far) / (12 * step)
  }

  @Test func alongALine() throws {
    for seed in 5000..<UInt64(5060) {
      let this = RandomDerivativeTests.Case(seed: seed)
      let x = this.world.x
      let u = this.directions[0]
      let direction = Expression(Tensor(u, shape: x.shape))
      var orders = [this.value.reshaped(to: [])]
      for _ in 0..<3 {
        orders.append(try derivative(of: orders[orders.count - 1], withRespectTo: x, along: direction))
      }
      // The same by reverse mode.
      var reverse = orders[0]
      var reversed: [Expression] = []
      for _ in 0..<3 {
        reverse = (try gradient(of: reverse, withRespectTo: x) * direction).sum().reshaped(to: [])
        reversed.append(reverse)
      }
      let found = try evaluate(orders + reversed, this.point).map(\.value)
      for order in 1...3 {
        let scale = abs(found[order]) + 1e-3
        #expect(abs(found[order + 3] - found[order]) <= 1e-9 * scale, "seed \(seed), order \(order)")
        let expected = try difference(2e-3) { try orders[order - 1].evaluate(this.moved($0, u)).value }
        #expect(
          abs(found[order] - expected) <= 1e-6 * (scale + 0.01),
          "seed \(seed), order \(order): \(found[order]) \(expected)")
      }
    }
  }

  /// The diagonal as it is found by structure is an expression like others, and has a gradient.
  @Test func gradientOfTheDiagonal() throws {
    var checked = 0
    for seed in 5100..<UInt64(5130) {
      let this = RandomDerivativeTests.Case(seed: seed)
      let x = this.world.x
      let found = try hessianDiagonal(of: this.value, withRespectTo: x, classAxis: this.world.classAxis)
      guard let diagonal = found.expression, found.method == .structured else { continue }
      let weights = Expression(Tensor(this.directions[1], shape: x.shape))
      let value = (diagonal * weights).sum()
      let gradient = try gradient(of: value, withRespectTo: x).evaluate(this.point).elements
      let u = this.directions[0]
      let slope = zip(gradient, u).reduce(0) { $0 + $1.0 * $1.1 }
      let expected = try difference(2e-3) { try value.evaluate(this.moved($0, u)).value }
      #expect(abs(slope - expected) <= 1e-6 * (abs(slope) + 0.01), "seed \(seed): \(slope) \(expected)")
      checked += 1
    }
    #expect(checked >= 15)
  }
}
