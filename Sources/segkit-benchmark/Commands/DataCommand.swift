import ArgumentParser
import MaskIO
internal import Platform

/// `segkit-benchmark data`: makes the masks to measure on.
struct DataCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "data", abstract: "Makes two sets of masks with predictions, the same ones every time.",
    discussion: """
      FOLDER/512/{references,predictions}: 500 pairs of 512×512 with 8 labels.
      FOLDER/2048/{references,predictions}: 100 pairs of 2048×1024 with 19 labels.
      """)

  @Argument(help: "Where to make the folders.")
  var folder: String

  @Option(help: ArgumentHelp("Make only the first N pairs of each set.", valueName: "N"))
  var pairs: Int?

  @Option(help: "Another seed makes other masks of the same kind.")
  var seed: UInt64 = 7

  func run() throws {
    try make(.small, "512", count: min(500, pairs ?? 500))
    try make(.large, "2048", count: min(100, pairs ?? 100))
  }

  private func make(_ style: RegionStyle, _ name: String, count: Int) throws {
    let set = folder + "/" + name
    try makeFolders(set + "/references")
    try makeFolders(set + "/predictions")
    for index in 0..<count {
      var random = RandomNumbers(seed: seed, index: index)
      let reference = RegionMap(style, random: &random)
      let prediction = reference.perturbed(random: &random)
      let digits = String(index)
      let file = String(repeating: "0", count: max(0, 4 - digits.count)) + digits + ".png"
      try write(reference, set + "/references/" + file)
      try write(prediction, set + "/predictions/" + file)
      if (index + 1) % 100 == 0 { note("\(set): \(index + 1) of \(count) pairs") }
    }
  }

  private func write(_ map: RegionMap, _ path: String) throws {
    let header = PNGHeader(width: map.style.width, height: map.style.height)
    try OutputFile.replace(path, with: PNGWriter.encode(.uint8(map.labels), header))
  }

  private func makeFolders(_ path: String) throws {
    var made = path.hasPrefix("/") ? "/" : ""
    for part in path.split(separator: "/") {
      made += part + "/"
      guard mkdir(made, 0o777) == 0 || errno == EEXIST else { throw MaskFileError(path: made, code: errno) }
    }
  }
}
