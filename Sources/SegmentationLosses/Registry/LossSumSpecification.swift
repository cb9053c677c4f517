import TextFormats

// Weighted sums of losses by name.

/// Losses by name, each with a factor: `dice+0.5*cross-entropy:label-smoothing=0.1`.
public struct LossSumSpecification: Sendable {
  /// As it was written.
  public let text: String
  public private(set) var terms: [Term]
  /// The most losses of a sum.
  public static let mostTerms = 100

  /// A loss with its factor.
  public struct Term: Sendable {
    public let weight: Double
    public var specification: LossSpecification
  }

  /// - Parameters:
  ///   - options: keys that are read by the caller.
  ///   - preset: the library whose losses these are.
  /// - Throws: `LossError.badSpecification`, which says what is known.
  public init(_ text: String, options known: Set<String> = [], preset: String? = nil) throws(LossError) {
    self.text = text
    var terms: [Term] = []
    let parts = Self.parts(text)
    guard parts.count <= Self.mostTerms else {
      throw .badSpecification(
        text, reason: "it is a sum of \(parts.count) losses; \(Self.mostTerms) are the most")
    }
    for part in parts {
      let (weight, name) = Self.factor(part)
      guard weight.isFinite, !name.isEmpty else {
        throw .badSpecification(text, reason: "\"\(part)\" is not a loss, nor a number * a loss")
      }
      terms.append(
        Term(weight: weight, specification: try LossSpecification(name, options: known, preset: preset)))
    }
    self.terms = terms
  }

  /// The only loss, where it is no sum.
  public var single: LossSpecification? {
    terms.count == 1 && terms[0].weight == 1 ? terms[0].specification : nil
  }

  /// Keys that are no parameters, with their texts.
  ///
  /// - Throws: `LossError.badSpecification` where terms contradict each other.
  public func options() throws(LossError) -> [String: String] {
    var options: [String: String] = [:]
    for (key, value) in terms.flatMap(\.specification.options) {
      if let other = options[key], other != value {
        throw .badSpecification(text, reason: "\(key) is given twice, as \(other) and \(value)")
      }
      options[key] = value
    }
    return options
  }

  public func takes(_ key: String) -> Bool { terms.contains { $0.specification.takes(key) } }

  /// Sets a parameter of every term that has it.
  public mutating func set(_ key: String, _ text: String) throws(LossError) {
    for index in terms.indices where terms[index].specification.takes(key) {
      try terms[index].specification.set(key, text)
    }
  }

  /// The loss, or the sum of the losses.
  ///
  /// - Throws: `LossError.badParameter` for values a loss is not defined for.
  public func loss() throws(LossError) -> any Loss {
    if let single { return try single.loss() }
    var sum: [WeightedLoss] = []
    for term in terms {
      let loss = try term.specification.loss()
      sum += loss.terms.map { WeightedLoss(weight: term.weight * $0.weight, loss: $0.loss) }
    }
    let loss = LossSum(terms: sum)
    try loss.checkParameters()
    return loss
  }

  /// Split at each + that is not the sign of an exponent.
  private static func parts(_ text: String) -> [String] {
    var parts = [""]
    var before: (Character, Character) = (" ", " ")
    for letter in text {
      let isExponent = before.1.lowercased() == "e" && before.0.isNumber
      if letter == "+", !isExponent { parts.append("") } else { parts[parts.count - 1].append(letter) }
      before = (before.1, letter)
    }
    return parts.map { String($0.drop { $0 == " " }).trimmingSuffix { $0 == " " } }
  }

  /// A number and what it multiplies; 1 where there is none.
  private static func factor(_ part: String) -> (Double, String) {
    guard let star = part.firstIndex(of: "*") else { return (1, part) }
    let number = Double(decimal: part[..<star].filter { $0 != " " })
    return (number ?? .nan, String(part[part.index(after: star)...].drop { $0 == " " }))
  }
}

extension String {
  fileprivate func trimmingSuffix(while condition: (Character) -> Bool) -> String {
    var copy = self
    while let last = copy.last, condition(last) { copy.removeLast() }
    return copy
  }
}
