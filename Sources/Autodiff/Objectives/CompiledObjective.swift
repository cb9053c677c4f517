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
  /// The most elements for which a Hessian diagonal without structure is found by Hessian-vector products.
  public var hessianVectorProductLimit: Int

  public static let defaultProductLimit = 4096

  public init(
    precision: Precision = .single, curvature: Curvature = .exact,
    hessianVectorProductLimit: Int = defaultProductLimit
  ) {
    self.precision = precision
    self.curvature = curvature
    self.hessianVectorProductLimit = hessianVectorProductLimit
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
  /// Where the structure ends: Hessian-vector products.
  let products: Plan?
  /// The results that summaries are made of.
  let gradientSummary, diagonalSummary: Int?

  /// - Parameters:
  ///   - sources: the objective's variable first, then every other input.
  /// - Throws: `AutodiffError.structureEnds` where the exact diagonal is out of reach.
  public init(
    _ objective: Objective, sources: [Plan.Source], wanted: Wanted = .all,
    options: CompileOptions = CompileOptions()
  ) throws(AutodiffError) {
    self.objective = objective
    self.sources = sources
    self.options = options
    self.wanted = wanted
    layout = sources[0].layout
    termCount = objective.terms.count
    var results: [Plan.Result] = [.numbers(objective.value)] + objective.terms.map { .numbers($0) }
    var derivatives: [Expression] = []
    var method = DiagonalMethod.structured
    var products: Plan?
    if !wanted.isEmpty { derivatives.append(try objective.gradient()) }
    if wanted.needsHessianDiagonal {
      let diagonal = try objective.curvature(options.curvature)
      method = diagonal.method
      if let expression = diagonal.expression {
        derivatives.append(expression)
      } else {
        products = try Self.products(objective, sources, options, because: diagonal.reason)
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
    self.products = products
    plan = try Plan(results, sources: sources, precision: options.precision, classAxis: objective.classAxis)
  }

  /// A Hessian-vector product, for a diagonal without structure.
  private static func products(
    _ objective: Objective, _ sources: [Plan.Source], _ options: CompileOptions, because reason: String
  ) throws(AutodiffError) -> Plan {
    let count = objective.variable.shape.count
    if count > options.hessianVectorProductLimit {
      throw .structureEnds(reason: reason, count: count, limit: options.hessianVectorProductLimit)
    }
    let vector = Variable("vector", shape: objective.variable.shape)
    let product = try hessianVectorProduct(
      of: objective.value, withRespectTo: objective.variable, times: vector.expression)
    let layout = sources[0].layout
    return try Plan(
      [.array(product, layout: layout)], sources: sources + [Plan.Source(vector, layout: layout)],
      late: [vector], precision: options.precision, classAxis: objective.classAxis)
  }

  /// Scratch memory for runs; not for two at a time.
  public final class Workspace {
    let plan: Plan.Workspace
    let products: Plan.Workspace?
    /// Of a diagonal without structure.
    var productSummary: ArraySummary?
    let inputs: UnsafeMutablePointer<UnsafeRawPointer?>
    let outputs: UnsafeMutablePointer<UnsafeMutableRawPointer?>
    init(_ objective: CompiledObjective, threads: Int) {
      plan = objective.plan.makeWorkspace(threads: threads)
      products = objective.products?.makeWorkspace(threads: threads)
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
  /// - Parameters:
  ///   - gradient: room for it; needed if it was asked for.
  ///   - diagonal: room for the Hessian diagonal, likewise.
  /// - Returns: the value.
  package func run(
    gradient: UnsafeMutableRawPointer?, diagonal: UnsafeMutableRawPointer?, _ work: Workspace
  ) throws(Plan.OutsideDomain) -> Double {
    var next = 0
    if wanted.contains(.gradient) {
      work.outputs[next] = gradient
      next += 1
    }
    if wanted.contains(.hessianDiagonal), products == nil { work.outputs[next] = diagonal }
    try plan.run(inputs: work.inputs, outputs: work.outputs, work.plan)
    if let products, let productWork = work.products {
      try withDiagonal(diagonal) { (diagonal) throws(Plan.OutsideDomain) in
        try runProducts(products, productWork, diagonal, work)
        if wanted.contains(.hessianDiagonalSummary) {
          work.productSummary = summary(of: diagonal, count: objective.variable.shape.count)
        }
      }
    }
    return work.plan.number(0)
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
