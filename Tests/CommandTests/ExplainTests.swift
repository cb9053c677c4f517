import Foundation
import MaskIO
import TestSupport
import Testing

/// `segkit explain` as a user runs it.
struct ExplainTests {
  /// 14×14: a block of 3×3, the reference with one pixel far off; conventions differ about nothing more than about this.
  private func pair() throws -> (TemporaryFolder, String, String) {
    let folder = try TemporaryFolder()
    var mask = [UInt8](repeating: 0, count: 196)
    for y in 2..<5 { for x in 2..<5 { mask[y * 14 + x] = 1 } }
    let header = PNGHeader(width: 14, height: 14)
    let prediction = try folder.bytes("p.png", PNGWriter.encode(.uint8(mask), header, compression: 1))
    mask[12 * 14 + 12] = 1
    let reference = try folder.bytes("r.png", PNGWriter.encode(.uint8(mask), header, compression: 1))
    return (folder, prediction, reference)
  }

  /// The value and the tools of each line.
  private func rows(_ output: String) -> [(value: Double, metric: String, tools: String)] {
    output.split(separator: "\n").compactMap { line in
      let words = line.split(separator: " ")
      guard let value = words.first.flatMap({ Double($0) }), words.count > 2 else { return nil }
      return (value, String(words[1]), String(line))
    }
  }

  @Test("Every meaning of HD95 with who uses it")
  func hd95() throws {
    let (folder, prediction, reference) = try pair()
    defer { withExtendedLifetime(folder) {} }
    let run = try Segkit.run(["explain", prediction, reference])
    #expect(run.exitCode == 0, "\(run.errors)")
    #expect(run.output.hasPrefix("label 1  prediction 9 voxels, reference 10 (distances in px)\nhd95\n"))
    // The pixel lies 8√2 from the block. Of 9 border pixels rank 7.6, of all 17 rank 15.2, rank 7; of the outline's length all.
    let far = 8 * 2.0.squareRoot()
    let expected: [(Double, String, [String])] = [
      (0.6 * far, "hd95.erosion6", ["segkit", "MONAI", "MetricsReloaded"]),
      (0.2 * far, "hd95.pooled.erosion6", ["medpy", "panoptica"]),
      (0.2 * far, "hd95.pooled.erosion26", ["seg-metrics"]),
      (far, "hd95.surfel", ["surface-distance", "pymia", "BraTS"]),
      (0, "hd95.floor.erosion6", ["grand-challenge"]),
    ]
    let found = rows(run.output)
    #expect(found.count == expected.count)
    for (row, wanted) in zip(found, expected) {
      #expect(abs(row.value - wanted.0) < 1e-6 && row.metric == wanted.1, "\(row)")
      for tool in wanted.2 { #expect(row.tools.contains(tool), "\(row)") }
    }
  }

  @Test("Spacing, tolerances and labels; several metrics; the policies for empty masks")
  func options() throws {
    let (folder, prediction, reference) = try pair()
    defer { withExtendedLifetime(folder) {} }
    let run = try Segkit.run([
      "explain", prediction, reference, "--metric", "hd,nsd@1", "--metric", "dice", "--spacing", "2,2",
      "--labels", "1=cell,2=ghost",
    ])
    #expect(run.exitCode == 0, "\(run.errors)")
    #expect(run.output.contains("(distances in mm)"))
    let parts = run.output.components(separatedBy: "label ")
    #expect(parts.count == 3)
    // 16 of 17 border pixels are near.
    let shares = rows(parts[1]).filter { $0.metric == "nsd.erosion6@1" }.map(\.value)
    #expect(shares == [0.941176])
    let largest = rows(parts[1]).filter { $0.metric == "hd.erosion6" }.map(\.value)
    #expect(largest == [22.627417])
    // A label on neither side: tools disagree.
    let dice = rows(parts[2]).filter { $0.metric == "dice" }
    #expect(dice.contains { $0.value.isNaN && $0.tools.contains("nnU-Net") })
    #expect(dice.contains { $0.value == 1 && $0.tools.contains("medpy") && $0.tools.contains("BraTS") })
  }

  @Test(
    "What cannot be explained is one clear error",
    arguments: [
      (["--metric", "beauty"], Int32(2), "hd95"), (["--metric", "nsd"], 2, "nsd@2"),
      (["--spacing", "0,1"], 2, "spacing"), (["--labels", "x"], 2, "x"),
    ])
  func errors(options: [String], code: Int32, says: String) throws {
    let (folder, prediction, reference) = try pair()
    defer { withExtendedLifetime(folder) {} }
    let run = try Segkit.run(["explain", prediction, reference] + options)
    #expect(run.exitCode == code)
    #expect(run.output.isEmpty && run.errors.contains(says), "\(run.errors)")
    #expect(run.errors.split(separator: "\n").count == 1, "\(run.errors)")
  }

  @Test("A file that is not there, and one that cannot be read")
  func files() throws {
    let (folder, prediction, _) = try pair()
    #expect(try Segkit.run(["explain", prediction, folder.file("none.png")]).exitCode == 3)
    try folder.bytes("broken.png", [0x89, 0x50, 0x4E, 0x47])
    let run = try Segkit.run(["explain", folder.file("broken.png"), prediction])
    #expect(run.exitCode == 4 && run.errors.contains("broken.png") && run.output.isEmpty, "\(run.errors)")
  }
}
