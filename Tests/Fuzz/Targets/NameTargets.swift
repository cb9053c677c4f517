import SegmentationKit

// Names and formulas that users write.
extension FuzzTarget {
  func readNames(_ bytes: [UInt8]) -> Bool {
    let text = String(decoding: bytes, as: UTF8.self)
    switch self {
    case .expression: return expression(text)
    case .lossName: return lossName(text)
    default: return metricName(text)
    }
  }

  private func expression(_ text: String) -> Bool {
    guard let loss = try? FormulaLoss(text) else { return false }
    Self.evaluate(loss)
    return true
  }

  private func lossName(_ text: String) -> Bool {
    guard let configured = try? ConfiguredLoss(text) else { return false }
    Self.evaluate(configured.loss)
    return true
  }

  /// On four sites: what it gives is nobody's question here, but that it ends.
  private static func evaluate(_ loss: any Loss) {
    guard let layout = try? Layout("yx", [2, 2]),
      let target = try? Labels([0, 1, 1, 0], layout),
      let prediction = try? Probabilities<Double>([0.2, 0.7, 0.9, 0.4], layout)
    else { return }
    _ = try? loss.evaluate(prediction, target, want: [.gradient, .hessianDiagonal])
  }

  private func metricName(_ text: String) -> Bool {
    _ = Convention.all.map { try? $0.metric(named: text) }
    _ = MatchingRule(named: text)
    _ = LesionRule(named: text)
    _ = ObjectRule(named: text)
    _ = Penalty(named: text)
    _ = DecodingRule(named: text)
    _ = EmptyPolicy(named: text)
    _ = ToolMeaning.all(of: text)
    _ = try? Spacing(parsing: text)
    _ = try? Gate(text, .under)
    var settings = ScoreSettings()
    try? settings.setTolerances(parsing: text)
    guard let metric = try? SegmentationMetric(named: text) else { return false }
    // The full name means the same metric.
    let name = metric.meaning(.erosion6)
    guard let again = try? SegmentationMetric(named: name) else {
      fatalError("'\(text)' is '\(name)', which is none")
    }
    Self.require(
      again.meaning(.erosion6) == name, "'\(text)' is '\(name)', and that \(again.meaning(.erosion6))")
    return true
  }
}
