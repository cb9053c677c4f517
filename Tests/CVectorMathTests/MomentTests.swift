import CVectorMath
import Testing

@Suite("Several sums of one reading")
struct MomentTests {
  @Test("The bits of the single sums", arguments: lengths + [10_000])
  func sameBits(count: Int) {
    check(vm_moments_f32, vm_squared_moments_f32, vm_sum_f32, vm_sum_of_products_f32, count, Float.self)
    check(vm_moments_f64, vm_squared_moments_f64, vm_sum_f64, vm_sum_of_products_f64, count, Double.self)
  }

  @Test("Checked: the same sums, and the numbers outside of either operand", arguments: lengths + [10_000])
  func checked(count: Int) {
    checkOutside(vm_moments_checked_f32, vm_moments_f32, count, Float.self)
    checkOutside(vm_moments_checked_f64, vm_moments_f64, count, Double.self)
    checkOutside(vm_squared_moments_checked_f32, vm_squared_moments_f32, count, Float.self)
    checkOutside(vm_squared_moments_checked_f64, vm_squared_moments_f64, count, Double.self)
  }

  @Test("NaN and numbers outside are counted at every place", arguments: [1, 63, 64, 65, 130])
  func everyPlace(count: Int) {
    checkEveryPlace(vm_moments_checked_f32, count, Float.self)
    checkEveryPlace(vm_moments_checked_f64, count, Double.self)
    checkEveryPlace(vm_squared_moments_checked_f32, count, Float.self)
    checkEveryPlace(vm_squared_moments_checked_f64, count, Double.self)
  }
}

/// What a kernel adds to `start`; what lies behind must stay as it was.
private func moments<T: Real>(
  _ kernel: Kernel, _ a: [T], _ b: [T], bounds: [T]? = nil, from start: [Double]
) -> [Double] {
  var sums = start + [77]
  kernel(&sums, a, b, bounds, a.count)
  #expect(sums.last == 77)
  return Array(sums.dropLast())
}

private func sum<T: Real>(_ kernel: Kernel, _ a: [T], _ b: [T] = [], from start: Double) -> Double {
  var total = start
  kernel(&total, a, b, nil, a.count)
  return total
}

private func areSame(_ one: some Collection<Double>, _ other: some Collection<Double>) -> Bool {
  one.count == other.count && zip(one, other).allSatisfy { $0.isSame(as: $1) }
}

private func check<T: Real>(
  _ plain: Kernel, _ squared: Kernel, _ one: Kernel, _ two: Kernel, _ count: Int, _ type: T.Type
) {
  var noise = Noise(UInt64(count) + 11)
  let pairs: [([T], [T])] = [
    (noise.numbers(count), noise.numbers(count)),
    (noise.mixture(count), noise.numbers(count)),
    (noise.numbers(count), noise.mixture(count)),
    ([T](repeating: -0.0, count: count), [T](repeating: 0, count: count)),
  ]
  for (a, b) in pairs {
    for start in [[0, 0, 0], [0.1, -7, 1e9], [-0.0, -0.0, -0.0]] {
      let products = sum(two, a, b, from: start[2])
      let plainSums = [sum(one, a, from: start[0]), sum(one, b, from: start[1]), products]
      #expect(areSame(moments(plain, a, b, from: start), plainSums))
      let squaredSums = [sum(two, a, a, from: start[0]), sum(two, b, b, from: start[1]), products]
      #expect(areSame(moments(squared, a, b, from: start), squaredSums))
    }
  }
}

private func checkOutside<T: Real>(_ checked: Kernel, _ plain: Kernel, _ count: Int, _ type: T.Type) {
  var noise = Noise(UInt64(count) + 12)
  let (a, b): ([T], [T]) = (noise.mixture(count), noise.mixture(count))
  let ranges: [ClosedRange<T>] = [-1...1, 0...0, 0.5...100, -T.infinity ... .infinity, 3...3]
  for left in ranges {
    for right in ranges {
      let bounds = [left.lowerBound, left.upperBound, right.lowerBound, right.upperBound]
      let sums = moments(checked, a, b, bounds: bounds, from: [1, 2, 3, 0.5, 0.25])
      #expect(areSame(sums[..<3], moments(plain, a, b, from: [1, 2, 3])))
      #expect(sums[3] == 0.5 + Double(a.filter { !left.contains($0) }.count), "\(left) and \(right)")
      #expect(sums[4] == 0.25 + Double(b.filter { !right.contains($0) }.count), "\(left) and \(right)")
    }
  }
}

private func checkEveryPlace<T: Real>(_ kernel: Kernel, _ count: Int, _ type: T.Type) {
  let bounds: [T] = [0, 1, 2, 4]
  let (a, b) = ([T](repeating: 1, count: count), [T](repeating: 2, count: count))
  #expect(moments(kernel, a, b, bounds: bounds, from: [0, 0, 0, 0, 0])[3...] == [0, 0])
  for place in 0..<count {
    for (left, right) in [(T.nan, T(4)), (T(1).nextUp, T.nan), (-T.leastNonzeroMagnitude, T(2).nextDown)] {
      var (x, y) = (a, b)
      (x[place], y[place]) = (left, right)
      let found = moments(kernel, x, y, bounds: bounds, from: [0, 0, 0, 0, 0])[3...]
      #expect(found == [1, right == 4 ? 0 : 1], "\(left) and \(right) at \(place)")
    }
  }
}
