// Several element-wise operations in one kernel.
import CVectorMath

extension PassCompiler {
  mutating func polynomial(_ node: Node, _ width: Int) -> Address {
    let atoms = node.operands.count == 4 ? 1 : 2
    if atoms == 1, let labels = labelSource(node.operands[0], uses: nil) {
      let coefficients = coefficients(node.operands[1...], width)
      let out = result(node, width)
      emit(
        pair(vm_label_choice_f32, vm_label_choice_f64), out, labels, classBytes(width), coefficients,
        lanes: width)
      return out
    }
    let x = vectorised(node.operands[0])
    let y = atoms == 2 ? vectorised(node.operands[1]) : .none
    let coefficients = coefficients(node.operands[atoms...], width)
    return finish(
      node, width,
      atoms == 1
        ? pair(vm_polynomial_v_f32, vm_polynomial_v_f64) : pair(vm_polynomial_vv_f32, vm_polynomial_vv_f64),
      x, y,
      coefficients)
  }

  mutating func coefficients(_ nodes: ArraySlice<Node>, _ width: Int) -> Address {
    // Those of a class side by side.
    let count = nodes.count
    let start = program.scalarElements
    program.scalarElements += count * width
    for (index, coefficient) in nodes.enumerated() {
      let strides = coefficient.shape.strides(in: context.schedule.domain)
      program.scalars.append(
        Program.Scalar(
          arena: context.arenaOffset(coefficient), arenaLaneStride: laneStride(strides),
          outerStrides: outerStrides(strides), lanes: width, destination: start + index,
          destinationStride: count))
    }
    return Address(
      base: Base.scalars, offset: start * elementSize, laneStride: width > 1 ? count * elementSize : 0)
  }

  mutating func sigmoidWithSlope(_ node: Node, _ companion: Node, _ width: Int) -> Address {
    let x = vectorised(node.operands[0])
    let isSlope: Bool
    if case .elementwise(let operation) = node.operation {
      isSlope = operation.name == Elementwise.sigmoidSlope.name
    } else {
      isSlope = false
    }
    let own = result(node, width)
    let other = result(companion, width)
    let (sigmoid, slope) = isSlope ? (other, own) : (own, other)
    emit(pair(vm_sigmoid_and_slope_f32, vm_sigmoid_and_slope_f64), sigmoid, x, slope, lanes: width)
    places[companion.identity] = .vector(other, lanes: width)
    release(node.operands[0])
    release(companion.operands[0])
    return own
  }

  /// The operands of a product that is needed for nothing else, all of them vectors.
  func factorsOfOwnProduct(_ node: Node) -> (Node, Node)? {
    guard uses[node.identity] == 1, places[node.identity] == nil, outputs[node.identity] == nil,
      case .elementwise(let operation) = node.operation, operation.name == Elementwise.multiply.name,
      node.operands.allSatisfy(isVector)
    else { return nil }
    return (node.operands[0], node.operands[1])
  }

  /// c − a·b in one kernel.
  mutating func subtractProduct(_ node: Node, _ width: Int) -> Address? {
    guard isVector(node.operands[0]), let (one, other) = factorsOfOwnProduct(node.operands[1]) else {
      return nil
    }
    let (a, b, c) = (vectorised(one), vectorised(other), vectorised(node.operands[0]))
    let out = result(node, width)
    emit(pair(vm_subtract_product_f32, vm_subtract_product_f64), out, a, b, c, lanes: width)
    release(one)
    release(other)
    release(node.operands[0])
    return out
  }

  /// a·b + c in one kernel, where the product is needed for nothing else.
  mutating func multiplyAdd(_ node: Node, _ width: Int) -> Address? {
    for (index, other) in [(0, 1), (1, 0)] {
      let product = node.operands[index]
      guard uses[product.identity] == 1, places[product.identity] == nil, outputs[product.identity] == nil,
        case .elementwise(let operation) = product.operation, operation.name == Elementwise.multiply.name
      else { continue }
      let vectorFirst = isVector(product.operands[0]) ? (0, 1) : (1, 0)
      guard isVector(product.operands[vectorFirst.0]) else { continue }
      let (first, second) = (product.operands[vectorFirst.0], product.operands[vectorFirst.1])
      let a = vectorised(first)
      let address: Address
      switch (operand(second), operand(node.operands[other])) {
      case (.vector(let b, _), .vector(let c, _)):
        address = fused(
          node, width, pair(vm_multiply_add_vvv_f32, vm_multiply_add_vvv_f64), a, b, c, product, other)
      case (.vector(let b, _), .scalar(let c)):
        address = fused(
          node, width, pair(vm_multiply_add_vvs_f32, vm_multiply_add_vvs_f64), a, b, c, product, other)
      case (.scalar(let b), .vector(let c, _)):
        address = fused(
          node, width, pair(vm_multiply_add_vsv_f32, vm_multiply_add_vsv_f64), a, b, c, product, other)
      case (.scalar(let b), .scalar(let c)):
        address = fused(
          node, width, pair(vm_multiply_add_vss_f32, vm_multiply_add_vss_f64), a, b, c, product, other)
      }
      return address
    }
    return nil
  }

  mutating func fused(
    _ node: Node, _ width: Int, _ kernel: KernelPair, _ a: Address, _ b: Address, _ c: Address,
    _ product: Node,
    _ other: Int
  ) -> Address {
    let out = result(node, width)
    emit(kernel, out, a, b, c, lanes: width)
    for operand in product.operands { release(operand) }
    release(node.operands[other])
    return out
  }
}
