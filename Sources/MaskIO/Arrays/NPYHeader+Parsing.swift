extension NPYHeader {
  /// The most bytes of a header: NumPy reads no longer one either.
  static let longest = 10_000

  /// Reads the header in the first bytes of a file. What NumPy's reader refuses is refused: a header that is no dictionary with
  /// just the three keys, a shape that is no tuple, another version.
  ///
  /// - Throws: `NPYError`.
  init(_ bytes: [UInt8]) throws(NPYError) {
    guard bytes.count >= 10, zip(bytes, Self.magic).allSatisfy({ $0 == $1 }) else { throw .notNPY }
    let major = bytes[6]
    guard (1...3).contains(major), bytes[7] == 0 else {
      throw .invalid("format version \(major).\(bytes[7]) is not known")
    }
    let start = major == 1 ? 10 : 12
    guard bytes.count >= start else { throw .truncated }
    let length = (8..<start).reversed().reduce(0) { $0 << 8 | Int(bytes[$1]) }
    guard length <= Self.longest else {
      throw .invalid("the header claims \(length) bytes, more than the \(Self.longest) that NumPy reads")
    }
    guard bytes.count >= start + length else { throw .truncated }
    guard let fields = PythonDictionary(bytes[start..<start + length]), fields.values.count == 3,
      case .text(let descriptor)? = fields.values["descr"],
      case .flag(let isFortran)? = fields.values["fortran_order"],
      case .numbers(let shape)? = fields.values["shape"]
    else { throw .invalid("its header is not a dictionary of descr, fortran_order and shape alone") }
    let order = descriptor.first.map { "<>|=".contains($0) ? $0 : " " } ?? " "
    let name = order == " " ? descriptor : String(descriptor.dropFirst())
    guard let type = name == "?" ? .bool : ElementType(rawValue: name) else {
      throw .unsupportedType(descriptor)
    }
    var count = type.size
    for extent in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      // An axis without elements makes an array of none, however long the others are.
      guard extent >= 0, !overflow, product < 1 << 48 || shape.contains(0) else {
        throw .invalid("the header gives a shape of \(shape)")
      }
      count = product
    }
    self.init(
      type: type, isBigEndian: order == ">", isFortranOrder: isFortran, shape: shape, offset: start + length)
  }
}

/// A dictionary as Python writes one, of texts, truths and tuples of whole numbers: `{'descr': '<f4', 'shape': (2, 3), }`.
struct PythonDictionary {
  enum Value: Equatable {
    case text(String)
    case flag(Bool)
    case numbers([Int])
  }
  /// By key; of two values with one key the later, as Python has it.
  private(set) var values: [String: Value] = [:]
  private var rest: ArraySlice<UInt8>

  /// nil for anything else.
  init?(_ bytes: some Collection<UInt8>) {
    rest = Array(bytes)[...]
    guard take("{") else { return nil }
    while !take("}") {
      guard let key = text(), take(":"), let value = value() else { return nil }
      values[key] = value
      if take(",") { continue }
      guard take("}") else { return nil }
      break
    }
    skipBlanks()
    guard rest.isEmpty else { return nil }
  }

  private mutating func value() -> Value? {
    if let text = text() { return .text(text) }
    if take("True") { return .flag(true) }
    if take("False") { return .flag(false) }
    return numbers().map { .numbers($0) }
  }

  /// A tuple; one number in parentheses without a comma is none.
  private mutating func numbers() -> [Int]? {
    guard take("(") else { return nil }
    var numbers: [Int] = []
    var endsInComma = true
    while !take(")") {
      guard endsInComma, let number = number() else { return nil }
      numbers.append(number)
      endsInComma = take(",")
    }
    return numbers.count == 1 && !endsInComma ? nil : numbers
  }

  private mutating func number() -> Int? {
    skipBlanks()
    let isNegative = rest.first == UInt8(ascii: "-")
    let digits = rest.dropFirst(isNegative ? 1 : 0).prefix { (48...57).contains($0) }
    guard !digits.isEmpty, digits.count == 1 || digits.first != UInt8(ascii: "0"),
      let number = Int((isNegative ? "-" : "") + String(decoding: digits, as: UTF8.self))
    else { return nil }
    rest = rest[digits.endIndex...]
    // As Python 2 wrote long numbers.
    if rest.first == UInt8(ascii: "L") { rest = rest.dropFirst() }
    return number
  }

  /// A text in quotes; none that a header holds has an escape.
  private mutating func text() -> String? {
    skipBlanks()
    guard let quote = rest.first, quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\""),
      let end = rest.dropFirst().firstIndex(of: quote)
    else { return nil }
    let inside = rest[(rest.startIndex + 1)..<end]
    guard !inside.contains(UInt8(ascii: "\\")), let text = String(validating: inside, as: UTF8.self) else {
      return nil
    }
    rest = rest[(end + 1)...]
    return text
  }

  private mutating func take(_ word: String) -> Bool {
    skipBlanks()
    guard rest.starts(with: word.utf8) else { return false }
    rest = rest.dropFirst(word.utf8.count)
    return true
  }

  private mutating func skipBlanks() {
    rest = rest.drop { $0 == 0x20 || $0 == 0x09 || $0 == 0x0A || $0 == 0x0D || $0 == 0x0C }
  }
}
