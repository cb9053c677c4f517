// What runs over the classes of a site: softmax and its derivatives, sums, labels.
import CVectorMath

extension PassCompiler {
  /// log p of a softmax, with p itself where it is needed as well, from one set of exponentials.
  mutating func softmax(_ node: Node) -> Address {
    let input = node.operands[0]
    let z: Address
    var site = 1
    if let memory = interleaved(input), [2, 3, 4, 8].contains(lanes), places[input.identity] == nil,
      uses[input.identity] == 1 + (pendingChecks[input.identity] ?? 0)
    {
      z = memory
      site = lanes
    } else {
      z = vectorised(input)
    }
    let logarithm = result(node, lanes)
    let probability = companions[node.identity]
    var onlyProbability = false
    if let probability {
      onlyProbability =
        uses[node.identity] == 1 && outputs[node.identity] == nil && probability.operands[0] === node
    }
    if let probability, outputs[probability.identity] == nil, outputs[node.identity] == nil {
      if onlyProbability {
        emitLanes(
          pair(vm_softmax_f32, vm_softmax_f64), logarithm, z, .none, in: z.laneStride,
          out: logarithm.laneStride, site: site)
        places[probability.identity] = .vector(logarithm, lanes: lanes)
        // The register is p's, not log p's.
        uses[node.identity, default: 0] += 1_000_000
      } else {
        let p = result(probability, lanes)
        emitLanes(
          pair(vm_softmax_f32, vm_softmax_f64), p, z, logarithm, in: z.laneStride,
          out: logarithm.laneStride, site: site)
        places[probability.identity] = .vector(p, lanes: lanes)
        release(node)
      }
    } else {
      emitLanes(
        pair(vm_softmax_f32, vm_softmax_f64), .none, z, logarithm, in: z.laneStride,
        out: logarithm.laneStride, site: site)
    }
    release(input)
    return logarithm
  }

  /// x − p Σx over the classes: what comes back through a softmax. With a further product taken away, x − (a b + p Σx),
  /// what comes back of a tangent.
  mutating func softmaxPullback(_ node: Node, _ width: Int) -> Address? {
    let x = node.operands[0]
    guard width > 1, isVector(x), laneCount(x) == width else { return nil }
    if let back = classProduct(node.operands[1], summing: x, width) {
      let out = classResult(node)
      emitPullback(x, back, out)
      return out.address
    }
    let rest = node.operands[1]
    guard uses[rest.identity] == 1, places[rest.identity] == nil, let terms = rest.operands(of: .add) else {
      return nil
    }
    for (product, other) in [terms, (terms.1, terms.0)] {
      guard let back = classProduct(product, summing: x, width), let (a, b) = factorsOfOwnProduct(other)
      else {
        continue
      }
      let (first, second) = (vectorised(a), vectorised(b))
      let out = result(node, width)
      emitPullback(x, back, (out, 1))
      emit(pair(vm_subtract_product_f32, vm_subtract_product_f64), out, first, second, out, lanes: width)
      release(a)
      release(b)
      return out
    }
    return nil
  }

  /// p (v − Σpv): how a softmax moves along v.
  mutating func softmaxTangent(_ node: Node, _ width: Int) -> Address? {
    guard width > 1 else { return nil }
    for (difference, p) in [(0, 1), (1, 0)].map({ (node.operands[$0], node.operands[$1]) }) {
      guard uses[difference.identity] == 1, places[difference.identity] == nil,
        outputs[difference.identity] == nil, isSoftmax(p),
        let (v, mean) = difference.operands(of: .subtract), isVector(v), laneCount(v) == width,
        uses[mean.identity] == 1, case .broadcast = mean.operation
      else { continue }
      let sum = mean.operands[0]
      guard case .sum(let axes) = sum.operation, axes == context.schedule.laneAxis.map({ [$0] }),
        uses[sum.identity] == 1, places[sum.identity] == nil,
        let (one, other) = factorsOfOwnProduct(sum.operands[0]),
        (one === p && other === v) || (one === v && other === p)
      else { continue }
      let (a, b) = (vectorised(v), vectorised(p))
      let out = classResult(node)
      emitLaneKernel(pair(vm_softmax_tangent_f32, vm_softmax_tangent_f64), out, a, b, p: 0)
      for _ in 0..<2 {
        release(v)
        release(p)
      }
      return out.address
    }
    return nil
  }

  /// Whether a node is a softmax over the classes: its sum is 1.
  private func isSoftmax(_ node: Node) -> Bool {
    guard case .elementwise(let operation) = node.operation, operation.name == Elementwise.exponential.name,
      case .logSoftmax(let axis) = node.operands[0].operation
    else { return false }
    return axis == context.schedule.laneAxis && isVector(node) && laneCount(node) == lanes
  }

  /// p, where a node is p Σx over the classes and needed for nothing else, and whether nothing else needs Σx.
  private func classProduct(_ node: Node, summing x: Node, _ width: Int) -> (p: Node, ownsSum: Bool)? {
    guard let (one, other) = factorsOfOwnProduct(node) else { return nil }
    for (p, stretched) in [(one, other), (other, one)] {
      guard case .broadcast = stretched.operation else { continue }
      let sum = stretched.operands[0]
      guard case .sum(let axes) = sum.operation, axes == context.schedule.laneAxis.map({ [$0] }),
        sum.operands[0] === x, isSoftmax(p)
      else { continue }
      return (p, uses[stretched.identity] == 1 && uses[sum.identity] == 1 && places[sum.identity] == nil)
    }
    return nil
  }

