import Autodiff
import TestSupport

/// Formulas made at random, the same for the same seed. Operations stay where they are smooth, and values of the size
/// of 1, so that differences can tell their derivatives.
struct RandomFormulas {
  var random: SeededRandom
  let world: World

  /// Shapes of a few elements, with extents of 1 and without classes among them.
  static let worlds: [(TensorShape, Int?)] = [
    ([2, 3, 2], 1), ([1, 3, 4], 1), ([2, 1, 4], 1), ([3, 2, 1], 1), ([1, 1, 5], 1), ([2, 2, 2, 2], 1),
    ([4, 2], 1),
    ([2, 2, 3], 2), ([3, 2, 2], 0), ([6], nil), ([2, 5], nil), ([2, 3, 2], nil), ([1, 2, 1, 3], 1),
    ([2, 4], 0),
  ]

  init(seed: UInt64, _ shape: TensorShape, classAxis: Int?) {
    random = SeededRandom(seed: seed)
    world = World(shape, classAxis: classAxis)
  }
  init(seed: UInt64) {
    let (shape, classAxis) = Self.worlds[Int(seed % UInt64(Self.worlds.count))]
    self.init(seed: seed, shape, classAxis: classAxis)
  }

  private mutating func pick(_ count: Int) -> Int { .random(in: 0..<count, using: &random) }
  private mutating func number(_ range: ClosedRange<Double>) -> Formula {
    .number(.random(in: range, using: &random))
  }

  /// A single number.
  mutating func value(depth: Int) -> Formula {
    let all = Array(0..<world.shape.rank)
    func single(_ formula: Formula) -> Formula { .mean(formula, all) }
    switch pick(5) {
    case 0: return single(sites(depth: depth + 1))
    case 1: return single(above(depth: depth))
    case 2: return .apply("*", [single(above(depth: depth)), single(sites(depth: depth))])
    case 3:
      let below = Formula.apply("+", [number(1.5...2), .apply("square", [single(above(depth: depth))])])
      return .apply("/", [single(above(depth: depth)), below])
    default: return smooth(single(above(depth: depth)))
    }
  }

  /// A small function of sums.
  mutating func above(depth: Int) -> Formula {
    if depth == 0 { return reduced(sites(depth: 1)) }
    switch pick(6) {
    case 0: return reduced(sites(depth: depth))
    case 1: return smooth(above(depth: depth - 1))
    case 2: return reduced(above(depth: depth - 1))
    case 3:
      // A ratio with the same sum on both sides, as of a dice loss.
      let axes = someAxes()
      let a = sites(depth: depth - 1)
      let b = sites(depth: 0)
      let both = Formula.apply("+", [.apply("square", [a]), .apply("square", [b])])
      return .apply(
        "/", [.mean(.apply("*", [a, b]), axes), .apply("+", [.mean(both, axes), number(0.5...1)])])
    default: return joined(above(depth: depth - 1), above(depth: depth - 1))
    }
  }

  /// Something with an element for each site, or for some.
  mutating func sites(depth: Int) -> Formula {
    if depth == 0 { return leaf() }
    switch pick(12) {
    case 0, 1, 2, 3: return smooth(sites(depth: depth - 1))
    case 4, 5, 6: return joined(sites(depth: depth - 1), sites(depth: depth - 1))
    case 7:
      let a = sites(depth: depth - 1)
      return .apply("-", [a, .mean(a, someAxes())])
    case 8:
      let a = sites(depth: depth - 1)
      return .apply("/", [a, .apply("+", [.mean(.apply("square", [a]), someAxes()), number(0.5...1)])])
    case 9: return joined(sites(depth: depth - 1), reduced(sites(depth: depth - 1)))
    case 10: return world.classAxis == nil ? leaf() : .logSoftmax(sites(depth: depth - 1))
    default:
      guard let classAxis = world.classAxis else { return leaf() }
      return .mean(sites(depth: depth - 1), [classAxis])
    }
  }

