import SegmentationKit
import SystemLimits
import TextFormats

extension LossJob {
  /// Reads the arrays, evaluates the loss, and writes what was asked for.
  func run<Scalar: LossScalar & NPYElement>(_ type: Scalar.Type) throws {
    if !command.level.isEmpty { return try runLevels(type) }
    if let library { return try run(library, type) }
    let values = try prediction.numbers(Scalar.self)
    let needsActivation = activation == .none && loss.domain == .probabilities
    if needsActivation {
      try run(try Probabilities(values, layout))
    } else {
      try run(try Logits(values, layout))
    }
  }

  private func run<Input: Prediction>(_ input: Input) throws where Input.Scalar: NPYElement {
    let sites = layout.withoutClasses
    let mask = try command.mask.map { path in try siteMask(try LossArray(path), sites) }
    let distance: DistanceMap<Input.Scalar>? = try command.distance.map { path in
      let array = try LossArray(path)
      return try DistanceMap(try numbers(of: array, "--distance", Input.Scalar.self), layout)
    }
    let weights = try command.weights.map { path in try siteWeights(path, sites, Input.Scalar.self) }
    let threads = SystemThreads.affordable(command.threads ?? 1)
    let result: LossResult<Input.Scalar>
    var values: LossValues?
    if let labels = try targetLabels(sites) {
      result = try evaluated { want in
        try loss.evaluate(
          input, labels, mask: mask, weights: weights, distance: distance, spacing: spacing,
          activation: activation, want: want, curvature: curvature, productLimit: productLimit,
          probes: probes,
          threads: threads)
      }
      if isUnreduced {
        values = try loss.values(
          input, labels, mask: mask, weights: weights, distance: distance, spacing: spacing,
          activation: activation)
      }
    } else {
      guard ignored == nil else {
        throw LossUsage(
          "--ignore-label needs a target of labels, and \(target.path) has a number for each class")
      }
      let soft = try SoftTargets(try numbers(of: target, "the target", Input.Scalar.self), layout)
      result = try evaluated { want in
        try loss.evaluate(
          input, soft, mask: mask, weights: weights, distance: distance, spacing: spacing,
          activation: activation, want: want, curvature: curvature, productLimit: productLimit,
          probes: probes,
          threads: threads)
      }
      if isUnreduced {
        values = try loss.values(
          input, soft, mask: mask, weights: weights, distance: distance, spacing: spacing,
          activation: activation)
      }
    }
    try write(result.gradient, result.hessianDiagonal)
    if let path = command.heatmap, let gradient = result.gradient {
      try OutputFile.replace(path, with: try HeatMap(gradient, layout).png())
    }
    let report = LossReport(
      self, value: result.value,
      values: try values.map { try ShapedArray($0.values, shape: $0.extents) }, terms: result.terms,
      gradient: result.gradientSummary, hessianDiagonal: result.hessianDiagonalSummary, method: result.method,
      standardError: result.hessianDiagonalStandardError, curvature: result.curvature,
      isUndefined: result.hasUndefinedDerivatives)
    Terminal.out(command.json ? report.json.text(.readable) + "\n" : report.summary)
    for name in report.unusable {
      Terminal.diagnosis(
        Diagnosis(
          .warning,
          "the \(name) is not a number everywhere; a parameter or a value leaves what \(precisionName) can hold"
        ))
    }
  }

  private var precisionName: String {
    isDouble ? "double precision" : "single precision (--precision double)"
  }

  /// What `evaluate` gives: the arrays that are written, and how large derivatives are.
  ///
  /// What nobody asked for is left out where it would cost too much: the norm of a Hessian without structure, derivatives
  /// that do not fit into memory.
  func evaluated<Result>(_ evaluate: (Wanted) throws -> Result) throws -> Result {
    if specification?.entry.derivatives == .valueOnly { return try evaluate(.value) }
    var asked: Wanted = .value
    if command.gradient != nil || command.heatmap != nil { asked.insert(.gradient) }
    if command.hessianDiagonal != nil { asked.insert(.hessianDiagonal) }
    do {
      return try evaluate(asked.union([.gradientSummary, .hessianDiagonalSummary]))
    } catch LossError.expression(_, .structureEnds) where command.hessianDiagonal == nil {
    } catch LossError.expression(_, .beyondMemory) where command.hessianDiagonal == nil {
    }
    do {
      return try evaluate(asked.union(.gradientSummary))
    } catch LossError.expression(let name, .beyondMemory(let bytes, let memory)) where asked == .value {
      Terminal.err(
        "note: no gradient: \(LossError.expression(loss: name, .beyondMemory(bytes: bytes, memory: memory)))\n"
      )
      return try evaluate(.value)
    }
  }

