import Autodiff
import TestSupport
import Testing

/// What must follow from symmetry: sites exchanged, classes exchanged, factors, sums of values.
@Suite("What must follow from symmetry follows") struct SymmetryTests {
  /// A region loss of x and t [B, C, S], each of whose sums runs over space or more.
  static let losses: [@Sendable (Expression, Expression) -> Expression] = [
    { x, t in
      let p = softmax(x, axis: 1)
      let i = (p * t).sum([2])
      let u = (square(p) + t).sum([2])
      return mean(1 - (2 * i + 0.3) / (u + 0.3))
    },
    { x, t in
      let p = sigmoid(x)
      let i = (p * t).sum([0, 2])
      let p1 = p.sum([0, 2])
      let t1 = t.sum([0, 2])
      return logCosh(mean(pow(1 - (i + 1) / (0.3 * p1 + 0.7 * t1 + 1), 0.75)))
    },
    { x, t in mean(pow(1 - (softmax(x, axis: 1) * t).sum([1]), 2) * (t * -logSoftmax(x, axis: 1)).sum([1])) },
    { x, t in
      let p = sigmoid(x)
      let centred = p - p.mean([2])
      let other = t - t.mean([2])
      return mean((centred * other).sum([2]) / sqrt(square(centred).sum([2]) * square(other).sum([2]) + 0.1))
    },
  ]

  struct Derivatives {
    let value: Double
    let gradient, diagonal: [Double]
  }

  func derivatives(
    _ loss: (Expression, Expression) -> Expression, _ shape: TensorShape, _ x: [Double], _ t: [Double]
  ) throws -> Derivatives {
    let variable = Variable("x", shape: shape)
    let value = loss(variable.expression, Expression(Tensor(t, shape: shape)))
    let diagonal = try #require(
      hessianDiagonal(of: value, withRespectTo: variable, classAxis: 1).expression)
    let results = try evaluate(
      [value, gradient(of: value, withRespectTo: variable), diagonal], [variable: Tensor(x, shape: shape)])
    return Derivatives(value: results[0].value, gradient: results[1].elements, diagonal: results[2].elements)
  }

  func expectSame(_ a: Derivatives, _ b: Derivatives, _ what: String) {
    #expect(abs(a.value - b.value) <= 1e-13 * (1 + abs(b.value)), "\(what)")
    for (one, other) in [(a.gradient, b.gradient), (a.diagonal, b.diagonal)] {
      let scale = other.map(abs).max() ?? 0
      #expect(zip(one, other).allSatisfy { abs($0 - $1) <= 1e-12 * scale }, "\(what)")
    }
  }

  let shape: TensorShape = [2, 3, 7]
  func arrays(_ seed: UInt64) -> (x: [Double], t: [Double]) {
    var random = SeededRandom(seed: seed)
    let x = (0..<42).map { _ in Double.random(in: -2...2, using: &random) }
    let labels = (0..<14).map { _ in Int.random(in: 0..<3, using: &random) }
    let t = (0..<42).map { (index: Int) -> Double in
      let site = index / 21 * 7 + index % 7
      return labels[site] == index / 7 % 3 ? 1 : 0
    }
    return (x, t)
  }

  /// Where element i of the result comes from, with the positions along one axis exchanged.
  func exchanged(_ order: [Int], axis: Int) -> [Int] {
    (0..<42).map { index in
      var position = [index / 21, index / 7 % 3, index % 7]
      position[axis] = order[position[axis]]
      return position[0] * 21 + position[1] * 7 + position[2]
    }
  }

  @Test(arguments: [0, 1, 2]) func positionsExchanged(_ axis: Int) throws {
    for (number, loss) in Self.losses.enumerated() {
      let (x, t) = arrays(UInt64(number))
      let from = exchanged([[1, 0], [2, 0, 1], [3, 6, 0, 5, 1, 2, 4]][axis], axis: axis)
      let whole = try derivatives(loss, shape, x, t)
      let moved = try derivatives(loss, shape, from.map { x[$0] }, from.map { t[$0] })
      expectSame(
        moved,
        Derivatives(
          value: whole.value, gradient: from.map { whole.gradient[$0] },
          diagonal: from.map { whole.diagonal[$0] }),
        "loss \(number)")
    }
  }

  /// A factor goes through everything, and a sum of values has the sums of derivatives.
  @Test func linear() throws {
    for (number, loss) in Self.losses.enumerated() {
      let (x, t) = arrays(UInt64(10 + number))
      let other = Self.losses[(number + 1) % Self.losses.count]
      let one = try derivatives(loss, shape, x, t)
      let two = try derivatives(other, shape, x, t)
      let sum = try derivatives({ -2.5 * loss($0, $1) + other($0, $1) / 4 }, shape, x, t)
      func combined(_ a: [Double], _ b: [Double]) -> [Double] { zip(a, b).map { -2.5 * $0 + $1 / 4 } }
      expectSame(
        sum,
        Derivatives(
          value: -2.5 * one.value + two.value / 4, gradient: combined(one.gradient, two.gradient),
          diagonal: combined(one.diagonal, two.diagonal)), "loss \(number)")
    }
  }

  /// With logits moved by the same number in every class, a softmax loss stays what it is.
  @Test func logitsMoved() throws {
    for (number, loss) in [Self.losses[0], Self.losses[2]].enumerated() {
      let (x, t) = arrays(UInt64(20 + number))
      expectSame(
        try derivatives(loss, shape, x.enumerated().map { $1 + Double($0 % 7) - 3 }, t),
        try derivatives(loss, shape, x, t), "\(number)")
      let gradient = try derivatives(loss, shape, x, t).gradient
      for site in 0..<14 {
        let sum = (0..<3).reduce(0) { $0 + gradient[site / 7 * 21 + $1 * 7 + site % 7] }
        #expect(abs(sum) < 1e-15)
      }
    }
  }
}
