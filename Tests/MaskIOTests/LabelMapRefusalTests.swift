import LabelMaps
import MaskIO
import TestSupport
import Testing

@Suite("LabelMap(contentsOf:), colours that say no label")
struct LabelMapRefusalTests {
  /// The labels of a hand-made file of one row.
  private static func labels(
    _ samples: [Int], depth: Int = 8, type: Int, colours: ColourReading, palette: [UInt8] = []
  ) throws -> [UInt32] {
    try withTemporaryFolder { folder in
      let channels = [0: 1, 2: 3, 3: 1, 4: 2, 6: 4][type, default: 1]
      let file = PNGBytes.file(
        width: samples.count / channels, height: 1, depth: depth, type: type, samples: samples,
        extra: palette.isEmpty ? [] : [PNGBytes.chunk("PLTE", palette)])
      try write(file, to: folder + "/a.png")
      let map = try LabelMap(contentsOf: folder + "/a.png", colours: colours)
      return (0..<map.shape.count).map { map[$0] }
    }
  }

  private static let map = ColourReading.map(
    ColourMap(labels: [0: 0, 0xFF_FFFF: 1, 0x00_0080: 2, 0x55_5555: 3], ignored: [0xC0_E0E0]))

  @Test("Grey values and palette indices are labels, whether colours are said or not")
  func plainNumbers() throws {
    for colours in [ColourReading.grey, .ids] {
      #expect(try Self.labels([0, 1, 1, 0], depth: 1, type: 0, colours: colours) == [0, 1, 1, 0])
      #expect(try Self.labels([0, 300, 65_535], depth: 16, type: 0, colours: colours) == [0, 300, 65_535])
      #expect(try Self.labels([4, 0, 7, 255], type: 4, colours: colours) == [4, 7])
      let palette: [UInt8] = [9, 9, 9, 0, 0, 0, 200, 0, 0]
      #expect(try Self.labels([2, 0, 1], type: 3, colours: colours, palette: palette) == [2, 0, 1])
    }
  }

  @Test("Colours are labels only if they are grey, or said to be ids")
  func colours() throws {
    #expect(try Self.labels([5, 5, 5, 255, 255, 255], type: 2, colours: .grey) == [5, 255])
    #expect(try Self.labels([5, 5, 5, 0, 6, 6, 6, 255], type: 6, colours: .grey) == [5, 6])
    #expect(try Self.labels([5, 6, 7], type: 2, colours: .ids) == [5 + 6 * 256 + 7 * 65_536])
    let error = try #require(throws: MaskFileError.self) {
      try Self.labels([5, 5, 5, 5, 5, 6], type: 2, colours: .grey)
    }
    #expect(error.reason.contains("row 0, column 1"))
    #expect(error.reason.contains("(5, 5, 6)"))
  }

  @Test("A colour map reads RGB, alpha dropped, palettes by their colours and grey as shown")
  func mapped() throws {
    let map = Self.map
    #expect(try Self.labels([0, 0, 0, 128, 0, 0, 255, 255, 255], type: 2, colours: map) == [0, 2, 1])
    #expect(try Self.labels([128, 0, 0, 7, 0, 0, 0, 0], type: 6, colours: map) == [2, 0])
    #expect(try Self.labels([224, 224, 192], type: 2, colours: map) == [LabelMap.ignored])
    #expect(try Self.labels([1, 0], type: 3, colours: map, palette: [128, 0, 0, 255, 255, 255]) == [1, 2])
    #expect(try Self.labels([0, 1], depth: 1, type: 0, colours: map) == [0, 1])
    #expect(try Self.labels([0, 1, 3], depth: 2, type: 0, colours: map) == [0, 3, 1])
    #expect(try Self.labels([0, 85, 255], type: 0, colours: map) == [0, 3, 1])
    let doubled = [128, 0, 0, 255, 255, 255].map { $0 * 257 }
    #expect(try Self.labels(doubled, depth: 16, type: 2, colours: map) == [2, 1])
  }

  @Test("A colour that the map does not name is refused with its place")
  func unknownColour() throws {
    let error = try #require(throws: MaskFileError.self) {
      try Self.labels([0, 0, 0, 0, 0, 0, 1, 2, 3], type: 2, colours: Self.map)
    }
    #expect(error.reason.contains("row 0, column 2"))
    #expect(error.reason.contains("(1, 2, 3)"))
    let grey = try #require(throws: MaskFileError.self) {
      try Self.labels([0, 256], depth: 16, type: 0, colours: Self.map)
    }
    #expect(grey.reason.contains("row 0, column 1"))
    #expect(grey.reason.contains("256"))
  }

  @Test("16-bit colours that 8 bits cannot hold are no labels, however colours are read")
  func deepColours() {
    for colours in [ColourReading.grey, .ids, Self.map] {
      #expect(throws: MaskFileError.self) {
        try Self.labels([1, 2, 3], depth: 16, type: 2, colours: colours)
      }
    }
  }

  @Test("Slices of another size are refused by name; missing and empty places too")
  func volumes() throws {
    try withTemporaryFolder { folder in
      func slice(_ width: Int, _ height: Int) -> [UInt8] {
        let samples = [Int](repeating: width, count: width * height)
        return PNGBytes.file(width: width, height: height, depth: 8, type: 0, samples: samples)
      }
      #expect(throws: MaskFileError.self) { try LabelMap(contentsOf: folder) }
      #expect(throws: MaskFileError.self) { try LabelMap(contentsOf: folder + "/missing.png") }
      try write(slice(3, 2), to: folder + "/s1.png")
      let single = try LabelMap(contentsOf: folder)
      #expect(single.shape == VoxelShape(slices: 1, rows: 2, columns: 3))
      try write(slice(3, 2), to: folder + "/s2.png")
      #expect(try LabelMap(contentsOf: folder).shape == VoxelShape(slices: 2, rows: 2, columns: 3))
      try write(slice(2, 3), to: folder + "/s10.png")
      let error = try #require(throws: MaskFileError.self) { try LabelMap(contentsOf: folder) }
      #expect(error.path == folder + "/s10.png")
      #expect(error.reason.contains("3×2") && error.reason.contains("2×3"))
    }
  }
}
