import SegmentationKit
import TextFormats

/// What one call of `segkit loss` is to do, settled before any array is read.
struct LossJob {
  let command: LossCommand
  let loss: any Loss
  /// As it was asked for by name; `nil` for a formula.
  let specification: LossSpecification?
  /// Another library's loss whose arrays have that library's order of axes.
  let library: LibraryLoss?
  /// As it is reported.
  let title: String
  let parameters: [(String, String)]
  let activation: Activation
  let ignored: UInt8?
  let spacing: [Double]?
  let curvature: Curvature
  /// Of a Hessian diagonal without structure.
  let productLimit: Int
  let probes: Int?
  /// Of the heads of a network; the loss's own if not given.
  let weighting: LevelWeighting?
  let prediction: LossArray
  let target: LossArray
  let axes: String
  let layout: Layout
  let isDouble: Bool

  init(_ command: LossCommand) throws {
    self.command = command
    let files: [String]
    let options: LossOptions
    if let expression = command.expression {
      guard command.words.count == 2 else {
        throw LossUsage(
          "--expression takes a prediction and a target, and there are \(command.words.count) arguments")
      }
      guard command.preset == nil else { throw LossUsage("--preset and --expression exclude each other") }
      options = try LossOptions(Self.options(command))
      loss = try options.applied(
        to: FormulaLoss(expression, classWeights: Self.numbers(command.classWeights, "--class-weights")))
      specification = nil
      title = expression
      parameters = []
      files = command.words
    } else {
      guard command.words.count == 3 else {
        throw LossUsage("a loss, a prediction and a target are needed: segkit loss dice pred.npy target.npy")
      }
      let configured = try ConfiguredLoss(
        command.words[0],
        given: Self.options(command).merging(Self.parameters(command)) { own, _ in own },
        preset: command.preset)
      (loss, options) = (configured.loss, configured.options)
      specification = configured.specification.single
      title = command.words[0]
      parameters = Self.parameters(configured.specification)
      files = Array(command.words.dropFirst())
    }
    activation = options.activation ?? .none
    ignored = options.ignored
    weighting = options.weighting
    if specification?.entry.derivatives == .valueOnly,
      command.gradient != nil || command.hessianDiagonal != nil || command.heatmap != nil
    {
      throw LossUsage(
        "\(title) has a value only: it is constant almost everywhere, and has no derivatives to write")
    }
    spacing = try Self.numbers(command.spacing, "--spacing")
    curvature = try Self.curvature(command.curvature)
    (productLimit, probes) = try Self.unstructured(command)
    prediction = try LossArray(files[0])
    target = try LossArray(files[1])
    try Self.checkOutputs(command, files)
    if let specification, specification.entry.arrays != nil, command.axes == nil,
      case .array = prediction.source
    {
      let library = try LibraryLoss(specification)
      guard activation == .none else {
        throw LossUsage("--activation: \(title) applies its own; its library's arguments say which")
      }
      let arrangement = try library.arrangement(prediction: prediction.shape, target: target.shape)
      (self.library, axes, layout) = (library, arrangement.layout.axes, arrangement.layout)
      isDouble = try Self.isDouble(command.precision, prediction)
      try checkMemory(command, files[0])
      return
    }
    library = nil
    guard let axes = command.axes ?? [1: "x", 2: "yx"][prediction.rank] ?? Self.imageAxes(prediction) else {
      throw LossUsage(
        "\(files[0]) has \(prediction.rank) axes, \(prediction.shape); say what they are: --axes bczyx or the like"
      )
    }
    self.axes = axes
    layout = try prediction.layout(axes)
    isDouble = try Self.isDouble(command.precision, prediction)
    try checkMemory(command, files[0])
  }

  /// The prediction, which may be labels that stand for many classes, and each result of its size fit into memory together.
  private func checkMemory(_ command: LossCommand, _ path: String) throws {
    let results = [command.gradient, command.hessianDiagonal, command.heatmap].count { $0 != nil }
    try FileMemory.check(layout.count, of: (isDouble ? 8 : 4) * (1 + results), for: path)
  }

