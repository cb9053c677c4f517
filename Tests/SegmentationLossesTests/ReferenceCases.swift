// Reference cases: value, gradient and the diagonal of the dense Hessian, from JAX in float64 (fixtures/losses).
import Foundation
import SegmentationLosses
import TestSupport
import Testing

struct ReferenceCase: Decodable, CustomStringConvertible {
  let id, loss, activation: String
  let parameters: [String: Parameter]
  let shape: [Int]
  let prediction, target, gradient: [Double]
  let value: Double
  let hessianDiagonal: [Double]
  let classWeights, mask, distance: [Double]?
  var description: String { id }

  enum Parameter: Decodable, CustomStringConvertible {
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
    var description: String {
      switch self {
      case .number(let value): "\(value)"
      case .flag(let value): "\(value)"
      case .text(let value): value
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

  /// The loss with its parameters, by name.
  func make() throws -> any Loss {
    var specification = try LossSpecification(loss)
    for (key, value) in parameters {
      if key == "include_background" {
        try specification.set("exclude-background", value.flag == false ? "true" : "false")
      } else {
        try specification.set(key.replacing("_", with: "-"), value.description)
      }
    }
    if let classWeights {
      try specification.set("class-weights", classWeights.map { "\($0)" }.joined(separator: "/"))
    }
    return try specification.loss()
  }

  func evaluate<Scalar: LossScalar>(_ type: Scalar.Type) throws -> LossResult<Scalar> {
    let layout = try layout
    let loss = try make()
    let target = try SoftTargets(target.map { Scalar($0) }, layout)
    let mask = try mask.map { try SiteMask($0.map { UInt8($0) }, layout.withoutClasses) }
    let values = prediction.map { Scalar($0) }
    let distance = try distance.map { try DistanceMap($0.map { Scalar($0) }, layout) }
    let activation = try #require(Activation(rawValue: activation))
    if activation == .none, loss.domain == .probabilities {
      return try loss.evaluate(
        Probabilities(values, layout), target, mask: mask, distance: distance, want: .all)
    }
    return try loss.evaluate(
      Logits(values, layout), target, mask: mask, distance: distance, activation: activation, want: .all)
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
