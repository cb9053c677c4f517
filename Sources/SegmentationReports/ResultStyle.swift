import SegmentationScoring

/// A form in which results are written: this project's own, or that of another tool whose scripts read it.
///
/// What is known of a style stands in its own file, and its line in ``ResultStyles/all`` makes it known: to the options that
/// name files, to `--style`, and to the help.
///
/// ```swift
/// for file in try NNUNetSummary.files(Report(result)) { print(file.text) }
/// ```
public protocol ResultStyle: Sendable {
  /// The name it is asked for by: `nnunet`.
  static var name: String { get }
  /// What is asked for, and with it what is written.
  static var place: StylePlace { get }
  /// Whether it is what its place means where no style is named.
  static var isNative: Bool { get }

  /// Finds out whether results by these settings have what the style shows, as far as that can be told before anything is scored.
  ///
  /// - Throws: `ScoreError` of kind usage with the remedy.
  static func check(_ settings: ScoreSettings) throws(ScoreError)

  /// The names of its files within the folder asked for; one empty name for a style that is a file.
  static func fileNames(_ settings: ScoreSettings) -> [String]

  /// Its files, by the names that `fileNames` says, ready to be written.
  ///
  /// - Throws: `ScoreError` if the result lacks what they show.
  static func files(_ report: Report) throws(ScoreError) -> [ReportFile]
}

extension ResultStyle {
  public static var isNative: Bool { false }
  public static func check(_ settings: ScoreSettings) throws(ScoreError) {}
  public static func fileNames(_ settings: ScoreSettings) -> [String] { [""] }
}

/// What kind of result a style is.
public enum StylePlace: Sendable, CaseIterable {
  /// One JSON document.
  case json
  /// A CSV file with a column for each label and metric.
  case wideCSV
  case markdown
  /// The confusion matrix.
  case confusion
  /// A CSV file with a line for each value.
  case csv
  /// A folder of CSV files.
  case csvFolder
}

/// What is written of a run.
public struct Report: Sendable {
  public let result: ScoreResult
  /// What was scored against what.
  public var title: String
  /// Whether documents that can hold the confusion matrix do.
  public var includesConfusion: Bool

  public init(_ result: ScoreResult, title: String = "", includesConfusion: Bool = false) {
    self.result = result
    self.title = title
    self.includesConfusion = includesConfusion
  }
}

/// A file of a style, which need never be in memory as a whole.
public struct ReportFile {
  /// Within the style's folder; empty for the one file of a style that is a file.
  public let name: String
  /// Gives the text to `write`, piece by piece, and ends with what that throws.
  public let write: (_ write: (String) throws -> Void) throws -> Void

  package init(_ name: String = "", write: @escaping (_ write: (String) throws -> Void) throws -> Void) {
    self.name = name
    self.write = write
  }

  package init(_ name: String = "", text: String) { self.init(name) { try $0(text) } }

  /// The whole text.
  public var text: String {
    var text = ""
    // Only what `write` throws is thrown, and adding throws nothing.
    try? write { text += $0 }
    return text
  }
}

/// Every style there is.
public enum ResultStyles {
  public static let all: [any ResultStyle.Type] = [
    ResultDocument.self, LongCSV.self, WideCSV.self, MarkdownReport.self, ConfusionTable.self,
    NNUNetSummary.self, CityscapesResult.self, GrandChallengeMetrics.self, DAVISTables.self, MONAITables.self,
  ]

  /// What a place means where no style is named.
  public static func native(_ place: StylePlace) -> (any ResultStyle.Type)? {
    all.first { $0.place == place && $0.isNative }
  }

  /// Those of other tools.
  public static var foreign: [any ResultStyle.Type] { all.filter { !$0.isNative } }
}
