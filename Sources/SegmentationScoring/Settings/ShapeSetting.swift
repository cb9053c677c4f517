import LabelMaps
import SegmentationMetrics
import TextFormats

/// A choice about shapes as settings files and flags have it: everything that is known of its name and its text.
///
/// What is added here is written into results, read from them and from `--settings`, and taken from its flag.
package struct ShapeSetting: Sendable {
  /// Its key in settings.
  package let key: String
  /// What may be said, for errors; empty where the flag has a grammar of its own.
  package let known: [String]
  /// Its value as settings have it; nil where nothing is chosen.
  let json: @Sendable (ShapeOptions) -> JSONValue?
  /// Reads what `json` gives; labels may go by their names.
  ///
  /// - Throws: `ScoreError` of kind usage.
  let read: @Sendable (JSONValue, LabelScheme?, inout ShapeOptions) throws -> Void
  /// Reads a text; false where it is none of what is known.
  package let parse: @Sendable (String, inout ShapeOptions) -> Bool

  /// Its flag, which has the key's name.
  package var flag: String { "--" + key.map { $0 == "_" ? "-" : String($0) }.joined() }

  /// In the order in which results have them.
  package static let all: [ShapeSetting] = [
    ShapeSetting(
      "surface", { $0.surface.rawValue }, SurfaceKind.allCases.map(\.rawValue),
      parse: { text, shapes in set(&shapes.surface, SurfaceKind(rawValue: text)) }),
    ShapeSetting(
      "distance", { $0.norm.rawValue }, DistanceNorm.allCases.map(\.rawValue),
      parse: { text, shapes in set(&shapes.norm, DistanceNorm(rawValue: text)) }),
    ShapeSetting(
      "connectivity", { $0.connectivity.rawValue }, ["4", "6", "8", "18", "26"],
      parse: { text, shapes in
        set(
          &shapes.connectivity,
          Connectivity(rawValue: text) ?? Int(text).flatMap(Connectivity.init(neighbours:)))
      }),
    ShapeSetting(
      "matching", { $0.matching.name }, ["iou>V", "iou>=V", "overlap"],
      parse: { text, shapes in set(&shapes.matching, MatchingRule(named: text)) }),
    ShapeSetting(
      "instances", { $0.objects.name }, ["components", "ids", "ids:1000"],
      parse: { text, shapes in set(&shapes.objects, ObjectRule(named: text)) }),
    ShapeSetting(
      "ignored_objects", { $0.leavesOutIgnoredObjects ? "leave-out" : "count" }, ["count", "leave-out"],
      parse: { text, shapes in
        set(&shapes.leavesOutIgnoredObjects, ["count": false, "leave-out": true][text])
      }),
    ShapeSetting(
      "lesions", { $0.lesions.name }, ["dilation=N,above=VOLUME"],
      parse: { text, shapes in set(&shapes.lesions, LesionRule(named: text)) }),
    ShapeSetting(
      "tolerance",
      json: { shapes in
        if case .value(let value) = shapes.tolerance { .number(value) } else { nil }
      },
      read: { json, _, shapes in shapes.tolerance = .value(try tolerance(json, "tolerance")) }),
    ShapeSetting(
      "tolerances",
      json: { shapes in
        let named = shapes.tolerances.sorted { $0.key < $1.key }
        return named.isEmpty ? nil : .object(named.map { .init(key: $0.key, value: .number($0.value)) })
      },
      read: { json, labels, shapes in
        guard let members = json.members else {
          throw ScoreError(.usage, "settings: tolerances must be an object of a number for each label")
        }
        for member in members {
          shapes.tolerances[key(of: member.key, labels)] = try tolerance(member.value, member.key)
        }
      }),
    ShapeSetting(
      "penalty", { $0.penalty?.name }, ["diagonal", "a number of 0 or more"],
      parse: { text, shapes in
        guard let penalty = Penalty(named: text) else { return false }
        shapes.penalty = penalty
        return true
      }),
  ]

  /// The choice of that key.
  static func named(_ key: String) -> ShapeSetting? { all.first { $0.key == key } }

  /// One that goes by text.
  private init(
    _ key: String, _ name: @escaping @Sendable (ShapeOptions) -> String?, _ known: [String],
    parse: @escaping @Sendable (String, inout ShapeOptions) -> Bool
  ) {
    self.key = key
    self.known = known
    self.parse = parse
    json = { name($0).map { .string($0) } }
    read = { json, _, shapes in
      let text = json.text ?? json.double.map(Decimals.shortest) ?? json.text(.line)
      guard parse(text, &shapes) else {
        throw ScoreError(.usage, "settings: shapes.\(key) cannot be '\(text)'")
      }
    }
  }

  /// One whose flag has a grammar of its own.
  private init(
    _ key: String, json: @escaping @Sendable (ShapeOptions) -> JSONValue?,
    read: @escaping @Sendable (JSONValue, LabelScheme?, inout ShapeOptions) throws -> Void
  ) {
    self.key = key
    self.json = json
    self.read = read
    known = []
    parse = { _, _ in false }
  }

  /// The key of a label that may go by its name.
  static func key(of name: String, _ labels: LabelScheme?) -> String {
    labels?.item(named: name)?.key ?? name
  }

  private static func set<Value>(_ place: inout Value, _ value: Value?) -> Bool {
    guard let value else { return false }
    place = value
    return true
  }

  private static func tolerance(_ json: JSONValue, _ key: String) throws(ScoreError) -> Double {
    guard let value = json.double, value >= 0, value.isFinite else {
      throw ScoreError(.usage, "settings: tolerance of '\(key)' must be a number of 0 or more")
    }
    return value
  }
}
