#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// A result as one line of JSON, its keys in alphabetical order.
struct JSONLine: Encodable {
  private let values: [String: Value]

  /// What stands in a line; numbers that JSON cannot hold are left out.
  enum Value: Encodable, ExpressibleByStringLiteral {
    case text(String)
    case number(Double)
    case count(Int)
    case truth(Bool)

    init(stringLiteral text: String) { self = .text(text) }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      switch self {
      case .text(let text): try container.encode(text)
      case .number(let number): try container.encode(number)
      case .count(let count): try container.encode(count)
      case .truth(let truth): try container.encode(truth)
      }
    }
  }

  init(_ values: [String: Value?]) {
    self.values = values.compactMapValues { value in
      if case .number(let number) = value, !number.isFinite { nil } else { value }
    }
  }

  func encode(to encoder: any Encoder) throws { try values.encode(to: encoder) }

  func print() throws { Swift.print(try text()) }

  /// Without an end of line.
  func text() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(self), as: UTF8.self)
  }
}
