import Autodiff
import Testing

/// Windows against plain loops, and their derivatives against the dense Hessian.
@Suite("Windows give what plain loops give, and right derivatives") struct FilteringTests {
  private static let shape = TensorShape([2, 5, 4])
  private static let elements = (0..<40).map { Double(($0 * 17 + 5) % 23) / 7 - 1 }

  private func value(_ x: Expression, _ variable: Variable) throws -> Tensor {
    try x.evaluate([variable: Tensor(Self.elements, shape: Self.shape)])
  }

  @Test func windowsAreSums() throws {
    let x = Variable("x", shape: Self.shape)
    let weights = [0.5, -1, 2]
    let found = try value(x.expression.filtered(weights, axis: 1), x)
    #expect(found.shape == TensorShape([2, 3, 4]))
    for b in 0..<2 {
      for y in 0..<3 {
        for c in 0..<4 {
          let expected = (0..<3).reduce(0.0) { $0 + weights[$1] * Self.elements[(b * 5 + y + $1) * 4 + c] }
          #expect(abs(found.elements[(b * 3 + y) * 4 + c] - expected) < 1e-14)
        }
      }
    }
  }

  /// What lies outside is 0.
  @Test func windowsWithinTheImage() throws {
    let x = Variable("x", shape: Self.shape)
    let weights = [0.25, 0.5, 0.25]
    let found = try value(x.expression.filteredWithin(weights, axis: 2), x)
    #expect(found.shape == Self.shape)
    for row in 0..<10 {
      for c in 0..<4 {
        let expected = (0..<3).reduce(0.0) { sum, offset in
          let place = c + offset - 1
          return (0..<4).contains(place) ? sum + weights[offset] * Self.elements[row * 4 + place] : sum
        }
        #expect(abs(found.elements[row * 4 + c] - expected) < 1e-14)
      }
    }
  }

  /// f = Σ (filtered x)³: gradient and H·v against differences of it.
  @Test func derivatives() throws {
    let x = Variable("x", shape: Self.shape)
    let y = x.expression.filtered([0.5, -1, 2], axis: 1).filteredWithin([1, 3, 1], axis: 2)
    let f = sum(y * y * y)
    let v = Variable("v", shape: Self.shape)
    let gradient = try Autodiff.gradient(of: f, withRespectTo: [x])[0]
    let product = try hessianVectorProduct(of: f, withRespectTo: x, times: v.expression)
    let direction = (0..<40).map { Double($0 % 5) - 2 }
    func at(_ step: Double, _ expression: Expression) throws -> [Double] {
      let moved = zip(Self.elements, direction).map { $0 + step * $1 }
      return try expression.evaluate([
        x: Tensor(moved, shape: Self.shape), v: Tensor(direction, shape: Self.shape),
      ]).elements
    }
    let slope = zip(try at(0, gradient), direction).reduce(0) { $0 + $1.0 * $1.1 }
    let difference = (try at(1e-4, f)[0] - at(-1e-4, f)[0]) / 2e-4
    #expect(abs(slope - difference) < 1e-5 * abs(difference))
    let change = zip(try at(1e-4, gradient), try at(-1e-4, gradient)).map { ($0 - $1) / 2e-4 }
    for (found, expected) in zip(try at(0, product), change) {
      #expect(abs(found - expected) < 1e-6 * (1 + abs(expected)))
    }
  }

  @Test func mistakesAreNamed() throws {
    let x = Variable("x", shape: Self.shape).expression
    for (expression, text) in [
      (x.filtered([1, 1, 1, 1, 1, 1], axis: 1), "does not fit along an axis of extent 5"),
      (x.filtered([], axis: 1), "window of 0"), (x.filteredWithin([1, 2], axis: 1), "symmetric"),
      (x.filteredWithin([1, 2, 3], axis: 1), "symmetric"),
    ] {
      #expect(expression.failure?.description.contains(text) == true)
    }
    #expect(x.filtered([1], axis: 3).failure != nil)
  }
}
