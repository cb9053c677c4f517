import TextFormats

extension SegmentationMetric {
  /// Metrics of shape as they are listed: name, other names, meaning.
  public static let shapeCatalogue: [(name: String, aliases: [String], meaning: String)] = [
    ("hd", ["hausdorff"], "largest distance of a surface element to the other surface"),
    (
      "hd95", ["hd@95"],
      "the larger of the two directed 95th percentiles, ranks interpolated; hd@P any percentile"
    ),
    ("hd95.pooled", [], "the 95th percentile of all distances of both directions"),
    ("hd95.floor", [], "the larger of the two directed percentiles, rank int((n−1) 0.95)"),
    ("hd95.surfel", [], "the larger of the two, weighted with length or area, a step function"),
    (
      "hd.pred", [],
      "the directed distance, from the prediction's surface to the reference's; hd.ref the other, hd95.pred a percentile"
    ),
    ("assd", [], "mean of all distances of both directions"),
    ("masd", [], "mean of the two directions' means"),
    ("mhd", [], "larger of the two directions' means"),
    ("asd.pred", ["asd.prediction"], "mean distance from the prediction's surface to the reference's"),
    ("asd.ref", ["asd.reference"], "mean distance from the reference's surface to the prediction's"),
    (
      "nsd@T", ["surface-dice@T"],
      "share of both surfaces within T of the other, T in the spacing's unit (nsd@2mm insists on mm)"
    ),
    ("nsd.meanfraction@T", [], "mean of the two surfaces' shares within T"),
    (
      "surface-overlap.pred@T", [],
      "share of the prediction's surface within T; surface-overlap.ref@T of the reference's"
    ),
    (
      "boundary-iou@D", ["biou"],
      "IoU of bands of D voxels (below 1: of that share of the diagonal) along the borders; D = 0.02"
    ),
    ("boundary-iou.border@D", [], "the same, of voxels nearer than D to a border voxel; D = 1"),
    (
      "boundary-f@R", ["boundary-f-score"],
      "F-measure of the border lines within R voxels (below 1: of the diagonal); R = 0.008"
    ),
    (
      "mean-contour-distance", ["mcd"],
      "larger of the mean distances from a contour to the other object, 0 within it (ITK); the image's end is no contour"
    ),
    ("cldice", ["centreline-dice"], "centreline Dice: how much of each skeleton lies in the other mask"),
  ]

  /// Reads a metric's name: `dice`, `fbeta@2`, `hd95`, `hd95.pooled`, `hd@90`, `nsd@2mm`, `assd.surfel`, `pq@0.5`.
  ///
  /// A name, then any suffixes after points that say which form or which surface, then a number after @. Underscores
  /// count as hyphens.
  ///
  /// - Throws: `MetricNameError`.
  public init(named text: String) throws(MetricNameError) {
    let parsed = MetricName(text)
    if let shape = try Self.shape(parsed, text) {
      self = shape
    } else {
      self = .overlap(try OverlapMetric(named: text))
    }
  }

  /// Whether its name ends in a length in millimetres: `nsd@2mm`.
  public static func asksForMillimetres(_ name: String) -> Bool { MetricName(name).unit == "mm" }

