import CVectorMath
import Testing

@Suite("Lanes")
struct LaneTests {
  private static let lanes = [1, 2, 3, 4, 5, 7, 8, 9, 13, 16, 19]
  private static let sites = [0, 1, 2, 7, 8, 9, 15, 33, 63, 64, 65, 130]

  @Test("Lanes are set apart and put together", arguments: lanes)
  func interleaving(lanes: Int) {
    for count in Self.sites {
      for slack in [0, 1, 5] {
        checkInterleaving(vm_deinterleave_f32, vm_interleave_f32, lanes, count, slack, Float.self)
        checkInterleaving(vm_deinterleave_f64, vm_interleave_f64, lanes, count, slack, Double.self)
      }
    }
  }

  @Test("Softmax and its logarithm, together, alone and in place", arguments: lanes)
  func softmax(lanes: Int) {
    for count in Self.sites {
      checkSoftmax(vm_softmax_f32, lanes, count, Float.self)
      checkSoftmax(vm_softmax_f64, lanes, count, Double.self)
    }
  }

  @Test("Softmax of large numbers is finite, of equal ones equal", arguments: lanes)
  func softmaxExtremes(lanes: Int) {
    let count = 3
    var shape = vm_lanes(lanes: lanes, in_stride: count, out_stride: count, in_site: 1)
    for value: Float in [0, 3e38, -3e38, 88] {
      let a = [Float](repeating: value, count: lanes * count)
      var p = a
      var q = a
      q.withUnsafeMutableBytes { vm_softmax_f32(&p, a, $0.baseAddress, &shape, count) }
      #expect(p.allSatisfy { abs($0 * Float(lanes) - 1) < 1e-6 })
      #expect(q.allSatisfy { abs($0 + Float.log(lanes)) < 1e-6 })
    }
    guard lanes > 1 else { return }
    var far = [Float](repeating: -1e38, count: lanes * count)
    for i in 0..<count { far[i] = 1e38 }
    var p = far
    var q = far
    q.withUnsafeMutableBytes { vm_softmax_f32(&p, far, $0.baseAddress, &shape, count) }
    #expect(p[..<count].allSatisfy { $0 == 1 } && p[count...].allSatisfy { $0 == 0 })
    #expect(q[..<count].allSatisfy { $0 == 0 } && q[count...].allSatisfy { $0 == -2e38 })
  }
}

extension Float {
  fileprivate static func log(_ lanes: Int) -> Float { Float(reference(.logarithm, Double(lanes))) }
}

private func checkInterleaving<T: Real>(
  _ apart: Kernel, _ together: Kernel, _ lanes: Int, _ count: Int, _ slack: Int, _ type: T.Type
) {
  // Numbers that tell where they come from; what is between stays as it was.
  let next = lanes + (slack == 5 ? 2 : 0)
  let plane = count + slack
  let woven = (0..<count * next).map { T($0) }
  var split = [T](repeating: -1, count: lanes * plane)
  var shape = vm_lanes(lanes: lanes, in_stride: next, out_stride: plane, in_site: 1)
  apart(&split, woven, nil, &shape, count)
  let expected = (0..<lanes * plane).map { at in
    plane == 0 || at % plane >= count ? -1 : T(at % plane * next + at / plane)
  }
  #expect(split == expected, "\(lanes) lanes apart, \(count) sites, slack \(slack)")

  var back = [T](repeating: -1, count: count * next)
  shape = vm_lanes(lanes: lanes, in_stride: plane, out_stride: next, in_site: 1)
  together(&back, split, nil, &shape, count)
  #expect(
    back == woven.map { Int($0) % next < lanes ? $0 : -1 },
    "\(lanes) lanes together, \(count) sites, slack \(slack)")
}

private func checkSoftmax<T: Real>(_ kernel: Kernel, _ lanes: Int, _ count: Int, _ type: T.Type) {
  var noise = Noise(UInt64(lanes * 1000 + count))
  let inStride = count + 2
  let outStride = count + 1
  let a: [T] = noise.numbers(lanes * inStride, within: count % 2 == 0 ? 5 : 60)
  let untouched = [T](repeating: 77, count: lanes * outStride)
  var shape = vm_lanes(lanes: lanes, in_stride: inStride, out_stride: outStride, in_site: 1)
  var p = untouched
  var q = untouched
  var onlyP = untouched
  var onlyQ = untouched
  // `b` is written, but of a type that says it is not: a shared array must be made a block of its own first.
  q.withUnsafeMutableBytes { kernel(&p, a, $0.baseAddress, &shape, count) }
  kernel(&onlyP, a, nil, &shape, count)
  onlyQ.withUnsafeMutableBytes { kernel(nil, a, $0.baseAddress, &shape, count) }
  #expect(p == onlyP && q == onlyQ)

  var worstP = 0.0
  var worstQ = 0.0
  for i in 0..<count {
    let x = (0..<lanes).map { Double(a[$0 * inStride + i]) }
    let most = x.max() ?? 0
    let logSum = reference(.logarithm, x.reduce(0) { $0 + reference(.exponential, $1 - most) })
    for l in 0..<lanes {
      let log = x[l] - most - logSum
      // p is wrong by the rounding of x - most, an exponential, the sum and a product.
      let allowed = Double(T.ulpOfOne) * (4 + Double(lanes) + abs(x[l] - most))
      let wanted = reference(.exponential, log)
      let tiny = 2 * Double(T.leastNonzeroMagnitude)
      worstP = max(worstP, abs(Double(p[l * outStride + i]) - wanted) / (allowed * wanted + tiny))
      worstQ = max(worstQ, abs(Double(q[l * outStride + i]) - log) / (Double(T.ulpOfOne) * (4 + abs(log))))
    }
  }
  #expect(worstP < 1 && worstQ < 1, "\(lanes) lanes, \(count) sites: \(worstP), \(worstQ)")
  for l in 0..<lanes { #expect(p[l * outStride + count] == 77 && q[l * outStride + count] == 77) }

  // In place of the input, either of them.
  shape.out_stride = inStride
  var apartP = a
  var apartQ = a
  var block = a
  apartQ.withUnsafeMutableBytes { kernel(&apartP, a, $0.baseAddress, &shape, count) }
  block.withUnsafeMutableBytes { kernel($0.baseAddress, $0.baseAddress, nil, &shape, count) }
  #expect(block == apartP)
  var other = a
  block = a
  block.withUnsafeMutableBytes { block in
    other.withUnsafeMutableBytes {
      kernel(block.baseAddress, block.baseAddress, $0.baseAddress, &shape, count)
    }
  }
  #expect(block == apartP && other == apartQ)
  block = a
  other = a
  block.withUnsafeMutableBytes { kernel(&other, $0.baseAddress, $0.baseAddress, &shape, count) }
  #expect(block == apartQ && other == apartP)
}
