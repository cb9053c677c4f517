import SegmentationKit

/// Settings from a file and from flags: a flag that contradicts the file is an error, not a silent winner.
struct SettingFlags {
  private(set) var settings: ScoreSettings
  private let isFromFile: Bool

  init(_ file: ScoreSettings?) {
    settings = file ?? ScoreSettings()
    isFromFile = file != nil
  }

  /// Takes a convention's choices over, as a flag that other flags may refine.
  ///
  /// - Throws: `ScoreError` of kind usage if a settings file has another.
  mutating func adopt(_ convention: Convention) throws(ScoreError) {
    guard !isFromFile || settings.convention == convention else {
      throw ScoreError(
        .usage, "--convention contradicts --settings; leave out the flag, or change the file")
    }
    if !isFromFile { settings.adopt(convention) }
  }

  /// Sets what a flag says; nil is a flag that was not given.
  ///
  /// - Throws: `ScoreError` of kind usage if a settings file says something else.
  mutating func set<Value: Equatable>(
    _ flag: String, _ key: WritableKeyPath<ScoreSettings, Value>, _ value: Value?
  ) throws(ScoreError) {
    guard let value else { return }
    guard !isFromFile || settings[keyPath: key] == value else {
      throw ScoreError(.usage, "\(flag) contradicts --settings; leave out the flag, or change the file")
    }
    settings[keyPath: key] = value
  }

  /// Sets a choice about shapes from its flag's text.
  ///
  /// - Throws: `ScoreError` of kind usage if it is none of what is known, or a settings file says something else.
  mutating func set(_ setting: ShapeSetting, _ text: String) throws(ScoreError) {
    var shapes = settings.shapes
    guard setting.parse(text.lowercased(), &shapes) else {
      throw ScoreError(
        .usage, "\(setting.flag): '\(text)' is none of \(setting.known.joined(separator: ", "))")
    }
    try set(setting.flag, \.shapes, shapes)
  }
}
