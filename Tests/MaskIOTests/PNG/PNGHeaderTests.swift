import MaskIO
import TestSupport
import Testing

@Suite("PNGHeader and RGB")
struct PNGHeaderTests {
  @Test("A sample below 8 bits shows as its share of white", arguments: [1, 2, 4])
  func shownGreyOfFewBits(depth: Int) {
    let header = PNGHeader(width: 1, height: 1, bitDepth: depth)
    let white = 1 << depth - 1
    for sample in 0...white {
      // Exact: 255 is a multiple of 1, 3 and 15.
      #expect(header.shownGrey(UInt32(sample)) == UInt8(sample * (255 / white)))
    }
  }

  @Test("A sample of 8 bits shows as itself")
  func shownGreyOfEightBits() {
    let header = PNGHeader(width: 1, height: 1)
    for sample in UInt8.min...UInt8.max { #expect(header.shownGrey(UInt32(sample)) == sample) }
  }

  @Test("A sample of 16 bits shows as itself up to 255 and as nothing above")
  func shownGreyOfSixteenBits() {
    let header = PNGHeader(width: 1, height: 1, bitDepth: 16)
    for sample: UInt32 in 0...65_535 {
      guard header.shownGrey(sample).map({ UInt32($0) }) == (sample < 256 ? sample : nil) else {
        Issue.record("wrong for \(sample)")
        return
      }
    }
  }

  @Test("Colour types have the channels and names of the PNG specification")
  func colourTypes() {
    let channels = [(0, 1), (2, 3), (3, 1), (4, 2), (6, 4)]
    for number in UInt8.min...UInt8.max {
      let expected = channels.first { $0.0 == Int(number) }?.1
      #expect(PNGHeader.ColourType(rawValue: number)?.channels == expected)
    }
    let names = [0, 2, 3, 4, 6].compactMap { PNGHeader.ColourType(rawValue: $0)?.name }
    #expect(names == ["grey", "RGB", "palette", "grey + alpha", "RGB + alpha"])
  }

  @Test("A colour packs as r + 256 g + 65536 b, and unpacks again")
  func packing() {
    var random = SeededRandom(seed: 3)
    for _ in 0..<2000 {
      let number = UInt32.random(in: 0..<1 << 24, using: &random)
      let colour = RGB(packed: number)
      #expect(UInt32(colour.red) + 256 * UInt32(colour.green) + 65_536 * UInt32(colour.blue) == number)
      #expect(colour.packed == number)
      #expect(RGB(colour.red, colour.green, colour.blue) == colour)
      #expect(colour.isGrey == (Set([colour.red, colour.green, colour.blue]).count == 1))
    }
    #expect(RGB(7, 7, 7).isGrey)
    #expect(!RGB(7, 7, 8).isGrey)
    #expect(!RGB(8, 7, 7).isGrey)
    #expect(RGB(128, 0, 9).description == "(128, 0, 9)")
  }
}
