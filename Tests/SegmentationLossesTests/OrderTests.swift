import SegmentationLosses
import Testing

/// Orders by bits against the standard library's.
@Suite("Orders by bits are the standard library's") struct OrderTests {
  private static func numbers(_ seed: Int, _ count: Int, isSingle: Bool) -> [Double] {
    var state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 | 1
    return (0..<count).map { index in
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      // Many the same, some of either sign, some large and small.
      let value = Double(state >> 40) / 1e6 * (state & 1 == 0 ? 1 : -1) * (state & 6 == 0 ? 1e-9 : 1)
      if index % 5 == 0 { return Double(Int(value)) }
      return isSingle ? Double(Float(value)) : value
    }
  }

  @Test(arguments: [0, 1, 2, 63, 1000, 20_000]) func sorted(_ count: Int) {
    for (seed, isSingle) in [(1, true), (2, false)] {
      let numbers = Self.numbers(seed, count, isSingle: isSingle)
      let found = RadixOrder.sorted(numbers.map { RadixOrder.key($0) }).map { Int($0) }
      let expected = numbers.indices.sorted { (-numbers[$0], $0) < (-numbers[$1], $1) }
      #expect(found == expected)
    }
  }

  @Test(arguments: [1, 2, 63, 1000]) func smallest(_ count: Int) {
    let numbers = Self.numbers(3, count, isSingle: false)
    let keys = numbers.map { RadixOrder.key($0) }
    let sorted = keys.sorted()
    for wanted in [1, (count + 1) / 2, count] {
      let (key, equal) = RadixOrder.smallest(wanted, of: keys)
      #expect(key == sorted[wanted - 1])
      #expect(equal == wanted - keys.count { $0 < key })
    }
  }

  @Test func zerosOfBothSignsAndInfinities() {
    let numbers = [0.0, -0.0, .infinity, -.infinity, 1, -1]
    let found = RadixOrder.sorted(numbers.map { RadixOrder.key($0) }).map { Int($0) }
    #expect(found == [2, 4, 0, 1, 5, 3])
  }
}
