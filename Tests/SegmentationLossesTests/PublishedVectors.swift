// Numbers of other libraries: out of their own tests (fixtures/losses/published.json), and what they give for random
// arrays (presets.json).
import Foundation
import SegmentationLosses
import TestSupport

struct PublishedVector: Decodable, CustomStringConvertible, Sendable {
  let id, library, loss: String
  let arguments: [String: JSONTree]
  let input, target, expected: Array
  let rtol, atol: Double
  let sampleWeight, mask: Array?
  /// The heads of a network.
  let levels: [Array]?
  let isFloat: Bool?
  var description: String { id }

  /// By its name.
  static func all(_ file: String) throws -> [String: PublishedVector] {
    let vectors = try JSONDecoder().decode(
      [PublishedVector].self, from: Data(contentsOf: URL(filePath: TestFiles.fixture("losses/\(file)"))))
    return Dictionary(vectors.map { ($0.id, $0) }) { first, _ in first }
  }

  /// The call as a user writes it: `monai-1.5/DiceLoss:sigmoid=true,…`.
  var call: String {
    let texts = arguments.sorted { $0.key < $1.key }.map { key, value in
      // The arguments of a loss within a loss stand beside its own.
      if case .members = value { value.argument } else { "\(key)=\(value.argument)" }
    }
    return "\(library)/\(loss)" + (texts.isEmpty ? "" : ":" + texts.joined(separator: ","))
  }

  /// Numbers with a shape; "nan", "inf" and "-inf" are texts.
  struct Array: Decodable, Sendable {
    let shape: [Int]
    let values: [Double]

    private enum Keys: CodingKey { case shape, values, fill }
    private struct Number: Decodable {
      let value: Double
      init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let flag = try? container.decode(Bool.self) {
          value = flag ? 1 : 0
        } else if let number = try? container.decode(Double.self) {
          value = number
        } else {
          value = Double(try container.decode(String.self)) ?? .nan
        }
      }
    }
    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: Keys.self)
      shape = try container.decode([Int].self, forKey: .shape)
      if let fill = try container.decodeIfPresent(Double.self, forKey: .fill) {
        values = [Double](repeating: fill, count: shape.reduce(1, *))
      } else {
        values = try container.decode([Number].self, forKey: .values).map(\.value)
      }
    }
    func shaped<Scalar: LossScalar>(_ type: Scalar.Type) throws -> ShapedArray<Scalar> {
      try ShapedArray(values.map { Scalar($0) }, shape: shape)
    }
  }
}

extension JSONTree {
  /// As an argument is written in a call, lists of lists flat.
  var argument: String {
    switch self {
    case .flag(let flag): flag ? "true" : "false"
    case .number(let number): "\(number)"
    case .text(let word): word
    case .list(let list): list.map(\.argument).joined(separator: "/")
    case .members(let members):
      members.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value.argument)" }.joined(separator: ",")
    case .null: "none"
    }
  }
}
