import FoundationEssentials
import TextFormats

extension JSONValue {
  /// Reads a document.
  ///
  /// - Throws: Foundation's `DecodingError`, for text that is not JSON.
  package init(parsing text: String) throws {
    self = try JSONDecoder().decode(Decoded.self, from: Data(text.utf8)).value
  }

  /// Foundation's view of a document; its objects lose their order, so they are sorted by key.
  private struct Decoded: Decodable {
    let value: JSONValue

    private struct Key: CodingKey {
      var stringValue: String
      var intValue: Int? { nil }
      init(stringValue: String) { self.stringValue = stringValue }
      init?(intValue: Int) { nil }
    }

    init(from decoder: any Decoder) throws {
      if let object = try? decoder.container(keyedBy: Key.self) {
        value = .object(
          try object.allKeys.sorted { $0.stringValue < $1.stringValue }.map { key in
            Member(key: key.stringValue, value: try object.decode(Decoded.self, forKey: key).value)
          })
        return
      }
      if var array = try? decoder.unkeyedContainer() {
        var elements: [JSONValue] = []
        while !array.isAtEnd { elements.append(try array.decode(Decoded.self).value) }
        value = .array(elements)
        return
      }
      let single = try decoder.singleValueContainer()
      if single.decodeNil() {
        value = .null
      } else if let bool = try? single.decode(Bool.self) {
        value = .bool(bool)
      } else if let integer = try? single.decode(Int64.self) {
        value = .integer(integer)
      } else if let number = try? single.decode(Double.self) {
        value = .number(number)
      } else {
        value = .string(try single.decode(String.self))
      }
    }
  }
}
