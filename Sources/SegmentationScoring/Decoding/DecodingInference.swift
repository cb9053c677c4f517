import LabelMaps
import MaskIO
import SegmentationMetrics

/// Decides how each side is read, from the files seen so far, where nobody said it and nothing is ambiguous.
///
/// A decision holds for the whole run: a rule that the last case would break must not have been applied
/// to the first. So cases are counted as their files have them and wait until the rules are final, which
/// for most sets is after the first case.
struct DecodingInference {
  /// A decision that cannot be made, in one line with the flags that make it.
  struct Ambiguity: Error {
    let message: String
  }

  private struct Evidence {
    var explicit: DecodingRule?
    /// Whether 255 may be another way to write 1.
    var mayWrite255: Bool
    /// Colour files so far that were read by the other side's palette, and others with more than black.
    var seesPaletteColours = false
    var seesGreyColours = false
    /// Whether all values so far are 0 and `one`, and whether `one` was seen: for 0/255 and 0/1.
    var white = Values(one: 255)
    var unit = Values(one: 1)

    struct Values {
      let one: UInt32
      var only = true
      var seen = false

      mutating func observe(_ value: UInt32) {
        if value == one { seen = true } else if value != 0 { only = false }
      }
    }

    /// Values that may still be decided to be 0/255 for 0/1.
    var mayBeWhite: Bool { explicit == nil && mayWrite255 && white.only }
  }

  private var evidence: [Side: Evidence]
  private let palette: PaletteChoice?
  private var isSettled = false
  private var usedColours = UsedColours()

  /// - Parameter keeping255: sides of which the user says what 255 is.
  init(
    prediction: DecodingRule?, reference: DecodingRule?, palette: PaletteChoice?, keeping255: Set<Side> = []
  ) {
    evidence = [
      .prediction: Evidence(explicit: prediction, mayWrite255: !keeping255.contains(.prediction)),
      .reference: Evidence(explicit: reference, mayWrite255: !keeping255.contains(.reference)),
    ]
    self.palette = palette
  }

  /// Whether a side's file is coloured and all its colours stand in the palette of the other side's file.
  static func isInOtherPalette(_ count: RawCount, _ side: Side) -> Bool {
    guard count.formats[side]?.kind == .colour, let other = count.formats[side.other], other.kind == .palette
    else {
      return false
    }
    let palette = Set(other.palette.map(\.packed))
    return count.numbers(of: side).isSubset(of: palette)
  }

  /// A colour of a side's file that stands for several indices in use in the other's.
  private static func doubledColour(_ count: RawCount, _ side: Side) -> RGB? {
    guard let other = count.formats[side.other], other.kind == .palette else { return nil }
    let used = count.numbers(of: side.other)
    var seen: Set<UInt32> = []
    let doubled = Set(used.map { other.palette[Int($0)].packed }.filter { !seen.insert($0).inserted })
    return count.numbers(of: side).intersection(doubled).min().map(RGB.init(packed:))
  }

  /// Whether files of a side were read by the other side's palette.
  func readsOtherPalette(_ side: Side) -> Bool { evidence[side]?.seesPaletteColours ?? false }

  /// Takes in a case that was counted as its files have it.
  ///
  /// - Throws: `Ambiguity` as soon as no later case could mend it.
  mutating func observe(_ count: RawCount, in scoreCase: ScoreCase) throws(Ambiguity) {
    // Grey values cannot bring up what is settled already: most cases end here.
    if isSettled, count.formats.values.allSatisfy({ $0.kind == .grey }) { return }
    defer { isSettled = isFinal }
    let numbers: [Side: Set<UInt32>] = [
      .prediction: count.numbers(of: .prediction), .reference: count.numbers(of: .reference),
    ]
    for side in Side.allCases {
      guard let format = count.formats[side], let numbers = numbers[side] else { continue }
      try observe(
        side, format, numbers, isInPalette: Self.isInOtherPalette(count, side),
        doubled: Self.doubledColour(count, side), in: scoreCase)
    }
    try checkPalettes(count, numbers, in: scoreCase)
    try checkPalettesOfAllCases(count, numbers, in: scoreCase)
  }

  /// Whether no further case can change the rules.
  var isFinal: Bool {
    guard let prediction = evidence[.prediction], let reference = evidence[.reference] else { return false }
    if prediction.explicit != nil, reference.explicit != nil { return true }
    return !(prediction.mayBeWhite && reference.unit.only) && !(reference.mayBeWhite && prediction.unit.only)
  }

  /// The rule for a side, from what was seen.
  func rule(for side: Side) -> DecodingRule {
    guard let own = evidence[side], let other = evidence[side.other] else { return .labels }
    if let explicit = own.explicit { return explicit }
    let isWhite = own.mayBeWhite && own.white.seen && other.unit.only && other.unit.seen
    return isWhite ? .white : .labels
  }

