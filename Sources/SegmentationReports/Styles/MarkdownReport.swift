import SegmentationScoring
import TextFormats

/// The result as a Markdown page for a pull request or a wiki.
public enum MarkdownReport: ResultStyle {
  public static let name = "markdown"
  public static let place = StylePlace.markdown
  public static let isNative = true

  public static func files(_ report: Report) -> [ReportFile] {
    [ReportFile(text: text(report.result, title: report.title))]
  }

  /// The page.
  ///
  /// - Parameter title: what was scored against what.
  public static func text(_ result: ScoreResult, title: String) -> String {
    var text = "# \(ShownText.markdown(title))\n\n" + SummaryTable(result).markdown
    let troubled = result.records.filter { $0.status != .ok }
    if !troubled.isEmpty {
      text += "\n## Cases not scored as they should be\n\n"
      for record in troubled {
        text +=
          "- \(ShownText.markdown(record.id)): \(record.status.rawValue), \(ShownText.markdown(record.message ?? ""))\n"
      }
    }
    if !result.diagnoses.isEmpty {
      text += "\n## How the files were read, and what was noticed\n\n"
      for diagnosis in result.diagnoses {
        text += "- \(diagnosis.kind.rawValue): \(ShownText.markdown(diagnosis.text))\n"
      }
    }
    return text
  }
}
