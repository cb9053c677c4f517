import LabelMaps
import SegmentationMetrics
import SegmentationReports
import SegmentationScoring
import TestSupport
import Testing
import TextFormats

/// Results that reports are made of in tests.
enum ReportSamples {
  /// Three cases, label 2 absent from one and 3 from all; names that need quotes.
  static func plain(labels: String? = nil, background: UInt32? = 0) throws -> ScoreResult {
    let set = try TinySet()
    let pairs: [(String, [UInt8], [UInt8])] = [
      ("a, \"b\"", [0, 1, 1, 0, 2], [0, 1, 0, 0, 2]), ("x|y", [0, 1, 0, 0, 0], [0, 1, 1, 0, 0]),
      ("z", [2, 1, 0, 1, 2], [2, 2, 0, 1, 0]),
    ]
    for (name, prediction, reference) in pairs {
      try set.folder.grey("p/\(name).png", prediction)
      try set.folder.grey("r/\(name).png", reference)
    }
    var settings = try ScoreSettings(metrics: "dice", "recall", "relative-volume-difference")
    settings.background = background
    settings.labels = try labels.map { try LabelScheme(parsing: $0) }
    return try set.run(settings)
  }

  /// The same with a prediction that cannot be read, a missing one and a reference that cannot be read.
  static func troubled(missing: MissingPolicy = .worst) throws -> ScoreResult {
    let set = try TinySet()
    try set.folder.grey("p/good.png", [0, 1, 1, 0])
    try set.folder.grey("r/good.png", [0, 1, 0, 2])
    try set.folder.bytes("p/torn.png", [1, 2])
    try set.folder.grey("r/torn.png", [0, 1, 1, 0])
    try set.folder.grey("r/lonely.png", [0, 0, 0, 1])
    try set.folder.grey("p/worse.png", [0])
    try set.folder.bytes("r/worse.png", [1, 2])
    var settings = ScoreSettings()
    settings.missing = missing
    return try set.run(settings)
  }

  /// What a report that is written piece by piece writes.
  static func text(_ write: ((String) -> Void) throws -> Void) rethrows -> String {
    var text = ""
    try write { text += $0 }
    return text
  }
}

extension JSONValue {
  /// The value at the end of a path of keys.
  func at(_ keys: String...) throws -> JSONValue {
    var value = self
    for key in keys {
      let found = value.members?.first { $0.key == key }?.value
      value = try #require(found, "no key \(key)")
    }
    return value
  }
}
