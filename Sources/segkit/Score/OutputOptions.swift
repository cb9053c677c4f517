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

  @Option(help: ArgumentHelp("Everything, with nnU-Net's keys.", valueName: "file"))
  var json: String?

  @Option(help: ArgumentHelp("One line a case, appended as cases are done.", valueName: "file"))
  var jsonl: String?

  @Option(
    help: ArgumentHelp(
      "case,label,metric,value,status; with --style davis or monai a folder for its files.", valueName: "file"
    ))
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
    help:
      "Files that another tool's scripts read: nnunet, cityscapes, grand-challenge (--json FILE), davis, monai (--csv FOLDER)."
  )
  var style: ReportStyle = .native

  /// Every file that is to be written.
  private func paths(_ settings: ScoreSettings) -> [String] {
    let csvs = folder.map { folder in style.fileNames(settings).map { folder + "/" + $0 } }
    return [json, jsonl, wideCsv, markdown, confusion].compactMap { $0 } + (csvs ?? [csv].compactMap { $0 })
  }

  /// Finds out before the work whether its results can be written.
  func planned(_ settings: ScoreSettings, isDryRun: Bool) throws -> PlannedOutputs {
    let paths = paths(settings)
    if ([folder].compactMap { $0 } + paths).contains("-") {
      throw ScoreError(.usage, "-: for standard output say --format json, csv or markdown")
    }
    let hasJSON = json != nil || format == .json
    if style != .native, !style.isFolder, !hasJSON {
      throw ScoreError(.usage, "--style \(style.rawValue) is about JSON; add --json FILE")
    }
    if style.isFolder, csv == nil {
      throw ScoreError(.usage, "--style \(style.rawValue) is a folder of CSV files; add --csv FOLDER")
    }
    if confusionCases, !hasJSON || style != .native {
      throw ScoreError(.usage, "--confusion-cases is about the native JSON; add --json FILE")
    }
    try style.check(settings)
    do {
      let planned = try PlannedOutputs(paths)
      guard !isDryRun else { return planned }
      if let folder, FileKind(folder) == .file {
        throw MaskFileError(path: folder, "a file, and a folder is needed for several results; name another")
      }
      for path in paths where !(folder.map { path.hasPrefix($0 + "/") && FileKind($0) == .nothing } ?? false)
      {
        try OutputFile.checkWritable(path)
      }
      return planned
    } catch let error as MaskFileError { throw ScoreError(.usage, error.description) }
  }

  /// Makes the folder that the style's files go into: what it cannot be is known before the work, and records may lie in it.
  func makeFolder() throws {
    guard let folder else { return }
    do throws(MaskFileError) { try OutputFile.makeFolder(folder) } catch {
      throw ScoreError(.usage, error.description)
    }
  }

  /// The file that records are appended to, if one was asked for.
  func records(_ settings: ScoreSettings) throws -> RecordFile? {
    do { return try jsonl.map { try RecordFile(appendingTo: $0, settings) } } catch let error as MaskFileError
    {
      // What was writable a moment ago and is gone is no mistake of the user's.
      throw error.isAboutOutput ? error : ScoreError(.usage, error.description)
    }
  }

  /// The folder that the style's files go into, if it is one.
  var folder: String? { style.isFolder ? csv : nil }

  /// Writes text piece by piece.
  typealias Writing = (_ write: (String) throws -> Void) throws -> Void

  /// The files asked for and what goes into each; those of a style that the result does not fit are left out, and why.
  func files(
    _ result: ScoreResult, title: String
  ) -> (files: [(path: String, writing: Writing)], unfit: ScoreError?) {
    let candidates: [(String?, Writing)] = [
      (style == .grandChallenge ? nil : json, { try writeJSON(result, to: $0) }),
      (style.isFolder ? nil : csv, { try LongCSV.write(result, to: $0) }),
      (wideCsv, { try WideCSV.write(result, to: $0) }),
      (markdown, { try $0(MarkdownReport.text(result, title: title)) }),
      (fitsMatrix(result) ? confusion : nil, { try $0(ConfusionTable(result).csv) }),
    ]
    let plain = candidates.compactMap { path, writing in path.map { ($0, writing) } }
    do throws(ScoreError) {
      guard fitsMatrix(result) || confusion == nil && !confusionCases else {
        throw ScoreError(
          .pairing,
          "--confusion: \(result.confusion.labels.count) labels, and a matrix is made of at most "
            + "\(ConfusionTable.mostLabels); say --binarize nonzero for one foreground, or leave it out")
      }
      let styled = try styledFiles(result).map { path, text -> (String, Writing) in (path, { try $0(text) }) }
      return (plain + styled, nil)
    } catch {
      return (plain, error)
    }
  }

  private func fitsMatrix(_ result: ScoreResult) -> Bool {
    result.confusion.labels.count <= ConfusionTable.mostLabels
  }

  /// The files of a style that not every result fits, ready to be written.
  private func styledFiles(_ result: ScoreResult) throws(ScoreError) -> [(path: String, text: String)] {
    if style == .grandChallenge {
      let text = try GrandChallengeMetrics.text(result)
      return json.map { [($0, text)] } ?? []
    }
    guard let folder else { return [] }
    return try style.files(result).map { (folder + "/" + $0.name, $0.text) }
  }

  /// Writes what goes to standard output.
  func writeStandardOutput(_ result: ScoreResult, _ header: ScoreHeader) throws {
    switch format {
    case .table: Terminal.show(header.text + "\n" + SummaryTable(result).text)
    case .json: try writeJSON(result, to: Terminal.out)
    case .csv: LongCSV.write(result, to: Terminal.out)
    case .markdown: Terminal.show(MarkdownReport.text(result, title: header.title))
    }
  }

  private func writeJSON(_ result: ScoreResult, to write: (String) throws -> Void) throws {
    switch style {
    case .native:
      try ResultDocument.write(
        result, confusion: (confusion != nil || confusionCases) && fitsMatrix(result), to: write)
    case .nnunet: try NNUNetSummary.write(result, to: write)
    case .cityscapes: try write(CityscapesResult.text(result))
    case .grandChallenge: try write(GrandChallengeMetrics.text(result))
    case .davis, .monai:
      try ResultDocument.write(result, confusion: confusion != nil && fitsMatrix(result), to: write)
    }
  }
}

extension ReportStyle: ExpressibleByArgument {}
