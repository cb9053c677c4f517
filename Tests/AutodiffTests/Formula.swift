import Autodiff
import TestSupport

/// An expression written down twice: as what is recorded, and as plain loops over `Double`s that share no code with it.
indirect enum Formula {
  /// The variable, another array, or labels made one-hot or into a mask.
  case x
  case other
  case oneHot
  case mask
  case number(Double)
  case data(Tensor)
  case apply(String, [Formula])
  case sum(Formula, [Int])
  case mean(Formula, [Int])
  case logSoftmax(Formula)
  case softmax(Formula)
}

/// The arrays a formula is about.
struct World {
  let shape: TensorShape
  let classAxis: Int?
  let x, other, labels: Variable
  let ignored: UInt8 = 200

  init(_ shape: TensorShape, classAxis: Int?) {
    self.shape = shape
    self.classAxis = classAxis
    x = Variable("x", shape: shape)
    other = Variable("t", shape: shape)
    labels = Variable.labels(shape: classAxis.map { shape.reduced(over: [$0]) } ?? shape)
  }
  var classes: Int { classAxis.map { shape[$0] } ?? 1 }

  /// Arrays with elements between −1 and 1, 0 and 1, and labels of which some are the ignored one.
  func point(_ random: inout SeededRandom) -> [Variable: Tensor] {
    let classes = classes
    return [
      x: Tensor((0..<shape.count).map { _ in .random(in: -1...1, using: &random) }, shape: shape),
      other: Tensor((0..<shape.count).map { _ in .random(in: 0...1, using: &random) }, shape: shape),
      labels: Tensor(
        (0..<labels.shape.count).map { _ in
          let label = Int.random(in: 0...classes, using: &random)
          return Double(label == classes ? Int(ignored) : label)
        }, shape: labels.shape),
    ]
  }
}

// MARK: Recorded

extension Formula {
  func recorded(_ world: World) -> Expression {
    switch self {
    case .x: world.x.expression
    case .other: world.other.expression
    case .oneHot: Autodiff.oneHot(world.labels, axis: world.classAxis ?? 0, classes: world.classes)
    case .mask: Autodiff.mask(world.labels, ignoring: world.ignored)
    case .number(let value): Expression(value)
    case .data(let tensor): Expression(tensor)
    case .sum(let of, let axes): Autodiff.sum(of.recorded(world), Axes(axes))
    case .mean(let of, let axes): Autodiff.mean(of.recorded(world), Axes(axes))
    case .logSoftmax(let of): Autodiff.logSoftmax(of.recorded(world), axis: world.classAxis ?? 0)
    case .softmax(let of): Autodiff.softmax(of.recorded(world), axis: world.classAxis ?? 0)
    case .apply(let name, let operands): Formula.record(name, operands.map { $0.recorded(world) })
    }
  }

  private static func record(_ name: String, _ x: [Expression]) -> Expression {
    switch name {
    case "+": x[0] + x[1]
    case "-": x[0] - x[1]
    case "*": x[0] * x[1]
    case "/": x[0] / x[1]
    case "negate": -x[0]
    case "square": Autodiff.square(x[0])
    case "reciprocal": Autodiff.reciprocal(x[0])
    case "sqrt": Autodiff.sqrt(x[0])
    case "pow": Autodiff.pow(x[0], x[1])
    case "exp": Autodiff.exp(x[0])
    case "expm1": Autodiff.expm1(x[0])
    case "log": Autodiff.log(x[0])
    case "log1p": Autodiff.log1p(x[0])
    case "sigmoid": Autodiff.sigmoid(x[0])
    case "softplus": Autodiff.softplus(x[0])
    case "tanh": Autodiff.tanh(x[0])
    case "logCosh": Autodiff.logCosh(x[0])
    case "abs": Autodiff.abs(x[0])
    case "min": Autodiff.min(x[0], x[1])
    case "max": Autodiff.max(x[0], x[1])
    case "less": Autodiff.less(x[0], x[1])
    case "select": Autodiff.select(x[0], x[1], x[2])
    default: fatalError("no operation \(name)")
    }
  }
}

// MARK: As plain loops

extension Formula {
  func value(_ world: World, _ point: [Variable: Tensor]) -> Tensor {
    func array(_ variable: Variable) -> Tensor { point[variable] ?? 0 }
    switch self {
    case .x: return array(world.x)
    case .other: return array(world.other)
    case .number(let value): return Tensor(value)
    case .data(let tensor): return tensor
    case .oneHot:
      let axis = world.classAxis ?? 0
      var extents = world.labels.shape.extents
      extents[axis] = world.classes
      return Formula.filled(TensorShape(extents)) { position in
        var at = position
        at[axis] = 0
        return Formula.element(array(world.labels), at) == Double(position[axis]) ? 1 : 0
      }
    case .mask:
      return Formula.filled(world.labels.shape) {
        Formula.element(array(world.labels), $0) == Double(world.ignored) ? 0 : 1
      }
    case .apply(let name, let operands):
      let values = operands.map { $0.value(world, point) }
      let rank = values.map(\.shape.rank).max() ?? 0
      let extents = (0..<rank).map { axis in values.map { $0.shape.extent(axis, of: rank) }.max() ?? 1 }
      return Formula.filled(TensorShape(extents)) { position in
        Formula.number(name, values.map { Formula.element($0, position) })
      }
    case .sum(let of, let axes): return Formula.summed(of.value(world, point), axes)
    case .mean(let of, let axes):
      let value = of.value(world, point)
      let sum = Formula.summed(value, axes)
      let count = Double(value.shape.count / sum.shape.count)
      return Tensor(sum.elements.map { $0 / count }, shape: sum.shape)
    case .logSoftmax(let of): return Formula.logSoftmax(of.value(world, point), world.classAxis ?? 0)
    case .softmax(let of):
      let logarithms = Formula.logSoftmax(of.value(world, point), world.classAxis ?? 0)
      return Tensor(logarithms.elements.map { Reference.exp($0) }, shape: logarithms.shape)
    }
  }