  /// Where others need the sum it is taken for them, and once more here: that is cheaper than reading it.
  private mutating func emitPullback(
    _ x: Node, _ back: (p: Node, ownsSum: Bool), _ out: (address: Address, site: Int)
  ) {
    let (a, b) = (vectorised(x), vectorised(back.p))
    emitLaneKernel(pair(vm_softmax_pullback_f32, vm_softmax_pullback_f64), out, a, b, p: 0)
    release(x)
    if back.ownsSum { release(x) }
    release(back.p)
  }

  /// u − p (2u − p Σe) with u = e + r, as `softmaxCurvature` records it.
  mutating func softmaxCurvature(_ node: Node, _ width: Int) -> Address? {
    let u = node.operands[0]
    guard width > 1, let (e, r) = u.operands(of: .add), uses[u.identity] == 2, places[u.identity] == nil,
      let (p, rest) = factorsOfOwnProduct(node.operands[1]), uses[rest.identity] == 1,
      let (twice, product) = rest.operands(of: .subtract), uses[twice.identity] == 1,
      let (doubled, two) = twice.operands(of: .multiply), doubled === u, two.uniformValue == 2,
      let (other, stretched) = factorsOfOwnProduct(product), other === p,
      case .broadcast = stretched.operation
    else { return nil }
    let sum = stretched.operands[0]
    guard case .sum(let axes) = sum.operation, axes == context.schedule.laneAxis.map({ [$0] }),
      isSoftmax(p), [e, r].allSatisfy({ isVector($0) && laneCount($0) == width })
    else { return nil }
    for (e, r) in [(e, r), (r, e)] where sum.operands[0] === e {
      let isOnlyUse = uses[stretched.identity] == 1 && uses[sum.identity] == 1 && places[sum.identity] == nil
      let (a, b, c) = (vectorised(e), vectorised(r), vectorised(p))
      guard a.base == Base.scratch, c.base == Base.scratch, a.laneStride == c.laneStride,
        a.laneStride > 0
      else { return nil }
      let out = classResult(node)
      emitLaneKernel(
        pair(vm_softmax_curvature_f32, vm_softmax_curvature_f64), out, a, b,
        p: (c.offset - a.offset) / elementSize)
      release(e)
      if isOnlyUse { release(e) }
      release(r)
      release(p)
      release(p)
      return out.address
    }
    return nil
  }

  /// Where a vector with all classes goes, and the distance there from a site to the next: straight to the caller's
  /// array, or set as that wants it, where classes lie side by side and nothing else reads the vector.
  mutating func classResult(_ node: Node) -> (address: Address, site: Int) {
    guard let output = outputs[node.identity], uses[node.identity] == 1, lanes <= 8 else {
      return (result(node, lanes), 1)
    }
    let target = memory(.output(output.number), output.layout, elementSize, shape: node.shape)
    guard target.inner == lanes, target.address.laneStride == elementSize else {
      return (result(node, lanes), 1)
    }
    if !output.streams { return (target.address, lanes) }
    let register = register(lanes)
    interleavedRegisters.insert(register.offset)
    return (register, lanes)
  }

  mutating func emitLaneKernel(
    _ kernel: KernelPair, _ out: (address: Address, site: Int), _ a: Address, _ b: Address, p: Int
  ) {
    let strides = poolBytes(
      vm_lane_strides(
        lanes: lanes, out: out.address.laneStride / elementSize, out_site: out.site,
        a: a.laneStride / elementSize, b: b.laneStride / elementSize, p: p))
    emit(kernel, out.address, a, b, strides, lanes: 1)
  }

  mutating func sumOverLanes(_ node: Node) -> Address {
    let summand = node.operands[0]
    let sum = pair(vm_add_vv_f32, vm_add_vv_f64)
    let factors = productFactors(summand)
    if factors.count == 2, factors[0] !== factors[1] {
      let (a, b) = (vectorised(factors[0]), vectorised(factors[1]))
      let out = result(node, 1)
      emit(pair(vm_multiply_vv_f32, vm_multiply_vv_f64), out, a, b, lanes: 1)
      for lane in 1..<lanes {
        emit(
          pair(vm_multiply_add_vvv_f32, vm_multiply_add_vvv_f64), out, a.moved(lane), b.moved(lane), out,
          lanes: 1)
      }
      release(factors)
      return out
    }
    let address = vectorised(summand)
    let out = result(node, 1)
    if address.laneStride == 0 {
      emit(pair(vm_multiply_vs_f32, vm_multiply_vs_f64), out, address, poolNumbers([Double(lanes)]), lanes: 1)
    } else {
      emit(sum, out, address, address.moved(1), lanes: 1)
      for lane in 2..<max(lanes, 2) { emit(sum, out, out, address.moved(lane), lanes: 1) }
    }
    release(summand)
    return out
  }

  /// The labels that a one-hot target is made of, where the target itself is not there yet (and, if `uses` is given,
  /// nothing else needs it).
  mutating func labelSource(_ node: Node, uses wanted: Int?) -> Address? {
    var schedule = context.schedule
    guard case .oneHot = node.operation, schedule.siteLevel(node) != nil,
      wanted == nil || uses[node.identity] == wanted,
      places[node.identity] == nil, case .input(let input) = node.operands[0].operation
    else { return nil }
    return labelAddress(input)
  }

  /// The class numbers as bytes, one a lane.
  mutating func classBytes(_ width: Int) -> Address {
    var classes = pool((0..<width).map { UInt8(truncatingIfNeeded: $0) }, alignment: 1)
    classes.laneStride = width > 1 ? 1 : 0
    return classes
  }
}
