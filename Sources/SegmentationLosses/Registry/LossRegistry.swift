import TextFormats

// Losses by name.

/// Every loss that can be asked for by name, and how a name with parameters is read.
public enum LossRegistry {
  /// In the order in which they are listed.
  public static let entries: [LossEntry] =
    regionLosses + voxelwiseLosses + compoundLosses + distanceLosses + shapeLosses + generalLosses
    + adversarialLosses + featureLosses

  /// The loss of a name, `nil` if there is none: one of ours, or `library/Class`.
  public static func entry(_ name: String) -> LossEntry? {
    if let slash = name.firstIndex(of: "/") {
      return LibraryPreset.named(String(name[..<slash]))?.entry(String(name[name.index(after: slash)...]))
    }
    let wanted = name.lowercased().replacing("_", with: "-")
    return entries.first { $0.name == wanted }
  }
}

/// A loss by name, with parameters: `tversky:alpha=0.3,beta=0.7`, or by the name that another library gives it:
/// `monai-1.6/DiceLoss:sigmoid=true`.
public struct LossSpecification: Sendable {
  /// As it was written.
  public let text: String
  public let entry: LossEntry
  public private(set) var parameters: LossParameters
  /// The names of those that were given.
  private var given: Set<String> = []
  /// Keys that are no parameter of the loss but options of whoever runs it, with their texts.
  public private(set) var options: [String: String] = [:]

  /// - Parameters:
  ///   - options: keys that are read by the caller.
  ///   - preset: the library whose loss this is, as `preset=` in the text says too.
  /// - Throws: `LossError.badSpecification`, which says what is known.
  public init(_ text: String, options known: Set<String> = [], preset: String? = nil) throws(LossError) {
    self.text = text
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    var pairs: [(key: String, text: String)] = []
    for pair in parts.count > 1 ? parts[1].split(separator: ",", omittingEmptySubsequences: false) : [] {
      let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      guard sides.count == 2, !sides[0].isEmpty else {
        throw .badSpecification(text, reason: "\"\(pair)\" is not key=value")
      }
      pairs.append((sides[0].lowercased().replacing("_", with: "-"), sides[1]))
    }
    let presets = Set(pairs.filter { $0.key == "preset" }.map(\.text) + (preset.map { [$0] } ?? []))
    guard presets.count < 2 else {
      throw .badSpecification(text, reason: "two presets: \(presets.sorted().joined(separator: " and "))")
    }
    entry = try Self.entry(parts[0], preset: presets.first, text)
    parameters = LossParameters(entry.parameters)
    for (key, value) in pairs where key != "preset" {
      if takes(key) {
        try set(key, value)
      } else if known.contains(key) {
        options[key] = value
      } else {
        throw unknown(key, known)
      }
    }
  }

  private static func entry(_ name: String, preset: String?, _ text: String) throws(LossError) -> LossEntry {
    let slash = name.firstIndex(of: "/")
    guard let library = preset ?? slash.map({ String(name[..<$0]) }) else {
      if let entry = LossRegistry.entry(name) { return entry }
      throw .badSpecification(text, reason: "there is no loss \"\(name)\"\(suggestion(name))")
    }
    guard let found = LibraryPreset.named(library) else {
      let known = LibraryPreset.all.map(\.name).joined(separator: ", ")
      throw .badSpecification(text, reason: "there is no preset \"\(library)\"; there are \(known)")
    }
    if let slash, String(name[..<slash]).lowercased() != found.name {
      throw .badSpecification(text, reason: "\(name) is not of preset \(found.name)")
    }
    let own = slash.map { String(name[name.index(after: $0)...]) } ?? name
    guard let entry = found.entry(own) else {
      let known = found.entries.map(\.name).joined(separator: ", ")
      throw .badSpecification(text, reason: "\(found.name) has no loss \"\(own)\"; it has \(known)")
    }
    return entry
  }

  /// A parameter by its name, whether with hyphens or underscores.
  private func parameter(_ key: String) -> LossParameter? {
    let wanted = LibraryPreset.plain(key)
    return entry.parameters.first { LibraryPreset.plain($0.name) == wanted }
  }

  /// Sets a parameter; one that was given with another value is an error.
  public mutating func set(_ key: String, _ text: String) throws(LossError) {
    guard let parameter = parameter(key) else { throw unknown(key, []) }
    let key = parameter.name
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
  public func value(of key: String) -> LossParameter.Value? {
    parameter(key).flatMap { parameters.values[$0.name] }
  }

  public func takes(_ key: String) -> Bool { parameter(key) != nil }

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
      $0.contains(wanted) || wanted.contains($0) || NearestName.distance($0, wanted) <= 2
    }
    return close.isEmpty
      ? "; `segkit list losses` prints all" : "; is one of these meant: \(close.joined(separator: ", "))?"
  }
}
