// An objective made ready to be evaluated many times.

/// Which of an objective's derivatives are wanted. The value is always given.
public struct Wanted: OptionSet, Sendable {
  public let rawValue: Int
  public init(rawValue: Int) { self.rawValue = rawValue }
  public static let value = Wanted([])
  public static let gradient = Wanted(rawValue: 1)
  public static let hessianDiagonal = Wanted(rawValue: 2)
  public static let all: Wanted = [.gradient, .hessianDiagonal]
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
    if wanted.contains(.hessianDiagonal) {
      let diagonal = try objective.curvature(options.curvature)
      method = diagonal.method
      if let expression = diagonal.expression {
        derivatives.append(expression)
      } else {
        let count = objective.variable.shape.count
        if count > options.hessianVectorProductLimit {
          throw .structureEnds(
            reason: diagonal.reason, count: count, limit: options.hessianVectorProductLimit)
        }
        let vector = Variable("vector", shape: objective.variable.shape)
        let product = try hessianVectorProduct(
          of: objective.value, withRespectTo: objective.variable, times: vector.expression)
        products = try Plan(
          [.array(product, layout: layout)], sources: sources + [Plan.Source(vector, layout: layout)],
          late: [vector],
          precision: options.precision, classAxis: objective.classAxis)
      }
    }
    results.append(.numbers(objective.undefinedDerivatives(in: derivatives)))
    if wanted.contains(.gradient) { results.append(.array(derivatives[0], layout: layout)) }
    if wanted.contains(.hessianDiagonal), products == nil {
      results.append(.array(derivatives[derivatives.count - 1], layout: layout))
    }
    self.method = method
    self.products = products
    plan = try Plan(results, sources: sources, precision: options.precision, classAxis: objective.classAxis)
  }

  /// Scratch memory for runs; not for two at a time.
  public final class Workspace {
    let plan: Plan.Workspace
    let products: Plan.Workspace?
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
    if let products, let productWork = work.products, let diagonal {
      try runProducts(products, productWork, diagonal, work)
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
