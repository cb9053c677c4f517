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
    help: ArgumentHelp("Files that another tool's scripts read: \(StyleName.listed).", valueName: "style"))
  var style: StyleName = .native

  /// The path asked for at a place.
  private func path(_ place: StylePlace) -> String? {
    switch place {
    case .json: json
    case .wideCSV: wideCsv
    case .markdown: markdown
    case .confusion: confusion
    case .csv: style.place == .csvFolder ? nil : csv
    case .csvFolder: style.place == .csvFolder ? csv : nil
    }
  }

  /// The style that is written at a place: the one named, if it belongs there, or this project's own.
  private func style(at place: StylePlace) -> (any ResultStyle.Type)? {
    style.place == place ? style.style : ResultStyles.native(place)
  }

  /// The styles asked for, and where each goes.
  private var outputs: [(style: any ResultStyle.Type, path: String)] {
    StylePlace.allCases.compactMap { place in
      path(place).flatMap { path in style(at: place).map { ($0, path) } }
    }
  }

  private static func path(_ name: String, in output: String) -> String {
    name.isEmpty ? output : output + "/" + name
  }

  /// Every file that is to be written.
  private func paths(_ settings: ScoreSettings) -> [String] {
    let styled = outputs.map { style, path in style.fileNames(settings).map { Self.path($0, in: path) } }
    return [jsonl].compactMap { $0 } + styled.joined()
  }

  /// Finds out before the work whether its results can be written.
  func planned(_ settings: ScoreSettings, isDryRun: Bool) throws -> PlannedOutputs {
    let paths = paths(settings)
    if ([folder].compactMap { $0 } + paths).contains("-") {
      throw ScoreError(.usage, "-: for standard output say --format json, csv or markdown")
    }
    let hasJSON = json != nil || format == .json
    if style.place == .json, !hasJSON {
      throw ScoreError(.usage, "--style \(style.name) is about JSON; add --json FILE")
    }
    if style.place == .csvFolder, csv == nil {
      throw ScoreError(.usage, "--style \(style.name) is a folder of CSV files; add --csv FOLDER")
    }
    if confusionCases, !hasJSON || style.style != nil {
      throw ScoreError(.usage, "--confusion-cases is about the native JSON; add --json FILE")
    }
    try style.style?.check(settings)
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
  private var folder: String? { path(.csvFolder) }

  /// The files asked for and what goes into each; those of a style that the result does not fit are left out, and why.
  func files(_ result: ScoreResult, title: String) -> (
    files: [(path: String, file: ReportFile)], unfit: [ScoreError]
  ) {
    let report = report(result, title)
    var files: [(path: String, file: ReportFile)] = []
    var unfit: [ScoreError] = []
    for (style, path) in outputs {
      do throws(ScoreError) {
        files += try style.files(report).map { (Self.path($0.name, in: path), $0) }
      } catch {
        unfit.append(error)
      }
    }
    if confusionCases, confusion == nil {
      do throws(ScoreError) { try ConfusionTable.check(result) } catch { unfit.append(error) }
    }
    return (files, unfit)
  }

  /// Writes what goes to standard output.
  func writeStandardOutput(_ result: ScoreResult, _ header: ScoreHeader) throws {
    let report = report(result, header.title)
    switch format {
    case .table: Terminal.show(header.text + "\n" + SummaryTable(result).text)
    case .json: for file in try style(at: .json)?.files(report) ?? [] { try file.write(Terminal.out) }
    case .csv: for file in LongCSV.files(report) { try file.write(Terminal.out) }
    case .markdown: for file in MarkdownReport.files(report) { try file.write(Terminal.show) }
    }
  }

  private func report(_ result: ScoreResult, _ title: String) -> Report {
    Report(result, title: title, includesConfusion: confusion != nil || confusionCases)
  }
}

/// The name of a style: `native`, or another tool's.
struct StyleName: ExpressibleByArgument {
  static let native = StyleName(style: nil)

  /// nil for this project's own.
  let style: (any ResultStyle.Type)?
  var name: String { style?.name ?? "native" }
  var place: StylePlace? { style?.place }

  private init(style: (any ResultStyle.Type)?) { self.style = style }

  init?(argument: String) {
    let found = ResultStyles.foreign.first { $0.name == argument }
    guard found != nil || argument == Self.native.name else { return nil }
    style = found
  }

  var defaultValueDescription: String { name }

  static var allValueStrings: [String] { [native.name] + ResultStyles.foreign.map { $0.name } }

  /// For help: the names by the option that each needs.
  static var listed: String {
    [(StylePlace.json, "--json FILE"), (.csvFolder, "--csv FOLDER")].map { place, option in
      ResultStyles.foreign.filter { $0.place == place }.map { $0.name }.joined(separator: ", ")
        + " (\(option))"
    }.joined(separator: ", ")
  }
}
