/// A hash table from a pair of labels to a count: open addressing, and the last pair remembered, as
/// neighbouring runs often repeat.
struct PairTable {
  private var keys: [UInt64]
  private var counts: [UInt64]
  private var used = 0
  private var last = 0

  init() {
    keys = [UInt64](repeating: 0, count: 1024)
    counts = [UInt64](repeating: 0, count: 1024)
  }

  /// Adds `count`, above 0, to the pair `key`.
  mutating func add(_ key: UInt64, _ count: UInt64) {
    if counts[last] > 0, keys[last] == key {
      counts[last] += count
      return
    }
    var slot = Self.slot(of: key, in: keys.count)
    while counts[slot] > 0, keys[slot] != key { slot = (slot + 1) & (keys.count - 1) }
    if counts[slot] == 0 {
      keys[slot] = key
      used += 1
    }
    counts[slot] += count
    last = slot
    if used * 2 > keys.count { grow() }
  }

  /// The pairs counted, in no order; a key holds the reference in its upper half.
  var entries: [JointHistogram.Entry] {
    keys.indices.filter { counts[$0] > 0 }.map { slot in
      .init(
        prediction: UInt32(truncatingIfNeeded: keys[slot]), reference: UInt32(keys[slot] >> 32),
        count: counts[slot])
    }
  }

  private mutating func grow() {
    let old = (keys, counts)
    keys = [UInt64](repeating: 0, count: old.0.count * 2)
    counts = [UInt64](repeating: 0, count: old.0.count * 2)
    used = 0
    last = 0
    for slot in old.0.indices where old.1[slot] > 0 { add(old.0[slot], old.1[slot]) }
  }

  private static func slot(of key: UInt64, in capacity: Int) -> Int {
    // Multiplicative hashing (Knuth, TAOCP 3, 6.4): the high bits of the product depend on all of the key.
    Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> 32) & (capacity - 1)
  }
}
