/// What a NumPy array file says of itself before its numbers.
public struct NPYHeader: Sendable, Equatable {
  /// The types of numbers that are read.
  public enum ElementType: String, Sendable, CaseIterable {
    case bool = "b1"
    case int8 = "i1"
    case uint8 = "u1"
    case int16 = "i2"
    case uint16 = "u2"
    case int32 = "i4"
    case uint32 = "u4"
    case int64 = "i8"
    case float16 = "f2"
    case float32 = "f4"
    case float64 = "f8"

    public var size: Int { Int(rawValue.suffix(1)) ?? 1 }
    public var isFloatingPoint: Bool { rawValue.hasPrefix("f") }
  }

  public let type: ElementType
  public let isBigEndian: Bool
  /// The first axis varies fastest in memory, instead of the last.
  public let isFortranOrder: Bool
  public let shape: [Int]
  /// Where the numbers begin, in bytes.
  public let offset: Int

  public var count: Int { shape.reduce(1, *) }
  public var byteCount: Int { count * type.size }

  /// The array's numbers, given in the order of memory, put so that the last axis varies fastest.
  public func rowMajor<Number>(_ numbers: [Number]) -> [Number] {
    guard isFortranOrder, shape.count > 1 else { return numbers }
    var steps: [Int] = []
    var step = 1
    for extent in shape {
      steps.append(step)
      step *= extent
    }
    let places = shape.indices.reduce([0]) { places, axis in
      places.flatMap { place in (0..<shape[axis]).map { place + $0 * steps[axis] } }
    }
    return places.map { numbers[$0] }
  }
}

extension NPYHeader {
  static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

  /// Reads the header in the first bytes of a file.
  ///
  /// - Returns: `nil` and how many bytes are needed, where there are too few.
  /// - Throws: `NPYError`.
  init(_ bytes: UnsafeRawBufferPointer) throws(NPYError) {
    guard bytes.count >= 10, zip(bytes, Self.magic).allSatisfy({ $0 == $1 }) else { throw .notNPY }
    let major = bytes[6]
    guard (1...3).contains(major) else { throw .invalid("format version \(major) is not known") }
    let start = major == 1 ? 10 : 12
    guard bytes.count >= start else { throw .truncated }
    let length = (8..<start).reversed().reduce(0) { $0 << 8 | Int(bytes[$1]) }
    guard length <= 1 << 20 else { throw .invalid("the header claims \(length) bytes") }
    guard bytes.count >= start + length else { throw .truncated }
    let text = String(decoding: bytes[start..<start + length], as: UTF8.self)
    let fields = NPYDictionary(text)
    guard case .text(let descriptor)? = fields["descr"], case .flag(let isFortran)? = fields["fortran_order"],
      case .numbers(let shape)? = fields["shape"]
    else { throw .invalid("its header is not a dictionary of descr, fortran_order and shape") }
    let order = descriptor.first ?? " "
    guard "<>|=".contains(order), let type = ElementType(rawValue: String(descriptor.dropFirst())) else {
      throw .unsupportedType(descriptor)
    }
    var count = type.size
    for extent in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      guard extent >= 0, !overflow, product < 1 << 48 else {
        throw .invalid("the header gives a shape of \(shape)")
      }
      count = product
    }
    self.init(
      type: type, isBigEndian: order == ">", isFortranOrder: isFortran, shape: shape, offset: start + length)
  }

  /// The header's bytes, for version 1.0.
  var encoded: [UInt8] {
    let shape =
      shape.count == 1 ? "(\(shape[0]),)" : "(" + shape.map(String.init).joined(separator: ", ") + ")"
    let order = type.size == 1 ? "|" : isBigEndian ? ">" : "<"
    var text =
      "{'descr': '\(order)\(type.rawValue)', 'fortran_order': \(isFortranOrder ? "True" : "False"), 'shape': \(shape), }"
    // The numbers begin at a multiple of 64.
    let unpadded = 10 + text.utf8.count + 1
    text += String(repeating: " ", count: (64 - unpadded % 64) % 64) + "\n"
    let length = text.utf8.count
    return Self.magic + [1, 0, UInt8(length & 0xFF), UInt8(length >> 8)] + Array(text.utf8)
  }
}

/// Why bytes are not a NumPy array that can be read.
public enum NPYError: Error, Equatable, CustomStringConvertible {
  case notNPY
  case truncated
  case unsupportedType(String)
  case invalid(String)

  public var description: String {
    switch self {
    case .notNPY: "not a NumPy file (it does not begin with \\x93NUMPY)"
    case .truncated: "the file ends before its numbers do; copy or write it again"
    case .unsupportedType(let type):
      "numbers of type '\(type)' are not read; convert it, as with a.astype('float32') (read are "
        + NPYHeader.ElementType.allCases.map(\.rawValue).joined(separator: ", ") + ")"
    case .invalid(let reason): "damaged or invalid NumPy file: \(reason)"
    }
  }
}

/// The Python dictionary of a header: texts, flags and tuples of numbers.
private struct NPYDictionary {
  enum Value {
    case text(String)
    case flag(Bool)
    case numbers([Int])
  }
  private var values: [String: Value] = [:]

  subscript(key: String) -> Value? { values[key] }

  init(_ text: String) {
    var rest = text[...]
    while let key = Self.quoted(&rest) {
      guard let colon = rest.firstIndex(of: ":") else { return }
      rest = rest[rest.index(after: colon)...].drop { $0 == " " }
      if rest.first == "'" || rest.first == "\"" {
        values[key] = Self.quoted(&rest).map { .text($0) }
      } else if rest.first == "(" {
        guard let end = rest.firstIndex(of: ")") else { return }
        let parts = rest[rest.index(after: rest.startIndex)..<end].split(separator: ",")
        let numbers = parts.map { part in
          Int(part.filter { $0 != " " && $0 != "L" })
        }
        if !numbers.contains(nil) { values[key] = .numbers(numbers.compactMap { $0 }) }
        rest = rest[end...]
      } else {
        values[key] = rest.hasPrefix("True") ? .flag(true) : rest.hasPrefix("False") ? .flag(false) : nil
      }
    }
  }

  /// The next text in quotes.
  private static func quoted(_ rest: inout Substring) -> String? {
    guard let start = rest.firstIndex(where: { $0 == "'" || $0 == "\"" }) else { return nil }
    let from = rest.index(after: start)
    guard let end = rest[from...].firstIndex(of: rest[start]) else { return nil }
    let text = String(rest[from..<end])
    rest = rest[rest.index(after: end)...]
    return text
  }
}