  /// What each site counts: an array without classes, or with one.
  private func siteWeights<Scalar: LossScalar & NPYElement>(
    _ path: String, _ sites: Layout, _ type: Scalar.Type
  ) throws -> SiteWeights<Scalar> {
    if let number = Double(decimal: path) {
      return try SiteWeights([Scalar](repeating: Scalar(number), count: sites.count), sites)
    }
    let array = try LossArray(path)
    let names = array.rank == axes.count ? axes : axes.filter { $0 != "c" }
    let own = try array.layout(names)
    guard own.classCount == 1,
      let weights = reordered(try array.numbers(type), from: own.withoutClasses, to: sites)
    else { throw LossUsage("--weights \(path) is \(own), and the prediction's sites are \(sites)") }
    return try SiteWeights(weights, sites)
  }

  /// The target as labels; `nil` if it holds a number for each class.
  func targetLabels(_ sites: Layout) throws -> Labels? {
    let hasClasses = axes.contains("c")
    if hasClasses, target.rank == prediction.rank - 1 {
      let names = axes.filter { $0 != "c" }
      return try labels(of: target, axes: names, sites)
    }
    guard target.rank == prediction.rank else {
      throw LossUsage(
        "the target \(target.path) has \(target.rank) axes, \(target.shape), the prediction \(prediction.rank), "
          + "\(prediction.shape); the target has the same, or those without c")
    }
    if !hasClasses, target.isWhole, command.expression == nil, loss.domain == .probabilities {
      return try labels(of: target, axes: axes, sites)
    }
    return nil
  }

  private func labels(of array: LossArray, axes names: String, _ sites: Layout) throws -> Labels {
    let own = try array.layout(names)
    guard let labels = reordered(try array.labels(), from: own, to: sites) else {
      throw LossUsage(
        "the target \(array.path) is \(own), and the prediction's sites are \(sites); make them the same")
    }
    return try Labels(labels, sites, ignoring: ignored)
  }

  /// The numbers of an array that is to be as the prediction.
  private func numbers<Scalar: LossScalar & NPYElement>(
    of array: LossArray, _ what: String, _ type: Scalar.Type
  ) throws -> [Scalar] {
    let own = try array.layout(axes)
    guard let numbers = reordered(try array.numbers(Scalar.self), from: own, to: layout) else {
      throw LossUsage("\(what), \(array.path), is \(own), and the prediction \(layout); make them the same")
    }
    return numbers
  }

  /// A mask with the prediction's axes (one class) or those without c.
  private func siteMask(_ array: LossArray, _ sites: Layout) throws -> SiteMask {
    let names = array.rank == axes.count ? axes : axes.filter { $0 != "c" }
    let own = try array.layout(names)
    guard own.classCount == 1, let mask = reordered(try array.labels(), from: own.withoutClasses, to: sites)
    else {
      throw LossUsage("--mask \(array.path) is \(own), and the prediction's sites are \(sites)")
    }
    return try SiteMask(mask, sites)
  }

  /// - Parameter inRowOrder: whether the last axis varies fastest, and not as in the prediction's file.
  func write<Scalar: LossScalar & NPYElement>(
    _ gradient: [Scalar]?, _ hessianDiagonal: [Scalar]?, inRowOrder: Bool = false
  ) throws {
    var outputs: [NPYFile.Output<Scalar>] = []
    for (path, values) in [(command.gradient, gradient), (command.hessianDiagonal, hessianDiagonal)] {
      guard let path, let values else { continue }
      outputs.append(
        NPYFile.Output(
          path, values, shape: prediction.shape, fortranOrder: !inRowOrder && prediction.isFortranOrder))
    }
    try NPYFile.write(outputs)
  }
}
