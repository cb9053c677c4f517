/// What a NumPy array file says of itself before its numbers.
package struct NPYHeader: Sendable, Equatable {
  /// The types of numbers that are read.
  package enum ElementType: String, Sendable, CaseIterable {
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

    package var size: Int { Int(rawValue.suffix(1)) ?? 1 }
    package var isFloatingPoint: Bool { rawValue.hasPrefix("f") }
  }

  package let type: ElementType
  package let isBigEndian: Bool
  /// The first axis varies fastest in memory, instead of the last.
  package let isFortranOrder: Bool
  package let shape: [Int]
  /// Where the numbers begin, in bytes.
  package let offset: Int

  /// The number of elements; the shape was found not to overflow when it was read.
  package var count: Int { shape.contains(0) ? 0 : shape.reduce(1, *) }
  package var byteCount: Int { count * type.size }

  /// NumPy makes no array with more.
  static let mostAxes = 64

  /// Whether an array of this shape has so many elements.
  func holds(_ elements: Int) -> Bool {
    guard shape.count <= Self.mostAxes, shape.allSatisfy({ $0 >= 0 }) else { return false }
    if shape.contains(0) { return elements == 0 }
    var count = 1
    for extent in shape {
      let (product, overflows) = count.multipliedReportingOverflow(by: extent)
      if overflows { return false }
      count = product
    }
    return count == elements
  }

  /// The array's numbers, given in the order of memory, put so that the last axis varies fastest.
  package func rowMajor<Number>(_ numbers: [Number]) -> [Number] {
    guard isFortranOrder, shape.count > 1, numbers.count == count, count > 0 else { return numbers }
    var steps: [Int] = []
    var step = 1
    for extent in shape {
      steps.append(step)
      step *= extent
    }
    return numbers.walked(extents: shape, steps: steps)
  }
}

extension NPYHeader {
  static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

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
package enum NPYError: Error, Equatable, CustomStringConvertible {
  case notNPY
  case truncated
  case unsupportedType(String)
  case invalid(String)

  package var description: String {
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
