import Autodiff
import TestSupport
import Testing

/// Kernels that do several operations at once: polynomials, moments, products taken from sums, softmax and back.
@Suite("Kernels that do several operations at once give what one at a time gives") struct FusionTests {
  static let orders = [[0, 1, 2], [0, 2, 1], [2, 0, 1]].map(MemoryOrder.init)

  /// Arrays with and without a domain, labels made one-hot, and numbers that are the same for many sites.
  struct Atoms {
    let world: World
    let point: [Variable: Tensor]
    let bounds: [Variable: ClosedRange<Double>]
    var random: SeededRandom

    init(seed: UInt64, _ shape: TensorShape) {
      random = SeededRandom(seed: seed)
      world = World(shape, classAxis: 1)
      point = world.point(&random).mapValues { tensor in
        Tensor(tensor.elements.map { Double(Float($0)) }, shape: tensor.shape)
      }
      bounds = [[:], [world.x: -1...1], [world.x: -1...1, world.other: 0...1]][Int(seed % 3)]
    }

    private mutating func pick(_ count: Int) -> Int { .random(in: 0..<count, using: &random) }

    mutating func array() -> Expression {
      let x = world.x.expression
      let t = world.other.expression
      switch pick(8) {
      case 0, 1: return x
      case 2: return t
      case 3, 4: return oneHot(world.labels, axis: 1, classes: world.classes)
      case 5: return sigmoid(x)
      case 6: return softmax(x, axis: 1)
      default: return mask(world.labels, ignoring: world.ignored)
      }
    }

    /// One number for many sites: known before, or a sum.
    mutating func coefficient() -> Expression {
      let shape = world.shape
      switch pick(7) {
      case 0: return Expression(Double.random(in: -2...2, using: &random))
      case 1: return Expression(Tensor((0..<shape[1]).map { 0.3 + Double($0) / 4 }, shape: [1, shape[1], 1]))
      case 2: return Expression(Tensor((0..<shape[0]).map { Double($0) / 2 - 0.4 }, shape: [shape[0], 1, 1]))
      case 3: return array().mean([2])
      case 4: return array().mean()
      case 5: return array().mean([0, 2])
      // Along the sites: not one number for many of them.
      default: return Expression(Tensor((0..<shape[2]).map { Double($0 % 5) / 4 - 0.3 }))
      }
    }

    /// A sum of products of at most two arrays out of `arrays`.
    mutating func polynomial(_ arrays: [Expression]) -> Expression {
      var sum = coefficient()
      for _ in 0..<2 + pick(4) {
        var term = arrays[pick(arrays.count)]
        if pick(2) == 0 { term = pick(2) == 0 ? square(term) : term * arrays[pick(arrays.count)] }
        if pick(4) > 0 { term = pick(2) == 0 ? coefficient() * term : term * coefficient() }
        sum = pick(3) == 0 ? sum - term : pick(2) == 0 ? term + sum : sum + term
      }
      return sum
    }
  }

  private func check<Scalar: ArrayScalar>(
    _ numbers: [Expression], _ arrays: [Expression], _ atoms: Atoms, _ order: MemoryOrder,
    _ type: Scalar.Type,
    _ what: String
  ) throws {
    let runner = try PlanRunner<Scalar>(
      numbers: numbers, arrays: arrays, atoms.point, order: order, classAxis: 1, bounds: atoms.bounds,
      labels: (atoms.world.classes, atoms.world.ignored))
    let work = runner.plan.makeWorkspace(threads: 2)
    try runner.run(work)
    var loops = NodeLoops(atoms.point)
    let tolerance = Scalar.precision == .single ? 1e-5 : 1e-13
    for (number, expression) in (numbers + arrays).enumerated() {
      let found =
        number < numbers.count
        ? work.numbers(number)?.elements ?? [] : runner.array(number - numbers.count)
      let expected = loops.value(expression)
      let scale = expected.reduce(1) { Swift.max($0, $1.magnitude) }
      let same =
        found.count == expected.count && zip(found, expected).allSatisfy { abs($0 - $1) <= tolerance * scale }
      #expect(same, "\(what), \(type), \(order), \(atoms.world.shape), result \(number)")
    }
    #expect(runner.guardsStand, "\(what)")
  }

