/// Reads the header of a NIfTI-1 or NIfTI-2 file (Cox et al. 2004; the field offsets are those of nifti1.h and nifti2.h).
enum NIfTIHeader {
  /// The bytes that are enough to tell everything.
  static let length = 544

  /// - Parameter bytes: the first bytes of the file, unpacked.
  static func layout(_ bytes: [UInt8], path: String) throws(MaskFileError) -> VolumeLayout {
    let (fields, isVersion2) = try fields(bytes, path)
    let dimOffset = isVersion2 ? 16 : 40
    func dim(_ index: Int) -> Int {
      isVersion2 ? fields.int64(dimOffset + 8 * index) : fields.int16(dimOffset + 2 * index)
    }
    func real(_ old: Int, _ new: Int) -> Double { isVersion2 ? fields.float64(new) : fields.float32(old) }
    let rank = dim(0)
    guard (1...7).contains(rank) else {
      throw MaskFileError(path: path, "NIfTI: dim[0] is \(rank), not 1 to 7; the header is damaged")
    }
    var extents = (1...rank).map(dim)
    if extents.count == 1 { extents.append(1) }
    extents = try VolumeLayout.checked(extents, "NIfTI: dim", path: path)
    let code = isVersion2 ? fields.int16(12) : fields.int16(70)
    guard let element = elements[code] else {
      throw MaskFileError(
        path: path, "NIfTI: datatype \(code) (colour, complex or unknown) is no mask; save whole numbers")
    }
    let bits = isVersion2 ? fields.int16(14) : fields.int16(72)
    guard bits == 0 || bits == 8 * element.size else {
      throw MaskFileError(
        path: path,
        "NIfTI: bitpix is \(bits), and datatype \(code) has \(8 * element.size) bits; the header is damaged")
    }
    let magic = isVersion2 ? Array(bytes[4..<7]) : Array(bytes[344..<347])
    let isPair = magic == Array("ni1".utf8) || magic == Array("ni2".utf8)
    var offset = isVersion2 ? Double(fields.int64(168)) : fields.float32(108)
    // 0 says where the voxels of one file begin at the earliest.
    if offset == 0, !isPair { offset = isVersion2 ? 544 : 352 }
    let least = isPair ? 0.0 : isVersion2 ? 540 : 348
    guard offset.isFinite, offset >= least, offset < 1e12 else {
      throw MaskFileError(path: path, "NIfTI: vox_offset \(offset) lies in the header; the header is damaged")
    }
    var slope = real(112, 176)
    var intercept = real(116, 184)
    if slope == 0 || !slope.isFinite { (slope, intercept) = (1, 0) }
    guard intercept.isFinite else {
      throw MaskFileError(path: path, "NIfTI: scl_inter is \(intercept); mend the header")
    }
    return VolumeLayout(
      format: isVersion2 ? "NIfTI-2" : "NIfTI-1", extents: extents, element: element,
      isBigEndian: fields.isBigEndian, slope: slope, intercept: intercept,
      geometry: try geometry(fields, isVersion2, axes: extents.count, path),
      dataPath: isPair ? try partner(of: path) : path, offset: Int(offset))
  }

  private static let elements: [Int: VolumeLayout.Element] = [
    2: .uint8, 4: .int16, 8: .int32, 16: .float32, 64: .float64, 256: .int8, 512: .uint16, 768: .uint32,
    1024: .int64, 1280: .uint64,
  ]

  private static func fields(_ bytes: [UInt8], _ path: String) throws(MaskFileError) -> (HeaderFields, Bool) {
    for isBigEndian in [false, true] {
      let fields = HeaderFields(bytes, isBigEndian: isBigEndian)
      switch fields.int32(0) {
      case 348 where bytes.count >= 348:
        let magic = Array(bytes[344..<348])
        guard magic == Array("n+1\0".utf8) || magic == Array("ni1\0".utf8) else {
          throw MaskFileError(path: path, "an Analyze file, not NIfTI (no magic n+1); convert it to NIfTI")
        }
        return (fields, false)
      case 540 where bytes.count >= 540:
        // The last four bytes show whether a file was copied as text.
        let magic = Array(bytes[4..<12])
        let rest: [UInt8] = [0, 0x0D, 0x0A, 0x1A, 0x0A]
        guard magic == Array("n+2".utf8) + rest || magic == Array("ni2".utf8) + rest else {
          throw MaskFileError(
            path: path, "its magic is not that of NIfTI-2 (n+2); the header is damaged, or was copied as text"
          )
        }
        return (fields, true)
      default: continue
      }
    }
    throw MaskFileError(
      path: path,
      bytes.count < 348
        ? "\(bytes.count) bytes, too short for a NIfTI header; copy the file again"
        : "no NIfTI file (sizeof_hdr is neither 348 nor 540); write it again")
  }

  /// The image file of a pair `.hdr`, `.img`.
  private static func partner(of path: String) throws(MaskFileError) -> String {
    let lower = path.lowercased()
    for (header, image) in [(".hdr", ".img"), (".hdr.gz", ".img.gz")] where lower.hasSuffix(header) {
      let found = String(path.dropLast(header.count)) + image
      if FileKind(found) == .file { return found }
      throw MaskFileError(path: path, "a NIfTI header whose image \(found) is not there; put it beside")
    }
    throw MaskFileError(path: path, "a NIfTI header alone (magic ni1) in a file that is no .hdr; name it so")
  }

