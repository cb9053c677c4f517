import SegmentationScoring

/// Whose form the results are written in, so that scripts made for another tool read them.
public enum ReportStyle: String, Sendable, CaseIterable {
  case native
  /// nnU-Net v2's `summary.json`.
  case nnunet
  /// cityscapesScripts' `resultPixelLevelSemanticLabeling.json`.
  case cityscapes
  /// grand-challenge's `metrics.json`.
  case grandChallenge = "grand-challenge"
  /// davis2017-evaluation's two CSV files.
  case davis
  /// The CSV files of MONAI's `write_metrics_reports`.
  case monai

  /// Whether it is a folder of CSV files and not one JSON file.
  public var isFolder: Bool { self == .davis || self == .monai }

  /// Whether results by these settings have what the style shows, as far as that can be told before anything is scored.
  ///
  /// - Throws: `ScoreError` of kind usage with the remedy.
  public func check(_ settings: ScoreSettings) throws(ScoreError) {
    if self == .davis { _ = try DAVISTables.metrics(settings) }
  }

  /// The names of the files of a style that is a folder.
  public func fileNames(_ settings: ScoreSettings) -> [String] {
    switch self {
    case .davis: DAVISTables.names
    case .monai: MONAITables.names(settings)
    default: []
    }
  }

  /// The CSV files of a style that is a folder, by name.
  ///
  /// - Throws: `ScoreError` if the result lacks what they show.
  public func files(_ result: ScoreResult) throws(ScoreError) -> [(name: String, text: String)] {
    switch self {
    case .davis: try DAVISTables(result).files
    case .monai: MONAITables.files(result)
    default: []
    }
  }
}
