/// SplitMix64: random numbers that are the same on every machine for the same seed.
struct RandomNumbers: RandomNumberGenerator {
  private var state: UInt64

  /// The stream of number `index` under `seed`.
  init(seed: UInt64, index: Int) {
    // Neighbouring states give the same stream shifted, so the state is itself drawn.
    state = seed &+ UInt64(truncatingIfNeeded: index)
    state = next()
  }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }

  /// A number with mean 0, bell-shaped: the sum of four uniform ones. Smoothing makes it normal.
  mutating func bell() -> Float {
    let bits = next()
    let sum = (bits & 0xffff) + (bits >> 16 & 0xffff) + (bits >> 32 & 0xffff) + (bits >> 48)
    return Float(sum) / 65536 - 2
  }
}
