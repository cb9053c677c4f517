// Planning what is computed as whole tensors, between the passes: what a loss does with its sums.
import CVectorMath

extension PlanCompiler {
  /// With late sources every array is written in the late stage: the early one is given no room for it.
  func isLateResult(_ node: Node) -> Bool { hasLateSources || schedule.isLate(node) }

  mutating func reserve(_ node: Node) -> Int {
    let offset = arena.reserve(node.shape.count)
    offsets[node.identity] = offset
    return offset
  }

  mutating func add(_ step: DenseStep, for node: Node) {
    steps.append(step)
    stepKeys.append((schedule.isLate(node), schedule.denseLevel(node)))
  }

  /// Where the node lies as a whole tensor; plans its computation if that has not happened yet.
  mutating func dense(_ node: Node) -> Int {
    if let known = offsets[node.identity] { return known }
    // What it is made of first: expressions may be deeper than the stack.
    var waiting = [(node: node, next: 0)]
    while let (current, next) = waiting.last {
      let operands = denseOperands(current)
      if next < operands.count {
        waiting[waiting.count - 1].next += 1
        if offsets[operands[next].identity] == nil { waiting.append((operands[next], 0)) }
      } else {
        waiting.removeLast()
        if offsets[current.identity] == nil { _ = planned(current) }
      }
    }
    return arenaOffset(node)
  }

  /// The whole tensors that a whole tensor is computed from.
  private mutating func denseOperands(_ node: Node) -> [Node] {
    if node.uniformValue != nil { return [] }
    if schedule.isSiteSum(node), schedule.siteLevel(node.operands[0]) != nil { return [] }
    switch node.operation {
    case .input, .oneHot, .labelMask: return []
    default: return node.operands
    }
  }

  /// Plans the computation of a whole tensor whose operands are there.
  private mutating func planned(_ node: Node) -> Int {
    if let value = node.uniformValue {
      let offset = reserve(node)
      arena.fill(offset, .uniform(value))
      return offset
    }
    if schedule.isSiteSum(node), schedule.siteLevel(node.operands[0]) != nil {
      let offset = reserve(node)
      siteSums.append((node, schedule.isLate(node), schedule.denseLevel(node) - 1))
      return offset
    }
    let operands: [Int]
    switch node.operation {
    case .input, .oneHot, .labelMask: operands = []
    default: operands = node.operands.map { dense($0) }
    }
    let out = reserve(node)
    let count = node.shape.count
    switch node.operation {
    case .constant, .failure: break
    case .data(let tensor):
      arena.fill(out, .known(tensor.elements))
    case .input(let input):
      let (number, layout) = self.input(input)
      let map = addMap(ElementMap(node.shape, strides: layout.strides))
      add(DenseStep(kind: .load, out: out, count: count, map: map, parameter: number), for: node)
    case .oneHot(let axis):
      guard case .input(let input) = node.operands[0].operation else { break }
      let (number, layout) = self.input(input)
      var strides = layout.strides
      strides[axis] = 0
      let inner = node.shape.extents[(axis + 1)...].reduce(1, *)
      add(
        DenseStep(
          kind: .loadOneHot, out: out, b: inner, c: node.shape[axis], count: count,
          map: addMap(ElementMap(node.shape, strides: strides)), parameter: number), for: node)
    case .labelMask(let ignored):
      guard case .input(let input) = node.operands[0].operation else { break }
      let (number, layout) = self.input(input)
      add(
        DenseStep(
          kind: .loadMask, out: out, b: Int(ignored), count: count,
          map: addMap(ElementMap(node.shape, strides: layout.strides)), parameter: number), for: node)
    case .elementwise(let operation): add(denseElementwise(node, operation, operands, out), for: node)
    case .stopGradient:
      add(DenseStep(kind: .kernel, kernel: vm_copy_f64, out: out, a: operands[0], count: count), for: node)
    case .broadcast:
      let source = node.operands[0].shape
      if source.count == 1 {
        add(DenseStep(kind: .kernel, kernel: vm_fill_f64, out: out, a: operands[0], count: count), for: node)
      } else {
        let map = addMap(ElementMap(node.shape, strides: source.strides(in: node.shape)))
        add(DenseStep(kind: .gather, out: out, a: operands[0], count: count, map: map), for: node)
      }
    case .sum:
      let source = node.operands[0].shape
      let map = addMap(ElementMap(source, strides: node.shape.strides(in: source)))
      add(
        DenseStep(kind: .accumulate, out: out, a: operands[0], c: count, count: source.count, map: map),
        for: node)
    case .logSoftmax(let axis): add(WholeLogSoftmax(axis: axis), node, operands, out)
    case .polynomial: add(WholePolynomial(), node, operands, out)
    case .tensor(let operation): addTensor(operation, node, operands, out)
    }
    return out
  }

  mutating func add(_ operation: any TensorOperation, _ node: Node, _ operands: [Int], _ out: Int) {
    tensorSteps.append(
      DenseTensorStep(
        operation: operation, operands: zip(operands, node.operands).map { ($0, $1.shape) }, shape: node.shape
      ))
    add(
      DenseStep(kind: .tensor, out: out, count: node.shape.count, parameter: tensorSteps.count - 1), for: node
    )
  }

  mutating func addTensor(
    _ operation: any TensorOperation, _ node: Node, _ operands: [Int], _ out: Int
  ) {
    switch operation {
    case let moved as Rearrangement:
      add(
        DenseStep(
          kind: .gather, out: out, a: operands[0], count: node.shape.count, map: addMap(moved.map)),
        for: node)
    case let gathered as Accumulation:
      add(
        DenseStep(
          kind: .accumulate, out: out, a: operands[0], c: node.shape.count, count: gathered.map.count,
          map: addMap(gathered.map)), for: node)
    default: add(operation, node, operands, out)
    }
  }

  mutating func addMap(_ map: ElementMap) -> Int {
    maps.append(map)
    return maps.count - 1
  }

  func denseElementwise(_ node: Node, _ operation: Elementwise, _ operands: [Int], _ out: Int)
    -> DenseStep
  {
    let single = node.operands.map { $0.shape.count == 1 && node.shape.count > 1 }
    var step = DenseStep(kind: .kernel, out: out, count: node.shape.count)
    step.a = operands[0]
    if operands.count > 1 { step.b = operands[1] }
    if operands.count > 2 { step.c = operands[2] }
    switch operation.kernels {
    case .unary(let kernel): step.kernel = kernel.double
    case .binary(let vv, let vs, let sv): step.kernel = (single[0] ? sv : single[1] ? vs : vv).double
    case .ternary(let vvv, let vvs, let vsv, let vss):
      step.kernel = (single[1] ? (single[2] ? vss : vsv) : (single[2] ? vvs : vvv)).double
    }
    return step
  }
}
