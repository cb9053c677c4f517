import CLabelKernels
import TestSupport
import Testing

@Suite("The run-finding kernels")
struct RunKernelTests {
  static let capacities = [65, 66, 67, 100, 127, 128, 129, 130, 200, 4096]

  @Test("With any capacity from 65 up, 16-bit runs cover each voxel once, in order", arguments: capacities)
  func runs16(capacity: Int) throws {
    var random = SeededRandom(seed: UInt64(capacity))
    for texture in MetricsRandomMaps.Texture.allCases {
      for length in Array(1...140) + [511, 512, 513, 1000, 4096, 4097] {
        let palette: [UInt16] = [0, 1, 255, 256, 65535]
        let reference = MetricsRandomMaps.map(texture, count: length, of: palette, using: &random)
        let prediction = MetricsRandomMaps.disturbed(reference, of: palette, using: &random)
        try check(prediction, reference, capacity, labels_runs_u16)
      }
    }
  }

  @Test("With any capacity from 65 up, 32-bit runs cover each voxel once, in order", arguments: capacities)
  func runs32(capacity: Int) throws {
    var random = SeededRandom(seed: UInt64(capacity) + 1000)
    for texture in MetricsRandomMaps.Texture.allCases {
      for length in Array(1...140) + [511, 512, 513, 1000, 4096, 4097] {
        let palette: [UInt32] = [0, 1, 255, 65535, 65536, .max - 1]
        let reference = MetricsRandomMaps.map(texture, count: length, of: palette, using: &random)
        let prediction = MetricsRandomMaps.disturbed(reference, of: palette, using: &random)
        try check(prediction, reference, capacity, labels_runs_u32)
      }
    }
  }

  @Test("With room for all of them, runs are as long as they can be")
  func runsAreMaximal() throws {
    var random = SeededRandom(seed: 5)
    for length in 1...400 {
      let map: [UInt32] = MetricsRandomMaps.map(.speckles, count: length, of: [7, 8], using: &random)
      var runs = [labels_run](repeating: labels_run(), count: 2000)
      var next = 0
      let found = labels_runs_u32(map, map, 0, length, &runs, runs.count, &next)
      let changes = zip(map, map.dropFirst()).count { $0 != $1 }
      try #require(next == length)
      try #require(found == changes + 1)
    }
  }

  @Test("Widening keeps every value", arguments: 0...200)
  func widening(length: Int) {
    var random = SeededRandom(seed: UInt64(length))
    let bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
    let words = (0..<length).map { _ in UInt16.random(in: 0...65535, using: &random) }
    var wide16 = [UInt16](repeating: 9, count: length)
    var wide32 = [UInt32](repeating: 9, count: length)
    labels_widen_u8_u16(bytes, &wide16, length)
    #expect(wide16 == bytes.map(UInt16.init))
    labels_widen_u8_u32(bytes, &wide32, length)
    #expect(wide32 == bytes.map(UInt32.init))
    labels_widen_u16_u32(words, &wide32, length)
    #expect(wide32 == words.map(UInt32.init))
  }

  private typealias Kernel<Label> = (
    UnsafePointer<Label>?, UnsafePointer<Label>?, Int, Int, UnsafeMutablePointer<labels_run>?, Int,
    UnsafeMutablePointer<Int>?
  ) -> Int

  private func check<Label: FixedWidthInteger>(
    _ prediction: [Label], _ reference: [Label], _ capacity: Int, _ kernel: Kernel<Label>
  ) throws {
    let guardRun = labels_run(prediction: 77, reference: 77, length: 77)
    var runs = [labels_run](repeating: guardRun, count: capacity + 1)
    var next = 0
    while next < reference.count {
      let start = next
      let found = kernel(prediction, reference, start, reference.count, &runs, capacity, &next)
      try #require(found > 0 && found <= capacity)
      // The kernel must keep to the room it was given.
      try #require(runs[capacity].length == 77)
      var place = start
      for run in runs[..<found] {
        try #require(run.length > 0)
        let end = place + Int(run.length)
        try #require(end <= reference.count)
        try #require(prediction[place..<end].allSatisfy { UInt32($0) == run.prediction })
        try #require(reference[place..<end].allSatisfy { UInt32($0) == run.reference })
        place = end
      }
      try #require(place == next)
    }
    #expect(next == reference.count)
  }
}
