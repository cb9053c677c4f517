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

  /// x − p Σx over the classes: what comes back through a softmax.
  mutating func softmaxPullback(_ node: Node, _ width: Int) -> Address? {
    let x = node.operands[0]
    guard width > 1, isVector(x), let (one, other) = factorsOfOwnProduct(node.operands[1]) else { return nil }
    for (p, stretched) in [(one, other), (other, one)] {
      guard case .broadcast = stretched.operation else { continue }
      let sum = stretched.operands[0]
      guard case .sum(let axes) = sum.operation, axes == context.schedule.laneAxis.map({ [$0] }),
        sum.operands[0] === x, laneCount(p) == width, laneCount(x) == width
      else { continue }
      // Where others need the sum it is taken for them, and once more here: that is cheaper than reading it.
      let isOnlyUse = uses[stretched.identity] == 1 && uses[sum.identity] == 1 && places[sum.identity] == nil
      let (a, b) = (vectorised(x), vectorised(p))
      let out = classResult(node)
      emitLaneKernel(pair(vm_softmax_pullback_f32, vm_softmax_pullback_f64), out, a, b, p: 0)
      release(x)
      if isOnlyUse { release(x) }
      release(p)
      return out.address
    }
    return nil
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
      [p, e, r].allSatisfy({ isVector($0) && laneCount($0) == width })
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
