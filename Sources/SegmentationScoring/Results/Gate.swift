import LabelMaps

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

  public let direction: Direction
  public let selector: Selector
  /// A label's number or name or a region's name; nil for the foreground mean.
  public let label: String?
  public let metric: ScoreSettings.Metric
  public let bar: Double
  /// As the user wrote it.
  public let text: String

  /// Reads `[mean|pooled|median|min.][LABEL.]METRIC=V`.
  ///
  /// - Throws: `ScoreError` of kind usage.
  public init(_ text: String, _ direction: Direction) throws(ScoreError) {
    let flag = "--fail-\(direction.rawValue)"
    guard let equals = text.lastIndex(of: "="), let bar = Double(text[text.index(after: equals)...]),
      !bar.isNaN
    else {
      throw ScoreError(
        .usage, "\(flag): '\(text)' has no number after =; write [mean|pooled|median|min.][LABEL.]METRIC=V")
    }
    // A metric's parameter may hold a point (fbeta@0.5), so the points that divide are those before the @.
    let name = text[..<equals]
    let divided = name.prefix { $0 != "@" }
    var parts = divided.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    let metricName = parts.removeLast() + name.dropFirst(divided.count)
    var selector = Selector.mean
    if let first = parts.first, let named = Selector(rawValue: first) {
      selector = named
      parts.removeFirst()
    }
    let label = parts.joined(separator: ".")
    do { metric = try ScoreSettings.Metric(named: metricName) } catch {
      throw ScoreError(.usage, "\(flag): \(error)")
    }
    self.direction = direction
    self.selector = selector
    self.label = label.isEmpty ? nil : label
    self.bar = bar
    self.text = text
  }

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
      "--fail-\(direction.rawValue) \(text): \(FixedPoint.text(value, digits: 6)) \(passes ? "passes" : relation)"
    )
  }

  private func value(in result: ScoreResult) throws(ScoreError) -> Double {
    guard let label else {
      let values = result.foregroundItems.map { value($0.key, result) }
      if selector == .min { return Aggregate(values).minimum }
      return result.foregroundMean { value($0.key, result) }.mean
    }
    guard let item = result.scheme.item(named: label) else {
      let known = result.scheme.items.map(\.title).joined(separator: ", ")
      throw ScoreError(
        .usage, "--fail-\(direction.rawValue) \(text): no label '\(label)' was scored; there are: \(known)")
    }
    return value(item.key, result)
  }

  private func value(_ key: String, _ result: ScoreResult) -> Double {
    let aggregate = result.aggregate(key, metric)
    switch selector {
    case .mean: return aggregate.mean
    case .median: return aggregate.median
    case .min: return aggregate.minimum
    case .pooled: return result.pooledValue(key, metric)
    }
  }
}
