import SegmentationKit
import TextFormats

/// What stands above a result: which side is which, how many pairs, how they were read.
struct ScoreHeader {
  private let sides: [(name: String, path: String)]
  private let pairing: Pairing
  private let result: ScoreResult

  init(_ paths: CasePaths, _ pairing: Pairing, _ result: ScoreResult) {
    switch paths {
    case .pair(let prediction, let reference):
      sides = [("predictions", prediction), ("references", reference)]
    case .manifest(let path): sides = [("manifest", path)]
    }
    self.pairing = pairing
    self.result = result
  }

  /// One line, for a page's title.
  var title: String {
    sides.count == 1 ? "Scores of \(sides[0].path)" : "\(sides[0].path) scored against \(sides[1].path)"
  }

  /// The lines above the table.
  var text: String {
    let readings = result.diagnoses.filter(\.isReading).map(\.text)
    let summary = ([pairs] + readings + [spacing, metricLine]).compactMap { $0 }.joined(separator: " · ")
    return (sides.map { "\($0.name.padded(to: 11))  \($0.path)" } + [summary]).map {
      ShownText.line($0) + "\n"
    }.joined()
  }

  /// What `--dry-run` shows: everything but scores.
  var dryRun: String {
    var text = text + "\ncases\n"
    let shown = 20
    for (scoreCase, record) in zip(pairing.cases, result.records).prefix(shown) {
      let prediction = scoreCase.prediction?.path ?? "(none)"
      let shape = record.shape.map { "  \($0)" } ?? ""
      let status = record.status == .ok ? "" : "  \(record.status.rawValue)"
      text +=
        ShownText.line("  \(scoreCase.id)  \(prediction)  \(scoreCase.reference.path)\(shape)\(status)")
        + "\n"
    }
    if pairing.cases.count > shown { text += "  … and \(pairing.cases.count - shown) more\n" }
    text +=
      "\n" + ShownText.line("labels  " + result.scheme.items.map(\.title).joined(separator: ", ")) + "\n"
    let settings = result.settings.json(decided: result.diagnoses.filter(\.isReading).map(\.text))
    return text + "\nsettings\n" + settings.text(.readable) + "\n"
  }

  private var pairs: String {
    let counts = Dictionary(grouping: result.records, by: \.status).mapValues(\.count)
    var parts = ["\(counts[.ok] ?? 0) pair\(counts[.ok] == 1 ? "" : "s")"]
    for (status, name) in [
      (CaseRecord.Status.failed, "failed (counted as worst)"), (.missing, "missing (counted as worst)"),
      (.skipped, "skipped"), (.error, "not scored"),
    ] {
      if let count = counts[status] { parts.append("\(count) \(name)") }
    }
    return parts.joined(separator: ", ")
  }

  private var spacing: String {
    let spacings = Set(result.records.compactMap(\.spacing))
    guard spacings.contains(where: { $0.unit != .pixels }) else { return "no spacing (px)" }
    let shown = spacings.count == 1 ? spacings.first.map(\.description) : nil
    return "spacing " + (shown ?? "of each case")
  }

  private var metricLine: String? {
    let settings = result.settings
    var parts: [String] = []
    if let convention = settings.convention { parts.append("convention \(convention.name)") }
    if settings.empty != .strict, settings.empty.name != settings.convention?.name {
      parts.append("empty masks as \(settings.empty.name)")
    }
    if let penalty = settings.shapes.penalty, settings.metrics.contains(where: \.metric.isDistance) {
      parts.append("\(penalty.name) for infinite distances")
    }
    if settings.metrics.contains(where: { if case .lesion = $0.metric { true } else { false } }) {
      parts.append("lesions \(settings.shapes.lesions.name)")
    }
    // A name that stands for one of several meanings says which.
    let meanings = settings.shapeMetrics.filter { $0.metric.meaning(settings.shapes.surface) != $0.name }.map
    {
      "\($0.name) is \($0.metric.meaning(settings.shapes.surface))"
    }
    parts += meanings.prefix(8)
    return parts.isEmpty ? nil : parts.joined(separator: " · ")
  }
}
