// Reference cases: value, gradient and the diagonal of the dense Hessian, from JAX in float64 (fixtures/losses).
import Foundation
import SegmentationLosses
import TestSupport

struct ReferenceCase: Decodable, CustomStringConvertible {
  let id, loss, activation: String
  let parameters: [String: Parameter]
  let shape: [Int]
  let prediction, target, gradient: [Double]
  let value: Double
  let hessianDiagonal: [Double]
  let classWeights, mask: [Double]?
  var description: String { id }

  enum Parameter: Decodable {
    case number(Double)
    case flag(Bool)
    case text(String)
    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let flag = try? container.decode(Bool.self) {
        self = .flag(flag)
      } else if let number = try? container.decode(Double.self) {
        self = .number(number)
      } else {
        self = .text(try container.decode(String.self))
      }
    }
    var number: Double? { if case .number(let value) = self { value } else { nil } }
    var flag: Bool? { if case .flag(let value) = self { value } else { nil } }
    var text: String? { if case .text(let value) = self { value } else { nil } }
  }

  static func all(_ file: String) throws -> [ReferenceCase] {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(
      [ReferenceCase].self, from: Data(contentsOf: URL(filePath: TestFiles.fixture("losses/\(file)"))))
  }

  var layout: Layout { get throws { try Layout(shape.count == 4 ? "bcyx" : "bczyx", shape) } }

  /// The loss with its parameters.
  func make() throws -> any Loss {
    let smooth = Smoothing(parameters["smooth"]?.number ?? 1e-5)
    let over = parameters["over"]?.text.flatMap(RegionExtent.init) ?? .sample
    let background = parameters["include_background"]?.flag ?? true
    switch loss {
    case "dice":
      return Dice(
        smoothing: smooth, squared: parameters["squared"]?.flag ?? false, over: over,
        classWeights: classWeights,
        includesBackground: background)
    case "tversky":
      return Tversky(
        alpha: parameters["alpha"]?.number ?? 0.3, beta: parameters["beta"]?.number ?? 0.7, smoothing: smooth,
        over: over, classWeights: classWeights, includesBackground: background)
    case "focal_tversky":
      return FocalTversky(
        alpha: parameters["alpha"]?.number ?? 0.3, beta: parameters["beta"]?.number ?? 0.7,
        gamma: parameters["gamma"]?.number ?? 0.75, smoothing: smooth, over: over, classWeights: classWeights,
        includesBackground: background)
    default: throw UnknownLoss(name: loss)
    }
  }
  struct UnknownLoss: Error { let name: String }

  func evaluate<Scalar: LossScalar>(_ type: Scalar.Type) throws -> LossResult<Scalar> {
    let layout = try layout
    let loss = try make()
    let target = try SoftTargets(target.map { Scalar($0) }, layout)
    let mask = try mask.map { try SiteMask($0.map { UInt8($0) }, layout.withoutClasses) }
    let values = prediction.map { Scalar($0) }
    guard let activation = Activation(rawValue: activation) else { throw UnknownLoss(name: activation) }
    if activation == .none {
      return try loss.evaluate(Probabilities(values, layout), target, mask: mask, want: .all)
    }
    return try loss.evaluate(Logits(values, layout), target, mask: mask, activation: activation, want: .all)
  }
}

/// The largest difference, relative to the largest entry of what is expected.
func relativeDifference<Scalar: LossScalar>(_ found: [Scalar]?, _ expected: [Double]) -> Double {
  guard let found, found.count == expected.count else { return .infinity }
  let scale = Swift.max(expected.map(\.magnitude).max() ?? 0, 1e-300)
  var largest = 0.0
  for (a, b) in zip(found, expected) {
    let difference = (Double(a) - b).magnitude / scale
    if !(difference <= largest) { largest = difference }
  }
  return largest
}