  /// By sform, else qform, else the spacing alone; turned from right-anterior-superior to left-posterior-superior.
  private static func geometry(
    _ fields: HeaderFields, _ isVersion2: Bool, axes: Int, _ path: String
  ) throws(MaskFileError) -> VolumeGeometry {
    func real(_ old: Int, _ new: Int, _ index: Int) -> Double {
      isVersion2 ? fields.float64(new + 8 * index) : fields.float32(old + 4 * index)
    }
    let qformCode = isVersion2 ? fields.int32(344) : fields.int16(252)
    let sformCode = isVersion2 ? fields.int32(348) : fields.int16(254)
    let units = (isVersion2 ? fields.int32(500) : Int(fields.byte(123))) & 7
    let scale = units == 1 ? 1000.0 : units == 3 ? 0.001 : 1
    var lengths = (1...3).map { abs(real(76, 104, $0)) }
    // An image, or a volume of one slice, may do without a thickness.
    let rank = isVersion2 ? fields.int64(16) : fields.int16(40)
    let slices = isVersion2 ? fields.int64(40) : fields.int16(46)
    if lengths[2] == 0, rank < 3 || slices <= 1 { lengths[2] = 1 }
    var columns: [[Double]] = [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
    var origin = [0.0, 0, 0]
    if sformCode > 0 {
      let rows = (0..<3).map { row in
        (0..<4).map { real(280 + 16 * row, 400 + 32 * row, $0) }
      }
      columns = (0..<3).map { column in rows.map { $0[column] } }
      origin = rows.map { $0[3] }
      if axes == 2 || slices <= 1, columns[2].allSatisfy({ $0 == 0 }) {
        columns[2] = [
          columns[0][1] * columns[1][2] - columns[0][2] * columns[1][1],
          columns[0][2] * columns[1][0] - columns[0][0] * columns[1][2],
          columns[0][0] * columns[1][1] - columns[0][1] * columns[1][0],
        ]
        let length = VolumeGeometry.length(columns[2])
        columns[2] = columns[2].map { $0 / length * lengths[2] }
      }
      for axis in 0..<3 {
        let norm = VolumeGeometry.length(columns[axis])
        // The two agree but in files that were edited by halves; then the matrix is what viewers go by.
        if norm > 0, norm.isFinite, !VolumeGeometry.areClose([lengths[axis]], [norm]) { lengths[axis] = norm }
      }
    } else if qformCode > 0 {
      (columns, origin) = quaternion(
        (0..<3).map { real(256, 352, $0) }, handedness: real(76, 104, 0), (0..<3).map { real(268, 376, $0) })
    }
    let used = try VolumeLayout.checked(
      spacing: Array(lengths[..<axes]).map { $0 * scale }, "NIfTI: pixdim", path: path)
    guard (columns.joined() + origin).allSatisfy(\.isFinite), let units = VolumeGeometry.unit(columns) else {
      throw MaskFileError(
        path: path,
        "NIfTI: \(sformCode > 0 ? "sform" : "qform") \(columns) has no three axes at right angles; mend it, or resample"
      )
    }
    func turned(_ vector: [Double]) -> [Double] { [-vector[0], -vector[1], vector[2]] }
    return VolumeGeometry(
      spacing: used.reversed(), directions: units[..<axes].map(turned).reversed(),
      origin: turned(origin).map { $0 * scale }, isOriented: sformCode > 0 || qformCode > 0)
  }

  /// The rotation that a unit quaternion stands for, whose first part is not stored; no rotation for another.
  private static func quaternion(
    _ parts: [Double], handedness: Double, _ offset: [Double]
  ) -> (columns: [[Double]], origin: [Double]) {
    let (b, c, d) = (parts[0], parts[1], parts[2])
    let a = max(0, 1 - (b * b + c * c + d * d)).squareRoot()
    let sign = handedness < 0 ? -1.0 : 1
    return (
      [
        [a * a + b * b - c * c - d * d, 2 * (b * c + a * d), 2 * (b * d - a * c)],
        [2 * (b * c - a * d), a * a + c * c - b * b - d * d, 2 * (c * d + a * b)],
        [2 * (b * d + a * c), 2 * (c * d - a * b), a * a + d * d - b * b - c * c].map { $0 * sign },
      ], offset
    )
  }
}

/// Numbers at fixed places of a header; 0 beyond its end.
struct HeaderFields {
  private let bytes: [UInt8]
  let isBigEndian: Bool

  init(_ bytes: [UInt8], isBigEndian: Bool) { (self.bytes, self.isBigEndian) = (bytes, isBigEndian) }

  func byte(_ offset: Int) -> UInt8 { offset < bytes.count ? bytes[offset] : 0 }
  func int16(_ offset: Int) -> Int { Int(Int16(truncatingIfNeeded: number(offset, 2))) }
  func int32(_ offset: Int) -> Int { Int(Int32(truncatingIfNeeded: number(offset, 4))) }
  func int64(_ offset: Int) -> Int { Int(Int64(bitPattern: number(offset, 8))) }
  func float32(_ offset: Int) -> Double {
    Double(Float(bitPattern: UInt32(truncatingIfNeeded: number(offset, 4))))
  }
  func float64(_ offset: Int) -> Double { Double(bitPattern: number(offset, 8)) }

  private func number(_ offset: Int, _ count: Int) -> UInt64 {
    (0..<count).reduce(0) { $0 << 8 | UInt64(byte(offset + (isBigEndian ? $1 : count - 1 - $1))) }
  }
}
