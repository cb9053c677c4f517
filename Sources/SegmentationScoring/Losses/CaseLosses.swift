import LabelMaps
import MaskIO
import SegmentationLosses

/// Evaluates the losses of one case after another.
struct CaseLosses {
  /// What the numbers of a case's files are, once that is decided.
  struct Decoders: Sendable {
    let prediction, reference: SideDecoder
  }

  /// The values of one case, and why some are not numbers.
  struct Values: Sendable {
    var values: [Double] = []
    var faults: [String] = []
  }

  private let losses: [ConfiguredLoss]
  private let soft: SoftReading
  private let ignoredLabels: Set<UInt32>
  private let maskClasses: LossClasses
  private var reader = SliceReader()
  private var maskReader = SliceReader()

  init(_ losses: [ConfiguredLoss], _ settings: ScoreSettings, maskClasses: LossClasses) {
    (self.losses, self.maskClasses, soft) = (losses, maskClasses, settings.soft)
    ignoredLabels = Set(settings.ignoredLabels)
  }

  /// The losses of a case whose both sides can be read.
  ///
  /// - Throws: `ScoreError` for a loss that cannot be evaluated on any such case, `MaskFileError` for files that have changed.
  mutating func evaluate(
    _ scoreCase: ScoreCase, _ prediction: MaskSource, _ decoders: Decoders, spacing: Spacing?
  ) throws -> Values {
    let spacing = spacing.flatMap { $0.unit == .pixels ? nil : $0.lengths }
    guard try soft.applies(to: prediction) else {
      let target = try labels(scoreCase, decoders.reference, maskClasses)
      let found = try classNumbers(
        prediction, decoders.prediction, maskClasses, ignoring: [], along: target.geometry)
      try FileMemory.check(
        found.numbers.count, of: maskClasses.count * MemoryLayout<Float>.size, for: prediction.path)
      let field = Self.oneHot(found.numbers, maskClasses.count, Float.self)
      let layout = try Layout(
        "c" + target.layout.axes, [maskClasses.count] + target.layout.extents)
      return try evaluate(field, layout, target.labels, spacing, isSoft: false)
    }
    let isDouble = try prediction.isArray && NPYFile(prediction.files[0]).header.type == .float64
    return isDouble
      ? try evaluate(scoreCase, prediction, decoders, spacing, Double.self)
      : try evaluate(scoreCase, prediction, decoders, spacing, Float.self)
  }

  private mutating func evaluate<Scalar: LossScalar & BinaryFloatingPoint & BitwiseCopyable>(
    _ scoreCase: ScoreCase, _ prediction: MaskSource, _ decoders: Decoders, _ spacing: [Double]?,
    _ type: Scalar.Type
  ) throws -> Values {
    let field = try ScalarField<Scalar>(contentsOf: prediction, axes: soft.axes)
    let layout = try Layout(field.axes, field.extents)
    let target = try labels(scoreCase, decoders.reference, LossClasses(channels: layout.classCount))
    let sites = layout.withoutClasses
    // The reference lies in rows; the prediction may lie in another order.
    let labels = sites == target.layout ? target.labels : target.labels.reordered(target.layout, to: sites)
    return try evaluate(field.values, layout, labels, spacing, isSoft: true)
  }

  private func evaluate<Scalar: LossScalar>(
    _ values: [Scalar], _ layout: Layout, _ labels: [UInt8], _ spacing: [Double]?, isSoft: Bool
  ) throws -> Values {
    var result = Values()
    let target = try Labels(labels, layout.withoutClasses, ignoring: LossClasses.ignored)
    for loss in losses {
      let activation = isSoft ? loss.options.activation ?? soft.activation : .none
      let own = loss.loss.ownActivation == nil ? activation : .none
      do throws(LossError) {
        let isProbability = own == .none && loss.loss.domain == .probabilities
        result.values.append(
          isProbability
            ? try loss.loss.evaluate(Probabilities(values, layout), target, spacing: spacing).value
            : try loss.loss.evaluate(
              Logits(values, layout), target, spacing: spacing, activation: own
            ).value)
      } catch {
        switch error {
        case .valueOutside, .undefinedValue, .insufficientMemory:
          result.values.append(.nan)
          result.faults.append("\(error)")
        case .expression(let name, let reason):
          // An image may be too small for a loss; others are not.
          result.values.append(.nan)
          result.faults.append("\(name): \(reason)")
        default: throw ScoreError(.usage, "--loss \(loss.text): \(error)")
        }
      }
    }
    return result
  }

