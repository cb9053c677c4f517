/// A JSON document, for results and settings: objects keep their order, and numbers their kind.
///
/// Foundation's encoder neither keeps an order nor writes the bare NaN that nnU-Net's readers expect. What reads files reads
/// JSON by Foundation; this module does without it.
package enum JSONValue: Sendable, Equatable {
  case null
  case bool(Bool)
  case integer(Int64)
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object([Member])

  /// A key of an object and what it holds.
  package struct Member: Sendable, Equatable {
    package var key: String
    package var value: JSONValue

    package init(key: String, value: JSONValue) {
      self.key = key
      self.value = value
    }
  }

  /// An object from keys and values in their order; members whose value is nil are left out.
  package static func members(_ members: KeyValuePairs<String, JSONValue?>) -> JSONValue {
    .object(members.compactMap { key, value in value.map { Member(key: key, value: $0) } })
  }

  /// A count.
  package static func count(_ count: UInt64) -> JSONValue { .integer(Int64(clamping: count)) }

  /// The value of a key of an object; nil if it is null, or there is no such key.
  package subscript(key: String) -> JSONValue? {
    guard case .object(let members) = self, let found = members.first(where: { $0.key == key })?.value,
      found != .null
    else { return nil }
    return found
  }

  /// The text of a string.
  package var text: String? { if case .string(let text) = self { text } else { nil } }

  /// The truth of a boolean.
  package var truth: Bool? { if case .bool(let truth) = self { truth } else { nil } }

  /// A whole number of 0 or more.
  package var unsigned: UInt64? {
    if case .integer(let number) = self { UInt64(exactly: number) } else { nil }
  }

  /// A number; the strings "nan", "inf" and "-inf" stand for the values JSON has no number for.
  package var double: Double? {
    switch self {
    case .integer(let number): Double(number)
    case .number(let number): number
    case .string("nan"): .nan
    case .string("inf"): .infinity
    case .string("-inf"): -.infinity
    default: nil
    }
  }

  /// The elements of an array.
  package var elements: [JSONValue]? { if case .array(let elements) = self { elements } else { nil } }

  /// The members of an object.
  package var members: [Member]? { if case .object(let members) = self { members } else { nil } }
}
