import Foundation
import LabelMaps
import MaskIO
import SegmentationMetrics
import SegmentationReports
import SegmentationScoring
import TestSupport
import Testing

/// Results in the form of other tools beside the files those tools wrote of the same masks (fixtures/styles.py).
@Suite("Files beside the tools' own")
struct ToolFileTests {
  private static let file: JSONTree? = FileManager.default.contents(atPath: TestFiles.fixture("styles.json"))
    .flatMap { try? JSONDecoder().decode(JSONTree.self, from: $0) }

  /// Writes a part's masks, the sides under these keys; the names are the places of the cases.
  private func set(_ part: JSONTree, reference key: String = "reference") throws -> TinySet {
    let set = try TinySet()
    let size = (
      rows: part["rows"].value.map { Int($0) } ?? 0, columns: part["columns"].value.map { Int($0) } ?? 0
    )
    for (index, one) in part["cases"].list.enumerated() {
      for (folder, side) in [("p", "prediction"), ("r", key)] {
        let runs = one[side].integers
        let samples = stride(from: 0, to: runs.count, by: 2).flatMap {
          [UInt16](repeating: UInt16(runs[$0]), count: runs[$0 + 1])
        }
        #expect(samples.count == size.rows * size.columns)
        let isDeep = samples.contains { $0 > 255 }
        let header = PNGHeader(width: size.columns, height: size.rows, bitDepth: isDeep ? 16 : 8)
        try set.folder.bytes(
          "\(folder)/\(index).png",
          PNGWriter.encode(
            isDeep ? .uint16(samples) : .uint8(samples.map { UInt8($0) }), header, compression: 1))
      }
    }
    return set
  }

  /// Where two documents differ: other keys, or numbers apart by more than rounding.
  private func differences(_ own: JSONTree, _ tool: JSONTree, at place: String = "") -> [String] {
    if case .members(let members) = tool {
      let missing = Set(members.keys).symmetricDifference(own.keys).sorted()
      return missing.map { "\(place)/\($0)" }
        + members.keys.sorted().flatMap { differences(own[$0], tool[$0], at: "\(place)/\($0)") }
    }
    if case .list(let list) = tool {
      return list.count == own.list.count
        ? list.indices.flatMap { differences(own[$0], tool[$0], at: "\(place)[\($0)]") } : [place]
    }
    guard let one = own.value, let other = tool.value else { return [place] }
    let isSame = one.isNaN && other.isNaN || abs(one - other) <= 1e-12 * max(1, abs(other))
    return isSame ? [] : ["\(place): \(one), there \(other)"]
  }

  private func tree(_ text: String) throws -> JSONTree {
    // Bare NaN is Python's alone.
    let text = text.replacingOccurrences(of: ": NaN", with: ": \"nan\"")
    return try JSONDecoder().decode(JSONTree.self, from: Data(text.utf8))
  }