  private static func number(_ name: String, _ x: [Double]) -> Double {
    switch name {
    case "+": x[0] + x[1]
    case "-": x[0] - x[1]
    case "*": x[0] * x[1]
    case "/": x[0] / x[1]
    case "negate": -x[0]
    case "square": x[0] * x[0]
    case "reciprocal": 1 / x[0]
    case "sqrt": x[0].squareRoot()
    case "pow": Reference.pow(x[0], x[1])
    case "exp": Reference.exp(x[0])
    case "expm1": Reference.expm1(x[0])
    case "log": Reference.log(x[0])
    case "log1p": Reference.log1p(x[0])
    case "sigmoid": 1 / (1 + Reference.exp(-x[0]))
    case "softplus": Reference.log1p(Reference.exp(x[0]))
    case "tanh": Reference.tanh(x[0])
    case "logCosh": Reference.log(Reference.cosh(x[0]))
    case "abs": x[0].magnitude
    case "min": Swift.min(x[0], x[1])
    case "max": Swift.max(x[0], x[1])
    case "less": x[0] < x[1] ? 1 : 0
    case "select": x[0] != 0 ? x[1] : x[2]
    default: fatalError("no operation \(name)")
    }
  }

  /// The element that an array has at a position once it is stretched.
  private static func element(_ tensor: Tensor, _ position: [Int]) -> Double {
    let before = position.count - tensor.shape.rank
    var index = 0
    for axis in 0..<tensor.shape.rank {
      let extent = tensor.shape.extents[axis]
      index = index * extent + (extent == 1 ? 0 : position[before + axis])
    }
    return tensor.elements[index]
  }

  private static func filled(_ shape: TensorShape, _ element: ([Int]) -> Double) -> Tensor {
    var position = [Int](repeating: 0, count: shape.rank)
    var elements: [Double] = []
    elements.reserveCapacity(shape.count)
    for _ in 0..<shape.count {
      elements.append(element(position))
      for axis in (0..<shape.rank).reversed() {
        position[axis] += 1
        if position[axis] < shape.extents[axis] { break }
        position[axis] = 0
      }
    }
    return Tensor(elements, shape: shape)
  }

  private static func summed(_ tensor: Tensor, _ axes: [Int]) -> Tensor {
    let shape = tensor.shape
    let reduced = TensorShape(shape.extents.indices.map { axes.contains($0) ? 1 : shape.extents[$0] })
    var sums = [Double](repeating: 0, count: reduced.count)
    for index in 0..<shape.count {
      var rest = index
      var target = 0
      var step = 1
      for axis in (0..<shape.rank).reversed() {
        let (quotient, at) = rest.quotientAndRemainder(dividingBy: shape.extents[axis])
        rest = quotient
        if !axes.contains(axis) { target += at * step }
        step *= reduced.extents[axis]
      }
      sums[target] += tensor.elements[index]
    }
    return Tensor(sums, shape: reduced)
  }

  private static func logSoftmax(_ tensor: Tensor, _ axis: Int) -> Tensor {
    let largest = tensor.elements.max() ?? 0
    let shifted = Tensor(tensor.elements.map { $0 - largest }, shape: tensor.shape)
    let sums = summed(Tensor(shifted.elements.map { Reference.exp($0) }, shape: tensor.shape), [axis])
    return filled(tensor.shape) { element(shifted, $0) - Reference.log(element(sums, $0)) }
  }
}

// MARK: To find what is wrong

extension Formula: CustomStringConvertible {
  var operands: [Formula] {
    switch self {
    case .apply(_, let operands): operands
    case .sum(let of, _), .mean(let of, _), .logSoftmax(let of), .softmax(let of): [of]
    case .x, .other, .oneHot, .mask, .number, .data: []
    }
  }

  var description: String {
    switch self {
    case .x: "x"
    case .other: "t"
    case .oneHot: "oneHot"
    case .mask: "mask"
    case .number(let value): "\((value * 100).rounded() / 100)"
    case .data(let tensor): "data\(tensor.shape)"
    case .sum(let of, let axes): "sum(\(of), \(axes))"
    case .mean(let of, let axes): "mean(\(of), \(axes))"
    case .logSoftmax(let of): "logSoftmax(\(of))"
    case .softmax(let of): "softmax(\(of))"
    case .apply(let name, let operands) where ["+", "-", "*", "/"].contains(name):
      "(\(operands[0]) \(name) \(operands[1]))"
    case .apply(let name, let operands): "\(name)(\(operands.map(\.description).joined(separator: ", ")))"
    }
  }

  /// The smallest part for which `fails`, if this does.
  func smallest(where fails: (Formula) -> Bool) -> Formula {
    for operand in operands where fails(operand) { return operand.smallest(where: fails) }
    return self
  }
}
