import CVectorMath

typealias Kernel =
  @convention(c) (
    UnsafeMutableRawPointer?, UnsafeRawPointer?, UnsafeRawPointer?, UnsafeRawPointer?, Int
  ) -> Void

/// Lengths around the widths of vectors, the 64 parts of a sum, and a block.
let lengths = [0, 1, 2, 3, 15, 16, 17, 31, 33, 63, 64, 65, 127, 128, 129, 2048]

/// What a kernel's operand is made of.
protocol Real: BinaryFloatingPoint, BitwiseCopyable, Sendable where RawSignificand: FixedWidthInteger {
  /// Zeros, infinities, NaN, subnormals, the largest and smallest numbers, and small integers, of both signs.
  static var awkward: [Self] { get }
}

extension Real {
  static var awkward: [Self] {
    let sizes: [Self] = [
      0, .infinity, .leastNonzeroMagnitude, .leastNonzeroMagnitude * 5, .leastNormalMagnitude,
      .leastNormalMagnitude.nextDown, .greatestFiniteMagnitude, .ulpOfOne, 0.5, 1, Self(1).nextUp,
      Self(1).nextDown, 2, 3, 100, 1e9,
    ]
    return sizes.flatMap { [$0, -$0] } + [.nan]
  }

  /// The same number: NaN is NaN, and zeros have signs.
  func isSame(as other: Self) -> Bool {
    isNaN ? other.isNaN : self == other && sign == other.sign
  }
}

extension Float: Real {}
extension Double: Real {}

/// A small generator with a fixed seed.
struct Noise: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

  mutating func next() -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state &* 0x2545_F491_4F6C_DD1D
  }

  mutating func numbers<T: Real>(_ count: Int, within bound: Double = 4) -> [T] {
    (0..<count).map { _ in T((Double(next() >> 11) * 0x1p-53 - 0.5) * 2 * bound) }
  }

  /// Numbers with awkward ones among them.
  mutating func mixture<T: Real>(_ count: Int) -> [T] {
    let awkward = T.awkward
    var block: [T] = numbers(count)
    for i in block.indices where next() % 3 == 0 { block[i] = awkward[Int(next() % UInt64(awkward.count))] }
    return block
  }

  mutating func bytes(_ count: Int, below limit: UInt64 = 256) -> [UInt8] {
    (0..<count).map { _ in UInt8(next() % limit) }
  }
}

/// Calls the kernel; the block it writes has room on both sides, which must stay as it was.
func run<T: Real>(
  _ kernel: Kernel, _ a: UnsafeRawPointer?, _ b: UnsafeRawPointer? = nil, _ c: UnsafeRawPointer? = nil,
  count: Int, as type: T.Type = T.self
) -> [T]? {
  let margin = 3
  var out = [T](repeating: 77, count: count + 2 * margin)
  out.withUnsafeMutableBytes {
    kernel($0.baseAddress.map { $0 + margin * MemoryLayout<T>.stride }, a, b, c, count)
  }
  let around = out[..<margin] + out[(count + margin)...]
  return around.allSatisfy { $0 == 77 } ? Array(out[margin..<count + margin]) : nil
}

/// The first index at which two blocks differ.
func firstDifference<T: Real>(_ a: [T]?, _ b: [T]) -> Int? {
  guard let a, a.count == b.count else { return -1 }
  return a.indices.first { !a[$0].isSame(as: b[$0]) }
}