  private mutating func leaf() -> Formula {
    switch pick(12) {
    case 0, 1, 2: return .x
    case 3: return .apply("sigmoid", [.x])
    case 4, 5: return world.classAxis == nil ? .x : .softmax(.x)
    case 6: return .apply("*", [.x, .other])
    case 7: return .other
    case 8: return world.classAxis == nil ? .mask : .apply("*", [.oneHot, .x])
    case 9: return .apply("*", [.mask, .x])
    case 10: return .apply("*", [data(), .x])
    default: return .apply("+", [world.classAxis == nil ? .x : .softmax(.x), data()])
    }
  }

  /// Numbers that are the same along some axes, or have fewer axes.
  private mutating func data() -> Formula {
    let rank = world.shape.rank
    let first = pick(3) == 0 ? pick(rank + 1) : 0
    let extents = (first..<rank).map { pick(2) == 0 ? 1 : world.shape[$0] }
    let shape = TensorShape(extents)
    return .data(Tensor((0..<shape.count).map { _ in .random(in: 0.2...1.2, using: &random) }, shape: shape))
  }

  private mutating func someAxes() -> [Int] {
    let rank = world.shape.rank
    switch pick(4) {
    case 0: return Array(0..<rank)
    case 1: return (0..<rank).filter { $0 != world.classAxis }
    case 2: return [world.classAxis ?? pick(rank)]
    default: return (0..<rank).filter { _ in pick(2) == 0 }
    }
  }

  private mutating func reduced(_ formula: Formula) -> Formula {
    pick(3) == 0
      ? .apply("*", [number(0.1...0.3), .sum(formula, someAxes())]) : .mean(formula, someAxes())
  }

  private mutating func joined(_ a: Formula, _ b: Formula) -> Formula {
    switch pick(8) {
    case 0: return .apply("+", [a, .apply("*", [number(0.3...0.9), b])])
    case 1: return .apply("-", [a, b])
    case 2, 3: return .apply("*", [a, b])
    case 4: return .apply("/", [a, .apply("+", [number(1.2...2), .apply("square", [b])])])
    case 5:
      return .apply("pow", [.apply("+", [number(1.2...2), .apply("square", [a])]), .apply("tanh", [b])])
    case 6: return .apply("select", [.apply("less", [.other, number(0.3...0.7)]), a, b])
    default:
      return .apply(
        "/",
        [
          number(0.5...1),
          .apply("+", [number(1.2...2), .apply("exp", [.apply("*", [a, .apply("tanh", [b])])])]),
        ])
    }
  }

  private mutating func smooth(_ a: Formula) -> Formula {
    let positive = Formula.apply("+", [number(1.2...2), .apply("square", [.apply("tanh", [a])])])
    switch pick(15) {
    case 0: return .apply("sigmoid", [a])
    case 1: return .apply("tanh", [a])
    case 2: return .apply("softplus", [a])
    case 3: return .apply("logCosh", [a])
    case 4: return .apply("square", [.apply("tanh", [a])])
    case 5: return .apply("exp", [.apply("tanh", [a])])
    case 6: return .apply("expm1", [.apply("tanh", [a])])
    case 7: return .apply("log", [positive])
    case 8: return .apply("log1p", [positive])
    case 9: return .apply("sqrt", [positive])
    case 10: return .apply("reciprocal", [positive])
    case 11: return .apply("negate", [.apply("abs", [positive])])
    case 12: return .apply("log", [.apply("-", [.number(1), .apply("sigmoid", [a])])])
    case 13: return .apply("max", [.apply("min", [a, number(90...100)]), number(-100 ... -90)])
    default:
      let exponents = [0.3, 0.75, 1.5, 3, -1, -0.5, 2, 0.5, 1, 2.5]
      return .apply("pow", [positive, .number(exponents[pick(exponents.count)])])
    }
  }
}
