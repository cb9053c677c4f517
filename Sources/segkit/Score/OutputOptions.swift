import ArgumentParser
import SegmentationKit

/// Where results go.
struct OutputOptions: ParsableArguments {
  /// The forms of standard output.
  enum Format: String, CaseIterable, ExpressibleByArgument {
    case table
    case json
    case csv
    case markdown
  }

  /// Whose JSON is written.
  enum Style: String, CaseIterable, ExpressibleByArgument {
    case native
    case nnunet
  }

  @Option(help: ArgumentHelp("Everything, with nnU-Net's keys.", valueName: "file"))
  var json: String?

  @Option(help: ArgumentHelp("One line a case, appended as cases are done.", valueName: "file"))
  var jsonl: String?

  @Option(help: ArgumentHelp("case,label,metric,value,status.", valueName: "file"))
  var csv: String?

  @Option(help: ArgumentHelp("A line a case, a column for each label and metric.", valueName: "file"))
  var wideCsv: String?

  @Option(help: ArgumentHelp("The table and what was noticed.", valueName: "file"))
  var markdown: String?

  @Option(help: ArgumentHelp("The pooled confusion matrix as CSV, and in the JSON.", valueName: "file"))
  var confusion: String?

  @Flag(help: "The confusion matrix of each case in the JSON.")
  var confusionCases = false

  @Option(help: "Standard output: table, json, csv or markdown.")
  var format: Format = .table

  @Option(
    name: [.long, .customLong("json-style")],
    help: "The JSON: native, or nnunet for its summary.json with its NaN rules.")
  var style: Style = .native

  /// Finds out before the work whether its results can be written.
  func checkWritable(isDryRun: Bool) throws {
    let paths = [json, jsonl, csv, wideCsv, markdown, confusion].compactMap { $0 }
    if let twice = paths.first(where: { path in paths.count { $0 == path } > 1 }) {
      throw ScoreError(.usage, "\(twice): two results cannot go to one file; give each its own")
    }
    guard !isDryRun else { return }
    for path in paths {
      do { try OutputFile.checkWritable(path) } catch { throw ScoreError(.usage, error.description) }
    }
  }

  /// The files asked for, each made when it is its turn.
  func files(_ result: ScoreResult, title: String) -> [(path: String, text: () -> String)] {
    let candidates: [(String?, () -> String)] = [
      (json, { jsonText(result) }), (csv, { LongCSV.text(result) }), (wideCsv, { WideCSV.text(result) }),
      (markdown, { MarkdownReport.text(result, title: title) }), (confusion, { ConfusionTable(result).csv }),
    ]
    return candidates.compactMap { path, text in path.map { ($0, text) } }
  }

  /// What goes to standard output.
  func standardOutput(_ result: ScoreResult, _ header: ScoreHeader) -> String {
    switch format {
    case .table: header.text + "\n" + SummaryTable(result).text
    case .json: jsonText(result)
    case .csv: LongCSV.text(result)
    case .markdown: MarkdownReport.text(result, title: header.title)
    }
  }

  private func jsonText(_ result: ScoreResult) -> String {
    switch style {
    case .native:
      ResultDocument.json(result, confusion: confusion != nil || confusionCases).text(.readable) + "\n"
    case .nnunet: NNUNetSummary.json(result).text(.python)
    }
  }
}
