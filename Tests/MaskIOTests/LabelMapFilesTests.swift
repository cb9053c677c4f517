import Foundation
import LabelMaps
import MaskIO
import TestSupport
import Testing

private let coco = TestFiles.realData("coco_panoptic")

@Suite("LabelMap(contentsOf:)")
struct LabelMapFilesTests {
  /// How expected.json decodes a side of a set; nil counts nowhere.
  private typealias Decoding = @Sendable (UInt32) -> UInt32?

  private struct Reading {
    var colours = ColourReading.grey
    var reference: Decoding = { $0 }
    var prediction: Decoding = { $0 }
  }

  private static func reading(of set: String) throws -> Reading {
    let ignoring: Decoding = { $0 == LabelMap.ignored ? nil : $0 }
    switch set {
    case "binary", "instances": return Reading(reference: { min($0, 1) }, prediction: { min($0, 1) })
    case "black-objects": return Reading(reference: { $0 == 0 ? 1 : 0 }, prediction: { $0 == 0 ? 1 : 0 })
    case "palette": return Reading(reference: { $0 == 255 ? nil : $0 })
    case "colours":
      let map = try ColourMap(contentsOf: TestFiles.fixture("colours/colours.json"))
      return Reading(colours: .map(map), reference: ignoring, prediction: ignoring)
    default: return Reading()
    }
  }

  @Test(
    "Shapes and joint counts are those of an independent decoder",
    arguments: [
      "organs", "volumes", "binary", "palette", "colours", "instances", "instances-raw", "black-objects",
    ])
  func jointCounts(set: String) throws {
    let cases = try #require(try ExpectedFile.loaded.get().sets[set]).cases
    try #require(!cases.isEmpty)
    let reading = try Self.reading(of: set)
    let folder = TestFiles.fixture(set == "instances-raw" ? "instances" : set)
    for (name, expected) in cases {
      let end = set == "volumes" ? "" : ".png"
      let reference = try LabelMap(contentsOf: "\(folder)/references/\(name)\(end)", colours: reading.colours)
      let prediction = try LabelMap(
        contentsOf: "\(folder)/predictions/\(name)\(end)", colours: reading.colours)
      #expect(reference.shape.extents == expected.shape)
      #expect(prediction.shape.extents == expected.shape)
      var joint: [[UInt32]: Int] = [:]
      for index in 0..<reference.shape.count {
        guard let left = reading.reference(reference[index]),
          let right = reading.prediction(prediction[index])
        else { continue }
        joint[[left, right], default: 0] += 1
      }
      let truth = expected.joint.map { ([UInt32($0[0]), UInt32($0[1])], $0[2]) }
      #expect(joint == Dictionary(uniqueKeysWithValues: truth), "\(name)")
      for map in [reference, prediction] { Self.expectNarrow(map) }
    }
  }

  /// The storage must be the narrowest that holds the largest label.
  private static func expectNarrow(_ map: LabelMap) {
    let largest = (0..<map.shape.count).map { map[$0] }.max() ?? 0
    switch map.storage {
    case .uint8: #expect(largest < 256)
    case .uint16: #expect((256..<65_536).contains(largest))
    case .uint32: #expect(largest >= 65_536)
    }
  }

  @Test(
    "Storage is no wider than its labels, at every border",
    arguments: [
      (0, 8), (255, 8), (256, 16), (65_535, 16), (65_536, 32), (0xFF_FFFF, 32),
    ])
  func storage(largest: Int, bits: Int) throws {
    try withTemporaryFolder { folder in
      let samples = [0, 0, 0, largest & 255, largest >> 8 & 255, largest >> 16]
      try write(
        PNGBytes.file(width: 2, height: 1, depth: 8, type: 2, samples: samples), to: folder + "/a.png")
      let map = try LabelMap(contentsOf: folder + "/a.png", colours: .ids)
      #expect([map[0], map[1]] == [0, UInt32(largest)])
      switch map.storage {
      case .uint8: #expect(bits == 8)
      case .uint16: #expect(bits == 16)
      case .uint32: #expect(bits == 32)
      }
    }
  }

  @Test("A 16-bit file of small labels is stored in bytes")
  func sixteenBitFile() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/a.png"
      try write(PNGBytes.file(width: 3, height: 1, depth: 16, type: 0, samples: [0, 7, 255]), to: path)
      guard case .uint8(let labels) = try LabelMap(contentsOf: path).storage else {
        Issue.record("wider than a byte")
        return
      }
      #expect(labels == [0, 7, 255])
    }
  }

  @Test(
    "The CVAT map reads the tissue without the ignored colour, and refuses the others by pixel and colour")
  func textMap() throws {
    let map = try ColourMap(contentsOf: TestFiles.fixture("colours/labelmap.txt"))
    let json = try ColourMap(contentsOf: TestFiles.fixture("colours/colours.json"))
    let path = TestFiles.fixture("colours/references/tissue_03.png")
    let (left, right) = (
      try LabelMap(contentsOf: path, colours: .map(map)), try LabelMap(contentsOf: path, colours: .map(json))
    )
    #expect((0..<left.shape.count).allSatisfy { left[$0] == right[$0] })
    for name in ["tissue_01", "tissue_02"] {
      let path = TestFiles.fixture("colours/references/\(name).png")
      let error = try #require(throws: MaskFileError.self) {
        try LabelMap(contentsOf: path, colours: .map(map))
      }
      #expect(error.path == path)
      #expect(error.reason.contains("(224, 224, 192)"))
      let ignored = try LabelMap(contentsOf: path, colours: .map(json))
      let first = try #require((0..<ignored.shape.count).first { ignored[$0] == LabelMap.ignored })
      #expect(error.reason.contains("row \(first / 112), column \(first % 112)"), "\(error.reason)")
    }
  }

  @Test(
    "COCO's ids cover the areas that were published",
    .enabled(if: coco != nil, "the folder shared/data/coco_panoptic does not stand beside this checkout"))
  func publishedAreas() throws {
    struct File: Decodable {
      struct Annotation: Decodable {
        struct Segment: Decodable {
          let id: UInt32
          let area: Int
        }
        let file: String
        let segments: [Segment]

        enum CodingKeys: String, CodingKey {
          case file = "file_name"
          case segments = "segments_info"
        }
      }
      let annotations: [Annotation]
    }
    let folder = try #require(coco)
    let json = try Data(contentsOf: URL(filePath: folder + "/panoptic_examples.json"))
    let annotations = try JSONDecoder().decode(File.self, from: json).annotations
    try #require(annotations.count == 2)
    for annotation in annotations {
      let map = try LabelMap(contentsOf: folder + "/panoptic_examples/" + annotation.file, colours: .ids)
      var areas: [UInt32: Int] = [:]
      for index in 0..<map.shape.count { areas[map[index], default: 0] += 1 }
      // What no segment covers is void, stored as black.
      areas[0] = nil
      let published = Dictionary(uniqueKeysWithValues: annotation.segments.map { ($0.id, $0.area) })
      #expect(areas == published)
    }
  }
}
