import CVectorMath
import Testing

@Suite("Arithmetic kernels")
struct ArithmeticTests {
  @Test("One operand, for every length, and in place", arguments: lengths)
  func unary(count: Int) {
    check(vm_copy_f32, vm_copy_f64, count, { $0 }, { $0 })
    check(vm_negate_f32, vm_negate_f64, count, { -$0 }, { -$0 })
    check(vm_absolute_f32, vm_absolute_f64, count, { abs($0) }, { abs($0) })
    check(vm_sign_f32, vm_sign_f64, count, sign, sign)
    check(vm_square_f32, vm_square_f64, count, { $0 * $0 }, { $0 * $0 })
    check(vm_reciprocal_f32, vm_reciprocal_f64, count, { 1 / $0 }, { 1 / $0 })
    check(
      vm_square_root_f32, vm_square_root_f64, count, { $0.squareRoot() }, { $0.squareRoot() })
  }

  @Test("Two operands, either a scalar, for every length, and in place", arguments: lengths)
  func binary(count: Int) {
    check(
      [vm_add_vv_f32, vm_add_vs_f32, vm_add_sv_f32], [vm_add_vv_f64, vm_add_vs_f64, vm_add_sv_f64],
      count, { $0 + $1 }, { $0 + $1 })
    check(
      [vm_subtract_vv_f32, vm_subtract_vs_f32, vm_subtract_sv_f32],
      [vm_subtract_vv_f64, vm_subtract_vs_f64, vm_subtract_sv_f64], count, { $0 - $1 }, { $0 - $1 })
    check(
      [vm_multiply_vv_f32, vm_multiply_vs_f32, vm_multiply_sv_f32],
      [vm_multiply_vv_f64, vm_multiply_vs_f64, vm_multiply_sv_f64], count, { $0 * $1 }, { $0 * $1 })
    check(
      [vm_divide_vv_f32, vm_divide_vs_f32, vm_divide_sv_f32],
      [vm_divide_vv_f64, vm_divide_vs_f64, vm_divide_sv_f64], count, { $0 / $1 }, { $0 / $1 })
    check(
      [vm_minimum_vv_f32, vm_minimum_vs_f32, vm_minimum_sv_f32],
      [vm_minimum_vv_f64, vm_minimum_vs_f64, vm_minimum_sv_f64], count, minimum, minimum)
    check(
      [vm_maximum_vv_f32, vm_maximum_vs_f32, vm_maximum_sv_f32],
      [vm_maximum_vv_f64, vm_maximum_vs_f64, vm_maximum_sv_f64], count, maximum, maximum)
    check(
      [vm_less_vv_f32, vm_less_vs_f32, vm_less_sv_f32],
      [vm_less_vv_f64, vm_less_vs_f64, vm_less_sv_f64], count, { $0 < $1 ? 1 : 0 }, { $0 < $1 ? 1 : 0 })
    check(
      [vm_less_or_equal_vv_f32, vm_less_or_equal_vs_f32, vm_less_or_equal_sv_f32],
      [vm_less_or_equal_vv_f64, vm_less_or_equal_vs_f64, vm_less_or_equal_sv_f64], count,
      { $0 <= $1 ? 1 : 0 }, { $0 <= $1 ? 1 : 0 })
    check(
      [vm_equal_vv_f32, vm_equal_vs_f32, vm_equal_sv_f32],
      [vm_equal_vv_f64, vm_equal_vs_f64, vm_equal_sv_f64], count, { $0 == $1 ? 1 : 0 },
      { $0 == $1 ? 1 : 0 })
  }

  @Test("Three operands, the last two scalars or not, for every length, and in place", arguments: lengths)
  func ternary(count: Int) {
    check(
      [vm_multiply_add_vvv_f32, vm_multiply_add_vvs_f32, vm_multiply_add_vsv_f32, vm_multiply_add_vss_f32],
      [vm_multiply_add_vvv_f64, vm_multiply_add_vvs_f64, vm_multiply_add_vsv_f64, vm_multiply_add_vss_f64],
      count, { $0 * $1 + $2 }, { $0 * $1 + $2 })
    check(
      [vm_select_vvv_f32, vm_select_vvs_f32, vm_select_vsv_f32, vm_select_vss_f32],
      [vm_select_vvv_f64, vm_select_vvs_f64, vm_select_vsv_f64, vm_select_vss_f64],
      count, { $0 != 0 ? $1 : $2 }, { $0 != 0 ? $1 : $2 })
  }

