import Foundation
import MaskIO
import TestSupport
import Testing
import TextFormats

@Suite("JSON documents")
struct JSONValueTests {
  @Test("Strings of any characters come back, and Foundation reads the same")
  func strings() throws {
    var texts = [
      "", "\"\\/\u{8}\u{c}\n\r\t", "é\u{1F9E0}\u{2028}\u{FEFF}", "e\u{301}", "\r\n", "\u{7F}\u{80}",
    ]
    texts += (0...0x1F).compactMap { Unicode.Scalar($0).map { "a\(Character($0))b" } }
    for text in texts {
      let written = JSONValue.object([.init(key: text, value: .array([.string(text)]))]).text(.line)
      let read = try JSONValue(parsing: written)
      #expect(read.members?.first?.key.unicodeScalars.elementsEqual(text.unicodeScalars) == true)
      #expect(
        read.members?.first?.value.elements?.first?.text?.unicodeScalars.elementsEqual(text.unicodeScalars)
          == true)
      let foundation = try JSONSerialization.jsonObject(with: Data(written.utf8)) as? [String: [String]]
      #expect(foundation == [text: [text]])
    }
  }

  @Test("Numbers come back to the same bits, in the shortest text that does")
  func numbers() throws {
    var random = SeededRandom(seed: 111)
    var numbers = [
      0.1, 1.0 / 3, .leastNonzeroMagnitude, .leastNormalMagnitude, .greatestFiniteMagnitude, 1e16,
      123_456_789, 1e-7,
    ]
    for _ in 0..<5000 {
      numbers.append(Double.random(in: 0...1, using: &random))
      let any = Double(bitPattern: random.next())
      if any.isFinite { numbers.append(any) }
    }
    for number in numbers {
      let text = JSONValue.number(number).text(.line)
      try #require(try JSONValue(parsing: "[\(text)]").elements?.first?.double == number, "\(text)")
      // Shorter would be one digit less, rounded: it must be another number.
      let digits = text.prefix { $0 != "e" }.filter(\.isNumber).drop { $0 == "0" }.count
      if digits > 1, number != number.rounded() {
        let shorter = String(format: "%.\(digits - 2)e", number)
        try #require(Double(shorter) != number, "\(text) could be \(shorter)")
      }
    }
  }

  @Test("Whole numbers keep their kind and every digit")
  func integers() throws {
    for number in [Int64.min, -1, 0, 1, 1 << 53 + 1, .max] {
      #expect(try JSONValue(parsing: JSONValue.integer(number).text(.line)) == .integer(number))
    }
    #expect(JSONValue.count(1 << 62 + 1) == .integer(1 << 62 + 1))
    #expect(JSONValue.integer(-1).unsigned == nil)
    #expect(JSONValue.number(0.5).unsigned == nil)
  }

  @Test("Numbers that JSON has none for are strings in ours and bare words in Python's")
  func nonFinite() throws {
    let values: [JSONValue] = [.number(.nan), .number(.infinity), .number(-.infinity)]
    #expect(JSONValue.array(values).text(.line) == #"["nan", "inf", "-inf"]"#)
    let python = JSONValue.array(values).text(.python).filter { !$0.isWhitespace }
    #expect(python == "[NaN,Infinity,-Infinity]")
    let read = try #require(try JSONValue(parsing: JSONValue.array(values).text(.line)).elements)
    #expect(read[0].double?.isNaN == true && read[1].double == .infinity && read[2].double == -.infinity)
    #expect(JSONValue.string("infinite").double == nil)
  }

  @Test("Every document comes back, in every style that is plain JSON")
  func documents() throws {
    var random = SeededRandom(seed: 112)
    for _ in 0..<500 {
      let value = Self.value(depth: 4, &random)
      for style in [JSONValue.Style.line, .readable] {
        try #require(try JSONValue(parsing: value.text(style)) == value)
      }
      let isOneLine = !value.text(.line).contains("\n")
      try #require(isOneLine)
      // Nothing in these is without a number, so Python's form is plain JSON as well.
      try #require(try JSONValue(parsing: value.text(.python)) == value)
    }
  }

  @Test("The form of Python's json.dump with indent 4 and sorted keys")
  func pythonStyle() {
    // What python3 -c 'import json; print(json.dumps({"b": [1, 2.5], "a": {}, "c": []}, indent=4, sort_keys=True))' prints.
    let value = JSONValue.members([
      "b": .array([.integer(1), .number(2.5)]), "a": .object([]), "c": .array([]),
    ])
    #expect(
      value.text(.python)
        == "{\n    \"a\": {},\n    \"b\": [\n        1,\n        2.5\n    ],\n    \"c\": []\n}")
  }

  @Test("What is not JSON is an error", arguments: ["", "{", "{\"a\" 1}", "NaN", "nul", "[1] x"])
  func notJSON(text: String) {
    #expect(throws: (any Error).self) { try JSONValue(parsing: text) }
  }

  @Test("Writing an array piece by piece gives the text of the whole document")
  func streaming() throws {
    let elements = [JSONValue.integer(1), .object([.init(key: "x", value: .number(0.5))]), .array([])]
    for style in [JSONValue.Style.line, .readable, .python] {
      for array in [elements, [], [elements[1]]] {
        let head = JSONValue.members(["a": .integer(1), "b": .object([])])
        var text = ""
        JSONValue.write(head, "z", of: array, style) { text += $0 }
        #expect(
          text.filter { !$0.isWhitespace }
            == JSONValue.members([
              "a": .integer(1), "b": .object([]), "z": .array(array),
            ]).text(style).filter { !$0.isWhitespace })
      }
    }
  }

  private static func value(depth: Int, _ random: inout SeededRandom) -> JSONValue {
    switch Int.random(in: 0...(depth > 0 ? 6 : 4), using: &random) {
    case 0: return .null
    case 1: return .bool(.random(using: &random))
    case 2: return .integer(Int64(truncatingIfNeeded: random.next()))
    case 3: return .number(Double.random(in: 0...1, using: &random) + 1e-9)
    case 4: return .string(["", "a", "\"q\"", "nan-like", "\n"].randomElement(using: &random) ?? "")
    case 5:
      return .array((0..<Int.random(in: 0...4, using: &random)).map { _ in value(depth: depth - 1, &random) })
    default:
      // Keys in order, as reading sorts them.
      let keys = ["a", "b", "c", "d"].filter { _ in Bool.random(using: &random) }
      return .object(keys.map { .init(key: $0, value: value(depth: depth - 1, &random)) })
    }
  }
}
