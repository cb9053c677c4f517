import ArgumentParser
internal import Platform
import SegmentationKit
import TextFormats

/// `segkit inspect`: what files, stacks and folders hold.
struct Inspect: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show what a mask file, stack or folder holds, and what is probably wrong with it.",
    discussion: """
      Examples:
        segkit inspect masks/case_01.png     size, bit depth, colours, labels with counts, how it would be read
        segkit inspect masks                 every mask below a folder, a line each, and the sum
        segkit inspect masks --json          the same for other programs
      """)

  @Argument(help: "Files and folders.")
  var paths: [String]

  @Flag(help: "A JSON array with an object for each file.")
  var json = false

  @OptionGroup(title: "Limits") var limits: LimitOptions

  mutating func run() throws {
    try limits.apply()
    var found: Set<ExitStatus> = []
    var documents: [JSONValue] = []
    for path in paths {
      switch FileKind(path) {
      case .nothing:
        Terminal.error("\(MaskFileError(path: path, code: ENOENT))")
        documents.append(
          .members(["path": .string(path), "error": .string("no such file or folder; check the name")]))
        found.insert(.pairing)
      case .file:
        let inspection = FileInspection(path)
        if inspection.error != nil { found.insert(.caseFailed) }
        if json { documents.append(inspection.json) } else { show(inspection) }
      case .folder:
        let folder = try FolderInspection(path)
        if folder.files.contains(where: { $0.error != nil }) { found.insert(.caseFailed) }
        if folder.files.isEmpty {
          Terminal.error("\(path): no masks in this folder; name the one that holds them")
          found.insert(.pairing)
        }
        if json { documents += folder.files.map(\.json) } else { Terminal.show(folder.text) }
      }
    }
    if json { Terminal.out(JSONValue.array(documents).text(.readable) + "\n") }
    try ExitStatus.end(found)
  }

  private func show(_ inspection: FileInspection) {
    guard let error = inspection.error else { return Terminal.show(inspection.text) }
    Terminal.error("\(inspection.path): \(error)")
  }
}
