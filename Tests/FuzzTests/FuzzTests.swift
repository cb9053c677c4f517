import Foundation
import FuzzTargets
import SegmentationKit
import TestSupport
import Testing

/// What the fuzzer once found stays mended, and small changes to what each reader accepts end nothing.
@Suite("Hostile bytes", .serialized)
struct FuzzTests {
  /// The files below `fixtures/fuzz/TARGET`: what a reader accepts or refuses in each of its ways, and what once was a finding.
  private static func samples(_ target: FuzzTarget) throws -> [[UInt8]] {
    let folder = TestFiles.fixture("fuzz/" + target.rawValue)
    return try FileManager.default.contentsOfDirectory(atPath: folder).sorted().map {
      Array(try Data(contentsOf: URL(filePath: folder + "/" + $0)))
    }
  }

  @Test(
    "Every target accepts one of its samples at least, and none of them ends the process",
    arguments: FuzzTarget.allCases)
  func samples(target: FuzzTarget) throws {
    let accepted = try Self.samples(target).map { target.run($0) }
    #expect(accepted.contains(true))
    FuzzTarget.removeFiles()
  }

  @Test("Random bytes, and random changes to what is accepted, end nothing", arguments: FuzzTarget.allCases)
  func mutations(target: FuzzTarget) throws {
    var random = SeededRandom(seed: 15)
    var seeds = try Self.samples(target)
    seeds.append((0..<200).map { _ in UInt8.random(in: 0...255, using: &random) })
    for round in 0..<300 {
      var bytes = seeds[round % seeds.count]
      for _ in 0..<Int.random(in: 0...4, using: &random) where !bytes.isEmpty {
        bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
      }
      if round % 4 == 3 { bytes.removeLast(Int.random(in: 0...bytes.count, using: &random)) }
      target.run(bytes)
    }
    FuzzTarget.removeFiles()
  }
}
