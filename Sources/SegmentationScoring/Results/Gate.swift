import LabelMaps
import SegmentationMetrics
import TextFormats

/// A bar a result has to clear, for use in CI: `dice=0.8`, `tumour.recall=0.7`, `min.1.dice=0.5`.
public struct Gate: Sendable, Hashable {
  /// Which number of the cases' values counts.
  public enum Selector: String, Sendable, CaseIterable {
    case mean
    case pooled
    case median
    case min
  }

  /// On which side of the bar the value has to be.
  public enum Direction: String, Sendable {
    /// Values under the bar fail.
    case under
    /// Values over the bar fail.
    case over
  }

  /// What is held against the bar.
  public enum Subject: Sendable, Hashable {
    /// A label's number or name or a region's name; nil for the foreground mean.
    case metric(ScoreSettings.Metric, label: String?)
    /// By its text or the name it begins with.
    case loss(String)
  }

  public let direction: Direction
  public let selector: Selector
  public let subject: Subject
  public let bar: Double
  /// As the user wrote it.
  public let text: String

  /// Reads `[mean|pooled|median|min.][LABEL.]METRIC=V`, or `[mean|median|min.]loss.NAME=V`.
  ///
  /// - Parameter convention: whose meaning metrics' names have.
  /// - Throws: `ScoreError` of kind usage.
  public init(_ text: String, _ direction: Direction, _ convention: Convention? = nil) throws(ScoreError) {
    let flag = "--fail-\(direction.rawValue)"
    guard let equals = text.lastIndex(of: "="), let bar = Double(decimal: text[text.index(after: equals)...]),
      !bar.isNaN
    else {
      throw ScoreError(
        .usage, "\(flag): '\(text)' has no number after =; write [mean|pooled|median|min.][LABEL.]METRIC=V")
    }
    var name = text[..<equals]
    var selector = Selector.mean
    if let point = name.firstIndex(of: "."), let named = Selector(rawValue: String(name[..<point])) {
      selector = named
      name = name[name.index(after: point)...]
    }
    if name.hasPrefix("loss.") {
      guard selector != .pooled else {
        throw ScoreError(.usage, "\(flag): '\(text)': a loss has no pooled value; write mean, median or min")
      }
      subject = .loss(String(name.dropFirst("loss.".count)))
    } else {
      subject = try Self.metric(name, flag, convention)
    }
    self.direction = direction
    self.selector = selector
    self.bar = bar
    self.text = text
  }

  private static func metric(
    _ name: Substring, _ flag: String, _ convention: Convention?
  ) throws(ScoreError) -> Subject {
    // A metric's parameter may hold a point (fbeta@0.5), so the points that divide are those before the @. Its name may
    // hold some too (hd95.pooled): the longest end that is a metric's name counts.
    let divided = name.prefix { $0 != "@" }
    let parts = divided.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    var failure: MetricNameError?
    for count in parts.indices {
      let metricName = parts[count...].joined(separator: ".") + name.dropFirst(divided.count)
      do throws(MetricNameError) {
        let metric = try ScoreSettings.Metric(named: metricName, convention)
        let label = parts[..<count].joined(separator: ".")
        return .metric(metric, label: label.isEmpty ? nil : label)
      } catch {
        failure = error
      }
    }
    throw ScoreError(.usage, "\(flag): \(failure ?? .unknown(String(name)))")
  }

  /// Whether a run by these settings can have what is held against the bar: found before hours of work, where it can be.
  ///
  /// - Throws: `ScoreError` of kind usage for a label that is not scored or a loss that was not asked for.
  public func check(_ settings: ScoreSettings) throws(ScoreError) {
    switch subject {
    case .loss(let name): _ = try place(of: name, among: settings.losses)
    case .metric(_, let label?):
      if let labels = settings.labels { _ = try item(label, in: labels) }
    case .metric(_, nil): break
    }
  }

  /// Which of the losses a name means.
  private func place(of name: String, among losses: [String]) throws(ScoreError) -> Int {
    let found = losses.indices.filter { losses[$0] == name }
    let named = found.isEmpty ? losses.indices.filter { losses[$0].prefix { $0 != ":" } == name } : found
    guard named.count == 1 else {
      let known = losses.joined(separator: ", ")
      throw ScoreError(
        .usage,
        known.isEmpty
          ? "\(flag): no loss was asked for; add --loss \(name)"
          : "\(flag): \(named.isEmpty ? "no" : "more than one") loss is called '\(name)'; there are: \(known)"
      )
    }
    return named[0]
  }

  private func item(_ label: String, in scheme: LabelScheme) throws(ScoreError) -> LabelScheme.Item {
    guard let item = scheme.item(named: label) else {
      let known = scheme.items.map(\.title).joined(separator: ", ")
      throw ScoreError(.usage, "\(flag): no label '\(label)' is scored; there are: \(known)")
    }
    return item
  }

  private var flag: String { "--fail-\(direction.rawValue) \(text)" }

  /// Whether a result clears the bar, and what was compared. NaN never does.
  ///
  /// - Throws: `ScoreError` of kind usage for a label that was not scored.
  public func verdict(on result: ScoreResult) throws(ScoreError) -> (passes: Bool, line: String) {
    let value = try value(in: result)
    let passes = direction == .under ? value >= bar : value <= bar
    let relation =
      value.isNaN ? "is not a number" : direction == .under ? "is under \(bar)" : "is over \(bar)"
    return (
      passes,
      "--fail-\(direction.rawValue) \(text): \(Decimals.fixed(value, digits: 6)) \(passes ? "passes" : relation)"
    )
  }

  private func value(in result: ScoreResult) throws(ScoreError) -> Double {
    switch subject {
    case .loss(let name):
      return value(result.losses[try place(of: name, among: result.losses.map(\.name))].aggregate)
    case .metric(let metric, nil):
      let values = values(result.foregroundItems.map(\.key), metric, result)
      return selector == .min ? Aggregate(values).minimum : Aggregate(values).mean
    case .metric(let metric, let label?):
      return values([try item(label, in: result.scheme).key], metric, result)[0]
    }
  }

  private func values(_ keys: [String], _ metric: ScoreSettings.Metric, _ result: ScoreResult) -> [Double] {
    selector == .pooled
      ? keys.map { result.pooledValue($0, metric) } : result.aggregates(keys, metric).map { value($0) }
  }

  private func value(_ aggregate: Aggregate) -> Double {
    switch selector {
    case .mean, .pooled: aggregate.mean
    case .median: aggregate.median
    case .min: aggregate.minimum
    }
  }
}
