import MaskIO
import SegmentationScoring
import TestSupport
import Testing

@Suite("Rules that turn the numbers of files into labels")
struct SideDecoderTests {
  private static func format(_ type: PNGHeader.ColourType, bitDepth: Int = 8, palette: [RGB] = []) throws
    -> SideFormat
  {
    var plane = MaskPlane()
    let header = PNGHeader(width: 1, height: 1, bitDepth: bitDepth, colourType: type, palette: palette)
    let samples: PNGReader.Samples =
      bitDepth == 16
      ? .uint16((0..<type.channels).map { UInt16(256 * $0 + 1) })
      : .uint8([UInt8](repeating: 0, count: type.channels))
    let bytes = try PNGWriter.encode(samples, header)
    try bytes.withUnsafeBytes { try plane.decode($0) }
    return SideFormat(plane)
  }

  private static func decoder(
    _ rule: DecodingRule, _ format: SideFormat, map: ColourMap? = nil, relabelling: [UInt32: UInt32] = [:],
    otherPalette: [RGB] = [], used: Set<UInt32> = [], throughColours: Bool = false
  ) -> SideDecoder {
    SideDecoder(
      rule, format: format, map: map, relabelling: relabelling,
      other: SideDecoder.OtherSide(palette: otherPalette, used: used), throughColours: throughColours)
  }

  private static let red = RGB(255, 0, 0)
  private static let green = RGB(0, 255, 0)
  private static let black = RGB(0, 0, 0)

  @Test("Grey values and indices are their own labels, in 8 and 16 bits")
  func labels() throws {
    for format in [
      try Self.format(.grey), try Self.format(.grey, bitDepth: 16),
      try Self.format(.palette, palette: [Self.black, Self.red]),
    ] {
      let decoder = Self.decoder(.labels, format)
      #expect(decoder.isIdentity)
      for number: UInt32 in [0, 1, 255, 65535] { #expect(try decoder.label(number) == number) }
    }
  }

  @Test("RGB with equal channels is that value; other colours are a fault")
  func greyColours() throws {
    let decoder = Self.decoder(.labels, try Self.format(.rgb))
    #expect(!decoder.isIdentity)
    #expect(try decoder.label(RGB(7, 7, 7).packed) == 7)
    #expect(throws: SideDecoder.Fault.colourWithoutRule(Self.red)) { try decoder.label(Self.red.packed) }
    let ids = Self.decoder(.rgbIDs, try Self.format(.rgb))
    #expect(try ids.label(RGB(1, 2, 3).packed) == 1 + 256 * 2 + 65536 * 3)
  }

  @Test(
    "Binarizing looks at the largest of the three channels",
    arguments: [
      (DecodingRule.nonzero, [0, 1, 1, 1]), (.zero, [1, 0, 0, 0]), (.above(1), [0, 0, 1, 1]),
      (.above(200), [0, 0, 0, 1]), (.above(255), [0, 0, 0, 0]),
    ])
  func binarizing(rule: DecodingRule, expected: [UInt32]) throws {
    #expect(rule.isBinarization)
    let colours = Self.decoder(rule, try Self.format(.rgb))
    let numbers = [RGB(0, 0, 0), RGB(0, 1, 0), RGB(0, 0, 200), RGB(255, 1, 0)].map(\.packed)
    #expect(try numbers.map { try colours.label($0) } == expected)
    let grey = Self.decoder(rule, try Self.format(.grey))
    #expect(try [0, 1, 200, 255].map { try grey.label($0) } == expected)
  }

  @Test("0/255 becomes 0/1, other values stay")
  func white() throws {
    let grey = Self.decoder(.white, try Self.format(.grey))
    #expect(try [0, 255].map { try grey.label($0) } == [0, 1])
    let rgb = Self.decoder(.white, try Self.format(.rgb))
    #expect(try rgb.label(RGB(255, 255, 255).packed) == 1)
  }

  @Test("Colours are looked up in the other palette; one that is not there is a fault")
  func otherPalette() throws {
    let decoder = Self.decoder(
      .otherPalette, try Self.format(.rgb), otherPalette: [Self.black, Self.red, Self.green])
    #expect(try decoder.label(Self.green.packed) == 2)
    #expect(throws: SideDecoder.Fault.colourNotInPalette(RGB(1, 2, 3))) {
      try decoder.label(RGB(1, 2, 3).packed)
    }
    let grey = Self.decoder(.otherPalette, try Self.format(.grey), otherPalette: [Self.black])
    #expect(try grey.label(9) == 9)
  }

