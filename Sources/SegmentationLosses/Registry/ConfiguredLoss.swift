import TextFormats

/// A loss as it is asked for in one text, with the options that are no parameter of a loss but belong to whoever evaluates it:
/// `tversky:alpha=0.3,activation=softmax,clip=1e-7`.
public struct ConfiguredLoss: Sendable {
  public let text: String
  public let specification: LossSumSpecification
  /// Clipped, where that was asked for.
  public let loss: any Loss
  public let options: LossOptions

  /// - Parameters:
  ///   - given: options and parameters from elsewhere, by the same keys.
  ///   - preset: the library whose loss this is.
  /// - Throws: `LossError.badSpecification`, `.badParameter`.
  public init(
    _ text: String, given: [String: String] = [:], preset: String? = nil
  ) throws(LossError) {
    self.text = text
    var specification = try LossSumSpecification(text, options: LossOptions.keys, preset: preset)
    var texts = try specification.options()
    for (key, value) in given.sorted(by: { $0.key < $1.key }) {
      if LossOptions.keys.contains(key) {
        if let own = texts[key], own != value {
          throw .badSpecification(text, reason: "\(key)=\(own) and --\(key) \(value) contradict each other")
        }
        texts[key] = value
      } else {
        guard specification.takes(key) else {
          throw .badSpecification(text, reason: "--\(key) means nothing to it")
        }
        try specification.set(key, value)
      }
    }
    options = try LossOptions(texts)
    self.specification = specification
    loss = try options.applied(to: specification.loss())
  }
}

/// What belongs to whoever evaluates a loss.
public struct LossOptions: Sendable {
  public static let keys: Set<String> = ["activation", "ignore-label", "clip", "level-weights"]

  /// What makes probabilities of the prediction; nil if nothing was said.
  public let activation: Activation?
  /// A label whose sites do not count.
  public let ignored: UInt8?
  /// Probabilities are held within [ε, 1 − ε].
  public let clip: Double?
  /// Of the heads of a network.
  public let weighting: LevelWeighting?

  /// - Parameter texts: by key.
  /// - Throws: `LossError.badSpecification` for a value that is none.
  public init(_ texts: [String: String]) throws(LossError) {
    activation = try texts["activation"].map { (name) throws(LossError) in
      guard let activation = Activation(rawValue: name == "linear" ? "none" : name) else {
        throw Self.bad(
          "activation", name, "one of " + Activation.allCases.map(\.rawValue).joined(separator: ", "))
      }
      return activation
    }
    ignored = try texts["ignore-label"].map { (text) throws(LossError) in
      guard let label = UInt8(text) else { throw Self.bad("ignore-label", text, "a label from 0 to 255") }
      return label
    }
    clip = try texts["clip"].map { (text) throws(LossError) in
      guard let epsilon = Double(decimal: text), epsilon > 0, epsilon < 0.5 else {
        throw Self.bad("clip", text, "above 0 and below 1/2")
      }
      return epsilon
    }
    weighting = try texts["level-weights"].map { (text) throws(LossError) in
      let named: [String: LevelWeighting] = [
        "floored": .floored, "same": .same, "two": .two, "halved": .halved,
      ]
      if let weighting = named[text] { return weighting }
      let weights = text.split(separator: "/", omittingEmptySubsequences: false).map { Double($0) ?? .nan }
      guard weights.allSatisfy({ $0.isFinite && $0 >= 0 }) else {
        throw Self.bad("level-weights", text, "floored, same, two, halved or numbers with / between them")
      }
      return .given(weights)
    }
  }

  /// The loss, clipped where that was asked for.
  ///
  /// - Throws: `LossError.badParameter`.
  public func applied(to loss: any Loss) throws(LossError) -> any Loss {
    let applied: any Loss = clip.map { ClippedLoss(loss, epsilon: $0) } ?? loss
    try applied.checkParameters()
    return applied
  }

  private static func bad(_ key: String, _ text: String, _ allowed: String) -> LossError {
    .badSpecification("--\(key)", reason: "it is \(allowed), and not \(text)")
  }
}