  /// The class of each voxel of the reference, 255 where it does not count.
  private mutating func labels(
    _ scoreCase: ScoreCase, _ decoder: SideDecoder, _ classes: LossClasses
  ) throws -> (labels: [UInt8], layout: Layout, geometry: VolumeGeometry?) {
    var found = try classNumbers(
      scoreCase.reference, decoder, classes, ignoring: ignoredLabels, along: nil)
    if let mask = scoreCase.mask {
      try maskReader.open(mask, soft: nil)
      defer { maskReader.close() }
      if let geometry = found.geometry { _ = maskReader.reorient(to: geometry) }
      var index = 0
      for slice in 0..<maskReader.count {
        try maskReader.read(slice)
        for pixel in 0..<maskReader.plane.count {
          if maskReader.plane[pixel] == 0 { found.numbers[index] = LossClasses.ignored }
          index += 1
        }
      }
    }
    return (found.numbers, found.layout, found.geometry)
  }

  /// The class of each voxel, in rows; 255 where it has none.
  ///
  /// - Parameter geometry: how the reference lies, if its file says so: a volume file that lies otherwise is turned, which
  ///   counting has found to be possible.
  private mutating func classNumbers(
    _ source: MaskSource, _ decoder: SideDecoder, _ classes: LossClasses, ignoring ignored: Set<UInt32>,
    along geometry: VolumeGeometry?
  ) throws -> (numbers: [UInt8], layout: Layout, geometry: VolumeGeometry?) {
    try reader.open(source, soft: nil)
    defer { reader.close() }
    if let geometry { _ = reader.reorient(to: geometry) }
    var numbers: [UInt8] = []
    // Neighbours mostly have the same number.
    var known: [UInt32: UInt8] = [:]
    var (last, lastClass): (UInt32, UInt8) = (.max, 0)
    for slice in 0..<reader.count {
      try reader.read(slice)
      numbers.reserveCapacity(reader.plane.count * reader.count)
      for pixel in 0..<reader.plane.count {
        let number = reader.plane[pixel]
        if number != last || numbers.isEmpty {
          lastClass = try known[number] ?? classNumber(number, pixel, slice, decoder, classes, ignored)
          known[number] = lastClass
          last = number
        }
        numbers.append(lastClass)
      }
    }
    let size = [reader.plane.header.height, reader.plane.header.width]
    let layout =
      try reader.isVolume ? Layout("zyx", [reader.count] + size) : Layout("yx", size)
    return (numbers, layout, reader.geometry)
  }

  private func classNumber(
    _ number: UInt32, _ pixel: Int, _ slice: Int, _ decoder: SideDecoder, _ classes: LossClasses,
    _ ignored: Set<UInt32>
  ) throws -> UInt8 {
    // The first pass has found all that cannot be read.
    guard let label = try? decoder.label(number), !ignored.contains(label) else { return LossClasses.ignored }
    if let known = classes[label] { return known }
    let width = max(reader.plane.header.width, 1)
    let known = classes.count == 1 ? "0 and 1" : "0 to \(classes.count - 1)"
    throw ScoreError(
      .pairing,
      "\(reader.path(slice)): label \(label) at row \(pixel / width), column \(pixel % width), and the prediction "
        + "has the classes \(known); say --relabel-reference, --ignore-label \(label) or --reference-binarize"
    )
  }

  /// Probabilities of 0 and 1 that say what the classes are.
  private static func oneHot<Scalar: LossScalar & BinaryFloatingPoint>(
    _ numbers: [UInt8], _ classes: Int, _ type: Scalar.Type
  ) -> [Scalar] {
    var values = [Scalar](repeating: 0, count: classes * numbers.count)
    for (site, number) in numbers.enumerated() where number != LossClasses.ignored {
      if classes == 1 {
        values[site] = number == 1 ? 1 : 0
      } else {
        values[Int(number) * numbers.count + site] = 1
      }
    }
    return values
  }
}

extension [UInt8] {
  /// The elements in the order of memory of another layout with the same axes.
  fileprivate func reordered(_ own: Layout, to wanted: Layout) -> [UInt8] {
    zip(own.places(along: wanted.axes), indices).map { self[$0.0] }
  }
}
