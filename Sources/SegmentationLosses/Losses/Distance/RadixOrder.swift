// Orders of many numbers, by their bits: eleven at a time, so that a volume is sorted in a few readings.

/// Numbers as keys whose order as whole numbers is that of the numbers, the largest first.
package enum RadixOrder {
  private static let digit = 11
  private static let buckets = 1 << digit

  /// The key of a number: the larger the number, the smaller the key. NaN comes first or last.
  package static func key(_ x: Double) -> UInt64 {
    let bits = x.bitPattern
    // Below 0 the bits rise as the number falls.
    let rising = bits >> 63 == 0 ? bits | 1 << 63 : ~bits
    return ~rising
  }

  /// The positions of keys in rising order; where keys are the same, in the order of the positions.
  package static func sorted(_ keys: [UInt64]) -> [UInt32] {
    var keys = keys
    var order = [UInt32](unsafeUninitializedCapacity: keys.count) { memory, count in
      for index in keys.indices { memory[index] = UInt32(truncatingIfNeeded: index) }
      count = keys.count
    }
    var nextKeys = keys
    var nextOrder = order
    for shift in stride(from: 0, to: 64, by: digit) {
      var starts = [Int](repeating: 0, count: buckets)
      for key in keys { starts[Int(truncatingIfNeeded: key >> UInt64(shift)) & (buckets - 1)] += 1 }
      // All alike in these bits, as the lowest of what was Float.
      if starts.contains(keys.count) { continue }
      var sum = 0
      for bucket in starts.indices {
        let count = starts[bucket]
        starts[bucket] = sum
        sum += count
      }
      for (key, position) in zip(keys, order) {
        let bucket = Int(truncatingIfNeeded: key >> UInt64(shift)) & (buckets - 1)
        nextKeys[starts[bucket]] = key
        nextOrder[starts[bucket]] = position
        starts[bucket] += 1
      }
      swap(&keys, &nextKeys)
      swap(&order, &nextOrder)
    }
    return order
  }

  /// The key that `count` keys are at most, and how many of those equal to it belong to them.
  package static func smallest(_ count: Int, of keys: [UInt64]) -> (key: UInt64, equal: Int) {
    var (prefix, mask, rest) = (UInt64(0), UInt64(0), count)
    for shift in stride(from: 55, through: 0, by: -digit) {
      var counts = [Int](repeating: 0, count: buckets)
      for key in keys where key & mask == prefix {
        counts[Int(truncatingIfNeeded: key >> UInt64(shift)) & (buckets - 1)] += 1
      }
      var bucket = 0
      while rest > counts[bucket] {
        rest -= counts[bucket]
        bucket += 1
      }
      prefix |= UInt64(bucket) << UInt64(shift)
      mask |= UInt64(buckets - 1) << UInt64(shift)
    }
    return (prefix, rest)
  }
}