  @Test("A colour that stands twice in the other palette is the index in use; two in use are a fault")
  func colourTwice() throws {
    let palette = [Self.black, Self.red, Self.black, Self.red]
    let format = try Self.format(.rgb)
    let one = Self.decoder(.otherPalette, format, otherPalette: palette, used: [0, 3])
    #expect(try one.label(Self.red.packed) == 3 && one.label(Self.black.packed) == 0)
    let none = Self.decoder(.otherPalette, format, otherPalette: palette)
    #expect(try none.label(Self.red.packed) == 1)
    let both = Self.decoder(.otherPalette, format, otherPalette: palette, used: [1, 3])
    #expect(throws: SideDecoder.Fault.colourTwiceInPalette(Self.red)) { try both.label(Self.red.packed) }
  }

  @Test("Values to ignore are void before a side is binarized, and left to later otherwise")
  func ignoredValues() throws {
    let format = try Self.format(.grey)
    let binary = SideDecoder(.nonzero, format: format, map: nil, relabelling: [:], ignored: [255])
    #expect(try [0, 1, 255].map { try binary.label($0) } == [0, 1, nil])
    let labels = SideDecoder(.labels, format: format, map: nil, relabelling: [:], ignored: [255])
    #expect(try labels.label(255) == 255)
  }

  @Test("Through colours an index becomes the index that its colour has on the other side")
  func throughColours() throws {
    let format = try Self.format(.palette, palette: [Self.black, Self.green, Self.red])
    let decoder = Self.decoder(
      .labels, format, otherPalette: [Self.black, Self.red, Self.green], throughColours: true)
    #expect(!decoder.isIdentity)
    #expect(try [0, 1, 2].map { try decoder.label($0) } == [0, 2, 1])
  }

  @Test("A colour map names colours of RGB, palette and grey files; what it does not name is a fault")
  func colourMap() throws {
    let map = ColourMap(
      labels: [Self.red.packed: 4, Self.black.packed: 0, RGB(255, 255, 255).packed: 9],
      ignored: [Self.green.packed])
    let rgb = Self.decoder(.colourMap, try Self.format(.rgb), map: map)
    #expect(try rgb.label(Self.red.packed) == 4)
    #expect(try rgb.label(Self.green.packed) == nil)
    #expect(throws: SideDecoder.Fault.unnamedColour(RGB(1, 1, 1))) { try rgb.label(RGB(1, 1, 1).packed) }
    let palette = Self.decoder(
      .colourMap, try Self.format(.palette, palette: [Self.black, Self.red]), map: map)
    #expect(try palette.label(1) == 4)
    // One bit of white is the colour white.
    let bit = Self.decoder(.colourMap, try Self.format(.grey, bitDepth: 1), map: map)
    #expect(try bit.label(1) == 9)
    let deep = Self.decoder(.colourMap, try Self.format(.grey, bitDepth: 16), map: map)
    #expect(throws: SideDecoder.Fault.greyBeyondColours(300)) { try deep.label(300) }
  }

  @Test("16-bit colours are no labels but can be binarized")
  func deepColours() throws {
    let format = try Self.format(.rgb, bitDepth: 16)
    #expect(format.kind == .deepColour)
    for rule in [DecodingRule.labels, .rgbIDs, .colourMap, .white] {
      #expect(throws: SideDecoder.Fault.deepColour) { try Self.decoder(rule, format).label(513) }
    }
    #expect(try Self.decoder(.nonzero, format).label(513) == 1)
  }

  @Test("Relabelling comes after decoding and is done once")
  func relabelling() throws {
    let decoder = Self.decoder(.labels, try Self.format(.grey), relabelling: [1: 2, 2: 1, 3: 0])
    #expect(!decoder.isIdentity)
    #expect(try [0, 1, 2, 3, 4].map { try decoder.label($0) } == [0, 2, 1, 0, 4])
    let binary = Self.decoder(.nonzero, try Self.format(.grey), relabelling: [1: 5])
    #expect(try binary.label(77) == 5)
  }

  @Test("Rules are read back from their names, others are refused")
  func names() {
    let rules: [DecodingRule] = [
      .labels, .white, .otherPalette, .colourMap, .rgbIDs, .nonzero, .zero, .above(0), .above(65535),
    ]
    for rule in rules { #expect(DecodingRule(named: rule.name) == rule) }
    for text in ["", "above", "above:", "above:-1", "above:65536", "above:x", "white"] {
      #expect(DecodingRule(named: text) == nil)
    }
    #expect(DecodingRule(binarization: "labels") == nil)
  }
}
