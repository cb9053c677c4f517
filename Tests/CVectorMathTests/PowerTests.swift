import CVectorMath
import Testing

@Suite("Powers")
struct PowerTests {
  @Test("Awkward bases and exponents are as in C, in every form")
  func awkward() {
    checkAwkward(
      [vm_power_vv_f32, vm_power_vs_f32, vm_power_sv_f32],
      [vm_power_or_zero_vv_f32, vm_power_or_zero_vs_f32, vm_power_or_zero_sv_f32], Float.self)
    checkAwkward(
      [vm_power_vv_f64, vm_power_vs_f64, vm_power_sv_f64],
      [vm_power_or_zero_vv_f64, vm_power_or_zero_vs_f64, vm_power_or_zero_sv_f64], Double.self)
  }

  @Test("Floats are within 1 unit in the last place")
  func singles() {
    var noise = Noise(21)
    let count = 300_000
    let x = (0..<count).map { _ in Float(bitPattern: UInt32(noise.next() & 0x7FFF_FFFF)) }
    let y: [Float] = noise.numbers(count, within: 5)
    let results: [Float] = run(vm_power_vv_f32, x, y, count: count) ?? []
    let (error, at) = worstError(results, x) { reference(Double(x[$0]), power: Double(y[$0])) }
    #expect(error <= 1 && error > 0.4 && results.count == count, "at \(at)")
  }

  #if arch(x86_64)
    @Test("Doubles are within 2 units in the last place, however large the exponent")
    func doubles() {
      var noise = Noise(22)
      let count = 100_000
      for (spread, bound) in [(0.0005, 1e6), (0.5, 700.0), (20, 40), (600, 1.2)] {
        let powers: [Double] = noise.numbers(count, within: spread)
        let x: [Double] = run(vm_exponential_f64, powers, count: count) ?? []
        let y: [Double] = noise.numbers(count, within: bound)
        let results: [Double] = run(vm_power_vv_f64, x, y, count: count) ?? []
        let (error, at) = worstError(results, x) { wideReference(Float80(x[$0]), power: Float80(y[$0])) }
        #expect(error <= 2 && error > 0.5 && results.count == count, "at \(at)")
      }
    }
  #endif

  @Test("Scalar exponents, for every length, in place or not", arguments: lengths)
  func scalars(count: Int) {
    checkScalars(vm_power_vs_f32, vm_power_vv_f32, count, Float.self)
    checkScalars(vm_power_vs_f64, vm_power_vv_f64, count, Double.self)
  }
}

private func exponents<T: Real>(_ type: T.Type) -> [T] {
  // Odd integers end where the type's last place is 2.
  let last = T(sign: .plus, exponent: T.Exponent(T.significandBitCount), significand: 1)
  return T.awkward
    + [1.5, 4, 5, -2.5, last, last + 1, 2 * last, 2 * last - 1, last / 2 + 0.5].flatMap { [$0, -$0] }
}

private func checkAwkward<T: Real>(_ power: [Kernel], _ orZero: [Kernel], _ type: T.Type) {
  let bases = T.awkward + [-1.5, 0.25, -0.25, -7, 7]
  for x in bases {
    for y in exponents(T.self) {
      let expected = T(reference(Double(x), power: Double(y)))
      for (form, kernel) in power.enumerated() {
        let result = run(kernel, [x], [y], count: 1, as: T.self)?.first ?? 77
        #expect(isNear(result, expected), "\(x) ^ \(y), form \(form): \(result), not \(expected)")
      }
      for kernel in orZero {
        let result = run(kernel, [x], [y], count: 1, as: T.self)?.first ?? 77
        #expect(isNear(result, x == 0 && y < 0 ? 0 : expected), "\(x) ^ \(y) or zero: \(result)")
      }
    }
  }
}

/// Equal, or both of ordinary size and within 4 units in the last place.
private func isNear<T: Real>(_ a: T, _ b: T) -> Bool {
  a.isSame(as: b) || (a.isFinite && b.isFinite && b != 0 && a.sign == b.sign && abs(a - b) <= 4 * b.ulp)
}

private func checkScalars<T: Real>(_ scalar: Kernel, _ vector: Kernel, _ count: Int, _ type: T.Type) {
  var noise = Noise(UInt64(count) + 23)
  for y: T in [0, 1, 2, 3, 0.5, -1, -0.5, 2.5, 4] {
    var block: [T] = noise.mixture(count)
    let expected: [T] = run(vector, block, [T](repeating: y, count: count), count: count) ?? []
    let results: [T] = run(scalar, block, [y], count: count) ?? []
    #expect(results.count == count)
    for i in results.indices {
      #expect(isNear(results[i], expected[i]), "\(block[i]) ^ \(y): \(results[i]), not \(expected[i])")
    }
    block.withUnsafeMutableBytes { block in
      withUnsafeBytes(of: y) { scalar(block.baseAddress, block.baseAddress, $0.baseAddress, nil, count) }
    }
    #expect(firstDifference(block, results) == nil)
  }
}
