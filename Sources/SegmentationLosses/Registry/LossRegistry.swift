// Losses by name.

/// Every loss that can be asked for by name, and how a name with parameters is read.
public enum LossRegistry {
  /// In the order in which they are listed.
  public static let entries: [LossEntry] =
    regionLosses + voxelwiseLosses + compoundLosses + distanceLosses + shapeLosses + generalLosses
    + adversarialLosses + featureLosses

  /// The loss of a name, `nil` if there is none.
  public static func entry(_ name: String) -> LossEntry? {
    let wanted = name.lowercased().replacing("_", with: "-")
    return entries.first { $0.name == wanted }
  }
}

/// A loss by name, with parameters: `tversky:alpha=0.3,beta=0.7`.
public struct LossSpecification: Sendable {
  /// As it was written.
  public let text: String
  public let entry: LossEntry
  public private(set) var parameters: LossParameters
  /// The names of those that were given.
  private var given: Set<String> = []
  /// Keys that are no parameter of the loss but options of whoever runs it, with their texts.
  public private(set) var options: [String: String] = [:]

  /// - Parameter options: keys that are read by the caller.
  /// - Throws: `LossError.badSpecification`, which says what is known.
  public init(_ text: String, options known: Set<String> = []) throws(LossError) {
    self.text = text
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    guard let entry = LossRegistry.entry(parts[0]) else {
      throw .badSpecification(text, reason: "there is no loss \"\(parts[0])\"\(Self.suggestion(parts[0]))")
    }
    self.entry = entry
    parameters = LossParameters(entry.parameters)
    guard parts.count > 1 else { return }
    for pair in parts[1].split(separator: ",", omittingEmptySubsequences: false) {
      let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      guard sides.count == 2, !sides[0].isEmpty else {
        throw .badSpecification(text, reason: "\"\(pair)\" is not key=value")
      }
      let key = sides[0].lowercased().replacing("_", with: "-")
      if entry.parameters.contains(where: { $0.name == key }) {
        try set(key, sides[1])
      } else if known.contains(key) {
        options[key] = sides[1]
      } else {
        throw unknown(key, known)
      }
    }
  }

  /// Sets a parameter; one that was given with another value is an error.
  public mutating func set(_ key: String, _ text: String) throws(LossError) {
    guard let parameter = entry.parameters.first(where: { $0.name == key }) else { throw unknown(key, []) }
    guard let value = parameter.value(of: text) else {
      throw .badSpecification(
        self.text, reason: "\(key) is \(parameter.allowed), and \"\(text)\" is not")
    }
    if given.contains(key), parameters.values[key] != value {
      throw .badSpecification(self.text, reason: "\(key) is given twice, with different values")
    }
    given.insert(key)
    parameters.set(key, value)
  }

  /// The value of a parameter.
  public func value(of key: String) -> LossParameter.Value? { parameters.values[key] }

  public func takes(_ key: String) -> Bool { entry.parameters.contains { $0.name == key } }

  /// The loss.
  ///
  /// - Throws: `LossError.badParameter` for values the loss is not defined for.
  public func loss() throws(LossError) -> any Loss {
    let loss = entry.make(parameters)
    try loss.checkParameters()
    return loss
  }

  private func unknown(_ key: String, _ options: Set<String>) -> LossError {
    let names = entry.parameters.map(\.name) + options.sorted()
    let known = names.isEmpty ? "it takes none" : "known are \(names.joined(separator: ", "))"
    return .badSpecification(text, reason: "\(entry.name) has no parameter \"\(key)\"; \(known)")
  }

  private static func suggestion(_ name: String) -> String {
    let wanted = name.lowercased().replacing("_", with: "-")
    let close = LossRegistry.entries.map(\.name).filter {
      $0.contains(wanted) || wanted.contains($0) || distance($0, wanted) <= 2
    }
    return close.isEmpty
      ? "; `segkit list losses` prints all" : "; is one of these meant: \(close.joined(separator: ", "))?"
  }

  /// How many letters are to be changed, added or left out.
  private static func distance(_ one: String, _ other: String) -> Int {
    let (a, b) = (Array(one), Array(other))
    var row = Array(0...b.count)
    for i in a.indices {
      var previous = row[0]
      row[0] = i + 1
      for j in b.indices {
        let here = row[j + 1]
        row[j + 1] = min(here + 1, row[j] + 1, previous + (a[i] == b[j] ? 0 : 1))
        previous = here
      }
    }
    return row[b.count]
  }
}
