/// A NumPy array in a file of its own (`.npy`) or in an archive (`.npz::key`), read number by number into one array.
package struct NPYFile: Sendable {
  package let path: String
  package let header: NPYHeader
  /// The file itself, and in an archive the entry.
  private let place: Place

  private enum Place: Sendable {
    case file
    case entry(archive: String, key: String?)
  }

  /// Reads the header.
  ///
  /// - Parameter path: a file, or `archive.npz::key` (the key may be left out where the archive has one array).
  /// - Throws: `MaskFileError` for what is no array, one that is shorter or longer than its header says, or has more elements
  ///   than `ReadingLimits.voxels`.
  package init(_ path: String) throws(MaskFileError) {
    self.path = path
    let size: Int
    let start: [UInt8]
    let longest = 12 + NPYHeader.longest
    if let archive = Self.archive(path) {
      place = .entry(archive: archive.file, key: archive.key)
      let zip = try ZIPArchive(archive.file)
      let entry = try zip.entry(archive.key)
      size = entry.size
      start = try zip.stream(of: entry).read(upTo: longest)
    } else {
      place = .file
      let file = try InputFile(path)
      size = file.size
      start = try file.bytes(at: 0, min(size, longest))
    }
    do {
      header = try NPYHeader(start)
    } catch {
      throw MaskFileError(path: path, error)
    }
    guard size == header.offset + header.byteCount else {
      throw MaskFileError(
        path: path,
        "the header says \(header.byteCount) bytes of numbers, and there are \(size - header.offset); copy or write the file again"
      )
    }
    _ = try ReadingLimits.count(header.shape, path: path)
  }

  /// Whether a path names an array file.
  package static func isArray(_ path: String) -> Bool {
    path.lowercased().hasSuffix(".npy") || archive(path) != nil
  }

  static func archive(_ path: String) -> (file: String, key: String?)? {
    if path.lowercased().hasSuffix(".npz") { return (path, nil) }
    guard let range = path.firstRange(of: ".npz::") else { return nil }
    let separator = path.index(range.lowerBound, offsetBy: 4)
    return (String(path[..<separator]), String(path[path.index(separator, offsetBy: 2)...]))
  }

  /// The numbers in the order of memory, as `Float` or `Double`.
  package func numbers<Scalar: BinaryFloatingPoint & BitwiseCopyable>(
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
  package func labels<Label: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(
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
  package func place(_ index: Int) -> String {
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
    try FileMemory.during(header.count, of: MemoryLayout<Element>.stride, for: path) {
      () throws(MaskFileError) in
      switch place {
      case .file:
        let file = try InputFile(path)
        if Element.self == header.type.element, !header.isBigEndian || header.type.size == 1 {
          return try file.elements(at: header.offset, header.count)
        }
        var position = header.offset
        return try converted(real, integers) { (count) throws(MaskFileError) in
          defer { position += count }
          return try file.bytes(at: position, count)
        }
      case .entry(let path, let key):
        let archive = try ZIPArchive(path)
        let stream = try archive.stream(of: archive.entry(key))
        guard try stream.read(upTo: header.offset).count == header.offset else { throw shrunk }
        let result = try converted(real, integers) { (count) throws(MaskFileError) in
          let bytes = try stream.read(upTo: count)
          guard bytes.count == count else { throw shrunk }
          return bytes
        }
        try stream.finish()
        return result
      }
    }
  }

  private var shrunk: MaskFileError { MaskFileError(path: path, NPYError.truncated) }

  /// - Parameter next: gives the next so many bytes.
  private func converted<Element: BitwiseCopyable>(
    _ real: (Double) -> Element, _ integers: (Int64) -> Element,
    from next: (Int) throws(MaskFileError) -> [UInt8]
  ) throws(MaskFileError) -> [Element] {
    var result: [Element] = []
    result.reserveCapacity(header.count)
    let size = header.type.size
    var left = header.byteCount
    while left > 0 {
      // A multiple of every size.
      var chunk = try next(min(left, 1 << 18))
      left -= chunk.count
      if header.isBigEndian, size > 1 {
        for start in stride(from: 0, to: chunk.count, by: size) { chunk[start..<start + size].reverse() }
      }
      chunk.withUnsafeBytes { append($0, to: &result, real, integers) }
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