  private static func shape(_ name: MetricName, _ text: String) throws(MetricNameError) -> SegmentationMetric?
  {
    if let lesion = try lesion(text) { return .lesion(lesion) }
    var name = name
    let surface = name.take(SurfaceKind.self)
    func done(_ quantity: SurfaceMetric.Quantity) throws(MetricNameError) -> SegmentationMetric {
      guard name.suffixes.isEmpty else { throw .unknownSuffix(text, name.suffixes[0]) }
      return .surface(SurfaceMetric(quantity, surface: surface))
    }
    func plain(_ quantity: SurfaceMetric.Quantity) throws(MetricNameError) -> SegmentationMetric {
      guard name.parameter == nil else { throw .noParameter(name.base) }
      return try done(quantity)
    }
    switch name.base {
    case "hd", "hausdorff", "hd95":
      if name.base == "hd95", name.parameter != nil { throw .noParameter(name.base) }
      let percent = name.base == "hd95" ? 95 : try name.number(text, 0...100) ?? 100
      let form = name.take(SurfaceMetric.PercentileForm.self) ?? .largerDirected
      return try done(.hausdorff(percent: percent, form))
    case "assd": return try plain(.averagePooled)
    case "masd": return try plain(.averageOfMeans)
    case "mhd": return try plain(.largerMean)
    case "asd":
      if name.take("pred") || name.take("prediction") { return try plain(.averageFromPrediction) }
      if name.take("ref") || name.take("reference") { return try plain(.averageFromReference) }
      throw .ambiguous(text, "asd.pred (from the prediction), asd.ref (from the reference) or assd (both)")
    case "nsd", "surface-dice":
      let tolerance = try name.number(text, 0...Double.greatestFiniteMagnitude)
      let form: SurfaceMetric.ShareForm = name.take("meanfraction") ? .meanOfShares : .pooled
      return try done(.normalizedSurfaceDice(tolerance: tolerance, form))
    case "surface-overlap":
      let tolerance = try name.number(text, 0...Double.greatestFiniteMagnitude)
      if name.take("pred") { return try done(.overlapOfPrediction(tolerance: tolerance)) }
      if name.take("ref") { return try done(.overlapOfReference(tolerance: tolerance)) }
      throw .ambiguous(text, "surface-overlap.pred@T or surface-overlap.ref@T")
    case "boundary-iou", "biou":
      let form: BoundaryMetric.BandForm = name.take("border") ? .border : .box
      let width = try name.number(text, 1e-6...1e6)
      guard name.suffixes.isEmpty, surface == nil else { throw .unknownSuffix(text, "") }
      return .boundary(.boundaryIoU(band(width, form == .border ? 1 : 0.02), form))
    case "boundary-f", "boundary-f-score":
      let width = try name.number(text, 1e-6...1e6)
      guard name.suffixes.isEmpty, surface == nil else { throw .unknownSuffix(text, "") }
      return .boundary(.boundaryF(band(width, 0.008)))
    case "cldice", "centreline-dice":
      guard name.suffixes.isEmpty, surface == nil, name.parameter == nil else {
        throw .noParameter(name.base)
      }
      return .boundary(.centrelineDice)
    case "mean-contour-distance", "mcd":
      guard name.suffixes.isEmpty, surface == nil, name.parameter == nil else {
        throw .noParameter(name.base)
      }
      return .boundary(.meanContourDistance)
    default:
      guard let metric = ObjectMetric(rawValue: name.base) else { return nil }
      guard name.suffixes.isEmpty, surface == nil else { throw .unknownSuffix(text, "") }
      let threshold = try name.number(text, 0...1)
      return .object(metric, threshold.map { MatchingRule(.above, threshold: $0) })
    }
  }

  /// Reads `lesionwise-` and what is computed of each lesion.
  private static func lesion(_ text: String) throws(MetricNameError) -> LesionMetric? {
    let name = String(text.lowercased().map { $0 == "_" || $0 == " " ? "-" : $0 })
    let prefixes = ["lesionwise-", "lesion-wise-"]
    guard let prefix = prefixes.first(where: name.hasPrefix) else { return nil }
    switch name.dropFirst(prefix.count) {
    case "dice": return .dice
    case "tp": return .truePositives
    case "fn": return .falseNegatives
    case "fp": return .falsePositives
    case let rest:
      // Once only: a name of any length is read without going deeper.
      guard !prefixes.contains(where: rest.hasPrefix),
        case .surface(let metric) = try SegmentationMetric(named: String(rest)), metric.isDistance
      else {
        throw .ambiguous(
          text, "lesionwise-dice, lesionwise-hd95 or another distance, lesionwise-tp, -fn or -fp")
      }
      return .distance(metric)
    }
  }

  private static func band(_ width: Double?, _ standard: Double) -> BoundaryMetric.BandWidth {
    let width = width ?? standard
    return width < 1 ? .ratio(width) : .voxels(width)
  }
}

/// The parts of a metric's name: `base.suffix.suffix@parameter`.
private struct MetricName {
  let base: String
  var suffixes: [String] = []
  private(set) var parameter: String?
  private(set) var unit: String?

  init(_ text: String) {
    let text = String(text.lowercased().map { $0 == "_" || $0 == " " ? "-" : $0 })
    let sides = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
    var parts = sides[0].split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    base = parts.removeFirst()
    suffixes = parts
    guard sides.count == 2 else { return }
    // A suffix may stand after the number as well: hd@90.pooled.
    let words = sides[1].split(separator: ".", omittingEmptySubsequences: false)
    let numbers = words.prefix { $0.first.map { !$0.isLetter } ?? true }
    suffixes += words.dropFirst(numbers.count).map(String.init)
    var number = numbers.joined(separator: ".")
    for unit in ["mm", "px"] where number.hasSuffix(unit) {
      self.unit = unit
      number = String(number.dropLast(2))
    }
    parameter = number
  }

  /// Takes a suffix out, if it is there.
  mutating func take(_ suffix: String) -> Bool {
    guard let index = suffixes.firstIndex(of: suffix) else { return false }
    suffixes.remove(at: index)
    return true
  }

  /// Takes out the first of these suffixes that is there.
  mutating func take<Choice: CaseIterable & RawRepresentable<String>>(_ choice: Choice.Type) -> Choice? {
    for choice in Choice.allCases where take(choice.rawValue) { return choice }
    return nil
  }

  func number(_ text: String, _ range: ClosedRange<Double>) throws(MetricNameError) -> Double? {
    guard let parameter else { return nil }
    guard let number = Double(decimal: parameter), range.contains(number) else {
      throw .badNumber(
        text, range.upperBound <= 1e6 ? "\(range.lowerBound) to \(range.upperBound)" : "0 or more")
    }
    return number
  }
}
