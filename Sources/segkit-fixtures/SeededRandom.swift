/// A SplitMix64 stream that depends on a name alone.
///
/// Each image draws from the stream of its own name, so that adding one changes no other. Only
/// arithmetic that IEEE 754 defines exactly is used here and in the phantoms (no sine, no
/// exponential): the pixels are the same on every machine.
struct SeededRandom {
  private static let seed: UInt64 = 0x5EC_317_2025
  private var state: UInt64

  init(_ name: String) {
    // FNV-1a; Swift's own hash values change from run to run.
    state = name.utf8.reduce(0xCBF2_9CE4_8422_2325 ^ Self.seed) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = (state ^ state >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }

  /// Even over `range`, in steps of its length / 2^53.
  mutating func real(_ range: ClosedRange<Double>) -> Double {
    range.lowerBound + (range.upperBound - range.lowerBound) * Double(next() >> 11) * 0x1p-53
  }

  mutating func integer(_ range: ClosedRange<Int>) -> Int {
    range.lowerBound + Int(next() % UInt64(range.count))
  }

  mutating func chance(_ probability: Double) -> Bool { real(0...1) < probability }

  /// A direction in the plane: a unit vector.
  mutating func direction() -> SIMD2<Double> {
    while true {
      let vector = SIMD2(real(-1...1), real(-1...1))
      let length = (vector * vector).sum().squareRoot()
      if length > 0.1, length <= 1 { return vector / length }
    }
  }

  /// `count` different numbers out of `range`, in no order.
  mutating func distinct(_ count: Int, in range: ClosedRange<Int>) -> [Int] {
    var drawn: [Int] = []
    while drawn.count < count {
      let number = integer(range)
      if !drawn.contains(number) { drawn.append(number) }
    }
    return drawn
  }
}
