import CLabelKernels
import TestSupport
import Testing

@Suite("The dense counting kernels")
struct JointKernelTests {
  /// Lengths around the kernel's blocks (64), its list of places (512) and beyond.
  static let boundaries = [64, 128, 448, 512, 576, 1024, 4096, 32768, 65536].flatMap { $0 - 2...$0 + 2 }

  @Test(
    "8-bit maps of every length up to 300 count as voxel by voxel",
    arguments: MetricsRandomMaps.Texture.allCases)
  func everyShortLength8(texture: MetricsRandomMaps.Texture) throws {
    var random = SeededRandom(seed: 1)
    for length in 0...300 {
      for palette: [UInt8] in [[0, 1], [0, 1, 2, 255], Array(0...255)] {
        try check8(texture, length, palette, &random)
      }
    }
  }

  @Test(
    "16-bit maps of every length up to 300 count as voxel by voxel",
    arguments: MetricsRandomMaps.Texture.allCases)
  func everyShortLength16(texture: MetricsRandomMaps.Texture) throws {
    var random = SeededRandom(seed: 2)
    for length in 0...300 {
      for palette: [UInt16] in [[0, 1], [0, 3, 255, 256], Array(0...255)] {
        try check16(texture, length, palette, &random)
      }
    }
  }

  @Test(
    "Lengths at the borders of blocks and lists count as voxel by voxel",
    arguments: MetricsRandomMaps.Texture.allCases)
  func boundaryLengths(texture: MetricsRandomMaps.Texture) throws {
    var random = SeededRandom(seed: 3)
    for length in Self.boundaries {
      try check8(texture, length, [0, 1, 2, 3], &random)
      try check16(texture, length, [0, 1, 300], &random)
    }
  }

  @Test("Any number of changes in a block counts right, the noisy limit included", arguments: 0...64)
  func changesInABlock(changes: Int) throws {
    var random = SeededRandom(seed: UInt64(changes))
    for _ in 0..<20 {
      // Exactly `changes` changes in the second to the 65th voxel, quiet stretches around them.
      let places = Set((1...64).shuffled(using: &random).prefix(changes))
      var label: UInt8 = 0
      var map = [UInt8](repeating: 0, count: 200)
      for index in 1..<200 {
        if places.contains(index) { label ^= 1 }
        map[index] = label
      }
      let quiet = [UInt8](repeating: 1, count: 200)
      try compare8(map, quiet)
      try compare8(quiet, map)
      try compare8(map, map)
    }
  }

  @Test("A table that holds counts already is added to, cells of pairs that do not occur stay")
  func addsToTheTable() {
    let prediction: [UInt8] = [0, 0, 1]
    let reference: [UInt8] = [0, 1, 1]
    var table: [UInt64] = [10, 20, 30, 40]
    labels_joint_u8(prediction, reference, 3, 2, &table)
    #expect(table == [11, 20, 31, 41])
  }

  @Test("A stride wider than the largest prediction leaves the further columns alone")
  func widerStride() {
    let prediction: [UInt16] = [0, 1, 1, 1]
    let reference: [UInt16] = [1, 0, 1, 1]
    var table = [UInt64](repeating: 0, count: 10)
    labels_joint_u16(prediction, reference, 4, 5, &table)
    #expect(table == [0, 1, 0, 0, 0, 1, 2, 0, 0, 0])
  }

  @Test("Largest values are those of the maps, 0 of no voxels")
  func largestValues() {
    var random = SeededRandom(seed: 4)
    for length in 0...300 {
      let bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
      let words = (0..<length).map { _ in UInt16.random(in: 0...65535, using: &random) }
      #expect(labels_largest_u8(bytes, length) == bytes.max() ?? 0)
      #expect(labels_largest_u16(words, length) == words.max() ?? 0)
    }
  }

  private func check8(
    _ texture: MetricsRandomMaps.Texture, _ length: Int, _ palette: [UInt8], _ random: inout SeededRandom
  ) throws {
    let reference = MetricsRandomMaps.map(texture, count: length, of: palette, using: &random)
    try compare8(MetricsRandomMaps.disturbed(reference, of: palette, using: &random), reference)
    try compare8(MetricsRandomMaps.map(.regions, count: length, of: palette, using: &random), reference)
  }

  private func compare8(_ prediction: [UInt8], _ reference: [UInt8]) throws {
    var table = [UInt64](repeating: 0, count: 1 << 16)
    labels_joint_u8(prediction, reference, reference.count, 256, &table)
    try #require(Self.counts(table, stride: 256) == MetricsLabelPair.counts(prediction, reference))
  }

  private func check16(
    _ texture: MetricsRandomMaps.Texture, _ length: Int, _ palette: [UInt16], _ random: inout SeededRandom
  ) throws {
    let reference = MetricsRandomMaps.map(texture, count: length, of: palette, using: &random)
    let prediction = MetricsRandomMaps.disturbed(reference, of: palette, using: &random)
    let stride = Int(palette.max() ?? 0) + 1
    var table = [UInt64](repeating: 0, count: stride * stride)
    labels_joint_u16(prediction, reference, length, UInt32(stride), &table)
    try #require(Self.counts(table, stride: stride) == MetricsLabelPair.counts(prediction, reference))
  }

  private static func counts(_ table: [UInt64], stride: Int) -> [MetricsLabelPair: UInt64] {
    var counts: [MetricsLabelPair: UInt64] = [:]
    for (cell, count) in table.enumerated() where count > 0 {
      counts[MetricsLabelPair(UInt32(cell % stride), UInt32(cell / stride))] = count
    }
    return counts
  }
}
