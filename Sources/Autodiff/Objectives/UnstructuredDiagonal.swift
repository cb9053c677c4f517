// Where the structure ends: the diagonal by one Hessian-vector product an element.

extension CompiledObjective {
  /// Writes the exact diagonal, element by element.
  func runProducts(
    _ plan: Plan, _ products: Plan.Workspace, _ diagonal: UnsafeMutableRawPointer, _ work: Workspace
  ) throws(Plan.OutsideDomain) {
    switch options.precision {
    case .single: try runProducts(plan, products, diagonal.assumingMemoryBound(to: Float.self), work)
    case .double: try runProducts(plan, products, diagonal.assumingMemoryBound(to: Double.self), work)
    }
  }

  private func runProducts<Scalar: ArrayScalar>(
    _ plan: Plan, _ products: Plan.Workspace, _ diagonal: UnsafeMutablePointer<Scalar>, _ work: Workspace
  ) throws(Plan.OutsideDomain) {
    let count = objective.variable.shape.count
    let vector = UnsafeMutablePointer<Scalar>.allocate(capacity: count)
    let product = UnsafeMutablePointer<Scalar>.allocate(capacity: count)
    let output = UnsafeMutablePointer<UnsafeMutableRawPointer?>.allocate(capacity: 1)
    defer {
      vector.deallocate()
      product.deallocate()
      output.deallocate()
    }
    vector.initialize(repeating: 0, count: count)
    output.initialize(to: UnsafeMutableRawPointer(product))
    work.inputs[sources.count] = UnsafeRawPointer(vector)
    try plan.run(.early, inputs: work.inputs, outputs: output, products)
    for index in 0..<count {
      vector[index] = 1
      try plan.run(.late, inputs: work.inputs, outputs: output, products)
      diagonal[index] = product[index]
      vector[index] = 0
    }
    options.curvature.apply(to: UnsafeMutableBufferPointer(start: diagonal, count: count))
  }
}

extension Curvature {
  /// What stands for the exact diagonal, in place.
  fileprivate func apply<Scalar: ArrayScalar>(to diagonal: UnsafeMutableBufferPointer<Scalar>) {
    let least: Scalar
    switch self {
    case .exact, .gaussNewton: return
    case .absolute:
      for index in diagonal.indices { diagonal[index] = diagonal[index].magnitude }
      return
    case .positive(.absolute(let floor)): least = Scalar(floor)
    case .positive(.relative(let factor)):
      let sum = diagonal.reduce(0.0) { $0 + Double($1.magnitude) }
      least = Scalar(factor * sum / Double(diagonal.count))
    }
    for index in diagonal.indices { diagonal[index] = Swift.max(diagonal[index], least) }
  }
}
