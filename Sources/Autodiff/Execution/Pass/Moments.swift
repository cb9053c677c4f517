// Products that are summed, and several sums of one reading.
import CVectorMath

extension PassCompiler {
  /// Σa, Σb and Σab (or Σa², Σb² and Σab), where all three are wanted, from one reading of a and b, with the check of
  /// their values if both have one. Gives back what it does not take.
  mutating func emitMoments(
    _ sums: [Node], _ checks: [Check]
  ) -> (sums: [Node], checks: [Check]) {
    var rest = sums
    var unchecked = checks
    for product in sums {
      var factors = productFactors(product.operands[0])
      if factors.count == 2, case .oneHot = factors[0].operation { factors.swapAt(0, 1) }
      guard factors.count == 2, factors[0] !== factors[1], factors.allSatisfy(isVector),
        laneCount(factors[0]) == laneCount(factors[1]), laneCount(product) == laneCount(factors[0])
      else { continue }
      func sum(of wanted: (Node) -> Bool) -> Node? {
        rest.first { $0.shape == product.shape && wanted($0.operands[0]) }
      }
      func square(_ factor: Node) -> (Node) -> Bool {
        { [uses] node in
          guard case .elementwise(let operation) = node.operation, operation.name == Elementwise.square.name
          else {
            return false
          }
          return node.operands[0] === factor && uses[node.identity] == 1
        }
      }
      let plain = factors.compactMap { factor in sum { $0 === factor } }
      let squared = factors.compactMap { factor in sum(of: square(factor)) }
      if plain.count < 2, let labels = labelSource(factors[1], uses: 1) {
        // Σb is known or not wanted.
        let slot = emitLabelMoments(factors[0], labels, laneCount(product))
        let wanted = plain.map { ($0, slot) } + [(product, slot + 2)]
        for (node, slot) in wanted {
          addReduction(node, slot: slot, slotStride: 3)
          rest.removeAll { $0 === node }
          release(factors[0])
        }
        continue
      }
      guard plain.count == 2 || squared.count == 2 else { continue }
      let firsts = plain.count == 2 ? plain : squared
      let width = laneCount(product)
      let own = factors.compactMap { factor in unchecked.first { $0.node === factor } }
      var bounds = Address.none
      if own.count == 2, case .range(let a, let b) = own[0].bounds, case .range(let c, let d) = own[1].bounds
      {
        bounds = poolNumbers([a, b, c, d])
      }
      let isChecked = bounds.base != Base.null
      if plain.count == 2, !isChecked, let labels = labelSource(factors[1], uses: 2) {
        let slot = emitLabelMoments(factors[0], labels, width)
        for (index, node) in (plain + [product]).enumerated() {
          addReduction(node, slot: slot + index, slotStride: 3)
          rest.removeAll { $0 === node }
        }
        release(factors[0])
        release(factors[0])
        continue
      }
      let stride = isChecked ? 5 : 3
      let slot = program.slots
      program.slots += stride * width
      for (index, node) in (firsts + [product]).enumerated() {
        addReduction(node, slot: slot + index, slotStride: stride)
        rest.removeAll { $0 === node }
      }
      let vectors = (vectorised(factors[0]), vectorised(factors[1]))
      let kernel: KernelPair =
        switch (plain.count == 2, isChecked) {
        case (true, false): pair(vm_moments_f32, vm_moments_f64)
        case (true, true): pair(vm_moments_checked_f32, vm_moments_checked_f64)
        case (false, false): pair(vm_squared_moments_f32, vm_squared_moments_f64)
        case (false, true): pair(vm_squared_moments_checked_f32, vm_squared_moments_checked_f64)
        }
      emit(
        kernel, Address(base: Base.accumulators, offset: slot * 8, laneStride: width > 1 ? stride * 8 : 0),
        vectors.0,
        vectors.1, bounds, lanes: width)
      for factor in factors {
        release(factor)
        release(factor)
      }
      if isChecked {
        for (index, check) in own.enumerated() {
          program.checks.append(
            Program.Check(slot: slot + 3 + index, slotStride: stride, lanes: width, check: check.source))
          unchecked.removeAll { $0.source == check.source }
          pendingChecks[check.node.identity] = nil
          release(check.node)
        }
      }
    }
    return (rest, unchecked)
  }

  /// Σa, the number of labels and Σa where they are, for each class: three slots from the one given back.
  private mutating func emitLabelMoments(_ node: Node, _ labels: Address, _ width: Int) -> Int {
    let slot = program.slots
    program.slots += 3 * width
    emit(
      pair(vm_label_moments_f32, vm_label_moments_f64),
      Address(base: Base.accumulators, offset: slot * 8, laneStride: width > 1 ? 24 : 0),
      vectorised(node), labels, classBytes(width), lanes: width)
    return slot
  }

  /// The vectors whose product is summed, where the product is needed for nothing else.
  func productFactors(_ node: Node) -> [Node] {
    guard uses[node.identity] == 1, places[node.identity] == nil, outputs[node.identity] == nil,
      case .elementwise(let operation) = node.operation
    else { return [node] }
    if operation.name == Elementwise.square.name { return [node.operands[0], node.operands[0]] }
    guard operation.name == Elementwise.multiply.name, node.operands.allSatisfy(isVector) else {
      return [node]
    }
    for (inner, other) in [(0, 1), (1, 0)] {
      let product = node.operands[inner]
      if uses[product.identity] == 1, places[product.identity] == nil, outputs[product.identity] == nil,
        case .elementwise(let operation) = product.operation, operation.name == Elementwise.multiply.name,
        product.operands.allSatisfy(isVector)
      {
        return product.operands + [node.operands[other]]
      }
    }
    return node.operands
  }

  mutating func release(_ factors: [Node]) {
    for (index, factor) in factors.enumerated() where !factors[..<index].contains(where: { $0 === factor }) {
      release(factor)
    }
  }
}
