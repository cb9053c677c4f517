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
    var seesColours = false
    var onlyGreyColours = true
    var onlyPaletteColours = true
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
    var mayBeWhite: Bool { explicit == nil && white.only }
  }

  private var evidence: [Side: Evidence]
  private let palette: PaletteChoice?
  private var isSettled = false

  init(prediction: DecodingRule?, reference: DecodingRule?, palette: PaletteChoice?) {
    evidence = [.prediction: Evidence(explicit: prediction), .reference: Evidence(explicit: reference)]
    self.palette = palette
  }

  /// Takes in a case that was counted as its files have it.
  ///
  /// - Throws: `Ambiguity` as soon as no later case could mend it.
  mutating func observe(_ count: RawCount, in scoreCase: ScoreCase) throws(Ambiguity) {
    // Grey values cannot bring up what is settled already: most cases end here.
    if isSettled, count.formats.values.allSatisfy({ $0.kind == .grey }) { return }
    defer { isSettled = isFinal }
    let numbers: [Side: Set<UInt32>] = [
      .prediction: Set(count.histogram.entries.map(\.prediction)),
      .reference: Set(count.histogram.entries.map(\.reference)),
    ]
    for side in Side.allCases {
      guard let format = count.formats[side], let numbers = numbers[side] else { continue }
      try observe(side, format, numbers, otherFormat: count.formats[side.other], in: scoreCase)
    }
    try checkPalettes(count, numbers, in: scoreCase)
  }

  /// Whether no further case can change the rules.
  var isFinal: Bool {
    guard let prediction = evidence[.prediction], let reference = evidence[.reference] else { return false }
    if prediction.explicit != nil, reference.explicit != nil { return true }
    if prediction.explicit == nil && prediction.seesColours
      || reference.explicit == nil && reference.seesColours
    {
      return false
    }
    return !(prediction.mayBeWhite && reference.unit.only) && !(reference.mayBeWhite && prediction.unit.only)
  }

  /// The rule for a side, from what was seen.
  func rule(for side: Side) -> DecodingRule {
    guard let own = evidence[side], let other = evidence[side.other] else { return .labels }
    if let explicit = own.explicit { return explicit }
    if own.seesColours, !own.onlyGreyColours { return .otherPalette }
    let isWhite = own.white.only && own.white.seen && other.unit.only && other.unit.seen
    return isWhite ? .white : .labels
  }

  private mutating func observe(
    _ side: Side, _ format: SideFormat, _ numbers: Set<UInt32>, otherFormat: SideFormat?,
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
    let isColour = format.kind == .colour
    own.seesColours = own.seesColours || isColour
    let palette = otherFormat?.kind == .palette ? Set((otherFormat?.palette ?? []).map(\.packed)) : []
    for number in numbers {
      guard isColour else {
        own.white.observe(number)
        own.unit.observe(number)
        continue
      }
      if !RGB(packed: number).isGrey { own.onlyGreyColours = false }
      if !palette.contains(number) { own.onlyPaletteColours = false }
      own.white.observe(number & 255)
      own.unit.observe(number & 255)
    }
    if own.seesColours, !own.onlyGreyColours, !own.onlyPaletteColours {
      let example = numbers.first { !RGB(packed: $0).isGrey && !palette.contains($0) }.map(RGB.init(packed:))
      throw Ambiguity(
        message:
          "case \(scoreCase.id): the \(side.rawValue) has RGB colours\(example.map { " such as \($0)" } ?? "") and "
          + "nothing says which labels they are; say --colour-map FILE, --rgb-ids or --\(side.rawValue)-binarize nonzero"
      )
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
      for index in numbers[side] ?? [] {
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
}
