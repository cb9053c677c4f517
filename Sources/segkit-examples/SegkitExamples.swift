// Two examples that run: second derivatives from a tape, and a loss of one's own.
//
//     swift run -c release segkit-examples
import SegmentationLosses

@main
struct SegkitExamples {
  static func main() throws {
    try secondDerivatives()
    try customLoss()
  }

  /// The Hessian of x² + y² at (2, 3) is [[2, 0], [0, 2]].
  static func secondDerivatives() throws {
    let tape = GradientTape()
    let x = tape.variable(2)
    let y = tape.variable(3)
    let f = x * x + y * y
    let gradient = try tape.gradient(of: f, withRespectTo: [x, y])
    let hessian = try tape.value(of: tape.jacobian(of: gradient, withRespectTo: [x, y]))
    print("x² + y² at (2, 3): gradient", try tape.values(of: gradient).map(\.value))
    print("Hessian [[\(hessian[0, 0]), \(hessian[0, 1])], [\(hessian[1, 0]), \(hessian[1, 1])]]")
  }

  /// A log-Dice loss in one line, with gradient and exact Hessian diagonal.
  static func customLoss() throws {
    let logDice = CustomLoss("log-dice") { p, t in
      -log((2 * sum(p * t, .space) + 1) / (sum(p, .space) + sum(t, .space) + 1))
    }
    print(try logDice.verify())

    let layout = try Layout("yx", [2, 4])
    let logits = try Logits<Float>([2, 1, -1, -2, 3, 0.5, -0.5, -3], layout)
    let labels = try Labels([1, 1, 0, 0, 1, 0, 1, 0], layout)
    let result = try logDice.evaluate(logits, labels, activation: .sigmoid, want: .all)
    print("value", result.value)
    print("gradient", result.gradient ?? [])
    print("Hessian diagonal", result.hessianDiagonal ?? [], result.method)
  }
}
