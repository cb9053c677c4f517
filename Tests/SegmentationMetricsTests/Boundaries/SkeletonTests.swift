import Foundation
import SegmentationMetrics
import TestSupport
import Testing

@Suite("Skeletons")
struct SkeletonTests {
  /// What fixtures/skeletons.py wrote of scikit-image.
  struct File: Decodable {
    struct Case: Decodable {
      var extents: [Int]
      var mask, skeleton: String
    }
    var checksums: [String: String]
    var masks: [Case]
  }

  static let file: File? = FileManager.default.contents(atPath: TestFiles.fixture("skeletons.json"))
    .flatMap { try? JSONDecoder().decode(File.self, from: $0) }

  @Test("Random images and volumes as scikit-image thins them")
  func random() throws {
    let file = try #require(Self.file)
    #expect(file.masks.count == 240)
    for one in file.masks {
      func bytes(_ text: String) -> [UInt8] { text.utf8.map { $0 == 0x31 ? 1 : 0 } }
      let skeleton = Skeleton(of: bytes(one.mask), extents: one.extents).mask
      #expect(skeleton == bytes(one.skeleton), "\(one.extents) \(one.mask)")
    }
  }

  @Test("All images of 4×4 and all volumes of 2×2×3", arguments: ["4x4", "2x2x3"])
  func exhaustive(name: String) throws {
    let expected = try #require(Self.file?.checksums[name])
    let extents = name.split(separator: "x").compactMap { Int($0) }
    let count = extents.reduce(1, *)
    let skeletons = (0..<1 << count).flatMap { pattern in
      Skeleton(of: (0..<count).map { UInt8(pattern >> $0 & 1) }, extents: extents).mask
    }
    #expect(SHA256.hexadecimal(skeletons) == expected)
  }

  @Test("A skeleton lies within its object", arguments: 0..<20)
  func within(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    for _ in 0..<20 {
      let extents = (0..<Int.random(in: 2...3, using: &random)).map { _ in
        Int.random(in: 1...9, using: &random)
      }
      let mask = (0..<extents.reduce(1, *)).map { _ in UInt8.random(in: 0...2, using: &random) / 2 }
      let skeleton = Skeleton(of: mask, extents: extents).mask
      #expect(zip(mask, skeleton).allSatisfy { $1 <= $0 })
      #expect(Skeleton(of: skeleton, extents: extents).mask.count { $0 != 0 } <= skeleton.count { $0 != 0 })
    }
  }

  @Test("Nothing, one voxel and lines stay as they are")
  func simple() {
    for extents in [[1, 1], [3, 7], [1, 1, 1], [2, 3, 4]] {
      let none = [UInt8](repeating: 0, count: extents.reduce(1, *))
      var one = none
      one[0] = 1
      #expect(Skeleton(of: none, extents: extents).mask == none)
      #expect(Skeleton(of: one, extents: extents).mask == one)
    }
    #expect(Skeleton(of: [1, 1, 1, 1, 1], extents: [1, 1, 5]).mask == [1, 1, 1, 1, 1])
  }
}
