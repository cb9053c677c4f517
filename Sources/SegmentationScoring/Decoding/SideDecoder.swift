import LabelMaps
import MaskIO

/// Turns the numbers of one side's files into labels by a rule that is already decided.
package struct SideDecoder {
  /// Why a number cannot become a label.
  package enum Fault: Error, Equatable {
    case unnamedColour(RGB)
    case colourWithoutRule(RGB)
    case colourNotInPalette(RGB)
    case colourTwiceInPalette(RGB)
    case deepColour
    case fractional
    case greyBeyondColours(UInt32)
  }

  private let rule: DecodingRule
  private let format: SideFormat
  private let map: ColourMap?
  private let relabelling: [UInt32: UInt32]
  private let ignored: Set<UInt32>
  /// The indices the other side's palette gives each colour.
  private let indices: [UInt32: [UInt32]]
  /// Whether indices go through colours to the other palette.
  private let throughColours: Bool

  /// What a side's rule may need of the other side's file.
  package struct OtherSide {
    var palette: [RGB] = []
    /// The indices that occur in it.
    var used: Set<UInt32> = []

    package init(palette: [RGB] = [], used: Set<UInt32> = []) {
      self.palette = palette
      self.used = used
    }
  }

  /// - Parameters:
  ///   - ignored: values of the files that count nowhere although the rule would make them 0 or 1; for the
  ///     other rules labels are ignored after they are decoded.
  ///   - throughColours: for palette files, whether the colour and not the index is the label.
  package init(
    _ rule: DecodingRule, format: SideFormat, map: ColourMap?, relabelling: [UInt32: UInt32],
    ignored: Set<UInt32> = [], other: OtherSide = OtherSide(), throughColours: Bool = false
  ) {
    self.rule = rule
    self.format = format
    self.map = map
    self.relabelling = relabelling
    self.ignored = rule.isBinarization ? ignored : []
    self.throughColours = throughColours && format.kind == .palette && rule == .labels
    indices = rule == .otherPalette || self.throughColours ? Self.indices(other) : [:]
  }

  /// Whether every number is its own label.
  package var isIdentity: Bool {
    rule == .labels && !throughColours && relabelling.isEmpty
      && (format.kind == .grey || format.kind == .palette)
  }

  /// The label of a number; nil for none: in the reference its voxels count nowhere, in a prediction for no label.
  package func label(_ number: UInt32) throws(Fault) -> UInt32? {
    if !ignored.isEmpty, let value = try? plain(number), ignored.contains(value) { return nil }
    guard let label = try decoded(number) else { return nil }
    return relabelling[label] ?? label
  }

  private func decoded(_ number: UInt32) throws(Fault) -> UInt32? {
    switch rule {
    case .nonzero: return largestSample(number) > 0 ? 1 : 0
    case .zero: return largestSample(number) == 0 ? 1 : 0
    case .above(let value): return largestSample(number) > value ? 1 : 0
    case .colourMap: return try named(number)
    case .rgbIDs:
      guard format.kind != .deepColour else { throw .deepColour }
      guard format.kind != .fractional else { throw .fractional }
      return format.kind == .palette ? format.palette[Int(number)].packed : number
    case .otherPalette: return format.kind == .colour ? try index(of: number) : try plain(number)
    case .white:
      let value = try plain(number)
      return value == 255 ? 1 : value
    case .labels:
      return throughColours ? try index(of: format.palette[Int(number)].packed) : try plain(number)
    }
  }

  private func plain(_ number: UInt32) throws(Fault) -> UInt32 {
    switch format.kind {
    case .grey, .palette: return number
    case .deepColour: throw .deepColour
    case .fractional: throw .fractional
    case .colour:
      let colour = RGB(packed: number)
      guard colour.isGrey else { throw .colourWithoutRule(colour) }
      return UInt32(colour.red)
    }
  }

  private func named(_ number: UInt32) throws(Fault) -> UInt32? {
    let colour: UInt32
    switch format.kind {
    case .deepColour: throw .deepColour
    case .fractional: throw .fractional
    case .colour: colour = number
    case .palette: colour = format.palette[Int(number)].packed
    case .grey:
      guard let value = PNGHeader(width: 0, height: 0, bitDepth: format.bitDepth).shownGrey(number) else {
        throw .greyBeyondColours(number)
      }
      colour = RGB(value, value, value).packed
    }
    if let label = map?.labels[colour] { return label }
    if map?.ignored.contains(colour) == true { return nil }
    throw .unnamedColour(RGB(packed: colour))
  }

  /// The indices of each colour: those in use where there are any, since palettes are often padded with
  /// one colour to their full length; else the first.
  private static func indices(_ other: OtherSide) -> [UInt32: [UInt32]] {
    var all: [UInt32: [UInt32]] = [:]
    for (index, colour) in other.palette.enumerated() {
      all[colour.packed, default: []].append(UInt32(index))
    }
    return all.mapValues { indices in
      let used = indices.filter(other.used.contains)
      return used.isEmpty ? Array(indices.prefix(1)) : used
    }
  }

  private func index(of colour: UInt32) throws(Fault) -> UInt32 {
    guard let found = indices[colour] else { throw .colourNotInPalette(RGB(packed: colour)) }
    guard found.count == 1 else { throw .colourTwiceInPalette(RGB(packed: colour)) }
    return found[0]
  }

  private func largestSample(_ number: UInt32) -> UInt32 {
    guard format.kind == .colour else { return number }
    return max(number & 255, number >> 8 & 255, number >> 16 & 255)
  }
}
