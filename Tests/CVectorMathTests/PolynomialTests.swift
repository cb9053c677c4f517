import CVectorMath
import Testing

@Suite("Polynomials")
struct PolynomialTests {
  @Test("To the last bit, for every length, and in place", arguments: lengths)
  func everyLength(count: Int) {
    check(vm_polynomial_v_f32, vm_polynomial_vv_f32, count, Float.self)
    check(vm_polynomial_v_f64, vm_polynomial_vv_f64, count, Double.self)
  }

  @Test("Products are rounded before they are added to")
  func notFused() {
    let x: [Double] = [1 + 0x1p-30]
    let coefficients = [-(1 + 0x1p-29), 0, 1.0]
    #expect(run(vm_polynomial_v_f64, x, nil, coefficients, count: 1) == [0.0])
    #expect(coefficients[0].addingProduct(x[0], x[0]) == 0x1p-60)
  }
}

/// As the kernels' order of operations has it.
private func polynomial<T: Real>(_ k: [T], _ x: T) -> T {
  let slope = k[2] * x + k[1]
  return slope * x + k[0]
}

private func polynomial<T: Real>(_ k: [T], _ x: T, _ y: T) -> T {
  let slope = (k[3] * x + k[4] * y) + k[1]
  let rest = (k[5] * y + k[2]) * y + k[0]
  return slope * x + rest
}

private func check<T: Real>(_ one: Kernel, _ two: Kernel, _ count: Int, _ type: T.Type) {
  var noise = Noise(UInt64(count) + 21)
  let coefficients: [[T]] = [
    noise.numbers(6), noise.numbers(6, within: 1e-3), noise.mixture(6), [0, 1, 0, 0, 0, 0],
    [-0.0, -0.0, -0.0, -0.0, -0.0, -0.0],
  ]
  for k in coefficients {
    for (a, b): ([T], [T]) in [
      (noise.numbers(count), noise.numbers(count)), (noise.mixture(count), noise.mixture(count)),
    ] {
      let ofOne = a.map { polynomial(k, $0) }
      let ofTwo = a.indices.map { polynomial(k, a[$0], b[$0]) }
      #expect(firstDifference(run(one, a, nil, k, count: count), ofOne) == nil, "\(k)")
      #expect(firstDifference(run(two, a, b, k, count: count), ofTwo) == nil, "\(k)")
      checkInPlace(one, two, a, b, k, ofOne, ofTwo)
    }
  }
}

/// In place of either operand.
private func checkInPlace<T: Real>(
  _ one: Kernel, _ two: Kernel, _ a: [T], _ b: [T], _ k: [T], _ ofOne: [T], _ ofTwo: [T]
) {
  func place(_ block: [T], _ call: (UnsafeMutableRawPointer?) -> Void) -> [T] {
    var copy = block
    copy.withUnsafeMutableBytes { call($0.baseAddress) }
    return copy
  }
  let count = a.count
  #expect(firstDifference(place(a) { one($0, $0, nil, k, count) }, ofOne) == nil)
  #expect(firstDifference(place(a) { two($0, $0, b, k, count) }, ofTwo) == nil)
  #expect(firstDifference(place(b) { two($0, a, $0, k, count) }, ofTwo) == nil)
}
