import LabelMaps
import MaskIO
import SegmentationMetrics

/// A case counted as its files have it: before anyone decided which number is which label.
struct RawCount: Sendable {
  var histogram = JointHistogram()
  var formats: [Side: SideFormat] = [:]
  var shape: VoxelShape
  /// Voxels a mask left out.
  var masked: UInt64 = 0

  /// The numbers that occur in a side's files.
  func numbers(of side: Side) -> Set<UInt32> {
    Set(side == .prediction ? histogram.entries.map(\.prediction) : histogram.entries.map(\.reference))
  }
}

/// What became of a case.
enum CaseOutcome: Sendable {
  case counted(RawCount)
  /// The prediction is missing or cannot be used: only the reference counted, against itself.
  case referenceOnly(RawCount, MaskFileError?)
  /// The reference or the mask cannot be used.
  case failed(MaskFileError)
  /// Left out on request.
  case skipped
}

/// Decodes and counts one case after another in memory that is used again.
struct CaseCounter {
  private var file = FileBytes()
  private var prediction = MaskPlane()
  private var reference = MaskPlane()
  private var mask = MaskPlane()
  private var counter = JointCounter()

  /// Counts a case slice by slice, so that memory is bounded by one slice of each side.
  mutating func count(_ scoreCase: ScoreCase, missing: MissingPolicy) -> CaseOutcome {
    guard let source = scoreCase.prediction else {
      return missing == .skip ? .skipped : countReference(scoreCase, because: nil)
    }
    do {
      return .counted(try countPair(source, scoreCase))
    } catch {
      switch error {
      case .prediction(let fault): return countReference(scoreCase, because: fault)
      case .reference(let fault): return .failed(fault)
      }
    }
  }

  /// A fault with the side whose file it is in.
  private enum Fault: Error {
    case prediction(MaskFileError)
    case reference(MaskFileError)
  }

  private mutating func countReference(_ scoreCase: ScoreCase, because fault: MaskFileError?) -> CaseOutcome {
    do {
      return .referenceOnly(try countPair(scoreCase.reference, scoreCase), fault)
    } catch {
      switch error {
      case .prediction(let fault), .reference(let fault): return .failed(fault)
      }
    }
  }

  private mutating func countPair(_ source: MaskSource, _ scoreCase: ScoreCase) throws(Fault) -> RawCount {
    let slices = scoreCase.reference.files
    guard source.files.count == slices.count else {
      throw .prediction(Self.sliceCountsDiffer(source, scoreCase.reference))
    }
    if let own = source.sliceNumbers, let other = scoreCase.reference.sliceNumbers,
      !SliceOrder.agree(own, other)
    {
      throw .prediction(Self.sliceNumbersDiffer(source, own, other))
    }
    if let mask = scoreCase.mask, mask.files.count != slices.count {
      throw .reference(
        MaskFileError(
          path: mask.path,
          "the mask has \(mask.files.count) slices, the reference \(slices.count); give them the same"))
    }
    var count: RawCount?
    for (index, slice) in slices.enumerated() {
      do { try Self.decode(slice, &file, &reference) } catch { throw .reference(error) }
      do { try Self.decode(source.files[index], &file, &prediction) } catch { throw .prediction(error) }
      var current =
        count ?? RawCount(shape: Self.shape(reference, slices: slices.count, scoreCase.reference.isVolume))
      do { try check(reference, slice, .reference, &current) } catch { throw .reference(error) }
      do { try check(prediction, source.files[index], .prediction, &current) } catch {
        throw .prediction(error)
      }
      do { try add(maskFile: scoreCase.mask?.files[index], to: &current) } catch { throw .reference(error) }
      count = current
    }
    guard let count else {
      throw .reference(
        MaskFileError(path: scoreCase.reference.path, "no slices; name the folder that holds them"))
    }
    return count
  }

  private mutating func add(maskFile: String?, to count: inout RawCount) throws(MaskFileError) {
    guard let maskFile else {
      return counter.add(prediction.plane, reference.plane, to: &count.histogram)
    }
    try Self.decode(maskFile, &file, &mask)
    guard mask.count == reference.count, mask.header.width == reference.header.width else {
      throw MaskFileError(
        path: maskFile, "the mask is \(mask.size), the reference \(reference.size); give them the same size")
    }
    let kept = reference.plane.masked(by: mask.plane)
    count.masked += UInt64(reference.count - kept.count)
    counter.add(prediction.plane.masked(by: mask.plane), kept, to: &count.histogram)
  }

  /// Whether a slice has the size and the kind of numbers of the case.
  private func check(_ plane: MaskPlane, _ path: String, _ side: Side, _ count: inout RawCount)
    throws(MaskFileError)
  {
    let size = Array(count.shape.extents.suffix(2))
    guard [plane.header.height, plane.header.width] == size else {
      let whose = side == .prediction ? "the reference" : "the first slice"
      throw MaskFileError(
        path: path,
        "\(side.rawValue) of \(plane.size), \(whose) is \(size[0])×\(size[1]); give both the same size")
    }
    let format = SideFormat(plane)
    guard let first = count.formats[side] else {
      count.formats[side] = format
      return
    }
    guard first.kind == format.kind else {
      throw MaskFileError(
        path: path,
        "this slice has \(format.description), the slices before \(first.description); save all in one form")
    }
    if format.kind == .palette, format.palette != first.palette {
      throw MaskFileError(
        path: path, "this slice has another palette than those before; save all with one palette")
    }
  }

  private static func decode(_ path: String, _ file: inout FileBytes, _ plane: inout MaskPlane)
    throws(MaskFileError)
  {
    try file.load(path)
    try plane.decode(file, path: path)
  }

  private static func shape(_ plane: MaskPlane, slices: Int, _ isVolume: Bool) -> VoxelShape {
    let (rows, columns) = (plane.header.height, plane.header.width)
    return isVolume
      ? VoxelShape(slices: slices, rows: rows, columns: columns) : VoxelShape(rows: rows, columns: columns)
  }

  private static func sliceNumbersDiffer(_ source: MaskSource, _ own: [Int], _ other: [Int]) -> MaskFileError
  {
    let odd =
      zip(own, other).first { $0 != $1 }.map { "slice \($0) would meet the reference's \($1)" }
      ?? "they differ"
    return MaskFileError(
      path: source.path,
      "other slice numbers than the reference (\(odd))"
        + (source.missingSlices.map { "; \($0)" } ?? "; give both the same slices"))
  }

  private static func sliceCountsDiffer(_ source: MaskSource, _ reference: MaskSource) -> MaskFileError {
    var reason =
      "\(source.files.count) slice\(source.files.count == 1 ? "" : "s"), the reference has \(reference.files.count)"
    if let missing = source.missingSlices { reason += "; \(missing)" }
    if let missing = reference.missingSlices { reason += "; in the reference \(missing)" }
    if source.missingSlices == nil, reference.missingSlices == nil { reason += "; give both the same slices" }
    return MaskFileError(path: source.path, reason)
  }
}

extension MaskPlane {
  /// The numbers as the counter takes them.
  var plane: JointCounter.Plane {
    switch width {
    case .uint8: .uint8(uint8)
    case .uint16: .uint16(uint16)
    case .uint32: .uint32(uint32)
    }
  }

  /// For messages: `512×512`, rows first.
  var size: String { "\(header.height)×\(header.width)" }
}
