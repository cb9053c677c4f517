/// The numbers of a volume as labels, as narrow as they need.
struct VoxelNumbers: Sendable {
  enum Storage: Sendable {
    case uint8([UInt8])
    case uint16([UInt16])
    case uint32([UInt32])
  }

  let storage: Storage
  /// The first that was no whole number; all are then rounded up.
  let fraction: Double?

  /// What is wrong with a number, and its place in memory.
  struct Fault: Error {
    var index: Int
    var value: Double
  }

  /// - Parameter bytes: the numbers as they lie in the file.
  init(_ bytes: [UInt8], _ layout: VolumeLayout) throws(Fault) {
    let isPlain = layout.slope == 1 && layout.intercept == 0
    if layout.element == .uint8, isPlain {
      storage = .uint8(bytes)
      fraction = nil
      return
    }
    func integers<Number: FixedWidthInteger>(_ type: Number.Type) throws(Fault) -> VoxelNumbers {
      try isPlain
        ? Self.integers(bytes, layout, type) : Self.reals(bytes, layout, Number.self) { Double($0) }
    }
    switch layout.element {
    case .uint8: self = try integers(UInt8.self)
    case .int8: self = try integers(Int8.self)
    case .uint16: self = try integers(UInt16.self)
    case .int16: self = try integers(Int16.self)
    case .uint32: self = try integers(UInt32.self)
    case .int32: self = try integers(Int32.self)
    case .uint64: self = try integers(UInt64.self)
    case .int64: self = try integers(Int64.self)
    case .float32: self = try Self.reals(bytes, layout, UInt32.self) { Double(Float(bitPattern: $0)) }
    case .float64: self = try Self.reals(bytes, layout, UInt64.self) { Double(bitPattern: $0) }
    }
  }

  init(_ storage: Storage, fraction: Double?) {
    self.storage = storage
    self.fraction = fraction
  }

  /// The largest number that can be a label.
  private static let largestLabel = UInt32.max

  @inline(__always)
  private static func each<Raw: FixedWidthInteger>(
    _ bytes: [UInt8], _ layout: VolumeLayout, _ type: Raw.Type, _ body: (Int, Raw) -> Void
  ) {
    let count = min(layout.count, bytes.count / MemoryLayout<Raw>.size)
    bytes.withUnsafeBytes { memory in
      for index in 0..<count {
        let raw = memory.loadUnaligned(fromByteOffset: index * MemoryLayout<Raw>.size, as: Raw.self)
        body(index, layout.isBigEndian ? Raw(bigEndian: raw) : Raw(littleEndian: raw))
      }
    }
  }

  @inline(__always)
  private static func integers<Number: FixedWidthInteger>(
    _ bytes: [UInt8], _ layout: VolumeLayout, _ type: Number.Type
  ) throws(Fault) -> VoxelNumbers {
    var (least, most): (Number, Number) = (0, 0)
    each(bytes, layout, type) { _, number in
      least = min(least, number)
      most = max(most, number)
    }
    if least < 0 || UInt64(most) > UInt64(largestLabel) {
      var fault: Fault?
      each(bytes, layout, type) { index, number in
        if fault == nil, number < 0 || UInt64(number) > UInt64(largestLabel) {
          fault = Fault(index: index, value: Double(number))
        }
      }
      if let fault { throw fault }
    }
    func narrowed<Narrow: FixedWidthInteger & UnsignedInteger>(_ type: Narrow.Type) -> [Narrow] {
      var result = [Narrow](repeating: 0, count: layout.count)
      result.withUnsafeMutableBufferPointer { result in
        each(bytes, layout, Number.self) { result[$0] = Narrow(truncatingIfNeeded: $1) }
      }
      return result
    }
    if most <= 255 { return VoxelNumbers(.uint8(narrowed(UInt8.self)), fraction: nil) }
    if most <= 65535 { return VoxelNumbers(.uint16(narrowed(UInt16.self)), fraction: nil) }
    return VoxelNumbers(.uint32(narrowed(UInt32.self)), fraction: nil)
  }

  /// In two passes, so that no wider copy is needed on the way.
  @inline(__always)
  private static func reals<Raw: FixedWidthInteger>(
    _ bytes: [UInt8], _ layout: VolumeLayout, _ type: Raw.Type, _ value: (Raw) -> Double
  ) throws(Fault) -> VoxelNumbers {
    let (slope, intercept) = (layout.slope, layout.intercept)
    let isScaled = slope != 1 || intercept != 0
    func number(_ raw: Raw) -> Double {
      guard isScaled else { return value(raw) }
      // A scale written in single precision leaves the last digits of what it makes off, and no more: beside a slope of 1e-9
      // nothing is near enough to 0 to be 0.
      let scaled = slope * value(raw)
      let number = scaled + intercept
      let whole = number.rounded()
      return abs(number - whole) <= 1e-6 * max(abs(scaled), abs(intercept)) ? whole : number
    }
    var fault: Fault?
    var most = 0.0
    var fraction: Double?
    each(bytes, layout, type) { index, raw in
      let number = number(raw)
      // Also false for NaN.
      if !(number >= 0 && number <= Double(largestLabel)), fault == nil {
        fault = Fault(index: index, value: number)
      }
      let up = number.rounded(.up)
      if up != number, fraction == nil { fraction = number }
      most = max(most, up)
    }
    if let fault { throw fault }
    func narrowed<Narrow: FixedWidthInteger & UnsignedInteger>(_ type: Narrow.Type) -> [Narrow] {
      var result = [Narrow](repeating: 0, count: layout.count)
      result.withUnsafeMutableBufferPointer { result in
        each(bytes, layout, Raw.self) { result[$0] = Narrow(number($1).rounded(.up)) }
      }
      return result
    }
    if most <= 255 { return VoxelNumbers(.uint8(narrowed(UInt8.self)), fraction: fraction) }
    if most <= 65535 { return VoxelNumbers(.uint16(narrowed(UInt16.self)), fraction: fraction) }
    return VoxelNumbers(.uint32(narrowed(UInt32.self)), fraction: fraction)
  }
}