  /// Finds out before the work whether its results can be written, each into a place of its own and none over a file that is read.
  private static func checkOutputs(_ command: LossCommand, _ files: [String]) throws {
    var arrays = [command.gradient, command.hessianDiagonal].compactMap { $0 }
    for level in command.level.indices {
      arrays += [command.gradient, command.hessianDiagonal].compactMap { $0 }.map {
        LossJob.path($0, level: level + 1)
      }
    }
    do {
      var keys: Set<String> = []
      for path in arrays {
        try NPYFile.checkKey(path)
        guard let key = NPYFile.key(of: path) else { continue }
        guard keys.insert(OutputFile.identity(NPYFile.file(of: path)) + "::" + key).inserted else {
          throw LossUsage("\(path): two results cannot go to one array of an archive; give each its own key")
        }
      }
      // Several arrays may go into one archive.
      let archives = Set(
        arrays.filter { NPYFile.key(of: $0) != nil }.map { OutputFile.identity(NPYFile.file(of: $0)) })
      let paths =
        arrays.filter { NPYFile.key(of: $0) == nil } + archives.sorted() + [command.heatmap].compactMap { $0 }
      let planned = try PlannedOutputs(paths)
      for path in paths { try OutputFile.checkWritable(path) }
      for path in archives { try NPYFile.checkArchive(path) }
      let inputs =
        files + command.level + [command.mask, command.distance, command.weights].compactMap { $0 }
      try planned.checkSpared {
        inputs.flatMap { path in (try? MaskSource.at(NPYFile.file(of: path)))?.inputFiles ?? [] }
      }
    } catch let error as MaskFileError { throw LossUsage(error.description) }
  }

  /// Where the result of a head of the network goes: beside that of the first, `.1`, `.2` … before the ending.
  static func path(_ path: String, level: Int) -> String {
    guard level > 0 else { return path }
    if let key = NPYFile.key(of: path) { return "\(NPYFile.file(of: path))::\(key).\(level)" }
    return (path.hasSuffix(".npy") ? String(path.dropLast(4)) : path) + ".\(level).npy"
  }

  /// Whether the loss is an array, and not a number.
  var isUnreduced: Bool {
    specification?.value(of: "reduction") == .choice("none")
  }

  private static func isDouble(_ precision: String?, _ prediction: LossArray) throws -> Bool {
    switch precision {
    case "double": return true
    case "float": return false
    case nil: return prediction.isDouble
    case let other?: throw LossUsage("--precision is float or double, and not \(other)")
    }
  }

  /// The values of all parameters, with the loss's name before them in a sum.
  private static func parameters(_ specification: LossSumSpecification) -> [(String, String)] {
    specification.terms.flatMap { term in
      let entry = term.specification.entry
      return entry.parameters.compactMap { parameter in
        term.specification.value(of: parameter.name).map { value in
          ((specification.single == nil ? "\(entry.name)." : "") + parameter.name, value.description)
        }
      }
    }
  }

  private static func imageAxes(_ array: LossArray) -> String? {
    if case .images = array.source { "zyx" } else { nil }
  }

  /// Flags that are shorthand for options of whoever evaluates a loss, by key.
  private static func options(_ command: LossCommand) -> [String: String] {
    [
      "activation": command.activation, "ignore-label": command.ignoreLabel.map(String.init),
      "clip": command.clip, "level-weights": command.levelWeights?.replacing(",", with: "/"),
    ].compactMapValues { $0 }
  }

  /// Flags that are shorthand for parameters of a loss, by key.
  private static func parameters(_ command: LossCommand) -> [String: String] {
    [
      "over": command.over, "class-weights": command.classWeights?.replacing(",", with: "/"),
      "exclude-background": command.excludeBackground ? "true" : nil,
    ].compactMapValues { $0 }
  }

  private static func numbers(_ text: String?, _ flag: String) throws -> [Double]? {
    guard let text else { return nil }
    let separator: Character = text.contains("x") ? "x" : ","
    let numbers = text.split(separator: separator, omittingEmptySubsequences: false).map {
      Double(decimal: $0)
    }
    guard !numbers.contains(where: { $0.map { !$0.isFinite } ?? true }) else {
      throw LossUsage("\(flag) takes numbers with commas between them, and not \(text)")
    }
    return numbers.compactMap { $0 }
  }

  /// How far a Hessian diagonal without structure is found exactly, and from how many probes it is estimated beyond.
  private static func unstructured(_ command: LossCommand) throws -> (limit: Int, probes: Int?) {
    if let limit = command.productLimit, limit < 1 {
      throw LossUsage("--product-limit is a number of elements, 1 or more, and not \(limit)")
    }
    if let probes = command.estimate, !(2...CompileOptions.mostProbes).contains(probes) {
      throw LossUsage(
        "--estimate is a number of probes from 2 (one has no standard error) to \(CompileOptions.mostProbes), and not \(probes)"
      )
    }
    let standard = command.estimate == nil ? CompileOptions.defaultProductLimit : 0
    return (command.productLimit ?? standard, command.estimate)
  }

  private static func curvature(_ text: String) throws -> Curvature {
    let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
    switch (parts.first, parts.count > 1 ? Double(decimal: parts[1]) : 1e-3) {
    case ("exact", _) where parts.count == 1: return .exact
    case ("absolute", _) where parts.count == 1: return .absolute
    case ("gauss-newton", _) where parts.count == 1: return .gaussNewton
    case ("positive", let floor?) where floor > 0 && floor.isFinite: return .positive(floor: .relative(floor))
    default:
      throw LossUsage(
        "--curvature is exact, absolute, gauss-newton or positive:FLOOR (relative to the mean magnitude), and not \(text)"
      )
    }
  }
}
