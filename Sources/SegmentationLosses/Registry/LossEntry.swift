import TextFormats

// What is known of a loss by its name: formula, parameters, where it comes from, how it is differentiated.

/// A loss as it can be asked for by name.
public struct LossEntry: Sendable {
  public enum Family: String, Sendable, CaseIterable {
    case region, voxelwise, compound, distance, shape, general, adversarial, feature
    /// Other libraries' classes and functions.
    case library
  }

  /// What its second derivatives are.
  public enum DerivativeStatus: String, Sendable {
    /// Exact, at about the cost of a gradient.
    case exact
    /// Exact, and zero but on a set of measure zero (by the prediction; through an activation there is a curvature).
    case zeroAlmostEverywhere = "zero almost everywhere"
    /// The Hessian has no structure: exact by a product for each element up to a limit, else an estimate.
    case structureEnds = "structure ends"
    /// No derivative: the value alone.
    case valueOnly = "value only"
  }

  public let name: String
  public let family: Family
  public let formula: String
  public let parameters: [LossParameter]
  /// Authors and year, or where it is defined.
  public let source: String
  public let derivatives: DerivativeStatus
  /// How the library that it belongs to reads arrays; `nil` for our own losses.
  public let arrays: LibraryArrays?
  /// The name of our own loss that is nearest to a library's.
  public let like: String
  /// What the heads of a network count, for a loss that is a sum over these.
  let levelWeighting: (@Sendable (LossParameters) -> LevelWeighting)?
  let make: @Sendable (LossParameters) -> any Loss

  init(
    _ name: String, _ family: Family, _ formula: String, _ parameters: [LossParameter] = [], source: String,
    derivatives: DerivativeStatus = .exact, arrays: LibraryArrays? = nil, like: String? = nil,
    levelWeighting: (@Sendable (LossParameters) -> LevelWeighting)? = nil,
    make: @escaping @Sendable (LossParameters) -> any Loss
  ) {
    self.name = name
    self.family = family
    self.formula = formula
    self.parameters = parameters
    self.source = source
    self.derivatives = derivatives
    self.arrays = arrays
    self.like = like ?? name
    self.levelWeighting = levelWeighting
    self.make = make
  }
}

/// A parameter of a loss, with its default.
public struct LossParameter: Sendable {
  public enum Value: Sendable, Hashable, CustomStringConvertible {
    case number(Double)
    case numbers([Double])
    case flag(Bool)
    case choice(String)
    /// Not given, where there need not be one.
    case none

    public var description: String {
      switch self {
      case .number(let value): Value.text(value)
      case .numbers(let values): values.map(Value.text).joined(separator: "/")
      case .flag(let value): String(value)
      case .choice(let value): value
      case .none: "none"
      }
    }
    private static func text(_ value: Double) -> String {
      value == value.rounded() && value.magnitude < 1e15 ? String(Int64(value)) : String(value)
    }
  }

  /// What may stand for it.
  public enum Kind: Sendable, Hashable {
    case number, numbers, flag
    case choice([String])
  }

  public let name: String
  public let kind: Kind
  public let standard: Value
  public let meaning: String
  /// Whether "none" may stand for it, though it has a default.
  var allowsNone = false

  /// The same where "none" may stand for it.
  var orNone: LossParameter {
    var copy = self
    copy.allowsNone = true
    return copy
  }

  static func number(_ name: String, _ standard: Double?, _ meaning: String) -> LossParameter {
    LossParameter(
      name: name, kind: .number, standard: standard.map { .number($0) } ?? .none, meaning: meaning)
  }
  static func numbers(_ name: String, _ standard: [Double]? = nil, _ meaning: String) -> LossParameter {
    LossParameter(
      name: name, kind: .numbers, standard: standard.map { .numbers($0) } ?? .none, meaning: meaning)
  }
  static func flag(_ name: String, _ standard: Bool = false, _ meaning: String) -> LossParameter {
    LossParameter(name: name, kind: .flag, standard: .flag(standard), meaning: meaning)
  }
  static func choice<Choice: RawRepresentable<String> & CaseIterable>(
    _ name: String, _ standard: Choice, _ meaning: String
  ) -> LossParameter {
    LossParameter(
      name: name, kind: .choice(Choice.allCases.map(\.rawValue)), standard: .choice(standard.rawValue),
      meaning: meaning)
  }

  /// One of some words; none if `standard` is not given.
  static func word(_ name: String, _ standard: String?, _ words: [String], _ meaning: String) -> LossParameter
  {
    LossParameter(
      name: name, kind: .choice(words), standard: standard.map { .choice($0) } ?? .none, meaning: meaning)
  }

  /// The value that a text stands for; `nil` if it stands for none.
  func value(of text: String) -> Value? {
    switch kind {
    case .number:
      if standard == .none || allowsNone, text.lowercased() == "none" { return Value.none }
      return LossParameter.number(text).map { .number($0) }
    case .numbers:
      if text.lowercased() == "none" { return Value.none }
      let numbers = text.split(separator: "/", omittingEmptySubsequences: false).map {
        LossParameter.number(String($0))
      }
      return numbers.contains { $0 == nil } ? nil : .numbers(numbers.compactMap { $0 })
    case .flag:
      return ["true": true, "yes": true, "1": true, "false": false, "no": false, "0": false][
        text.lowercased()
      ].map { .flag($0) }
    case .choice(let choices):
      if standard == .none, text.lowercased() == "none" { return Value.none }
      return choices.contains(text) ? .choice(text) : nil
    }
  }

  /// A finite number in decimal notation.
  private static func number(_ text: String) -> Double? {
    Double(decimal: text).flatMap { $0.isFinite ? $0 : nil }
  }

  var allowed: String {
    switch kind {
    case .number: "a number"
    case .numbers: "numbers with / between them"
    case .flag: "true or false"
    case .choice(let choices): "one of \(choices.joined(separator: ", "))"
    }
  }
}

/// The parameters of a loss, each with a value of its kind.
public struct LossParameters: Sendable {
  private(set) var values: [String: LossParameter.Value]

  init(_ parameters: [LossParameter]) {
    values = Dictionary(parameters.map { ($0.name, $0.standard) }) { first, _ in first }
  }

  mutating func set(_ name: String, _ value: LossParameter.Value) { values[name] = value }

  /// Those of another loss, with the values that stand here under their names.
  func reduced(to parameters: [LossParameter]) -> LossParameters {
    var copy = LossParameters(parameters)
    for parameter in parameters {
      if let value = values[parameter.name] { copy.set(parameter.name, value) }
    }
    return copy
  }

  func number(_ name: String) -> Double { optionalNumber(name) ?? 0 }
  func optionalNumber(_ name: String) -> Double? {
    if case .number(let value)? = values[name] { value } else { nil }
  }
  func integer(_ name: String) -> Int { Int(exactly: number(name).rounded()) ?? 0 }
  func numbers(_ name: String) -> [Double]? {
    if case .numbers(let values)? = values[name] { values } else { nil }
  }
  /// A word; empty where none was given.
  func word(_ name: String) -> String { if case .choice(let text)? = values[name] { text } else { "" } }
  func flag(_ name: String) -> Bool { values[name] == .flag(true) }
  func choice<Choice: RawRepresentable<String> & CaseIterable>(_ name: String, _ standard: Choice) -> Choice {
    if case .choice(let text)? = values[name] { Choice(rawValue: text) ?? standard } else { standard }
  }
}