  @Test("A product is rounded before it is added to")
  func notFused() {
    let a: [Double] = [1 + 0x1p-30]
    let c = -(1 + 0x1p-29)
    #expect(run(vm_multiply_add_vvv_f64, a, a, [c], count: 1) == [0.0])
    #expect(c.addingProduct(a[0], a[0]) == 0x1p-60)
  }

  @Test("Change of type", arguments: lengths)
  func changeOfType(count: Int) {
    var noise = Noise(UInt64(count))
    let singles: [Float] = noise.mixture(count)
    let doubles: [Double] = noise.mixture(count)
    #expect(firstDifference(run(vm_f64_from_f32, singles, count: count), singles.map { Double($0) }) == nil)
    #expect(firstDifference(run(vm_f32_from_f64, doubles, count: count), doubles.map { Float($0) }) == nil)
  }
}

private func sign<T: Real>(_ x: T) -> T { x > 0 ? 1 : x < 0 ? -1 : x }

private func minimum<T: Real>(_ x: T, _ y: T) -> T { x.isNaN || y.isNaN ? .nan : x < y ? x : y }
private func maximum<T: Real>(_ x: T, _ y: T) -> T { x.isNaN || y.isNaN ? .nan : x > y ? x : y }

private func check(
  _ single: Kernel, _ double: Kernel, _ count: Int, _ f: (Float) -> Float, _ g: (Double) -> Double,
  _ location: SourceLocation = #_sourceLocation
) {
  checkForms([(single, "v")], count, { x, _, _ in f(x) }, location)
  checkForms([(double, "v")], count, { x, _, _ in g(x) }, location)
}

private func check(
  _ singles: [Kernel], _ doubles: [Kernel], _ count: Int, _ f: (Float, Float) -> Float,
  _ g: (Double, Double) -> Double, _ location: SourceLocation = #_sourceLocation
) {
  let forms = ["vv", "vs", "sv"]
  checkForms(Array(zip(singles, forms)), count, { x, y, _ in f(x, y) }, location)
  checkForms(Array(zip(doubles, forms)), count, { x, y, _ in g(x, y) }, location)
}

private func check(
  _ singles: [Kernel], _ doubles: [Kernel], _ count: Int, _ f: (Float, Float, Float) -> Float,
  _ g: (Double, Double, Double) -> Double, _ location: SourceLocation = #_sourceLocation
) {
  let forms = ["vvv", "vvs", "vsv", "vss"]
  checkForms(Array(zip(singles, forms)), count, f, location)
  checkForms(Array(zip(doubles, forms)), count, g, location)
}

/// Each form against the function, apart and in place of each vector operand. A scalar operand is the first
/// element of its block, and every awkward number has its turn where the block is short.
private func checkForms<T: Real>(
  _ kernels: [(Kernel, String)], _ count: Int, _ f: (T, T, T) -> T, _ location: SourceLocation
) {
  var noise = Noise(UInt64(count) + 1)
  for (kernel, form) in kernels {
    let scalars: [T] = !form.contains("s") ? [1] : count < 32 ? T.awkward : [0, -1.5, .nan]
    for first in scalars {
      var operands: [[T]] = (0..<3).map { _ in noise.mixture(max(count, 1)) }
      for (place, kind) in form.enumerated() where kind == "s" { operands[place][0] = first }
      let kinds = Array(form) + Array(repeating: "v" as Character, count: 3 - form.count)
      func operand(_ place: Int, _ i: Int) -> T { operands[place][kinds[place] == "s" ? 0 : i] }
      let expected = (0..<count).map { f(operand(0, $0), operand(1, $0), operand(2, $0)) }
      let apart: [T]? = run(kernel, operands[0], operands[1], operands[2], count: count)
      #expect(firstDifference(apart, expected) == nil, "\(form), scalar \(first)", sourceLocation: location)
      for (place, kind) in form.enumerated() where kind == "v" {
        var blocks = operands
        let addresses = blocks.indices.map { k in
          let copy = UnsafeMutablePointer<T>.allocate(capacity: blocks[k].count)
          copy.initialize(from: &blocks[k], count: blocks[k].count)
          return copy
        }
        defer { for address in addresses { address.deallocate() } }
        kernel(addresses[place], addresses[0], addresses[1], addresses[2], count)
        let inPlace = Array(UnsafeBufferPointer(start: addresses[place], count: count))
        #expect(
          firstDifference(inPlace, expected) == nil, "\(form) in place of operand \(place)",
          sourceLocation: location)
      }
    }
  }
}
