import LabelMaps
import MaskIO
import SegmentationMetrics
import SegmentationScoring
import TestSupport
import Testing

@Suite("Whole runs over volume files and files that tell the spacing")
struct VolumeScoringTests {
  /// 4×3×2 voxels of labels 0 to 2, spacing 1, 2, 3 along x, y, z.
  private static func plain(_ seed: UInt64) -> NIfTIBytes {
    var random = SeededRandom(seed: seed)
    var file = NIfTIBytes(
      extents: [4, 3, 2], voxels: (0..<24).map { _ in UInt8.random(in: 0...2, using: &random) })
    file.orient(x: [1, 0, 0], y: [0, 2, 0], z: [0, 0, 3])
    return file
  }

  /// The same volume with its axes in another order and one of them backwards.
  private static func turned(_ file: NIfTIBytes) -> NIfTIBytes {
    let own = Array(file.bytes[352...])
    // New x is old z backwards, new y is old x, new z is old y.
    var voxels: [UInt8] = []
    for y in 0..<3 {
      for x in 0..<4 {
        for z in [1, 0] { voxels.append(own[(z * 3 + y) * 4 + x]) }
      }
    }
    var result = NIfTIBytes(extents: [2, 4, 3], voxels: voxels)
    result.orient(x: [0, 0, -3], y: [1, 0, 0], z: [0, 2, 0], origin: [0, 0, 3])
    return result
  }

  private func run(
    _ prediction: NIfTIBytes, _ reference: NIfTIBytes,
    _ change: (inout ScoreSettings) throws -> Void = { _ in }
  ) throws -> ScoreResult {
    let set = try TinySet()
    try set.folder.bytes("p/a.nii.gz", prediction.gzipped())
    try set.folder.bytes("r/a.nii", reference.bytes)
    var settings = ScoreSettings()
    settings.metrics = try ["hd", "assd", "dice"].map { try ScoreSettings.Metric(named: $0) }
    try change(&settings)
    return try set.run(settings)
  }

  private func values(_ result: ScoreResult) -> [Double] {
    let record = result.records[0]
    return ["1", "2"].flatMap { key in
      result.settings.metrics.map { record.value(of: $0, CountsTable(record)[key], result.settings) }
    } + record.losses.map(\.value)
  }

  @Test(
    "A prediction with other axes is turned, said so, and scored as if it had been saved alike; losses too")
  func turned() throws {
    for seed in 0..<8 {
      let (prediction, reference) = (Self.plain(UInt64(seed)), Self.plain(UInt64(seed) + 100))
      func losses(_ settings: inout ScoreSettings) {
        settings.losses = ["dice", "cross-entropy"]
        settings.labels = try? LabelScheme(parsing: "1,2")
      }
      let straight = try run(prediction, reference, losses)
      let result = try run(Self.turned(prediction), reference, losses)
      #expect(values(result) == values(straight) && values(result).count == 8)
      #expect(
        result.records[0].spacing?.lengths == [3, 2, 1] && result.records[0].spacing?.unit == .millimetres)
      #expect(result.texts(.decision).contains { $0.contains("reoriented") })
      #expect(!straight.texts(.decision).contains { $0.contains("reoriented") })
    }
  }

  @Test("Volumes that do not lie alike are errors that name both")
  func refusals() throws {
    let plain = Self.plain(1)
    var spaced = plain
    spaced.orient(x: [1.1, 0, 0], y: [0, 2, 0], z: [0, 0, 3])
    var oblique = plain
    oblique.orient(x: [0.999, 0.0447, 0], y: [-0.0894, 1.998, 0], z: [0, 0, 3])
    for (file, words) in [(spaced, "resample"), (oblique, "axes run along")] {
      let result = try run(file, plain)
      #expect(result.records[0].status == .failed)
      let message = result.records[0].message ?? ""
      #expect(message.contains(words) && message.contains("a.nii.gz") && message.contains("r/a.nii"))
    }
    let other = NIfTIBytes(extents: [4, 3, 3])
    #expect(try run(other, NIfTIBytes(extents: [4, 3, 2])).records[0].status == .failed)
  }

  @Test("A side that does not say how it lies is compared as it is stored, and that is said")
  func silent() throws {
    let plain = Self.plain(1)
    var silent = plain
    silent.put(0, at: 254, Int16.self)
    let result = try run(silent, plain)
    #expect(values(result) == values(try run(plain, plain)))
    #expect(result.texts(.warning).contains { $0.contains("does not say how it is oriented") })
    // Nothing to say where both are silent.
    #expect(try run(silent, silent).texts(.warning).allSatisfy { !$0.contains("oriented") })
  }

  @Test("Another origin is said, and voxels are compared by number")
  func shifted() throws {
    let plain = Self.plain(1)
    var shifted = plain
    shifted.orient(x: [1, 0, 0], y: [0, 2, 0], z: [0, 0, 3], origin: [5, 0, 0])
    let result = try run(shifted, plain)
    #expect(values(result) == values(try run(plain, plain)))
    #expect(result.texts(.warning).contains { $0.contains("5.00 mm") })
  }

  @Test("The spacing of images: flag, then the file beside them, then pixels")
  func sidecars() throws {
    func result(_ files: [String: String], flag: String? = nil) throws -> ScoreResult {
      let set = try TinySet(grey: [([1, 0, 0], [0, 0, 1])])
      for (name, text) in files { try set.folder.text(name, text) }
      var settings = ScoreSettings()
      settings.metrics = [try ScoreSettings.Metric(named: "hd")]
      settings.spacing = try flag.map { try Spacing(parsing: $0) }
      return try set.run(settings)
    }
    func distance(_ result: ScoreResult) -> Double {
      result.records[0].value(
        of: result.settings.metrics[0], CountsTable(result.records[0])["1"], result.settings)
    }
    #expect(try distance(result([:])) == 2)
    #expect(try result([:]).records[0].spacing?.unit == .pixels)
    #expect(try distance(result(["r/0.spacing.txt": "3, 0.5\n"])) == 1)
    #expect(try distance(result(["r/0.spacing.json": #"{"spacing": [3.0, 0.25]}"#])) == 0.5)
    #expect(try distance(result(["p/0.spacing.txt": "1,4"])) == 8)
    // The reference's counts before the prediction's, the flag before both.
    #expect(try distance(result(["p/0.spacing.txt": "1,4", "r/0.spacing.txt": "1,2"])) == 4)
    #expect(try distance(result(["r/0.spacing.txt": "1,2"], flag: "1,3")) == 6)
    for wrong in ["0,1", "-1,2", "nan,1", "1", "1,1,1", "one,two", "", "inf,1"] {
      let result = try result(["r/0.spacing.txt": wrong])
      #expect(result.records[0].status == .error, "'\(wrong)'")
      #expect(result.records[0].message?.contains("spacing") == true, "\(result.records[0].message ?? "")")
    }
  }
}
