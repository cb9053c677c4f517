import CVectorMath
import Testing

@Suite("Exponentials, logarithms and their kin")
struct ElementaryTests {
  @Test("Within 2 units in the last place over all floats", arguments: ElementaryFunction.allCases)
  func singles(function: ElementaryFunction) {
    // Every 4099th bit pattern, of both signs, infinities and NaN among them.
    let inputs =
      stride(from: 0, through: Int(UInt32.max), by: 4099).map { Float(bitPattern: UInt32($0)) }
      + Float.awkward + edges(Float.self)
    let results: [Float] = run(function.single, inputs, count: inputs.count) ?? []
    #expect(results.count == inputs.count)
    let (error, at) = worstError(results, inputs) { reference(function, Double(inputs[$0])) }
    #expect(error <= 2, "at \(at)")
    // A test that saw no rounding at all would be looking at something else.
    #expect(error > 0.5)
  }

  #if arch(x86_64)
    @Test("Within 2 units in the last place over all doubles", arguments: ElementaryFunction.allCases)
    func doubles(function: ElementaryFunction) {
      var noise = Noise(11)
      let anywhere = (0..<40_000).map { _ in Double(bitPattern: noise.next()) }
      let near: [Double] = noise.numbers(60_000, within: 1)
      let middle: [Double] = noise.numbers(60_000, within: 30)
      let wide: [Double] = noise.numbers(40_000, within: 750)
      let inputs = anywhere + near + middle + wide + Double.awkward + edges(Double.self)
      let results: [Double] = run(function.double, inputs, count: inputs.count) ?? []
      #expect(results.count == inputs.count)
      let (error, at) = worstError(results, inputs) { wideReference(function, Float80(inputs[$0])) }
      #expect(error <= 2, "at \(at)")
      #expect(error > 0.5)
    }
  #endif

  @Test("Special values are exact")
  func special() {
    checkSpecial(Float.self, \.single)
    checkSpecial(Double.self, \.double)
  }

  @Test("Every length, in place or not, gives what one number alone gives", arguments: lengths)
  func lengthsAndPlaces(count: Int) {
    for function in ElementaryFunction.allCases {
      checkLength(function.single, count, Float.self)
      checkLength(function.double, count, Double.self)
    }
  }

  @Test("A sigmoid and its slope together are what they are apart", arguments: lengths)
  func sigmoidAndSlope(count: Int) {
    checkPair(vm_sigmoid_and_slope_f32, vm_sigmoid_f32, vm_sigmoid_slope_f32, count, Float.self)
    checkPair(vm_sigmoid_and_slope_f64, vm_sigmoid_f64, vm_sigmoid_slope_f64, count, Double.self)
  }
}

/// Numbers near which the functions change their way.
private func edges<T: Real>(_ type: T.Type) -> [T] {
  let places: [T] = [
    0.55, 0.6931, 0.693147, 0.75, 1, 0.3466, 1.0397, 1.4142135, 0.70710677, 17, 18, 37, 38, 87.3, 88.72284,
    88.72283, 103.27893, 103.97208, 104, 708.3964, 709.782712893384, 744.4400719, 745.1332191, 746,
  ]
  return places.flatMap { p in
    (-40...40).flatMap { step in
      let x = p + T(step) * p.ulp
      return [x, -x, x - 1]
    }
  }
}

private func checkSpecial<T: Real>(_ type: T.Type, _ kernel: KeyPath<ElementaryFunction, Kernel>) {
  let expected: [(ElementaryFunction, [(T, T)])] = [
    (
      .exponential, [(-.infinity, 0), (.infinity, .infinity), (710, .infinity), (-800, 0), (0, 1), (-0.0, 1)]
    ),
    (
      .exponentialMinusOne,
      [
        (-.infinity, -1), (.infinity, .infinity), (710, .infinity), (-800, -1), (0, 0), (-0.0, -0.0),
        (.leastNonzeroMagnitude, .leastNonzeroMagnitude),
      ]
    ),
    (
      .logarithm,
      [
        (0, -.infinity), (-0.0, -.infinity), (1, 0), (.infinity, .infinity), (-1, .nan), (-.infinity, .nan),
        (-.leastNonzeroMagnitude, .nan),
      ]
    ),
    (
      .logarithmOfOnePlus,
      [
        (-1, -.infinity), (0, 0), (-0.0, -0.0), (.infinity, .infinity), (-1.5, .nan), (-.infinity, .nan),
        (-.leastNonzeroMagnitude, -.leastNonzeroMagnitude),
      ]
    ),
    (
      .logarithmOfOneMinusExponential, [(0, -.infinity), (-0.0, -.infinity), (1e-3, .nan), (.infinity, .nan)]
    ),
    (
      .hyperbolicTangent,
      [
        (-.infinity, -1), (.infinity, 1), (0, 0), (-0.0, -0.0),
        (.leastNonzeroMagnitude, .leastNonzeroMagnitude),
      ]
    ),
    (.sigmoid, [(-.infinity, 0), (.infinity, 1), (0, 0.5), (-0.0, 0.5)]),
    (.sigmoidSlope, [(-.infinity, 0), (.infinity, 0), (0, 0.25)]),
    (.softplus, [(-.infinity, 0), (.infinity, .infinity), (1000, 1000)]),
    (
      .logCosh,
      [
        (-.infinity, .infinity), (.infinity, .infinity), (0, 0), (-0.0, 0),
        (.greatestFiniteMagnitude, .greatestFiniteMagnitude),
      ]
    ),
  ]
  for (function, pairs) in expected {
    // A block, so that both vectors and what is left over of them are seen.
    for (x, y) in pairs + [(.nan, .nan)] {
      let results: [T]? = run(function[keyPath: kernel], [T](repeating: x, count: 37), count: 37)
      #expect(firstDifference(results, [T](repeating: y, count: 37)) == nil, "\(function) of \(x) is \(y)")
    }
  }
  let none: [T]? = run(
    ElementaryFunction.logarithmOfOneMinusExponential[keyPath: kernel], [-T.infinity], count: 1)
  #expect(none == [0])
}

private func checkLength<T: Real>(_ kernel: Kernel, _ count: Int, _ type: T.Type) {
  var noise = Noise(UInt64(count) + 12)
  var block: [T] = noise.mixture(count)
  let alone = block.map { x in run(kernel, [x], count: 1, as: T.self)?.first ?? 77 }
  #expect(firstDifference(run(kernel, block, count: count), alone) == nil)
  block.withUnsafeMutableBytes { kernel($0.baseAddress, $0.baseAddress, nil, nil, count) }
  #expect(firstDifference(block, alone) == nil)
}

private func checkPair<T: Real>(
  _ both: Kernel, _ value: Kernel, _ slope: Kernel, _ count: Int, _ type: T.Type
) {
  var noise = Noise(UInt64(count) + 13)
  var block: [T] = noise.mixture(count)
  let values: [T] = run(value, block, count: count) ?? []
  let wanted: [T] = run(slope, block, count: count) ?? []
  var slopes = [T](repeating: 77, count: count + 1)
  let results: [T]? = slopes.withUnsafeMutableBytes { run(both, block, $0.baseAddress, count: count) }
  #expect(firstDifference(results, values) == nil)
  #expect(firstDifference(Array(slopes.dropLast()), wanted) == nil)
  #expect(slopes[count] == 77)
  block.withUnsafeMutableBytes { block in
    slopes.withUnsafeMutableBytes { both(block.baseAddress, block.baseAddress, $0.baseAddress, nil, count) }
  }
  #expect(firstDifference(block, values) == nil)
}
