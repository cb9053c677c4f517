import LabelMaps
import MaskIO
import SegmentationMetrics
import SegmentationScoring
import TextFormats

/// `global_results-val.csv` and `per-sequence_results-val.csv` as davis2017-evaluation writes them.
///
/// A case is a frame, its folder the sequence, a label an object. As in the semi-supervised task the first and the last
/// frame of a sequence do not count. Frames are counted without the bytes that make the original wrong past 256 of them.
public struct DAVISTables: ResultStyle {
  public static let name = "davis"
  public static let place = StylePlace.csvFolder

  public static func check(_ settings: ScoreSettings) throws(ScoreError) { _ = try metrics(settings) }

  public static func fileNames(_ settings: ScoreSettings) -> [String] { names }

  public static func files(_ report: Report) throws(ScoreError) -> [ReportFile] {
    try DAVISTables(report.result).files
  }

  private struct Row {
    var name: String
    var j, f: Statistics
  }

  /// Of the frames of one object.
  private struct Statistics {
    var mean, recall, decay: Double

    init(_ values: [Double]) {
      mean = values.meanOfDefined
      recall = values.map { $0 > 0.5 ? 1 : 0 }.meanOfDefined
      // Four bins that share their end frames.
      let ends = (0..<5).map { bin in
        let place = 1 + Double(bin) * Double(values.count - 1) / 4
        return Int((place + 1e-10).rounded(.toNearestOrEven)) - 1
      }
      decay =
        values.isEmpty
        ? .nan : values[ends[0]...ends[1]].meanOfDefined - values[ends[3]...ends[4]].meanOfDefined
    }
  }

  private let rows: [Row]

  /// - Throws: `ScoreError` if the result has no J or no F.
  init(_ result: ScoreResult) throws(ScoreError) {
    let (j, f) = try Self.metrics(result.settings)
    let scored = result.records.filter(\.status.isScored)
    let sequences = Dictionary(grouping: scored) { record in
      FileName.folder(of: record.id) ?? record.id
    }
    var rows: [Row] = []
    for (sequence, frames) in sequences.sorted(by: { $0.key < $1.key }) {
      let tables = frames.map(CountsTable.init)
      let counted = frames.count > 2 ? 1..<(frames.count - 1) : frames.indices
      for item in result.scheme.items
      where tables.contains(where: { $0[item.key].counts.referenced > 0 }) {
        func values(_ metric: ScoreSettings.Metric) -> [Double] {
          counted.map { frames[$0].value(of: metric, tables[$0][item.key], result.settings) }
        }
        rows.append(
          Row(name: "\(sequence)_\(item.key)", j: Statistics(values(j)), f: Statistics(values(f))))
      }
    }
    self.rows = rows
  }

  private static let names = ["global_results-val.csv", "per-sequence_results-val.csv"]

  /// J and F among the metrics of settings.
  static func metrics(
    _ settings: ScoreSettings
  ) throws(ScoreError) -> (j: ScoreSettings.Metric, f: ScoreSettings.Metric) {
    let metrics = settings.reportedMetrics
    guard let j = metrics.first(where: { $0.metric == .overlap(.iou) }),
      let f = metrics.first(where: { if case .boundary(.boundaryF) = $0.metric { true } else { false } })
    else {
      throw ScoreError(
        .usage, "--style davis shows J and F: add --convention davis, or --metrics iou,boundary-f")
    }
    return (j, f)
  }

  private var files: [ReportFile] {
    func mean(_ value: (Row) -> Double) -> Double { rows.map(value).reduce(0, +) / Double(rows.count) }
    let (j, f) = (mean { $0.j.mean }, mean { $0.f.mean })
    let global = [
      (j + f) / 2, j, mean { $0.j.recall }, mean { $0.j.decay }, f, mean { $0.f.recall }, mean { $0.f.decay },
    ]
    let header = ["J&F-Mean", "J-Mean", "J-Recall", "J-Decay", "F-Mean", "F-Recall", "F-Decay"]
    return [
      ReportFile(Self.names[0], text: CSV.text([header, global.map { Decimals.fixed($0, digits: 3) }])),
      ReportFile(
        Self.names[1],
        text: CSV.text(
          [["Sequence", "J-Mean", "F-Mean"]]
            + rows.map {
              [$0.name, Decimals.fixed($0.j.mean, digits: 3), Decimals.fixed($0.f.mean, digits: 3)]
            }
        )
      ),
    ]
  }
}
