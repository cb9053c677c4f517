import Autodiff

/// What recorded expressions mean, as plain loops over whole arrays of `Double`s: what a plan is held to.
struct NodeLoops {
  private let point: [Variable: Tensor]
  private var known: [ObjectIdentifier: [Double]] = [:]

  init(_ point: [Variable: Tensor]) { self.point = point }

  mutating func value(_ expression: Expression) -> [Double] {
    for node in Node.ordered([expression.node]) where known[node.identity] == nil {
      known[node.identity] = elements(node)
    }
    return known[expression.node.identity] ?? []
  }

  private func operand(_ node: Node, _ number: Int) -> [Double] {
    known[node.operands[number].identity] ?? []
  }

  private func elements(_ node: Node) -> [Double] {
    let shape = node.shape
    switch node.operation {
    case .input(let input):
      return point.first { $0.key.input == input }?.value.elements ?? []
    case .constant(let value): return [value]
    case .data(let tensor): return tensor.elements
    case .stopGradient: return operand(node, 0)
    case .broadcast: return stretched(operand(node, 0), node.operands[0].shape, shape)
    case .sum:
      var sums = [Double](repeating: 0, count: shape.count)
      let targets = indices(shape, node.operands[0].shape)
      for (element, target) in zip(operand(node, 0), targets) { sums[target] += element }
      return sums
    case .logSoftmax(let axis):
      let x = operand(node, 0)
      let sites = indices(shape.reduced(over: [axis]), shape)
      var largest = [Double](repeating: -.infinity, count: shape.count / shape[axis])
      for (element, site) in zip(x, sites) { largest[site] = Swift.max(largest[site], element) }
      var sums = [Double](repeating: 0, count: largest.count)
      for (element, site) in zip(x, sites) { sums[site] += Reference.exp(element - largest[site]) }
      return zip(x, sites).map { $0 - largest[$1] - Reference.log(sums[$1]) }
    case .oneHot(let axis):
      let labels = stretched(operand(node, 0), node.operands[0].shape, shape)
      var inner = 1
      for extent in shape.extents[(axis + 1)...] { inner *= extent }
      return labels.indices.map { labels[$0] == Double($0 / inner % shape[axis]) ? 1 : 0 }
    case .labelMask(let ignored): return operand(node, 0).map { $0 == Double(ignored) ? 0 : 1 }
    case .elementwise(let operation):
      let operands = node.operands.indices.map {
        stretched(operand(node, $0), node.operands[$0].shape, shape)
      }
      return Reference.apply(operation.name, operands)
    case .tensor(let operation):
      let operands = node.operands.indices.map { Tensor(operand(node, $0), shape: node.operands[$0].shape) }
      return operation.evaluate(operands, shape: shape).elements
    case .polynomial, .failure: return []
    }
  }

  /// For each element of `target`, which one of `shape` it is once that is stretched.
  private func indices(_ shape: TensorShape, _ target: TensorShape) -> [Int] {
    var result = [0]
    var step = shape.count
    for axis in 0..<target.rank {
      let own = axis - (target.rank - shape.rank)
      let extent = own < 0 ? 1 : shape[own]
      step /= extent
      var next: [Int] = []
      next.reserveCapacity(result.count * target[axis])
      for base in result {
        for position in 0..<target[axis] { next.append(base + (extent == 1 ? 0 : position * step)) }
      }
      result = next
    }
    return result
  }

  private func stretched(_ elements: [Double], _ shape: TensorShape, _ target: TensorShape) -> [Double] {
    if shape == target { return elements }
    if elements.count == 1 { return [Double](repeating: elements[0], count: target.count) }
    return indices(shape, target).map { elements[$0] }
  }
}

extension Reference {
  /// An element-wise operation by its name.
  static func apply(_ name: String, _ x: [[Double]]) -> [Double] {
    func each(_ f: (Double) -> Double) -> [Double] { x[0].map(f) }
    func both(_ f: (Double, Double) -> Double) -> [Double] { x[0].indices.map { f(x[0][$0], x[1][$0]) } }
    switch name {
    case "add": return both { $0 + $1 }
    case "subtract": return both { $0 - $1 }
    case "multiply": return both { $0 * $1 }
    case "divide": return both { $0 / $1 }
    case "power": return both { pow($0, $1) }
    case "powerOrZero": return both { $0 == 0 && $1 < 0 ? 0 : pow($0, $1) }
    case "xlogy": return both { $0 == 0 ? 0 : $0 * log($1) }
    case "xlog1py": return both { $0 == 0 ? 0 : $0 * log1p($1) }
    case "xdivy": return both { $0 == 0 ? 0 : $0 / $1 }
    case "absoluteDifference": return both { ($0 - $1).magnitude }
    case "differenceSign": return both { $0 > $1 ? 1 : $0 < $1 ? -1 : 0 }
    case "held": return both { Swift.min(Swift.max($0, -$1), $1) }
    case "huber": return both { $0.magnitude > $1 ? $1 * ($0.magnitude - $1 / 2) : $0 * $0 / 2 }
    case "counterMargin": return both { (1 - 2 * $0) * $1 }
    case "hinge": return both { Swift.max(0, 1 - (2 * $0 - 1) * $1) }
    case "hingeSlope": return both { 1 - (2 * $0 - 1) * $1 >= 0 ? 1 - 2 * $0 : 0 }
    case "perceptron": return both { Swift.max(0, (1 - 2 * $0) * $1) }
    case "perceptronSlope": return both { (1 - 2 * $0) * $1 >= 0 ? 1 - 2 * $0 : 0 }
    case "min": return both { $0 <= $1 ? $0 : $1 }
    case "max": return both { $0 >= $1 ? $0 : $1 }
    case "less": return both { $0 < $1 ? 1 : 0 }
    case "lessOrEqual": return both { $0 <= $1 ? 1 : 0 }
    case "equal": return both { $0 == $1 ? 1 : 0 }
    case "select": return x[0].indices.map { x[0][$0] != 0 ? x[1][$0] : x[2][$0] }
    case "square": return each { $0 * $0 }
    case "reciprocal": return each { 1 / $0 }
    case "sqrt": return each { $0.squareRoot() }
    case "abs": return each { $0.magnitude }
    case "sign": return each { $0 > 0 ? 1 : $0 < 0 ? -1 : 0 }
    case "exp": return each(exp)
    case "expm1": return each(expm1)
    case "log": return each(log)
    case "log1p": return each(log1p)
    case "log1mexp": return each { log(-expm1($0)) }
    case "tanh": return each(tanh)
    case "sigmoid": return each { 1 / (1 + exp(-$0)) }
    case "sigmoidSlope":
      return each { exp(-$0.magnitude) / ((1 + exp(-$0.magnitude)) * (1 + exp(-$0.magnitude))) }
    case "softplus": return each { Swift.max($0, 0) + log1p(exp(-$0.magnitude)) }
    case "logCosh": return each { $0.magnitude + log1p(exp(-2 * $0.magnitude)) - log(2) }
    default: fatalError("no loop for \(name)")
    }
  }
}
