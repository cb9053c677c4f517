import LabelMaps
import MaskIO
import SegmentationMetrics
import SystemLimits

/// Decodes and counts one case after another in memory that is used again.
struct CaseCounter {
  private var prediction = SliceReader()
  private var reference = SliceReader()
  private var mask = SliceReader()
  private var counter = JointCounter()
  private let settings: ScoreSettings
  private let threads: Int
  private var soft: SoftReading { settings.soft }

  /// - Parameters:
  ///   - settings: how files are read, and whether shapes are measured.
  ///   - threads: for the shapes of one case.
  init(_ settings: ScoreSettings, threads: Int = 1) { (self.settings, self.threads) = (settings, threads) }

  /// Measures a case again, read as it was decided since; nil if its files cannot be read any more.
  mutating func measured(
    _ scoreCase: ScoreCase, _ decoding: CaseDecoding, isReferenceOnly: Bool
  ) -> CaseShapes? {
    let source = isReferenceOnly ? nil : scoreCase.prediction
    return try? countPair(
      source ?? scoreCase.reference, scoreCase, isSoft: source != nil, isReferenceOnly: source == nil,
      decoding
    ).shapes
  }

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
      return .referenceOnly(
        try countPair(scoreCase.reference, scoreCase, isSoft: false, isReferenceOnly: true), fault)
    } catch {
      switch error {
      case .prediction(let fault), .reference(let fault): return .failed(fault)
      }
    }
  }

  /// - Returns: what a user should know about where the volumes lie.
  private mutating func open(
    _ source: MaskSource, _ scoreCase: ScoreCase, isSoft: Bool
  ) throws(Fault) -> [Diagnosis] {
    do { try reference.open(scoreCase.reference, soft: nil) } catch { throw .reference(error) }
    do { try prediction.open(source, soft: isSoft ? soft : nil) } catch { throw .prediction(error) }
    var notes: [Diagnosis]
    do {
      notes = try GeometryCheck.align(
        &prediction, source.path, to: reference, scoreCase.reference.path,
        name: "case \(scoreCase.id): prediction")
    } catch { throw .prediction(error) }
    guard prediction.count == reference.count else {
      throw .prediction(sliceCountsDiffer(source, scoreCase.reference))
    }
    if let own = source.sliceNumbers, let other = scoreCase.reference.sliceNumbers,
      !SliceOrder.agree(own, other)
    {
      throw .prediction(Self.sliceNumbersDiffer(source, own, other))
    }
    guard let mask = scoreCase.mask else { return notes }
    do {
      try self.mask.open(mask, soft: nil)
      notes += try GeometryCheck.align(
        &self.mask, mask.path, to: reference, scoreCase.reference.path, name: "case \(scoreCase.id): mask")
    } catch { throw .reference(error) }
    guard self.mask.count == reference.count else {
      throw .reference(
        MaskFileError(
          path: mask.path,
          "the mask has \(self.mask.count) slices, the reference \(reference.count); give them the same"))
    }
    return notes
  }

  /// - Parameters:
  ///   - isReferenceOnly: whether the source only stands in for a prediction that cannot be used.
  ///   - decoding: how the files are read; nil for what the case alone lets foresee.
  private mutating func countPair(
    _ source: MaskSource, _ scoreCase: ScoreCase, isSoft: Bool = true, isReferenceOnly: Bool = false,
    _ decoding: CaseDecoding? = nil
  ) throws(Fault) -> RawCount {
    var kept = settings.shapeMetrics.isEmpty ? nil : KeptVolumes()
    defer {
      prediction.close()
      reference.close()
      mask.close()
    }
    let notes = try open(source, scoreCase, isSoft: isSoft)
    let ownSpacing = try ownSpacing(source, scoreCase)
    let slices = reference.count
    var count: RawCount?
    for index in 0..<slices {
      do { try reference.read(index) } catch { throw .reference(error) }
      do { try prediction.read(index) } catch { throw .prediction(error) }
      if index == 0, kept != nil {
        do {
          try KeptVolumes.check(prediction.plane, reference.plane, slices: slices, scoreCase.reference.path)
        } catch { throw .reference(error) }
      }
      var current =
        count ?? RawCount(shape: Self.shape(reference.plane, slices: slices, reference.isVolume))
      do { try check(reference.plane, reference.path(index), .reference, &current) } catch {
        throw .reference(error)
      }
      do { try check(prediction.plane, prediction.path(index), .prediction, &current) } catch {
        throw .prediction(error)
      }
      do { try add(mask: scoreCase.mask == nil ? nil : index, to: &current) } catch {
        throw .reference(error)
      }
      kept?.add(prediction.plane, reference.plane, scoreCase.mask == nil ? nil : mask.plane, slices: slices)
      count = current
    }
    guard var count else {
      throw .reference(
        MaskFileError(path: scoreCase.reference.path, "no slices; name the folder that holds them"))
    }
    guard kept == nil || count.shape.isPossible else {
      throw .reference(
        MaskFileError(
          path: scoreCase.reference.path,
          "\(count.shape) has more than \(VoxelShape.longestAxis) voxels along an axis; cut it into parts, or leave out "
            + "metrics of shapes"))
    }
    (count.notes, count.ownSpacing) = (notes, ownSpacing)
    if let kept, let decoding = decoding ?? CaseDecoding(settings, foreseenFrom: count, of: scoreCase) {
      do throws(InsufficientMemory) {
        count.shapes = try CaseShapes(
          count, prediction: isReferenceOnly ? nil : kept.prediction, reference: kept.reference,
          excluded: kept.excluded, spacing: settings.spacing(of: scoreCase, count), decoding, threads: threads
        )
      } catch {
        throw .reference(FileMemory.refusal(error, for: scoreCase.reference.path))
      }
    }
    return count
  }

  /// The spacing that the reference's header or the file beside it tells, or else the prediction's.
  private func ownSpacing(_ source: MaskSource, _ scoreCase: ScoreCase) throws(Fault) -> Spacing? {
    // What was said otherwise counts; a file that nobody needs cannot be wrong.
    guard scoreCase.spacing == nil, settings.spacing == nil else { return nil }
    if let lengths = (reference.geometry ?? prediction.geometry)?.spacing { return try? Spacing(lengths) }
    do {
      if let spacing = try SpacingSidecar.spacing(of: scoreCase.reference) { return spacing }
    } catch { throw .reference(error) }
    do { return try SpacingSidecar.spacing(of: source) } catch { throw .prediction(error) }
  }

  /// - Parameter slice: that of the mask; nil where there is none.
  private mutating func add(mask slice: Int?, to count: inout RawCount) throws(MaskFileError) {
    let (prediction, reference) = (prediction.plane, reference.plane)
    guard let slice else {
      return counter.add(prediction.plane, reference.plane, to: &count.histogram)
    }
    try mask.read(slice)
    guard mask.plane.count == reference.count, mask.plane.header.width == reference.header.width else {
      throw MaskFileError(
        path: mask.path(slice),
        "the mask is \(mask.plane.size), the reference \(reference.size); give them the same size")
    }
    let kept = reference.plane.masked(by: mask.plane.plane)
    count.masked += UInt64(reference.count - kept.count)
    counter.add(prediction.plane.masked(by: mask.plane.plane), kept, to: &count.histogram)
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
    var format = SideFormat(plane)
    format.isSoft = side == .prediction && prediction.isSoft
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

  private func sliceCountsDiffer(_ source: MaskSource, _ reference: MaskSource) -> MaskFileError {
    let own = prediction.count
    var reason = "\(own) slice\(own == 1 ? "" : "s"), the reference has \(self.reference.count)"
    if let missing = source.missingSlices { reason += "; \(missing)" }
    if let missing = reference.missingSlices { reason += "; in the reference \(missing)" }
    if source.missingSlices == nil, reference.missingSlices == nil { reason += "; give both the same slices" }
    return MaskFileError(path: source.path, reason)
  }
}

extension ScoreSettings {
  /// The size of a case's voxels.
  func spacing(of scoreCase: ScoreCase, _ count: RawCount) -> Spacing {
    scoreCase.spacing ?? spacing ?? count.ownSpacing ?? .pixels(rank: count.shape.rank)
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
