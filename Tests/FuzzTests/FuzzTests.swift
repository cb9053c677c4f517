import Foundation
import FuzzTargets
import SegmentationKit
import TestSupport
import Testing

/// What the fuzzer once found stays mended, and its seeds are what they should be.
@Suite("Hostile bytes", .serialized)
struct FuzzTests {
  /// The files below `fixtures/fuzz/TARGET`.
  private static func findings(_ target: FuzzTarget) -> [String] {
    let folder = TestFiles.fixture("fuzz/" + target.rawValue)
    return ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted().map {
      folder + "/" + $0
    }
  }

  @Test("No file that once was a finding ends the process", arguments: FuzzTarget.allCases)
  func findings(target: FuzzTarget) throws {
    for path in Self.findings(target) {
      target.run(Array(try Data(contentsOf: URL(filePath: path))))
    }
    FuzzTarget.removeFiles()
  }

  @Test("Random bytes, and random changes to what is accepted, end nothing", arguments: FuzzTarget.allCases)
  func mutations(target: FuzzTarget) throws {
    var random = SeededRandom(seed: 15)
    var seeds = try Self.findings(target).map { Array(try Data(contentsOf: URL(filePath: $0))) }
    seeds.append((0..<200).map { _ in UInt8.random(in: 0...255, using: &random) })
    for round in 0..<300 {
      var bytes = seeds[round % seeds.count]
      for _ in 0..<Int.random(in: 0...4, using: &random) where !bytes.isEmpty {
        bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
      }
      target.run(Array(bytes.prefix(Int.random(in: 0...max(bytes.count, 1), using: &random))))
    }
    FuzzTarget.removeFiles()
  }
}
