import SegmentationKit

extension LossJob {
  /// Reads the arrays, evaluates the loss, and writes what was asked for.
  func run<Scalar: LossScalar & BitwiseCopyable>(_ type: Scalar.Type) throws {
    let values = try prediction.numbers(Scalar.self)
    let needsActivation = activation == .none && loss.domain == .probabilities
    if needsActivation {
      try run(try Probabilities(values, layout))
    } else {
      try run(try Logits(values, layout))
    }
  }

  private func run<Input: Prediction>(_ input: Input) throws where Input.Scalar: BitwiseCopyable {
    var want = Wanted.value
    if command.gradient != nil || command.heatmap != nil || printsNorms { want.insert(.gradient) }
    if command.hessianDiagonal != nil || printsNorms { want.insert(.hessianDiagonal) }
    let sites = layout.withoutClasses
    let mask = try command.mask.map { path in try siteMask(try LossArray(path), sites) }
    let distance: DistanceMap<Input.Scalar>? = try command.distance.map { path in
      let array = try LossArray(path)
      return try DistanceMap(try numbers(of: array, "--distance", Input.Scalar.self), layout)
    }
    let threads = max(1, command.threads ?? 1)
    let result: LossResult<Input.Scalar>
    if let labels = try targetLabels(sites) {
      result = try loss.evaluate(
        input, labels, mask: mask, distance: distance, spacing: spacing, activation: activation, want: want,
        curvature: curvature, threads: threads)
    } else {
      guard ignored == nil else {
        throw LossUsage(
          "--ignore-label needs a target of labels, and \(target.path) has a number for each class")
      }
      let soft = try SoftTargets(try numbers(of: target, "the target", Input.Scalar.self), layout)
      result = try loss.evaluate(
        input, soft, mask: mask, distance: distance, spacing: spacing, activation: activation, want: want,
        curvature: curvature, threads: threads)
    }
    try write(result)
    Terminal.out(command.json ? report(result).text(.readable) + "\n" : summary(result))
  }

  /// Norms are part of what is printed, but where the Hessian has no structure they would cost too much.
  private var printsNorms: Bool { command.json || command.hessianDiagonal != nil || command.gradient != nil }

  /// The target as labels; `nil` if it holds a number for each class.
  private func targetLabels(_ sites: Layout) throws -> Labels? {
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
  private func numbers<Scalar: LossScalar & BitwiseCopyable>(
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

  private func write<Scalar: BitwiseCopyable>(_ result: LossResult<Scalar>) throws {
    for (path, values) in [
      (command.gradient, result.gradient), (command.hessianDiagonal, result.hessianDiagonal),
    ] {
      guard let path, let values else { continue }
      try NPYFile.write(
        values, shape: prediction.shape, fortranOrder: prediction.isFortranOrder, to: path)
    }
    if let path = command.heatmap, let gradient = result.gradient {
      try OutputFile.replace(path, with: try HeatMap(gradient, layout).png())
    }
  }
}
