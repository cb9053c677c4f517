import Foundation
import MaskIO
import TestSupport

/// What `fixtures/expected.json` says, which a decoder of its own in Python worked out.
struct ExpectedFile: Decodable, Sendable {
  struct Picture: Decodable, Sendable {
    let width: Int
    let height: Int
    let bitDepth: Int
    let colourType: UInt8
    let interlaced: Bool
    let palette: [[UInt8]]
    let samples: [Int]
  }

  struct Case: Decodable, Sendable {
    let shape: [Int]
    /// Rows of reference label, prediction label and count.
    let joint: [[Int]]
  }

  struct Scores: Decodable, Sendable {
    let cases: [String: Case]
  }

  let png: [String: Picture]
  let damaged: [String: String]
  let sets: [String: Scores]

  static let loaded = Result {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let data = try Data(contentsOf: URL(filePath: TestFiles.fixture("expected.json")))
    return try decoder.decode(ExpectedFile.self, from: data)
  }

  /// The names of the valid images; a test of its own checks that there are thirty.
  static let pictureNames = (try? loaded.get().png.keys.sorted()) ?? []
  /// The names of the damaged files; a test of its own checks that there are sixteen.
  static let damagedNames = (try? loaded.get().damaged.keys.sorted()) ?? []
}

extension PNGReader.Samples {
  /// The samples whatever their width.
  var numbers: [Int] {
    switch self {
    case .uint8(let samples): samples.map { Int($0) }
    case .uint16(let samples): samples.map { Int($0) }
    }
  }
}

extension PNGReader {
  /// Decodes bytes in memory.
  static func image(from bytes: [UInt8]) throws -> Image {
    try bytes.withUnsafeBytes { try image(from: $0) }
  }
}

extension MaskPlane {
  /// A plane of bytes in memory.
  init(decoding bytes: [UInt8]) throws {
    self.init()
    try bytes.withUnsafeBytes { try decode($0) }
  }

  /// The numbers of all pixels.
  var numbers: [UInt32] { (0..<count).map { self[$0] } }
}
