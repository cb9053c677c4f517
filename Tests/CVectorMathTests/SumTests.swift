import CVectorMath
import Testing

@Suite("Sums, extremes and counts")
struct SumTests {
  @Test("Sums are taken in the stated order, to the last bit", arguments: lengths + [10_000])
  func order(count: Int) {
    checkSums(vm_sum_f32, vm_sum_of_products_f32, vm_sum_of_three_products_f32, count, Float.self)
    checkSums(vm_sum_f64, vm_sum_of_products_f64, vm_sum_of_three_products_f64, count, Double.self)
  }

  @Test("The order is not that of a plain loop")
  func orderMatters() {
    var noise = Noise(5)
    let block: [Float] = noise.numbers(2048)
    #expect(Float(sum(vm_sum_f32, block)) != block.reduce(0, +))
  }

  @Test("NaN and infinities reach the sum from every place")
  func notFinite() {
    for place in [0, 1, 63, 64, 100, 128, 129] {
      var block = [Double](repeating: 1, count: 130)
      block[place] = .infinity
      #expect(sum(vm_sum_f64, block) == .infinity)
      block[place] = .nan
      #expect(sum(vm_sum_f64, block).isNaN)
    }
  }

  @Test("Extremes include what was there, and NaN wins from every place", arguments: lengths)
  func extremes(count: Int) {
    checkExtremes(vm_largest_f32, vm_smallest_f32, count, Float.self)
    checkExtremes(vm_largest_f64, vm_smallest_f64, count, Double.self)
  }

  @Test("Numbers outside a range are counted, its ends are within, NaN is not", arguments: lengths)
  func outside(count: Int) {
    checkOutside(vm_count_outside_f32, count, Float.self)
    checkOutside(vm_count_outside_f64, count, Double.self)
  }
}

private func sum<T: Real>(
  _ kernel: Kernel, _ a: [T], _ b: [T] = [], _ c: [T] = [], from start: Double = 0
) -> Double {
  var total = start
  kernel(&total, a, b, c, a.count)
  return total
}

/// 64 partial sums, then halves added to halves, in double.
private func sumInOrder<T: Real>(_ terms: [T]) -> Double {
  var parts = [T](repeating: 0, count: 64)
  for (i, term) in terms.enumerated() { parts[i % 64] += term }
  var tree = parts.map { Double($0) }
  while tree.count > 1 {
    let half = tree.count / 2
    tree = (0..<half).map { tree[$0] + tree[$0 + half] }
  }
  return tree[0]
}

private func checkSums<T: Real>(
  _ one: Kernel, _ two: Kernel, _ three: Kernel, _ count: Int, _ type: T.Type
) {
  var noise = Noise(UInt64(count) + 3)
  let a: [T] = noise.numbers(count)
  let b: [T] = noise.numbers(count)
  let c: [T] = noise.numbers(count)
  #expect(sum(one, a) == sumInOrder(a))
  #expect(sum(two, a, b) == sumInOrder(a.indices.map { a[$0] * b[$0] }))
  #expect(sum(three, a, b, c) == sumInOrder(a.indices.map { a[$0] * b[$0] * c[$0] }))
  #expect(sum(one, a, from: 0.1) == 0.1 + sumInOrder(a))
}

private func checkExtremes<T: Real>(_ largest: Kernel, _ smallest: Kernel, _ count: Int, _ type: T.Type) {
  var noise = Noise(UInt64(count) + 4)
  var block: [T] = noise.numbers(count)
  let high = Double(block.max() ?? -.infinity)
  let low = Double(block.min() ?? .infinity)
  #expect(sum(largest, block, from: -.infinity) == high)
  #expect(sum(smallest, block, from: .infinity) == low)
  #expect(sum(largest, block, from: 9) == 9)
  #expect(sum(smallest, block, from: -9) == -9)
  #expect(sum(largest, block, from: .nan).isNaN)
  #expect(sum(smallest, block, from: .nan).isNaN)
  for place in Set([0, 1, 63, 64, count / 2, count - 2, count - 1]) where block.indices.contains(place) {
    let before = block[place]
    block[place] = 5
    #expect(sum(largest, block, from: 0) == 5)
    block[place] = -5
    #expect(sum(smallest, block, from: 0) == -5)
    block[place] = .nan
    #expect(sum(largest, block, from: 0).isNaN)
    #expect(sum(smallest, block, from: 0).isNaN)
    block[place] = before
  }
}

private func checkOutside<T: Real>(_ kernel: Kernel, _ count: Int, _ type: T.Type) {
  var noise = Noise(UInt64(count) + 5)
  let block: [T] = noise.mixture(count)
  for range: ClosedRange<T> in [-1...1, 0...0, 0.5...100, -T.infinity ... .infinity, 3...3] {
    var total = 0.5
    kernel(&total, block, [range.lowerBound, range.upperBound], nil, count)
    #expect(total == 0.5 + Double(block.filter { !range.contains($0) }.count), "\(range)")
    // A site's elements side by side: counted all the same.
    var again = 0.5
    if count % 3 == 0 {
      kernel(&again, block, [range.lowerBound, range.upperBound], [Int64(3)], count / 3)
      #expect(again == total, "\(range)")
    }
  }
}