  private mutating func observe(
    _ side: Side, _ format: SideFormat, _ numbers: Set<UInt32>, isInPalette: Bool, doubled: RGB?,
    in scoreCase: ScoreCase
  ) throws(Ambiguity) {
    guard var own = evidence[side] else { return }
    defer { evidence[side] = own }
    if let explicit = own.explicit {
      // What an explicit rule makes of the numbers is what the other side is compared with.
      let decoder = SideDecoder(explicit, format: format, map: nil, relabelling: [:])
      for number in numbers {
        guard let label = try? decoder.label(number) else { continue }
        own.white.observe(label)
        own.unit.observe(label)
      }
      return
    }
    guard format.kind != .deepColour else {
      throw Ambiguity(
        message: "case \(scoreCase.id): the \(side.rawValue) has 16-bit colours, which are no labels; "
          + "say --\(side.rawValue)-binarize nonzero, or convert the files")
    }
    // Such a file fails by itself, and says nothing about the others.
    guard format.kind != .fractional else { return }
    guard format.kind == .colour else {
      for number in numbers {
        own.white.observe(number)
        own.unit.observe(number)
      }
      return
    }
    if isInPalette {
      if let colour = doubled {
        throw Ambiguity(
          message:
            "case \(scoreCase.id): colour \(colour) of the \(side.rawValue) has several indices in use in the other "
            + "side's palette; say --colour-map FILE or --\(side.rawValue)-binarize nonzero")
      }
      // Read by index: these are labels of the other side.
      own.white.only = own.white.only && numbers == [0]
      own.unit.only = own.unit.only && numbers == [0]
      own.seesPaletteColours = own.seesPaletteColours || numbers != [0]
    } else {
      if let odd = numbers.filter({ !RGB(packed: $0).isGrey }).min() {
        throw Ambiguity(
          message:
            "case \(scoreCase.id): the \(side.rawValue) has RGB colours such as \(RGB(packed: odd)) and nothing "
            + "says which labels they are; say --colour-map FILE, --rgb-ids or --\(side.rawValue)-binarize nonzero"
        )
      }
      for number in numbers {
        own.white.observe(number & 255)
        own.unit.observe(number & 255)
      }
      own.seesGreyColours = own.seesGreyColours || numbers != [0]
    }
    if own.seesPaletteColours, own.seesGreyColours {
      throw Ambiguity(
        message:
          "case \(scoreCase.id): some RGB files of the \(side.rawValue)s have the colours of the other side's "
          + "palette, some only grey values; say --colour-map FILE or --\(side.rawValue)-binarize nonzero")
    }
  }

  private func checkPalettes(_ count: RawCount, _ numbers: [Side: Set<UInt32>], in scoreCase: ScoreCase)
    throws(Ambiguity)
  {
    guard palette == nil, let prediction = count.formats[.prediction],
      let reference = count.formats[.reference],
      prediction.kind == .palette, reference.kind == .palette, prediction.palette != reference.palette,
      [DecodingRule.labels, nil].contains(evidence[.prediction]?.explicit),
      [DecodingRule.labels, nil].contains(evidence[.reference]?.explicit)
    else { return }
    for side in Side.allCases {
      guard let own = count.formats[side]?.palette, let other = count.formats[side.other]?.palette else {
        continue
      }
      for index in (numbers[side] ?? []).sorted() {
        let colour = own[Int(index)]
        let isSame = Int(index) < other.count && other[Int(index)] == colour
        guard !isSame, let elsewhere = other.firstIndex(of: colour) else { continue }
        throw Ambiguity(
          message:
            "case \(scoreCase.id): colour \(colour) is index \(index) in the \(side.rawValue)'s palette and "
            + "\(elsewhere) in the \(side.other.rawValue)'s; say --palette index or --palette colour")
      }
    }
  }

  /// Whether the palettes of all files so far agree: the same colour is the same label in every case.
  private mutating func checkPalettesOfAllCases(
    _ count: RawCount, _ numbers: [Side: Set<UInt32>], in scoreCase: ScoreCase
  ) throws(Ambiguity) {
    guard palette == nil else { return }
    for side in Side.allCases {
      guard let format = count.formats[side], format.kind == .palette,
        [DecodingRule.labels, nil].contains(evidence[side]?.explicit)
      else { continue }
      for index in (numbers[side] ?? []).sorted() {
        guard let other = usedColours.conflict(index, format.palette[Int(index)]) else { continue }
        throw Ambiguity(
          message:
            "case \(scoreCase.id): colour \(format.palette[Int(index)]) is index \(index) in the \(side.rawValue)'s "
            + "palette and \(other) in those of earlier cases; if the index is the label say --palette index, else save all "
            + "files with one palette")
      }
    }
  }

  /// The colours and indices in use over all cases.
  private struct UsedColours {
    private var colours: [UInt32: RGB] = [:]
    private var indices: [RGB: Set<UInt32>] = [:]

    /// Takes in an index in use; returns the index that its colour had until now, if it is another and the index
    /// had another colour. Palettes with one colour in several places are no conflict.
    mutating func conflict(_ index: UInt32, _ colour: RGB) -> UInt32? {
      let known = indices[colour] ?? []
      if let before = colours[index], before != colour, let other = known.min(), !known.contains(index) {
        return other
      }
      colours[index] = colours[index] ?? colour
      indices[colour, default: []].insert(index)
      return nil
    }
  }
}
