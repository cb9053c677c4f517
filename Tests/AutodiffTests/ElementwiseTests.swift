import Autodiff
import Testing

/// First and second derivatives of each operation against differences, and its corners against what it promises.
@Suite("Each elementwise operation has right derivatives, and the corners that it promises")
struct ElementwiseTests {
  struct Function: Sendable, CustomStringConvertible {
    let description: String
    let points: [Double]
    let record: @Sendable (Expression) -> Expression
    init(_ name: String, _ points: [Double], _ record: @escaping @Sendable (Expression) -> Expression) {
      (description, self.points, self.record) = (name, points, record)
    }
  }

  static let everywhere: [Double] = [-30, -7.5, -2, -0.6, -1e-3, 1e-3, 0.3, 1, 2.5, 8, 25]
  static let positive: [Double] = [1e-3, 0.04, 0.5, 1, 1.7, 6, 40]

  static let functions: [Function] = [
    Function("square", everywhere) { square($0) },
    Function("reciprocal", everywhere) { reciprocal($0) },
    Function("sqrt", positive) { sqrt($0) },
    Function("exp", everywhere.map { $0 / 4 }) { exp($0) },
    Function("expm1", everywhere.map { $0 / 4 }) { expm1($0) },
    Function("log", positive) { log($0) },
    Function("log1p", positive + [-0.5, -0.9]) { log1p($0) },
    Function("log1mexp", [-20, -3, -0.7, -0.1, -1e-2]) { Elementwise.logarithmOfOneMinusExponential($0) },
    Function("sigmoid", everywhere) { sigmoid($0) },
    Function("sigmoidSlope", everywhere) { sigmoidSlope($0) },
    Function("softplus", everywhere) { softplus($0) },
    Function("tanh", everywhere.map { $0 / 4 }) { tanh($0) },
    Function("logCosh", everywhere) { logCosh($0) },
    Function("abs", everywhere) { abs($0) },
    Function("clip", [-2, 0.2, 0.7, 3]) { clip($0, 0, 1) },
    Function("max with a number", [-2, 0.2, 3]) { max($0, 1) * $0 },
    Function("min with a number", [-2, 0.2, 3]) { min($0, 1) * $0 },
    Function("select", [-2, 0.2, 3]) { select(less($0, 0), square($0), exp($0)) },
    Function("pow 0.3", positive) { pow($0, 0.3) },
    Function("pow 0.75", positive) { pow($0, 0.75) },
    Function("pow 3", everywhere) { pow($0, 3) },
    Function("pow -1.5", positive) { pow($0, -1.5) },
    Function("x to the x", positive) { pow($0, $0) },
    Function("2 to the x", everywhere.map { $0 / 4 }) { pow(2, $0) },
    Function("x / (1 + x²)", everywhere) { $0 / (1 + square($0)) },
    Function("1 / x minus x", everywhere) { 1 / $0 - $0 },
    Function("log sigmoid", everywhere) { log(sigmoid($0)) },
    Function("log of 1 - sigmoid", everywhere) { log(1 - sigmoid($0)) },
    Function("0.3 log x", positive) { productWithLog(0.3, $0) },
    Function("x log x", positive) { productWithLog($0, $0) },
    Function("0.3 log(1 + x)", positive + [-0.5, -0.9]) { productWithLog1p(0.3, $0) },
    Function("x log(1 + x)", positive + [-0.5, -0.9]) { productWithLog1p($0, $0) },
    Function("0.3 / x", everywhere) { quotientOrZero(0.3, $0) },
    Function("x / (1 + x)", positive) { quotientOrZero($0, 1 + $0) },
    Function("|x - 0.25|", everywhere) { absoluteDifference($0, 0.25) * $0 },
    Function("|0.25 - x|", everywhere) { absoluteDifference(0.25, $0) * $0 },
    Function("huber", everywhere) { huber($0, 0.8) },
    Function("huber by its corner", [0.2, 0.9, 2.2]) { huber(1.5, $0) * $0 },
    Function("held", everywhere) { Elementwise.held($0, 0.8) * $0 },
    Function("hinge of 1", everywhere.filter { $0 != 1 }) { hinge(1, $0) * $0 },
    Function("hinge of 0", everywhere) { square(hinge(0, $0)) },
    Function("hinge by t", [0.1, 0.3, 0.8, 1.3]) { hinge($0, 0.4) * hinge($0, 2) },
    Function("perceptron", everywhere) { square(perceptron(0, $0)) + perceptron(1, $0) },
    Function("perceptron by t", [0.1, 0.3, 0.8, 1.3]) { perceptron($0, 0.4) * $0 },
    Function("counter-margin", everywhere) { counterMargin($0, $0) },
    Function("sparsemax of 1", everywhere.filter { $0 != 1 }) { sparsemax(1, $0) },
    Function("sparsemax of 0", everywhere.filter { $0 != 1 }) { sparsemax(0, $0) * $0 },
    Function("sparsemax by t", [0.1, 0.3, 0.8, 1.3]) { sparsemax($0, 0.4) },
    Function("sparsemax of both", [0.1, 0.3, 0.8]) { sparsemax($0, 0.9 * $0) },
  ]

