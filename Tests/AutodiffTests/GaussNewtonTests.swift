import Autodiff
import TestSupport
import Testing

/// The Gauss–Newton diagonal against Jᵀ M₊ J with everything dense.
@Suite("The Gauss–Newton diagonal is that of the dense product") struct GaussNewtonTests {
  let x = Variable("x", shape: [2, 3, 4])
  let t = Expression(Tensor((0..<24).map { ($0 * 5) % 3 == 0 ? 1 : 0 }, shape: [2, 3, 4]))
  var at: [Variable: Tensor] {
    [x: Tensor((0..<24).map { Double(($0 * 11) % 17) / 6 - 1.2 }, shape: [2, 3, 4])]
  }

  /// Functions of three sums, some with negative curvature, some of rank 1.
  static let uppers: [@Sendable ([Expression]) -> Expression] = [
    { s in mean(1 - (2 * s[0] + 0.1) / (s[1] + s[2] + 0.1)) },
    { s in mean(logCosh(s[0] - s[1]) + exp(-0.2 * s[2])) },
    { s in mean(s[0] * s[1] - square(s[2])) }, { s in mean(s[0] + 2 * s[1] - s[2]) },
    { s in mean(sqrt(s[0] + 1) * pow(s[1] + 1, 0.3) / (1 + s[2])) },
    // Samples and classes are coupled (by sums of what is no sum of sites any more).
    { s in logCosh(mean(s[0] / (1 + square(s[1])))) + 0.3 * mean(exp(0.1 * s[2])) * mean(square(s[0])) },
    { s in -log(1 + square(mean(exp(0.2 * s[0]) - sqrt(s[2] + 2)))) + 0.1 * mean(square(s[1])) },
    { s in mean(square(s[0]) / (1 + square(exp(0.1 * s[1]).sum([0])))) - 0.01 * tanh(s[2]).mean([1]).sum() },
  ]

  private func sums(_ p: Expression, _ axes: [Axes]) -> [Expression] {
    [(p * t).sum(axes[0]), square(p).sum(axes[1]), (p * (1 - t) + 0.1 * exp(p)).sum(axes[2])]
  }

  @Test func asDense() throws {
    for (name, p) in [
      ("none", x.expression + 1.5), ("sigmoid", sigmoid(x.expression)),
      ("softmax", softmax(x.expression, axis: 1)),
    ] {
      for (number, upper) in Self.uppers.enumerated() {
        var axes: [[Axes]] = [
          [[2], [2], [2]], [[0, 2], [0, 2], [0, 2]], [[0, 1, 2], [0, 1, 2], [0, 1, 2]],
        ]
        // Sums of different groups.
        if number >= 5 {
          axes += [[[2], [0, 2], [2]], [[0, 2], [0, 1, 2], [2]], [[2], [1, 2], [0, 2]]]
        }
        for axes in axes {
          let sums = sums(p, axes)
          let objective = try Objective(upper(sums), of: x, classAxis: 1)
          let found: [Double]
          do {
            let diagonal = try #require(try objective.curvature(.gaussNewton).expression)
            #expect(diagonal.shape == x.shape)
            found = try diagonal.evaluate(at).elements
          } catch {
            Issue.record("\(name), \(number), \(axes): \(error)")
            continue
          }
          let flat = concatenated(sums.map { $0.reshaped(to: [$0.shape.count]) }, axis: 0)
          let jacobian = try jacobian(of: flat, withRespectTo: [x]).evaluate(at)
          let variables = sums.enumerated().map { Variable("s\($0)", shape: $1.shape) }
          let values = try evaluate(sums, at)
          let second = try hessian(of: upper(variables.map(\.expression)), withRespectTo: variables).evaluate(
            Dictionary(uniqueKeysWithValues: zip(variables, values)))
          let count = flat.shape.count
          let eigen = SymmetricEigen(second.elements, order: count)
          var expected = [Double](repeating: 0, count: 24)
          for k in 0..<count where eigen.values[k] > 0 {
            for element in 0..<24 {
              let along = (0..<count).reduce(0) { $0 + eigen.vectors[$1 * count + k] * jacobian[$1, element] }
              expected[element] += eigen.values[k] * along * along
            }
          }
          let scale = expected.max() ?? 0
          #expect(found.allSatisfy { $0 >= 0 }, "\(name), \(number), \(axes)")
          #expect(
            zip(found, expected).allSatisfy { abs($0 - $1) <= 1e-12 * (scale + 1e-3) },
            "\(name), \(number), \(axes)")
        }
      }
    }
  }

  @Test func eigenvaluesOfSymmetricMatrices() {
    var random = SeededRandom(seed: 3)
    for order in [1, 2, 3, 5, 9] {
      for _ in 0..<10 {
        var matrix = [Double](repeating: 0, count: order * order)
        for row in 0..<order {
          for column in 0...row {
            let entry = Bool.random(using: &random) ? Double.random(in: -2...2, using: &random) : 0
            matrix[row * order + column] = entry
            matrix[column * order + row] = entry
          }
        }
        let eigen = SymmetricEigen(matrix, order: order)
        for row in 0..<order {
          for column in 0..<order {
            var back = 0.0
            var unit = 0.0
            for k in 0..<order {
              back += eigen.values[k] * eigen.vectors[row * order + k] * eigen.vectors[column * order + k]
              unit += eigen.vectors[k * order + row] * eigen.vectors[k * order + column]
            }
            #expect(abs(back - matrix[row * order + column]) < 1e-12)
            #expect(abs(unit - (row == column ? 1 : 0)) < 1e-12)
          }
        }
      }
    }
  }

  /// Where the value is not a function of sums taken once, that is said.
  @Test func whereItIsNotDefined() throws {
    let p = sigmoid(x.expression)
    for value in [mean(square(p - p.mean())), p.sum([1]).permuted([0, 2, 1]).mean()] {
      #expect(throws: AutodiffError.self) {
        try Objective(value, of: x, classAxis: 1).curvature(.gaussNewton)
      }
    }
  }
}
