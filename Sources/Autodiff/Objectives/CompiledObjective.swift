// An objective made ready to be evaluated many times.

/// Which of an objective's derivatives are wanted. The value is always given.
public struct Wanted: OptionSet, Sendable {
  public let rawValue: Int
  public init(rawValue: Int) { self.rawValue = rawValue }
  public static let value = Wanted([])
  public static let gradient = Wanted(rawValue: 1)
  public static let hessianDiagonal = Wanted(rawValue: 2)
  public static let all: Wanted = [.gradient, .hessianDiagonal]
  /// How large the gradient is, without the array.
  public static let gradientSummary = Wanted(rawValue: 4)
  /// How large the Hessian diagonal is, without the array.
  public static let hessianDiagonalSummary = Wanted(rawValue: 8)

  var needsGradient: Bool { !intersection([.gradient, .gradientSummary]).isEmpty }
  var needsHessianDiagonal: Bool { !intersection([.hessianDiagonal, .hessianDiagonalSummary]).isEmpty }
}

/// Settings of a compiled objective.
public struct CompileOptions: Sendable {
  public var precision: Precision
  public var curvature: Curvature
  /// The most elements for which a Hessian diagonal without structure is found by Hessian-vector products: exactly, at the
  /// cost of one such product an element. Not below 0.
  public var hessianVectorProductLimit: Int
  /// From how many random probes a diagonal without structure is estimated beyond that limit (2 to `mostProbes`), each at
  /// the cost of one Hessian-vector product. `nil`: it is not estimated, which is an error. Never used where there is
  /// structure. Takes three arrays of the variable's size beside the diagonal.
  public var probes: Int?

  public static let defaultProductLimit = 4096
  /// The most probes of an estimate.
  public static let mostProbes = 1_000_000

  public init(
    precision: Precision = .single, curvature: Curvature = .exact,
    hessianVectorProductLimit: Int = defaultProductLimit, probes: Int? = nil
  ) {
    self.precision = precision
    self.curvature = curvature
    self.hessianVectorProductLimit = hessianVectorProductLimit
    self.probes = probes
  }

  /// Throws for a limit or a number of probes that cannot be.
  func check() throws(AutodiffError) {
    guard hessianVectorProductLimit >= 0 else {
      throw .invalid(
        operation: "Hessian diagonal",
        reason: "a limit of \(hessianVectorProductLimit) elements; it is 0 or more")
    }
    if let probes { try DiagonalEstimate<Double>.check(probes: probes) }
  }
}

/// An objective's value, gradient and curvature for arrays of one layout.
public struct CompiledObjective: Sendable {
  public let method: DiagonalMethod
  public let options: CompileOptions
  let objective: Objective
  let sources: [Plan.Source]
  let layout: ArrayLayout
  let plan: Plan
  let wanted: Wanted
  let termCount: Int
  /// Where the structure ends: what is done instead.
  let unstructured: UnstructuredDiagonal?
  /// The results that summaries are made of.
  let gradientSummary, diagonalSummary: Int?

  /// - Parameters:
  ///   - sources: the objective's variable first, then every other input.
  /// - Throws: `AutodiffError.missingInput` where the first source is not the variable, `.invalid` for options or layouts
  ///   that cannot be; `AutodiffError.structureEnds` where the exact diagonal is out of reach and no estimate is allowed.
  public init(
    _ objective: Objective, sources: [Plan.Source], wanted: Wanted = .all,
    options: CompileOptions = CompileOptions()
  ) throws(AutodiffError) {
    try options.check()
    try objective.check(sources)
    self.objective = objective
    self.sources = sources
    self.options = options
    self.wanted = wanted
    layout = sources[0].layout
    termCount = objective.terms.count
    var results: [Plan.Result] = [.numbers(objective.value)] + objective.terms.map { .numbers($0) }
    var derivatives: [Expression] = []
    var method = DiagonalMethod.structured
    var unstructured: UnstructuredDiagonal?
    if !wanted.isEmpty { derivatives.append(try objective.gradient()) }
    if wanted.needsHessianDiagonal {
      let diagonal = try objective.curvature(options.curvature)
      method = diagonal.method
      if let expression = diagonal.expression {
        derivatives.append(expression)
      } else {
        let found = try UnstructuredDiagonal(objective, sources, options, because: diagonal.reason)
        (unstructured, method) = (found, found.method)
      }
    }
    results.append(.numbers(objective.undefinedDerivatives(in: derivatives)))
    // Squares of small numbers would vanish in Float.
    let scale = Double(objective.variable.shape.count)
    func summarised(_ x: Expression) -> Int {
      results += [.numbers(square(scale * x).summed(over: Array(0..<x.shape.rank))), .extremes(x)]
      return results.count - 2
    }
    if wanted.contains(.gradient) { results.append(.array(derivatives[0], layout: layout)) }
    gradientSummary = wanted.contains(.gradientSummary) ? summarised(derivatives[0]) : nil
    var diagonalSummary: Int?
    if let diagonal = derivatives.dropFirst().first {
      if wanted.contains(.hessianDiagonal) { results.append(.array(diagonal, layout: layout)) }
      if wanted.contains(.hessianDiagonalSummary) { diagonalSummary = summarised(diagonal) }
    }
    self.diagonalSummary = diagonalSummary
    self.method = method
    self.unstructured = unstructured
    plan = try Plan(results, sources: sources, precision: options.precision, classAxis: objective.classAxis)
  }