  @Test(arguments: orders) func polynomials(_ order: MemoryOrder) throws {
    for seed in 0..<UInt64(120) {
      let shapes: [TensorShape] = [
        [2, 3, 9], [1, 2, 70], [2, 1, 12], [3, 4, 1], [1, 1, 300], [2, 2, 2100],
      ]
      var atoms = Atoms(seed: seed, shapes[Int(seed / 3) % shapes.count])
      let arrays = [atoms.array(), atoms.array(), seed % 5 == 0 ? atoms.array() : atoms.world.x.expression]
      let polynomials = [atoms.polynomial(arrays), atoms.polynomial(arrays)].map {
        $0 + 0 * atoms.world.x.expression
      }
      let sums = [
        polynomials[0].mean([2]), (polynomials[0] * polynomials[1]).mean(), polynomials[1].mean([0, 1]),
      ]
      try check(sums, polynomials, atoms, order, Double.self, "seed \(seed)")
      try check(sums, polynomials, atoms, order, Float.self, "seed \(seed)")
      // As whole tensors too.
      try check(
        [polynomials[0].gathered([0], axis: 0)], [exp(0.1 * polynomials[1])], atoms, order, Double.self,
        "seed \(seed), whole")
    }
  }

  @Test(arguments: orders) func moments(_ order: MemoryOrder) throws {
    for seed in 0..<UInt64(60) {
      let shapes: [TensorShape] = [[2, 3, 9], [1, 2, 70], [2, 1, 12], [2, 2, 2100]]
      var atoms = Atoms(seed: seed, shapes[Int(seed) % shapes.count])
      let a = atoms.array()
      let b = atoms.array()
      for axes: Axes in [[2], [0, 2], [0, 1, 2], [1, 2]] {
        let plain = [a.mean(axes), b.mean(axes), (a * b).mean(axes)]
        let squared = [square(a).mean(axes), (b * a).mean(axes), square(b).mean(axes)]
        let three = [(a * b * atoms.world.x.expression).mean(axes), (a * b).mean(axes)]
        let used = [a * b + plain[2], square(a)]
        for (number, (sums, arrays)) in [
          (plain, []), (squared, []), (plain + squared, []), (plain, used), (squared, used), (three, []),
          (three, used),
        ].enumerated() {
          try check(sums, arrays, atoms, order, Float.self, "seed \(seed), \(number)")
        }
        try check(plain + squared + three, used, atoms, order, Double.self, "seed \(seed)")
      }
    }
  }

  /// p, log p and what comes back through them, wanted together and alone.
  @Test(arguments: orders) func softmaxAndBack(_ order: MemoryOrder) throws {
    for (seed, shape) in zip(
      0..., [[2, 3, 9], [1, 2, 70], [2, 5, 12], [1, 9, 300], [3, 4, 1]] as [TensorShape])
    {
      let atoms = Atoms(seed: UInt64(seed), shape)
      let x = atoms.world.x.expression
      let t = atoms.world.other.expression
      let q = logSoftmax(3 * x, axis: 1)
      let p = exp(q)
      let back = t - p * t.sum([1])
      let other = t * p - p * (t * p).sum([1])
      let s = sigmoid(x)
      let slope = s * (1 - s)
      for (number, (sums, arrays)) in [
        ([], [p]), ([], [q]), ([], [p, q]), ([], [q, p]), ([p.mean()], [q]),
        ([q.mean(), (p * q).mean()], [back]),
        ([(p * t).mean([2])], [back, other]), ([], [other]), ([], [back, p, t - p * q.sum([1])]),
        ([s.mean()], [slope, sigmoidSlope(x)]), ([sigmoidSlope(x).mean([2]), s.mean([0])], []),
        ([], [s, sigmoidSlope(x)]),
        ([], [t - p * q, p * q - t, q - t * p * t]),
        ([(q - t * p).mean()], [log(1 - p) * t, softplus(x) - s]),
      ].enumerated() {
        try check(sums, arrays, atoms, order, Float.self, "\(number)")
        try check(sums, arrays, atoms, order, Double.self, "\(number)")
      }
    }
  }
}
