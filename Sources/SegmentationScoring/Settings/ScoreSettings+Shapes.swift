import LabelMaps
import SegmentationMetrics
import TextFormats

extension ScoreSettings {
  /// Takes over everything a convention chooses.
  public mutating func adopt(_ convention: Convention) {
    self.convention = convention
    (empty, surface, penalty) = (convention.empty, convention.surface, convention.penalty)
    leavesOutIgnoredObjects = convention.leavesOutIgnoredObjects
    (connectivity, matching, lesions) = (convention.connectivity, convention.matching, convention.lesions)
    if case .value(let tolerance) = convention.tolerance { self.tolerance = tolerance }
  }

  /// Whether nothing about shapes was chosen.
  var hasPlainShapes: Bool {
    let plain = ScoreSettings()
    return surface == plain.surface && norm == plain.norm && connectivity == plain.connectivity
      && matching == plain.matching && objects == plain.objects && lesions == plain.lesions
      && tolerances.isEmpty && tolerance == nil
      && penalty == nil && leavesOutIgnoredObjects == plain.leavesOutIgnoredObjects
      && convention == nil
  }

  /// Every choice about shapes, and what each metric's name means by them.
  var shapesJSON: JSONValue {
    let named = tolerances.sorted { $0.key < $1.key }.map {
      JSONValue.Member(key: $0.key, value: .number($0.value))
    }
    return .members([
      "surface": .string(surface.rawValue),
      "distance": .string(norm.rawValue),
      "connectivity": .string(connectivity.rawValue),
      "matching": .string(matching.name),
      "instances": .string(objects.name),
      "ignored_objects": .string(leavesOutIgnoredObjects ? "leave-out" : "count"),
      "lesions": .string(lesions.name),
      "tolerance": tolerance.map { .number($0) },
      "tolerances": named.isEmpty ? nil : .object(named),
      "penalty": penalty.map { .string($0.name) },
      "meanings": .object(
        shapeMetrics.map { .init(key: $0.name, value: .string($0.metric.meaning(surface))) }),
    ])
  }

  mutating func readShapes(_ json: JSONValue) throws {
    if let name = json["surface"]?.text {
      surface = try Self.choice(name, "shapes.surface", SurfaceKind(rawValue: name))
    }
    if let name = json["distance"]?.text {
      norm = try Self.choice(name, "shapes.distance", DistanceNorm(rawValue: name))
    }
    if let name = json["connectivity"]?.text {
      connectivity = try Self.choice(name, "shapes.connectivity", Connectivity(rawValue: name))
    }
    if let name = json["matching"]?.text {
      matching = try Self.choice(name, "shapes.matching", MatchingRule(named: name))
    }
    if let name = json["ignored_objects"]?.text {
      leavesOutIgnoredObjects = try Self.choice(
        name, "shapes.ignored_objects", ["count": false, "leave-out": true][name])
    }
    if let name = json["lesions"]?.text {
      lesions = try Self.choice(name, "shapes.lesions", LesionRule(named: name))
    }
    if let name = json["instances"]?.text {
      objects = try Self.choice(name, "shapes.instances", ObjectRule(named: name))
    }
    if let name = json["penalty"]?.text ?? json["penalty"]?.double.map({ "\($0)" }) {
      penalty = try Self.choice(name, "shapes.penalty", Penalty(named: name))
    }
    if let value = json["tolerance"]?.double { tolerance = try Self.tolerance(value, "tolerance") }
    if let named = json["tolerances"] { try readTolerances(named) }
  }

  mutating func readTolerances(_ json: JSONValue) throws {
    guard let members = json.members else {
      throw ScoreError(.usage, "settings: tolerances must be an object of a number for each label")
    }
    for member in members {
      tolerances[key(of: member.key)] = try Self.tolerance(member.value.double ?? .nan, member.key)
    }
  }

  /// The key of a label that may go by its name.
  private func key(of name: String) -> String { labels?.item(named: name)?.key ?? name }

  private static func tolerance(_ value: Double, _ key: String) throws(ScoreError) -> Double {
    guard value >= 0, value.isFinite else {
      throw ScoreError(.usage, "settings: tolerance of '\(key)' must be a number of 0 or more")
    }
    return value
  }

  /// Reads `2`, or `1=2,liver=3.5`; labels go by number or name.
  public mutating func setTolerances(parsing text: String) throws(ScoreError) {
    for part in text.split(separator: ",") {
      let sides = part.split(separator: "=", omittingEmptySubsequences: false).map { $0.filter { $0 != " " } }
      guard sides.count <= 2, let value = sides.last.flatMap({ Double(decimal: $0) }), value >= 0,
        value.isFinite
      else {
        throw ScoreError(
          .usage, "--tolerance: cannot read '\(part)'; write 2, or 1=2,liver=3.5 for each label")
      }
      if sides.count == 2 { tolerances[key(of: sides[0])] = value } else { tolerance = value }
    }
  }

  /// Metrics that need the maps, not the counts alone.
  public var shapeMetrics: [Metric] { metrics.filter { !$0.metric.isOverlap } }

  /// What is measured of a case.
  ///
  /// - Parameter extents: the case's, in voxels.
  func shapeRequest(spacing: Spacing, extents: [Int]) -> ShapeRequest {
    var request = ShapeRequest(shapeMetrics.map(\.metric))
    (request.surface, request.norm) = (surface, norm)
    (request.connectivity, request.matching) = (connectivity, matching)
    request.lesions = lesions
    if let penalty {
      request.missedDistance = penalty.distance(extents: extents, spacing: spacing.lengths)
    }
    request.labelsAreObjects = objects != .components
    (request.tolerances, request.tolerance) = (tolerances, tolerance)
    if request.tolerance == nil, convention?.tolerance == .leastSpacing {
      request.tolerance = spacing.lengths.min()
    }
    return request
  }

  /// Whether everything that was asked for is said.
  ///
  /// - Throws: `ScoreError` of kind usage.
  public func checkShapes() throws(ScoreError) {
    if tolerance == nil, convention?.tolerance == nil,
      let metric = metrics.first(where: { $0.metric.needsTolerance }),
      tolerances.isEmpty || labels.map({ $0.items.contains { tolerances[$0.key] == nil } }) ?? true
    {
      throw ScoreError(
        .usage,
        "metric '\(metric.name)' needs a tolerance: \(metric.name)@2, or --tolerance 2, or one for each label with "
          + "--labels and --tolerance 1=2,2=3.5")
    }
    for key in tolerances.keys {
      guard let labels else { continue }
      guard labels.item(named: key)?.key == key else {
        throw ScoreError(
          .usage,
          "--tolerance: '\(key)' is not scored; there are "
            + labels.items.map(\.title).joined(separator: ", "))
      }
    }
    if leavesOutIgnoredObjects, objects == .components,
      metrics.contains(where: { if case .object = $0.metric { true } else { false } })
    {
      throw ScoreError(
        .usage,
        "--ignored-objects leave-out (or --convention panopticapi) is about objects that have ids: say --instances ids, or "
          + "ids:1000 where the class is the number divided by 1000")
    }
    if objects == .ids, labels != nil {
      throw ScoreError(
        .usage,
        "--instances ids scores all objects as one class; leave out --labels, or say --instances ids:1000 where the class is "
          + "the number divided by 1000")
    }
  }
}
