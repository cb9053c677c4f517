// An objective held at a point: Hessian-vector products and Newton steps there, with the point's sums kept.

/// Plans for what can be asked at a point.
public struct PointPlans: Sendable {
  let precision: Precision
  let count: Int
  let sourceCount: Int
  let gradient: Plan
  let product: Plan
  /// Solves (H + damping) x = r; `nil` with the reason where the Hessian has no structure.
  package let solve: Plan?
  let solveError: AutodiffError?

  /// - Parameter sources: the objective's variable first, then every other input.
  public init(
    _ objective: Objective, sources: [Plan.Source], precision: Precision = .single
  ) throws(AutodiffError) {
    try objective.check(sources)
    let layout = sources[0].layout
    let shape = objective.variable.shape
    self.precision = precision
    count = shape.count
    sourceCount = sources.count
    let gradientExpression = try objective.gradient()
    gradient = try Plan(
      [.numbers(objective.value), .array(gradientExpression, layout: layout)], sources: sources,
      precision: precision, classAxis: objective.classAxis)
    let vector = Variable("vector", shape: shape)
    let hv = try hessianVectorProduct(
      of: objective.value, withRespectTo: objective.variable, times: vector.expression)
    product = try Plan(
      [.array(hv, layout: layout)], sources: sources + [Plan.Source(vector, layout: layout)], late: [vector],
      precision: precision, classAxis: objective.classAxis)
    do throws(AutodiffError) {
      let right = Variable("right-hand side", shape: shape)
      let damping = Variable("damping")
      let hessian = try objective.structuredHessian()
      let solution = try hessian.solved(
        right.expression,
        damping: damping.expression.stretched(to: TensorShape([Int](repeating: 1, count: shape.rank))))
      solve = try Plan(
        [.array(solution.stretched(to: shape), layout: layout)],
        sources: sources + [Plan.Source(right, layout: layout), Plan.Source(damping)],
        late: [right, damping],
        precision: precision, classAxis: objective.classAxis)
      solveError = nil
    } catch {
      (solve, solveError) = (nil, error)
    }
  }

  /// Scratch memory for a point.
  public final class Workspace {
    let gradient, product: Plan.Workspace
    let solve: Plan.Workspace?
    let inputs: UnsafeMutablePointer<UnsafeRawPointer?>
    let outputs: UnsafeMutablePointer<UnsafeMutableRawPointer?>
    var knowsProduct = false
    var knowsSolve = false

    init(_ plans: PointPlans, threads: Int) {
      gradient = plans.gradient.makeWorkspace(threads: threads)
      product = plans.product.makeWorkspace(threads: threads)
      solve = plans.solve?.makeWorkspace(threads: threads)
      inputs = .allocate(capacity: plans.sourceCount + 2)
      inputs.initialize(repeating: nil, count: plans.sourceCount + 2)
      outputs = .allocate(capacity: 1)
      outputs.initialize(to: nil)
    }
    deinit {
      inputs.deallocate()
      outputs.deallocate()
    }
    package func setInput(_ number: Int, _ address: UnsafeRawPointer?) {
      inputs[number] = address
      knowsProduct = false
      knowsSolve = false
    }
    package func input(_ number: Int) -> UnsafeRawPointer? { inputs[number] }
  }

  public func makeWorkspace(threads: Int = 1) -> Workspace { Workspace(self, threads: threads) }
}

extension PointPlans {
  /// The value, and the gradient into `gradient`.
  package func value(gradient target: UnsafeMutableRawPointer, _ work: Workspace) throws(Plan.OutsideDomain)
    -> Double
  {
    work.outputs[0] = target
    try gradient.run(inputs: work.inputs, outputs: work.outputs, work.gradient)
    return work.gradient.number(0)
  }

  /// The sums a product needs that do not depend on the vector.
  package func prepareProduct(_ work: Workspace) throws(Plan.OutsideDomain) {
    if work.knowsProduct { return }
    try product.run(.early, inputs: work.inputs, outputs: work.outputs, work.product)
    work.knowsProduct = true
  }

  /// H times the vector at `vector`, into `target`. The sums of the point are taken once.
  package func product(
    _ vector: UnsafeRawPointer, into target: UnsafeMutableRawPointer, _ work: Workspace
  ) throws(Plan.OutsideDomain) {
    try prepareProduct(work)
    work.inputs[sourceCount] = vector
    work.outputs[0] = target
    try product.run(.late, inputs: work.inputs, outputs: work.outputs, work.product)
  }

  /// The solution of (H + damping) x = r, into `target`.
  func solve(
    _ right: UnsafeRawPointer, damping: Double, into target: UnsafeMutableRawPointer, _ work: Workspace
  ) throws(Plan.OutsideDomain) {
    guard let solve, let solveWork = work.solve else { return }
    var single = Float(damping)
    var double = damping
    try withUnsafePointer(to: &single) { single throws(Plan.OutsideDomain) in
      try withUnsafePointer(to: &double) { double throws(Plan.OutsideDomain) in
        work.inputs[sourceCount] = right
        work.inputs[sourceCount + 1] =
          precision == .single ? UnsafeRawPointer(single) : UnsafeRawPointer(double)
        work.outputs[0] = target
        if !work.knowsSolve {
          try solve.run(.early, inputs: work.inputs, outputs: work.outputs, solveWork)
          work.knowsSolve = true
        }
        try solve.run(.late, inputs: work.inputs, outputs: work.outputs, solveWork)
      }
    }
  }
}
