import LabelMaps
import SegmentationMetrics
import TextFormats

extension ScoreSettings {
  /// Takes over everything a convention chooses. How distances are measured, what an object is and the tolerances of single
  /// labels are nothing that conventions choose, and a tolerance yields to another number alone.
  public mutating func adopt(_ convention: Convention) {
    self.convention = convention
    empty = convention.empty
    let own = shapes
    shapes = convention.shapes
    shapes.norm = own.norm
    shapes.objects = own.objects
    shapes.tolerances = own.tolerances
    if case .value = shapes.tolerance { return }
    shapes.tolerance = own.tolerance ?? shapes.tolerance
  }

  /// Whether nothing about shapes was chosen.
  var hasPlainShapes: Bool { shapes == ShapeOptions() && convention == nil }

  /// Every choice about shapes, and what each metric's name means by them.
  var shapesJSON: JSONValue {
    let choices = ShapeSetting.all.compactMap { setting in
      setting.json(shapes).map { JSONValue.Member(key: setting.key, value: $0) }
    }
    let meanings = shapeMetrics.map {
      JSONValue.Member(key: $0.name, value: .string($0.metric.meaning(shapes.surface)))
    }
    return .object(choices + [.init(key: "meanings", value: .object(meanings))])
  }

  mutating func readShapes(_ json: JSONValue) throws {
    for setting in ShapeSetting.all {
      if let value = json[setting.key] { try setting.read(value, labels, &shapes) }
    }
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
      if sides.count == 2 {
        shapes.tolerances[ShapeSetting.key(of: sides[0], labels)] = value
      } else {
        shapes.tolerance = .value(value)
      }
    }
  }

  /// Metrics that need the maps, not the counts alone.
  public var shapeMetrics: [Metric] { metrics.filter { !$0.metric.isOverlap } }

  /// What is measured of a case.
  var shapeRequest: ShapeRequest { ShapeRequest(shapeMetrics.map(\.metric), shapes) }

  /// Whether everything that was asked for is said.
  ///
  /// - Throws: `ScoreError` of kind usage.
  public func checkShapes() throws(ScoreError) {
    let tolerances = shapes.tolerances
    if shapes.tolerance == nil,
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
    if shapes.leavesOutIgnoredObjects, shapes.objects == .components,
      metrics.contains(where: { if case .object = $0.metric { true } else { false } })
    {
      throw ScoreError(
        .usage,
        "--ignored-objects leave-out (or --convention panopticapi) is about objects that have ids: say --instances ids, or "
          + "ids:1000 where the class is the number divided by 1000")
    }
    if shapes.objects == .ids, labels != nil {
      throw ScoreError(
        .usage,
        "--instances ids scores all objects as one class; leave out --labels, or say --instances ids:1000 where the class is "
          + "the number divided by 1000")
    }
  }
}