  private func cityscapes(_ change: (inout ScoreSettings) -> Void) throws -> ScoreSettings {
    var settings = ScoreSettings()
    settings.adopt(try #require(Convention(named: "cityscapes")))
    let known = try #require(CityscapesLabels.ids)
    (settings.labels, settings.ignored) = (known.scheme, known.ignored)
    change(&settings)
    return settings
  }

  @Test("cityscapesScripts' whole file, instance scores and ignored rows included")
  func cityscapes() throws {
    let part = try #require(Self.file?["cityscapes"])
    let settings = try cityscapes { $0.shapes.objects = .idsOfClasses(divisor: 1000) }
    let result = try set(part, reference: "objects").run(settings, keepsConfusion: false)
    let own = try tree(CityscapesResult.text(result))
    #expect(differences(own, part["result"]) == ["/perImageScores"])
    #expect(own["perImageScores"].keys.count == 4)
    #expect(result.diagnoses.filter { $0.kind == .warning }.isEmpty)
  }

  @Test("Without ids of objects instance scores are NaN, all else is the same")
  func cityscapesWithoutObjects() throws {
    let part = try #require(Self.file?["cityscapes"])
    let result = try set(part, reference: "labels").run(cityscapes { _ in })
    let own = try tree(CityscapesResult.text(result))
    let found = differences(own, part["result"]).filter { !$0.hasPrefix("/perImageScores") }
    #expect(found.count == 12 && found.allSatisfy { $0.contains("Inst") && $0.contains(": nan, there") })
  }

  @Test(
    "perImageScores has the pixels that count and those that are right, which cityscapesScripts exchanges")
  func perImageScores() throws {
    let set = try TinySet()
    // Label 3 is ignored; of four pixels that count three are right.
    try set.folder.grey("p/a.png", [7, 7, 8, 8, 8, 7])
    try set.folder.grey("r/a.png", [7, 7, 8, 7, 3, 3])
    let text = try CityscapesResult.text(set.run(cityscapes { _ in }))
    let scores = try tree(text)["perImageScores"]
    let own = scores[try #require(scores.keys.first)]
    #expect(own["nbNotIgnoredPixels"].value == 4 && own["nbCorrectPixels"].value == 3)
  }

  @Test("The names, categories and ignored labels of Cityscapes, by id and by training id")
  func cityscapesLabels() throws {
    let (ids, training) = (try #require(CityscapesLabels.ids), try #require(CityscapesLabels.trainingIDs))
    #expect(CityscapesLabels.classes.count == 34)
    #expect(ids.scheme.items.filter { !$0.isRegion }.map(\.labels).joined().count == 19)
    #expect(ids.ignored == [0, 1, 2, 3, 4, 5, 6, 9, 10, 14, 15, 16, 18, 29, 30])
    #expect(training.scheme.items.prefix(19).map(\.labels) == (0..<19).map { [UInt32($0)] })
    #expect(training.ignored == [255])
    #expect(ids.scheme.item(named: "bicycle")?.labels == [33])
    #expect(training.scheme.item(named: "bicycle")?.labels == [18])
    #expect(training.scheme.item(named: "human")?.labels == [11, 12])
    #expect(ids.scheme.item(named: "vehicle")?.labels == [26, 27, 28, 31, 32, 33])
  }

  @Test("MONAI's CSV files, byte by byte")
  func monai() throws {
    let part = try #require(Self.file?["monai"])
    let tinySet = try set(part)
    var settings = ScoreSettings()
    settings.adopt(try #require(Convention(named: "monai")))
    settings.metrics = try ["dice", "hd95"].map { try ScoreSettings.Metric(named: $0) }
    settings.labels = try LabelScheme(parsing: "1=liver,2=tumour")
    let files = MONAITables.files(Report(try tinySet.run(settings)))
    #expect(files.map(\.name).sorted() == part["files"].keys)
    for file in files {
      let name = file.name
      let text = file.text
      guard case .text(let expected) = part["files"][name] else {
        Issue.record("no \(name)")
        continue
      }
      let own = text.replacingOccurrences(of: tinySet.folder.file("p") + "/", with: "")
      if name != "metrics.csv" {
        #expect(own == expected, "\(name)")
        continue
      }
      // Distances have Float's digits there.
      let values = [own, expected].map { text in
        text.split(separator: "\n").map { $0.split(separator: ",") }
      }
      for (one, other) in zip(values[0], values[1]) {
        #expect(one[0] == other[0])
        #expect(abs(try #require(Double(one[1])) - #require(Double(other[1]))) < 1e-6)
      }
    }
  }

  @Test("grand-challenge's metrics.json as evalutils writes it")
  func grandChallenge() throws {
    let part = try #require(Self.file?["grand-challenge"])
    var settings = try ScoreSettings(metrics: "dice")
    settings.labels = try LabelScheme(parsing: "1")
    let own = try tree(GrandChallengeMetrics.text(set(part).run(settings)))
    #expect(differences(own, part["result"]) == ["/case/case"])
  }
}
