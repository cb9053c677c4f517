import MaskIO
import SegmentationMetrics

/// How the files of cases are read by settings whose rules are decided.
struct CaseDecoding: Sendable {
  let settings: ScoreSettings
  private let inferred: Set<Side>

  /// - Parameter inferred: sides about which the user said nothing.
  init(_ settings: ScoreSettings, inferred: Set<Side>) {
    (self.settings, self.inferred) = (settings, inferred)
  }

  /// As far as one case alone can tell; nil if it is ambiguous.
  init?(_ settings: ScoreSettings, foreseenFrom count: RawCount, of scoreCase: ScoreCase) {
    var inference = DecodingInference(settings)
    guard (try? inference.observe(count, in: scoreCase)) != nil else { return nil }
    var decided = settings
    for side in Side.allCases { decided[decoding: side] = inference.rule(for: side) }
    self.init(decided, inferred: Self.inferred(settings))
  }

  /// The sides about which settings say nothing.
  static func inferred(_ settings: ScoreSettings) -> Set<Side> {
    Set(Side.allCases.filter { settings[decoding: $0] == nil })
  }

  /// What the numbers of one side's files are.
  func decoder(_ side: Side, _ count: RawCount, relabelled: Bool = true) -> SideDecoder {
    let format = count.formats[side] ?? count.formats[side.other] ?? SideFormat(MaskPlane())
    let rule = settings[decoding: side]
    let usedByOther = format.kind == .grey ? [] : count.numbers(of: side.other)
    // Colours of the other side's palette are recognized file by file, whatever came before.
    let byPalette =
      inferred.contains(side) && rule == .labels && DecodingInference.isInOtherPalette(count, side)
    return SideDecoder(
      byPalette ? .otherPalette : rule ?? .labels, format: format, map: settings.colourMap,
      relabelling: relabelled ? settings.relabelling(of: side) : [:],
      ignored: side == .reference ? Set(settings.ignored) : [],
      other: SideDecoder.OtherSide(palette: count.formats[side.other]?.palette ?? [], used: usedByOther),
      throughColours: side == .prediction && settings.palette == .colour)
  }

  /// The label of each number of a side that has one; nil if a number cannot be read.
  func labels(_ side: Side, _ count: RawCount) -> [UInt32: UInt32]? {
    let decoder = decoder(side, count)
    var labels: [UInt32: UInt32] = [:]
    for number in count.numbers(of: side) {
      do { labels[number] = try decoder.label(number) } catch { return nil }
    }
    return labels
  }
}

extension DecodingInference {
  init(_ settings: ScoreSettings) {
    self.init(
      prediction: settings.predictionDecoding, reference: settings.referenceDecoding,
      palette: settings.palette, keeping255: Self.sidesNaming255(settings))
  }

  /// Sides of which the user says something about 255, which then is not another way to write 1.
  private static func sidesNaming255(_ settings: ScoreSettings) -> Set<Side> {
    var sides: Set<Side> = []
    if settings.relabelPrediction[255] != nil { sides.insert(.prediction) }
    if settings.relabelReference[255] != nil || settings.ignored.contains(255) { sides.insert(.reference) }
    return sides
  }
}
