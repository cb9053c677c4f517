/// SHA-256 (FIPS 180-4), for comparing samples with published sums.
public enum SHA256 {
  /// The digest of `message` as 64 hexadecimal digits.
  public static func hexadecimal(_ message: [UInt8]) -> String {
    var state = initialState
    var padded = message + [0x80]
    padded += [UInt8](repeating: 0, count: (120 - padded.count % 64) % 64)
    padded += (0..<8).map { UInt8(truncatingIfNeeded: (message.count * 8) >> (56 - 8 * $0)) }
    for start in stride(from: 0, to: padded.count, by: 64) { absorb(padded[start..<start + 64], &state) }
    return state.map { word in
      let digits = String(word, radix: 16)
      return String(repeating: "0", count: 8 - digits.count) + digits
    }.joined()
  }

  private static func absorb(_ block: ArraySlice<UInt8>, _ state: inout [UInt32]) {
    var words = stride(from: block.startIndex, to: block.endIndex, by: 4).map { at in
      block[at..<at + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    }
    for i in 16..<64 {
      let small0 = turned(words[i - 15], 7) ^ turned(words[i - 15], 18) ^ words[i - 15] >> 3
      let small1 = turned(words[i - 2], 17) ^ turned(words[i - 2], 19) ^ words[i - 2] >> 10
      words.append(words[i - 16] &+ small0 &+ words[i - 7] &+ small1)
    }
    var (a, b, c, d) = (state[0], state[1], state[2], state[3])
    var (e, f, g, h) = (state[4], state[5], state[6], state[7])
    for i in 0..<64 {
      let big1 = turned(e, 6) ^ turned(e, 11) ^ turned(e, 25)
      let choice = (e & f) ^ (~e & g)
      let first = h &+ big1 &+ choice &+ roundConstants[i] &+ words[i]
      let big0 = turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)
      let majority = (a & b) ^ (a & c) ^ (b & c)
      (h, g, f, e, d, c, b, a) = (g, f, e, d &+ first, c, b, a, first &+ big0 &+ majority)
    }
    for (index, word) in [a, b, c, d, e, f, g, h].enumerated() { state[index] &+= word }
  }

  private static func turned(_ word: UInt32, _ bits: UInt32) -> UInt32 {
    word >> bits | word << (32 - bits)
  }

  /// Square roots of the first eight primes.
  private static let initialState: [UInt32] = primes.prefix(8).map { rootBits($0, power: 2) }
  /// Cube roots of the first 64 primes.
  private static let roundConstants: [UInt32] = primes.map { rootBits($0, power: 3) }

  private static let primes: [UInt64] = (2...311).filter { number in
    !(2..<number).contains { number.isMultiple(of: $0) }
  }

  /// The first 32 bits behind the point of a root, found bit by bit in whole numbers.
  private static func rootBits(_ number: UInt64, power: Int) -> UInt32 {
    // The largest r with r^power <= number · 2^(32 power), so that r holds 32 bits behind the point.
    let target = UInt128(number) << UInt128(32 * power)
    var root: UInt128 = 0
    for bit in (0..<38).reversed() {
      let tried = root | 1 << UInt128(bit)
      if (1..<power).reduce(tried, { product, _ in product * tried }) <= target { root = tried }
    }
    return UInt32(truncatingIfNeeded: root)
  }
}
