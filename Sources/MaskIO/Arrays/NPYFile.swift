/// A NumPy array in a file of its own (`.npy`) or in an archive (`.npz::key`), read number by number into one array.
public struct NPYFile: Sendable {
  public let path: String
  public let header: NPYHeader
  /// The unpacked bytes, of an array in an archive.
  private let unpacked: [UInt8]?

  /// Reads the header.
  ///
  /// - Parameter path: a file, or `archive.npz::key` (the key may be left out where the archive has one array).
  /// - Throws: `MaskFileError`.
  public init(_ path: String) throws(MaskFileError) {
    self.path = path
    let size: Int
    var start: [UInt8]
    let longestHeader = 12 + 1 << 20
    if let archive = Self.archive(path) {
      let bytes = try ZIPArchive(archive.file).array(archive.key)
      unpacked = bytes
      size = bytes.count
      start = Array(bytes.prefix(longestHeader))
    } else {
      unpacked = nil
      let file = try RandomAccessFile(path)
      size = file.size
      start = try file.bytes(at: 0, min(size, longestHeader))
    }
    do {
      header = try start.span.bytes.withUnsafeBytes { (bytes) throws(NPYError) in try NPYHeader(bytes) }
    } catch {
      throw MaskFileError(path: path, error)
    }
    if size < header.offset + header.byteCount {
      throw MaskFileError(
        path: path,
        "the header says \(header.byteCount) bytes of numbers, and there are \(size - header.offset); copy or write the file again"
      )
    }
  }

  /// Whether a path names an array file.
  public static func isArray(_ path: String) -> Bool {
    path.lowercased().hasSuffix(".npy") || archive(path) != nil
  }

  static func archive(_ path: String) -> (file: String, key: String?)? {
    if path.lowercased().hasSuffix(".npz") { return (path, nil) }
    guard let range = path.firstRange(of: ".npz::") else { return nil }
    let separator = path.index(range.lowerBound, offsetBy: 4)
    return (String(path[..<separator]), String(path[path.index(separator, offsetBy: 2)...]))
  }

  /// The numbers in the order of memory, as `Float` or `Double`.
  public func numbers<Scalar: BinaryFloatingPoint & BitwiseCopyable>(
    as type: Scalar.Type = Scalar.self
  ) throws(MaskFileError) -> [Scalar] {
    try converted {
      Scalar($0)
    } integers: {
      Scalar($0)
    }
  }

  /// The numbers as labels, in the order of memory.
  ///
  /// - Throws: `MaskFileError` naming the first that is not a whole number from 0 to the type's largest.
  public func labels<Label: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(
    as type: Label.Type = UInt8.self
  ) throws(MaskFileError) -> [Label] {
    var bad: (index: Int, value: String)?
    var index = 0
    let labels: [Label] = try converted { number in
      defer { index += 1 }
      if let label = Label(exactly: number) { return label }
      if bad == nil { bad = (index, "\(number)") }
      return 0
    } integers: { number in
      defer { index += 1 }
      if let label = Label(exactly: number) { return label }
      if bad == nil { bad = (index, "\(number)") }
      return 0
    }
    if let bad {
      throw MaskFileError(
        path: path,
        "\(bad.value) at \(place(bad.index)) is not a label: a whole number from 0 to \(Label.max)")
    }
    return labels
  }

  /// The position of an element along each axis, as [1, 0, 5].
  public func place(_ index: Int) -> String {
    var rest = index
    var position: [Int] = []
    for extent in header.isFortranOrder ? header.shape : header.shape.reversed() {
      position.append(rest % Swift.max(extent, 1))
      rest /= Swift.max(extent, 1)
    }
    return "\(header.isFortranOrder ? position : position.reversed())"
  }

  private func converted<Element: BitwiseCopyable>(
    _ real: (Double) -> Element, integers: (Int64) -> Element
  ) throws(MaskFileError) -> [Element] {
    if unpacked == nil, Element.self == header.type.element, !header.isBigEndian || header.type.size == 1 {
      return try RandomAccessFile(path).elements(at: header.offset, header.count)
    }
    var result: [Element] = []
    result.reserveCapacity(header.count)
    let size = header.type.size
    let end = header.offset + header.byteCount
    func read(from next: (_ offset: Int, _ count: Int) throws(MaskFileError) -> [UInt8]) throws(MaskFileError)
    {
      var position = header.offset
      while position < end {
        var chunk = try next(position, min(end - position, 1 << 18))
        position += chunk.count
        if header.isBigEndian, size > 1 {
          for start in stride(from: 0, to: chunk.count, by: size) { chunk[start..<start + size].reverse() }
        }
        chunk.withUnsafeBytes { append($0, to: &result, real, integers) }
      }
    }
    if let unpacked {
      try read { offset, count in Array(unpacked[offset..<offset + count]) }
    } else {
      let file = try RandomAccessFile(path)
      try read { (offset, count) throws(MaskFileError) in try file.bytes(at: offset, count) }
    }
    return result
  }

  private func append<Element: BitwiseCopyable>(
    _ bytes: UnsafeRawBufferPointer, to result: inout [Element], _ real: (Double) -> Element,
    _ integers: (Int64) -> Element
  ) {
    func each<Stored: BitwiseCopyable>(_ type: Stored.Type, _ make: (Stored) -> Element) {
      for offset in stride(from: 0, to: bytes.count, by: MemoryLayout<Stored>.stride) {
        result.append(make(bytes.loadUnaligned(fromByteOffset: offset, as: Stored.self)))
      }
    }
    // What is there already is copied.
    if Element.self == header.type.element {
      bytes.withMemoryRebound(to: Element.self) { result.append(contentsOf: $0) }
      return
    }
    switch header.type {
    case .bool: each(UInt8.self) { integers($0 == 0 ? 0 : 1) }
    case .int8: each(Int8.self) { integers(Int64($0)) }
    case .uint8: each(UInt8.self) { integers(Int64($0)) }
    case .int16: each(Int16.self) { integers(Int64($0)) }
    case .uint16: each(UInt16.self) { integers(Int64($0)) }
    case .int32: each(Int32.self) { integers(Int64($0)) }
    case .uint32: each(UInt32.self) { integers(Int64($0)) }
    case .int64: each(Int64.self) { integers($0) }
    case .float16: each(UInt16.self) { real(Double(half: $0)) }
    case .float32: each(Float.self) { real(Double($0)) }
    case .float64: each(Double.self) { real($0) }
    }
  }
}

extension NPYHeader.ElementType {
  fileprivate var element: Any.Type? {
    switch self {
    case .uint8: UInt8.self
    case .float32: Float.self
    case .float64: Double.self
    default: nil
    }
  }
}

extension Double {
  /// An IEEE half.
  fileprivate init(half bits: UInt16) {
    let (exponent, fraction) = (Int(bits >> 10 & 0x1F), Double(bits & 0x3FF))
    let magnitude: Double =
      switch exponent {
      case 0: fraction * 0x1p-24
      case 31: fraction == 0 ? .infinity : .nan
      default: (1 + fraction * 0x1p-10) * Double(sign: .plus, exponent: exponent - 15, significand: 1)
      }
    self = bits & 0x8000 == 0 ? magnitude : -magnitude
  }
}
