/// How the numbers of one side's files become labels.
public enum DecodingRule: Sendable, Hashable {
  /// Grey values and palette indices as they stand; RGB files with R = G = B as that value.
  case labels
  /// 255 is label 1: one side writes 0/255 where the other writes 0/1.
  case white
  /// RGB colours are looked up in the palette of the other side's file.
  case otherPalette
  /// Each colour stands for a label of the colour map.
  case colourMap
  /// r + 256 g + 65536 b is the label.
  case rgbIDs
  /// 1 where any colour sample (or the palette index) is above 0.
  case nonzero
  /// 1 where every colour sample (or the palette index) is 0: a black object.
  case zero
  /// 1 where any colour sample (or the palette index) is above the number.
  case above(UInt32)

  /// The name in settings and flags.
  public var name: String {
    switch self {
    case .labels: "labels"
    case .white: "255-is-1"
    case .otherPalette: "other-palette"
    case .colourMap: "colour-map"
    case .rgbIDs: "rgb-ids"
    case .nonzero: "nonzero"
    case .zero: "zero"
    case .above(let value): "above:\(value)"
    }
  }

  /// From a name as in settings; nil if there is none such.
  public init?(named name: String) {
    let plain: [DecodingRule] = [.labels, .white, .otherPalette, .colourMap, .rgbIDs]
    if let rule = plain.first(where: { $0.name == name }) {
      self = rule
    } else {
      self.init(binarization: name)
    }
  }

  /// From the value of `--binarize`: `nonzero`, `zero` or `above:V`; nil for anything else.
  public init?(binarization text: String) {
    switch text.lowercased() {
    case "nonzero": self = .nonzero
    case "zero": self = .zero
    case let text where text.hasPrefix("above:"):
      guard let value = UInt32(text.dropFirst("above:".count)), value < 65536 else { return nil }
      self = .above(value)
    default: return nil
    }
  }

  /// Whether the result is a mask of 0 and 1 whatever the file holds.
  public var isBinarization: Bool {
    switch self {
    case .nonzero, .zero, .above: true
    default: false
    }
  }
}

/// What decides where two palettes give a colour different indices.
public enum PaletteChoice: String, Sendable, CaseIterable {
  /// The index is the label.
  case index
  /// The colour is: the prediction's colours are looked up in the reference's palette.
  case colour
}
