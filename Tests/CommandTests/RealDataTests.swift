import Foundation
import TestSupport
import Testing

/// Real masks against the scores of independent tools, where the folder with them stands beside the checkout.
@Suite(.enabled(if: TestFiles.realData("README.md") != nil, "the real images are not on this machine"))
struct RealDataTests {
  static let sets = [
    "bubil_d1_cells", "bubil_d3_fibroblasts", "davis_osvos_a", "panoptica_spine", "voc_deeplab_rgb",
    "stardist_nuclei",
  ]

  @Test("Confusion counts are exact and ratios agree to 1e-12", arguments: sets)
  func agrees(with set: String) throws {
    let folder = try #require(TestFiles.realData(set))
    let pairs = try #require(try Self.read(folder + "/pairs.json")["pairs"] as? [[String: Any]])
      .filter { ["png2d", "pngstack"].contains($0["kind"] as? String) }
    let expected = try #require(try Self.read(folder + "/expected.json")["pairs"] as? [String: Any])
    let scratch = try TemporaryFolder()
    let cases = try Self.score(pairs, folder: folder, in: scratch)
    var compared = 0
    for pair in pairs {
      guard let id = pair["id"] as? String, let want = expected[id] as? [String: Any] else { continue }
      let got = try #require(cases[id], "no record of \(id)")
      for (label, numbers) in try #require(want["per_label"] as? [String: Any]) {
        let isAbsent = value(numbers, "dice") is NSNull
        guard let metrics = value(got, "metrics", label) else {
          #expect(isAbsent, "\(id): label \(label) is missing")
          continue
        }
        for (ours, theirs) in [("TP", "tp"), ("FP", "fp"), ("FN", "fn"), ("TN", "tn")] {
          #expect(number(metrics, ours) == number(numbers, theirs), "\(id), label \(label): \(ours)")
        }
        for (ours, theirs) in [
          ("Dice", "dice"), ("IoU", "iou"), ("precision", "precision"), ("recall", "recall"),
          ("specificity", "specificity"),
        ] {
          let mine = try #require(number(metrics, ours))
          if let reference = number(numbers, theirs) {
            #expect((mine - reference).magnitude <= 1e-12, "\(id), label \(label): \(ours)")
          } else {
            #expect(mine.isNaN, "\(id), label \(label): \(ours) should have no value")
          }
        }
        compared += 1
      }
    }
    #expect(compared > 0)
  }

  /// Scores pairs through a manifest, decoded as their set says; records by case.
  private static func score(
    _ pairs: [[String: Any]], folder: String, in scratch: TemporaryFolder
  ) throws -> [String: Any] {
    var rows = ["case,prediction,reference,spacing"]
    for pair in pairs {
      let spacing = (pair["spacing"] as? [NSNumber])?.map { "\($0.doubleValue)" }.joined(separator: "x") ?? ""
      let (id, prediction) = (pair["id"] as? String ?? "", pair["pred"] as? String ?? "")
      rows.append("\(id),\(folder)/\(prediction),\(folder)/\(pair["ref"] as? String ?? ""),\(spacing)")
    }
    let manifest = scratch.file("pairs.csv")
    try rows.joined(separator: "\n").write(toFile: manifest, atomically: true, encoding: .utf8)
    var arguments = [
      "--manifest", manifest, "--background", "none", "--metrics", "dice,iou,precision,recall,specificity",
    ]
    switch pairs.first?["ref_decode"] as? String {
    case "nonzero": arguments += ["--binarize", "nonzero"]
    case "zero": arguments += ["--binarize", "zero"]
    case "rgb":
      let colours = pairs.first?["colors"] as? [[Int]] ?? []
      let labels = Dictionary(uniqueKeysWithValues: colours.enumerated().map { (String($0), $1) })
      let map: [String: Any] = ["labels": labels, "ignore": [pairs.first?["ignore_color"] as? [Int] ?? []]]
      try JSONSerialization.data(withJSONObject: map).write(to: URL(filePath: scratch.file("colours.json")))
      arguments += ["--colour-map", scratch.file("colours.json")]
    default: break
    }
    let records = try #require(try Segkit.json(arguments)["metric_per_case"] as? [[String: Any]])
    return Dictionary(records.compactMap { record in (record["case"] as? String).map { ($0, record) } }) {
      first, _ in first
    }
  }

  private static func read(_ path: String) throws -> [String: Any] {
    let data = try Data(contentsOf: URL(filePath: path))
    return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
  }
}