  /// Scratch memory for runs; not for two at a time.
  public final class Workspace {
    let plan: Plan.Workspace
    let unstructured: Plan.Workspace?
    /// Of a diagonal without structure: how large it is, and of an estimate the norm of the standard errors.
    var unstructuredSummary: ArraySummary?
    var standardError: Double?
    let inputs: UnsafeMutablePointer<UnsafeRawPointer?>
    let outputs: UnsafeMutablePointer<UnsafeMutableRawPointer?>
    init(_ objective: CompiledObjective, threads: Int) {
      plan = objective.plan.makeWorkspace(threads: threads)
      unstructured = objective.unstructured?.product.makeWorkspace(threads: threads)
      inputs = .allocate(capacity: objective.sources.count + 1)
      inputs.initialize(repeating: nil, count: objective.sources.count + 1)
      outputs = .allocate(capacity: 2)
      outputs.initialize(repeating: nil, count: 2)
    }
    deinit {
      inputs.deallocate()
      outputs.deallocate()
    }
  }

  public func makeWorkspace(threads: Int = 1) -> Workspace { Workspace(self, threads: threads) }

  /// Evaluates the objective on the arrays whose addresses stand in `work.inputs`, in the order of the sources.
  ///
  /// What is written is settled by what the objective was compiled for, and never by whether there is room: an array that
  /// was not asked for has no elements, and none is written.
  ///
  /// - Parameters:
  ///   - gradient: room for it; no elements if it was not asked for.
  ///   - diagonal: room for the Hessian diagonal, likewise.
  /// - Precondition: `Scalar` is the plan's precision, and each span has as many elements as `room(for:)` says.
  /// - Returns: the value.
  package func run<Scalar: ArrayScalar>(
    gradient: inout MutableSpan<Scalar>, diagonal: inout MutableSpan<Scalar>, _ work: Workspace
  ) throws(Plan.OutsideDomain) -> Double {
    precondition(Scalar.precision == options.precision, "arrays of another precision than the plan's")
    precondition(gradient.count == room(for: .gradient), "room for the gradient")
    precondition(diagonal.count == room(for: .hessianDiagonal), "room for the Hessian diagonal")
    try runPlan(gradient: &gradient, diagonal: &diagonal, work)
    if wanted.contains(.hessianDiagonal) {
      try runUnstructured(into: &diagonal, work)
    } else if unstructured != nil {
      // Only how large it is was asked for.
      var own = [Scalar](repeating: 0, count: objective.variable.shape.count)
      var span = own.mutableSpan
      try runUnstructured(into: &span, work)
    }
    return work.plan.number(0)
  }

  /// The elements of an array that is written: all, or none if it was not asked for.
  package func room(for array: Wanted) -> Int {
    wanted.contains(array) ? objective.variable.shape.count : 0
  }

  /// The value, and every array that has structure.
  private func runPlan<Scalar: ArrayScalar>(
    gradient: inout MutableSpan<Scalar>, diagonal: inout MutableSpan<Scalar>, _ work: Workspace
  ) throws(Plan.OutsideDomain) {
    try gradient.withUnsafeMutableBytes { gradient throws(Plan.OutsideDomain) in
      try diagonal.withUnsafeMutableBytes { diagonal throws(Plan.OutsideDomain) in
        // The results are arrays in this order; see `init`.
        var next = 0
        if wanted.contains(.gradient) {
          work.outputs[next] = gradient.baseAddress
          next += 1
        }
        if wanted.contains(.hessianDiagonal), unstructured == nil {
          work.outputs[next] = diagonal.baseAddress
        }
        defer { work.outputs.update(repeating: nil, count: 2) }
        try plan.run(inputs: work.inputs, outputs: work.outputs, work.plan)
      }
    }
  }
}

extension CompiledObjective.Workspace {
  /// Sets the address of a source's first element.
  package func setInput(_ number: Int, _ address: UnsafeRawPointer?) { inputs[number] = address }
  package func input(_ number: Int) -> UnsafeRawPointer? { inputs[number] }
  /// A term of the last run.
  package func term(_ number: Int) -> Double { plan.number(1 + number) }
}

extension CompiledObjective {
  /// Kernel calls for each block of sites, over all passes.
  package var kernelsInBlock: Int {
    plan.programs.reduce(0) { $0 + $1.kernels }
  }

  /// Whether a derivative that is infinite was given as 0 in the last run.
  package func hasUndefinedDerivatives(_ work: Workspace) -> Bool { work.plan.number(1 + termCount) > 0 }
}
