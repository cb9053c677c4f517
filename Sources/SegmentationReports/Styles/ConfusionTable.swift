import LabelMaps
import SegmentationMetrics
import SegmentationScoring
import TextFormats

/// The confusion matrix: a row for each reference label, a column for each predicted one.
public struct ConfusionTable: ResultStyle {
  public static let name = "confusion"
  public static let place = StylePlace.confusion
  public static let isNative = true

  /// - Throws: `ScoreError` if there are too many labels for a matrix.
  public static func files(_ report: Report) throws(ScoreError) -> [ReportFile] {
    try check(report.result)
    return [ReportFile(text: ConfusionTable(report.result).csv)]
  }

  /// Finds out whether a matrix of a result's labels has a size that can be written.
  ///
  /// - Throws: `ScoreError` with the remedy.
  public static func check(_ result: ScoreResult) throws(ScoreError) {
    guard fits(result) else {
      throw ScoreError(
        .pairing,
        "--confusion: \(result.confusion.labels.count) labels, and a matrix is made of at most "
          + "\(mostLabels); say --binarize nonzero for one foreground, or leave it out")
    }
  }

  static func fits(_ result: ScoreResult) -> Bool { result.confusion.labels.count <= mostLabels }

  /// Labels of the rows and columns, in ascending order.
  public let labels: [UInt32]
  /// Voxels by row and column.
  public let counts: [[UInt64]]
  /// Voxels of each row with no predicted label: colours a map ignores, and cases without a usable prediction.
  public let unlabelled: [UInt64]
  private let names: [String]

  /// The most labels that a matrix is made of: it has a cell for each two of them.
  public static let mostLabels = 4096

  /// The matrix of a whole run; at most `mostLabels` labels.
  public init(_ result: ScoreResult) {
    var joint = result.confusion
    joint.add(result.pairs.unread)
    self.init(joint, scheme: result.scheme)
  }

  /// The matrix of a histogram; labels get the names of `scheme`.
  public init(_ joint: JointHistogram, scheme: LabelScheme) {
    let labels = joint.labels
    let places = Dictionary(labels.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    var counts = Array(repeating: Array(repeating: UInt64(0), count: labels.count), count: labels.count)
    var unlabelled = Array(repeating: UInt64(0), count: labels.count)
    for entry in joint.entries {
      guard let row = places[entry.reference] else { continue }
      if let column = places[entry.prediction] {
        counts[row][column] = counts[row][column].saturatingAdd(entry.count)
      }
    }
    for (label, count) in joint.unlabelled {
      if let row = places[label] { unlabelled[row] = unlabelled[row].saturatingAdd(count) }
    }
    self.labels = labels
    self.counts = counts
    self.unlabelled = unlabelled
    names = labels.map { scheme.item(named: String($0))?.title ?? String($0) }
  }

  /// `{"labels": […], "matrix": [[…]…], "unlabelled": […]}`, rows are reference labels.
  package var json: JSONValue {
    .members([
      "labels": .array(labels.map { .count(UInt64($0)) }),
      "matrix": .array(counts.map { .array($0.map { .count($0) }) }),
      "unlabelled": hasUnlabelled ? .array(unlabelled.map { .count($0) }) : nil,
    ])
  }

  /// A header line of predicted labels, then a line for each reference label.
  public var csv: String {
    let header: [CSV.Cell] =
      [.plain("reference\\prediction")] + names.map { .text($0) }
      + (hasUnlabelled ? [.plain("unlabelled")] : [])
    let rows = labels.indices.map { row -> [CSV.Cell] in
      [.text(names[row])] + counts[row].map { .plain(String($0)) }
        + (hasUnlabelled ? [.plain(String(unlabelled[row]))] : [])
    }
    return ([header] + rows).map(CSV.line).joined()
  }

  private var hasUnlabelled: Bool { unlabelled.contains { $0 > 0 } }
}
