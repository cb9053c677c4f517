// Where the structure ends: the diagonal by one Hessian-vector product an element, or estimated from some.

/// What stands in for the expression of a diagonal without structure.
struct UnstructuredDiagonal: Sendable {
  /// A Hessian-vector product; its last source is the vector.
  let product: Plan
  let count: Int
  /// How many probes it is estimated from; `nil`: one product an element.
  let probes: Int?

  /// - Throws: `AutodiffError.structureEnds` beyond the limit of the options, where they allow no estimate.
  init(
    _ objective: Objective, _ sources: [Plan.Source], _ options: CompileOptions, because reason: String
  ) throws(AutodiffError) {
    count = objective.variable.shape.count
    let isWithinLimit = count <= options.hessianVectorProductLimit
    guard isWithinLimit || options.probes != nil else {
      throw .structureEnds(reason: reason, count: count, limit: options.hessianVectorProductLimit)
    }
    probes = isWithinLimit ? nil : options.probes
    let vector = Variable("vector", shape: objective.variable.shape)
    let expression = try hessianVectorProduct(
      of: objective.value, withRespectTo: objective.variable, times: vector.expression)
    let layout = sources[0].layout
    product = try Plan(
      [.array(expression, layout: layout)], sources: sources + [Plan.Source(vector, layout: layout)],
      late: [vector], precision: options.precision, classAxis: objective.classAxis)
  }

  var method: DiagonalMethod { probes.map { .estimate(probes: $0) } ?? .hessianVectorProducts(count) }
}

extension CompiledObjective {
  /// Writes the diagonal of an objective without structure, and how large it is; nothing where there is structure.
  func runUnstructured<Scalar: ArrayScalar>(
    into diagonal: inout MutableSpan<Scalar>, _ work: Workspace
  ) throws(Plan.OutsideDomain) {
    guard let unstructured, let productWork = work.unstructured else { return }
    if let probes = unstructured.probes {
      work.standardError = try runProbes(unstructured, probes, into: &diagonal, productWork, work)
    } else {
      try runProducts(unstructured, into: &diagonal, productWork, work)
    }
    options.curvature.apply(to: &diagonal)
    if wanted.contains(.hessianDiagonalSummary) { work.unstructuredSummary = ArraySummary(diagonal.span) }
  }

  /// The exact diagonal, element by element.
  private func runProducts<Scalar: ArrayScalar>(
    _ unstructured: UnstructuredDiagonal, into diagonal: inout MutableSpan<Scalar>,
    _ productWork: Plan.Workspace, _ work: Workspace
  ) throws(Plan.OutsideDomain) {
    let room = ProductRoom<Scalar>(count: unstructured.count)
    work.inputs[sources.count] = UnsafeRawPointer(room.vector.baseAddress)
    defer { work.inputs[sources.count] = nil }
    try unstructured.product.run(.early, inputs: work.inputs, outputs: room.output, productWork)
    for index in 0..<unstructured.count {
      room.vector[index] = 1
      try unstructured.product.run(.late, inputs: work.inputs, outputs: room.output, productWork)
      diagonal[index] = room.product[index]
      room.vector[index] = 0
    }
  }

  /// The estimate, from the same probes in every run.
  ///
  /// - Returns: the norm of the elements' standard errors.
  private func runProbes<Scalar: ArrayScalar>(
    _ unstructured: UnstructuredDiagonal, _ probes: Int, into diagonal: inout MutableSpan<Scalar>,
    _ productWork: Plan.Workspace, _ work: Workspace
  ) throws(Plan.OutsideDomain) -> Double {
    let count = unstructured.count
    let room = ProductRoom<Scalar>(count: count)
    work.inputs[sources.count] = UnsafeRawPointer(room.vector.baseAddress)
    defer { work.inputs[sources.count] = nil }
    try unstructured.product.run(.early, inputs: work.inputs, outputs: room.output, productWork)
    var random = SplitMix(seed: DiagonalEstimate<Scalar>.standardSeed)
    var sums = [Double](repeating: 0, count: count)
    var squares = 0.0
    for _ in 0..<probes {
      for index in 0..<count { room.vector[index] = random.nextSign() }
      try unstructured.product.run(.late, inputs: work.inputs, outputs: room.output, productWork)
      for index in 0..<count {
        let sample = Double(room.vector[index]) * Double(room.product[index])
        sums[index] += sample
        squares += sample * sample
      }
    }
    let n = Double(probes)
    for index in 0..<count {
      squares -= sums[index] * sums[index] / n
      diagonal[index] = Scalar(sums[index] / n)
    }
    return (Swift.max(squares, 0) / (n * (n - 1))).squareRoot()
  }
}

/// A vector, its product, and the list of addresses that has the product's.
private final class ProductRoom<Scalar: ArrayScalar> {
  let vector, product: UnsafeMutableBufferPointer<Scalar>
  let output: UnsafeMutablePointer<UnsafeMutableRawPointer?>

  init(count: Int) {
    vector = .allocate(capacity: count)
    product = .allocate(capacity: count)
    vector.initialize(repeating: 0)
    product.initialize(repeating: 0)
    output = .allocate(capacity: 1)
    output.initialize(to: UnsafeMutableRawPointer(product.baseAddress))
  }
  deinit {
    vector.deallocate()
    product.deallocate()
    output.deallocate()
  }
}

extension Curvature {
  /// What stands for the exact diagonal, in place.
  fileprivate func apply<Scalar: ArrayScalar>(to diagonal: inout MutableSpan<Scalar>) {
    let least: Scalar
    switch self {
    case .exact, .gaussNewton: return
    case .absolute:
      for index in diagonal.indices { diagonal[index] = diagonal[index].magnitude }
      return
    case .positive(.absolute(let floor)): least = Scalar(floor)
    case .positive(.relative(let factor)):
      var sum = 0.0
      for index in diagonal.indices { sum += Double(diagonal[index].magnitude) }
      least = Scalar(factor * sum / Double(diagonal.count))
    }
    for index in diagonal.indices { diagonal[index] = Swift.max(diagonal[index], least) }
  }
}
