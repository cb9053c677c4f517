import CVectorMath
import Testing

/// What comes back through a softmax, once and twice, against plain loops in Double.
@Suite("Derivatives of softmax")
struct SoftmaxDerivativeTests {
  private static let lanes = [2, 3, 4, 5, 8, 9, 17]
  private static let sites = [0, 1, 15, 33, 64, 65, 130]

  @Test("x − p Σx", arguments: lanes)
  func pullback(lanes: Int) {
    for count in Self.sites {
      checkPullback(vm_softmax_pullback_f32, lanes, count, Float.self)
      checkPullback(vm_softmax_pullback_f64, lanes, count, Double.self)
    }
  }

  @Test("p (v − Σpv)", arguments: lanes)
  func tangent(lanes: Int) {
    for count in Self.sites {
      checkTangent(vm_softmax_tangent_f32, lanes, count, Float.self)
      checkTangent(vm_softmax_tangent_f64, lanes, count, Double.self)
    }
  }

  @Test("u − p (2u − p Σe) with u = e + r", arguments: lanes)
  func curvature(lanes: Int) {
    for count in Self.sites {
      checkCurvature(vm_softmax_curvature_f32, lanes, count, Float.self)
      checkCurvature(vm_softmax_curvature_f64, lanes, count, Double.self)
    }
  }

  @Test("Softmax of classes side by side has the bits of classes apart", arguments: [2, 3, 4, 8])
  func interleavedSoftmax(lanes: Int) {
    for count in Self.sites {
      checkInterleavedSoftmax(vm_softmax_f32, lanes, count, Float.self)
      checkInterleavedSoftmax(vm_softmax_f64, lanes, count, Double.self)
    }
  }
}

private func checkPullback<T: Real>(_ kernel: Kernel, _ lanes: Int, _ count: Int, _ type: T.Type) {
  var noise = Noise(UInt64(lanes * 1000 + count))
  let (xStride, pStride) = (count + 1, count + 3)
  let x: [T] = noise.numbers(lanes * xStride)
  let p: [T] = noise.shares(lanes, pStride)
  func expected(_ lane: Int, _ site: Int) -> Double {
    let sum = (0..<lanes).reduce(0.0) { $0 + Double(x[$1 * xStride + site]) }
    return Double(x[lane * xStride + site]) - Double(p[lane * pStride + site]) * sum
  }
  check(kernel, lanes, count, x, xStride, p, pStride, p: 0, expected)
}

private func checkTangent<T: Real>(_ kernel: Kernel, _ lanes: Int, _ count: Int, _ type: T.Type) {
  var noise = Noise(UInt64(lanes * 1000 + count))
  let (vStride, pStride) = (count + 1, count + 3)
  let v: [T] = noise.numbers(lanes * vStride)
  let p: [T] = noise.shares(lanes, pStride)
  func expected(_ lane: Int, _ site: Int) -> Double {
    let sum = (0..<lanes).reduce(0.0) {
      $0 + Double(v[$1 * vStride + site]) * Double(p[$1 * pStride + site])
    }
    return Double(p[lane * pStride + site]) * (Double(v[lane * vStride + site]) - sum)
  }
  check(kernel, lanes, count, v, vStride, p, pStride, p: 0, expected)
}

private func checkCurvature<T: Real>(_ kernel: Kernel, _ lanes: Int, _ count: Int, _ type: T.Type) {
  var noise = Noise(UInt64(lanes * 1000 + count))
  let (eStride, rStride) = (count + 1, count + 3)
  // e and p lie in one block, as registers do.
  let block: [T] = noise.numbers(lanes * eStride, within: 1) + noise.shares(lanes, eStride)
  let apart = lanes * eStride
  let r: [T] = noise.numbers(lanes * rStride)
  func expected(_ lane: Int, _ site: Int) -> Double {
    let sum = (0..<lanes).reduce(0.0) { $0 + Double(block[$1 * eStride + site]) }
    let p = Double(block[apart + lane * eStride + site])
    let (e, r) = (Double(block[lane * eStride + site]), Double(r[lane * rStride + site]))
    return (1 - 2 * p) * (e + r) + p * p * sum
  }
  check(kernel, lanes, count, block, eStride, r, rStride, p: apart, expected)
}

extension Noise {
  /// Numbers above 0 that sum to 1 over the lanes, one of them nearly 1 here and there.
  fileprivate mutating func shares<T: Real>(_ lanes: Int, _ stride: Int) -> [T] {
    var shares = [T](repeating: 0, count: lanes * stride)
    for site in 0..<stride {
      let powers: [Double] = numbers(lanes, within: 8).map { reference(.exponential, $0) }
      let sum = powers.reduce(0, +)
      for lane in 0..<lanes { shares[lane * stride + site] = T(powers[lane] / sum) }
    }
    return shares
  }
}

/// The kernel's results with classes apart and side by side: right, the same bits, and nothing else touched.
private func check<T: Real>(
  _ kernel: Kernel, _ lanes: Int, _ count: Int, _ a: [T], _ aStride: Int, _ b: [T], _ bStride: Int, p: Int,
  _ expected: (_ lane: Int, _ site: Int) -> Double
) {
  let outStride = count + 2
  var apart = [T](repeating: 77, count: lanes * outStride)
  var shape = vm_lane_strides(lanes: lanes, out: outStride, out_site: 1, a: aStride, b: bStride, p: p)
  kernel(&apart, a, b, &shape, count)
  var together = [T](repeating: 77, count: lanes * (count + 1))
  shape.out = 1
  shape.out_site = lanes
  kernel(&together, a, b, &shape, count)
  var worst = 0.0
  for lane in 0..<lanes {
    for site in 0..<count {
      let found = apart[lane * outStride + site]
      worst = max(worst, abs(Double(found) - expected(lane, site)) / Double(lanes + 4))
      #expect(together[site * lanes + lane] == found)
    }
    #expect(apart[lane * outStride + count] == 77 && together[count * lanes + lane] == 77)
  }
  #expect(worst < 8 * Double(T.ulpOfOne), "\(lanes) lanes, \(count) sites: \(worst)")

  // In place of b, where the strides are equal.
  var block = b
  shape.out = bStride
  shape.out_site = 1
  block.withUnsafeMutableBytes { kernel($0.baseAddress, a, $0.baseAddress, &shape, count) }
  for lane in 0..<lanes {
    #expect(
      block[lane * bStride..<lane * bStride + count] == apart[lane * outStride..<lane * outStride + count])
  }
}

private func checkInterleavedSoftmax<T: Real>(
  _ kernel: Kernel, _ lanes: Int, _ count: Int, _ type: T.Type
) {
  var noise = Noise(UInt64(lanes * 1000 + count))
  let woven: [T] = noise.numbers(lanes * count, within: 30)
  let apart = (0..<lanes * count).map { woven[$0 % max(count, 1) * lanes + $0 / max(count, 1)] }
  var results: [[T]] = []
  for (input, shape) in [
    (woven, vm_lanes(lanes: lanes, in_stride: 1, out_stride: count, in_site: lanes)),
    (apart, vm_lanes(lanes: lanes, in_stride: count, out_stride: count, in_site: 1)),
  ] {
    var shape = shape
    var p = [T](repeating: 77, count: lanes * count)
    var q = p
    q.withUnsafeMutableBytes { kernel(&p, input, $0.baseAddress, &shape, count) }
    results.append(p + q)
  }
  #expect(results[0] == results[1], "\(lanes) lanes, \(count) sites")
}