  @Test(arguments: functions) func derivativesAsDifferences(_ function: Function) throws {
    let x = Variable("x")
    let f = function.record(x.expression)
    let first = try gradient(of: f, withRespectTo: x)
    let second = try gradient(of: first, withRespectTo: x)
    let bySecondOrder = try hessianDiagonal(of: f, withRespectTo: x).expression ?? 0
    for point in function.points {
      func value(_ expression: Expression, _ at: Double) throws -> Double {
        try expression.evaluate([x: Tensor(at)]).value
      }
      func difference(_ of: Expression) throws -> Double {
        let h = 1e-3 * Swift.min(1, abs(point))
        let near = try value(of, point + h) - value(of, point - h)
        let far = try value(of, point + 2 * h) - value(of, point - 2 * h)
        return (8 * near - far) / (12 * h)
      }
      let slope = try value(first, point)
      let curvature = try value(second, point)
      let bySlope = try difference(f)
      let byCurvature = try difference(first)
      #expect(abs(slope - bySlope) <= 1e-7 * (abs(slope) + 1e-2), "at \(point)")
      #expect(abs(curvature - byCurvature) <= 1e-7 * (abs(curvature) + 1e-2), "at \(point)")
      let pushed = try value(bySecondOrder, point)
      #expect(abs(pushed - curvature) <= 1e-12 * abs(curvature), "at \(point)")
    }
  }

  /// The value and the first two derivatives at a point.
  private func jet(_ at: Double, _ f: (Expression) -> Expression) throws -> [Double] {
    let x = Variable("x")
    let value = f(x.expression)
    let first = try gradient(of: value, withRespectTo: x)
    let second = try gradient(of: first, withRespectTo: x)
    return try evaluate([value, first, second], [x: Tensor(at)]).map(\.value)
  }

  @Test func corners() throws {
    #expect(try jet(0) { abs($0) } == [0, 0, 0])
    #expect(try jet(1) { max($0, 1) } == [1, 1, 0])
    #expect(try jet(1) { min($0, 1) } == [1, 1, 0])
    #expect(try jet(0) { clip($0, 0, 1) } == [0, 1, 0])
    #expect(try jet(1) { clip($0, 0, 1) } == [1, 1, 0])
    #expect(try jet(1.5) { clip($0, 0, 1) } == [1, 0, 0])
    // What is not selected may be anything.
    #expect(try jet(0) { select(less(0, $0), log($0), 3 * $0) } == [0, 3, 0])
    #expect(try jet(0) { max(log($0), -100) } == [-100, 0, 0])
  }

  @Test func infiniteDerivativesAreZero() throws {
    #expect(try jet(0) { pow($0, 0.75) } == [0, 0, 0])
    #expect(try jet(0) { pow($0, 1.5) } == [0, 0, 0])
    #expect(try jet(0) { pow($0, 2) } == [0, 0, 2])
    #expect(try jet(0) { pow($0, 3) } == [0, 0, 0])
    #expect(try jet(0) { sqrt($0) } == [0, 0, 0])
  }

  @Test func hugeArgumentsAreFinite() throws {
    #expect(try jet(1e4) { sigmoid($0) } == [1, 0, 0])
    #expect(try jet(-1e4) { sigmoid($0) } == [0, 0, 0])
    #expect(try jet(1e4) { softplus($0) } == [1e4, 1, 0])
    #expect(try jet(-1e4) { softplus($0) } == [0, 0, 0])
    #expect(try jet(1e4) { log(1 - sigmoid($0)) } == [-1e4, -1, 0])
    let logCosh = try jet(-1e4) { Autodiff.logCosh($0) }
    #expect(abs(logCosh[0] - 9999.306852819440055) < 1e-8 && logCosh[1] == -1 && logCosh[2] == 0)
  }

  @Test func softmaxOfHugeLogits() throws {
    let x = Variable("x", shape: [3, 2])
    let q = logSoftmax(x.expression, axis: 0)
    let weights = Expression(Tensor([1, 2, 3, 4, 5, 6], shape: [3, 2]))
    let f = sum(weights * q) + sum(weights * exp(q))
    let diagonal = try #require(try hessianDiagonal(of: f, withRespectTo: x, classAxis: 0).expression)
    let results = try evaluate(
      [f, gradient(of: f, withRespectTo: x), diagonal],
      [x: Tensor([1e4, -1e4, -1e4, 1e4, 0, 1e4], shape: [3, 2])])
    for result in results {
      let infinite = result.elements.filter { !$0.isFinite }
      #expect(infinite.isEmpty)
    }
    // Column 0: p = (1, 0, 0), and the gradient of Σ w log p is w − p Σ w.
    #expect(abs(results[1][0, 0] - (1 - 9)) < 1e-9 && abs(results[1][1, 0] - 3) < 1e-9)
  }
}
