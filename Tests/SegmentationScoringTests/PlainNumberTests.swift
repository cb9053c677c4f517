import Foundation
import LabelMaps
import MaskIO
import SegmentationMetrics
import SegmentationScoring
import TestSupport
import Testing
import TextFormats

/// No number of a file means anything by itself.
@Suite("Numbers of files")
struct PlainNumberTests {
  private static func folder(_ prediction: [UInt32], _ reference: [UInt32]) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try FileManager.default.createDirectory(atPath: folder.file("p"), withIntermediateDirectories: true)
    try FileManager.default.createDirectory(atPath: folder.file("r"), withIntermediateDirectories: true)
    try NPYFile.write(prediction, shape: [1, prediction.count], to: folder.file("p/a.npy"))
    try NPYFile.write(reference, shape: [1, reference.count], to: folder.file("r/a.npy"))
    return folder
  }

  private static func score(
    _ prediction: [UInt32], _ reference: [UInt32], _ change: (inout ScoreSettings) throws -> Void = { _ in }
  ) throws -> ScoreResult {
    let folder = try folder(prediction, reference)
    var settings = ScoreSettings()
    try change(&settings)
    let pairing = try Pairing(
      predictions: folder.file("p"), references: folder.file("r"), pattern: settings.pattern)
    return try ScoreRun(pairing.cases, settings: settings, jobs: 1, keepsConfusion: true).run()
  }

  @Test("4294967295 is a label as any other, on either side, in counts, shapes, confusion and records")
  func largest() throws {
    var random = SeededRandom(seed: 15)
    for _ in 0..<50 {
      let one = (0..<40).map { _ in UInt32.random(in: 0...2, using: &random) }
      let other = (0..<40).map { _ in UInt32.random(in: 0...2, using: &random) }
      func with(_ label: UInt32) throws -> ScoreResult {
        try Self.score(one.map { $0 == 2 ? label : $0 }, other.map { $0 == 2 ? label : $0 }) {
          $0.metrics = try ["dice", "hd95", "pq"].map { try ScoreSettings.Metric(named: $0) }
        }
      }
      let (plain, largest) = (try with(2), try with(.max))
      let own = try #require(largest.records.first)
      let same = try #require(plain.records.first)
      #expect(own.counted == same.counted && own.ignored == 0 && own.correct == same.correct)
      for (key, twin) in [("1", "1"), ("4294967295", "2")] {
        let (entry, expected) = (CountsTable(own)[key], CountsTable(same)[twin])
        #expect(entry.counts == expected.counts)
        for (name, value) in expected.shape {
          #expect(entry.shape[name] == value || value.isNaN && entry.shape[name]?.isNaN == true, "\(name)")
        }
      }
      #expect(
        largest.confusion.entries.map(\.count) == plain.confusion.entries.map(\.count))
      let again = try CaseRecord(JSONValue(parsing: own.json(largest.settings).text(.line)))
      #expect(again.confusion == own.confusion)
    }
  }

  @Test("It is said that it looks like −1, and it is ignored where that is asked for")
  func minusOne() throws {
    let reference: [UInt32] = [1, 1, .max, .max, 0, 0]
    let result = try Self.score([1, 1, 1, 1, 0, 0], reference)
    #expect(
      try result.counts("a", "1") == OverlapCounts(truePositives: 2, falsePositives: 2, trueNegatives: 2))
    #expect(result.texts(.hint).contains { $0.contains("--ignore-label 4294967295") })
    let ignored = try Self.score([1, 1, 1, 1, 0, 0], reference) { $0.ignored = [.max] }
    #expect(try ignored.counts("a", "1") == OverlapCounts(truePositives: 2, trueNegatives: 2))
    #expect(try ignored.record("a").ignored == 2)
    #expect(ignored.texts(.hint).isEmpty)
  }

  @Test(
    "Predicted voxels without a label count against the reference's label, and are kept apart in a record")
  func unlabelled() throws {
    let joint = JointHistogram(
      [.init(prediction: 1, reference: 1, count: 5), .init(prediction: .max, reference: 1, count: 2)],
      unlabelled: [1: 3, 7: 4])
    #expect(joint.total == 14 && joint.references == [1: 10, 7: 4] && joint.predictions == [1: 5, .max: 2])
    let counts = OverlapCounts.byLabel(joint)
    #expect(counts[1] == OverlapCounts(truePositives: 5, falseNegatives: 5, trueNegatives: 4))
    #expect(counts[7] == OverlapCounts(falseNegatives: 4, trueNegatives: 10))
    #expect(counts[.max] == OverlapCounts(falsePositives: 2, trueNegatives: 12))
    for label in [1, 7, UInt32.max] { #expect(OverlapCounts(joint, of: [label]) == counts[label]) }
    var record = CaseRecord(id: "a", predictionFile: nil, referenceFile: "r")
    record.confusion = joint
    #expect(try CaseRecord(JSONValue(parsing: record.json(ScoreSettings()).text(.line))).confusion == joint)
    #expect(joint.ignoring(reference: [1]) == JointHistogram(unlabelled: [7: 4]))
    let mapped = joint.mapped(prediction: { $0 == 1 ? nil : $0 }, reference: { $0 == 7 ? nil : $0 })
    #expect(mapped == JointHistogram([.init(prediction: .max, reference: 1, count: 2)], unlabelled: [1: 8]))
  }

  @Test("One volume with a fraction fails alone, with the fraction and the remedy; many are told together")
  func fractions() throws {
    let folder = try TemporaryFolder()
    for side in ["p", "r"] {
      try FileManager.default.createDirectory(atPath: folder.file(side), withIntermediateDirectories: true)
    }
    func write(_ name: String, fraction: Bool) throws {
      var file = NIfTIBytes(extents: [3, 2, 2])
      var bytes = Array(file.bytes[..<352])
      for index in 0..<12 {
        let value = Float(index % 2) + (fraction && index == 5 ? 0.25 : 0)
        bytes += (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> UInt32(8 * $0)) }
      }
      file.bytes = bytes
      file.put(16, at: 70, Int16.self)
      file.put(32, at: 72, Int16.self)
      try Data(file.bytes).write(to: URL(filePath: folder.file(name)))
    }
    for number in 0..<10 {
      try write("r/\(number).nii", fraction: false)
      try write("p/\(number).nii", fraction: number == 3)
    }
    func run() throws -> ScoreResult {
      let pairing = try Pairing(
        predictions: folder.file("p"), references: folder.file("r"), pattern: CasePattern())
      return try ScoreRun(pairing.cases, settings: ScoreSettings(), jobs: 2).run()
    }
    let one = try run()
    #expect(one.records.count { $0.status == .ok } == 9)
    let failed = try one.record("3")
    #expect(failed.status == .failed)
    #expect(failed.message?.contains("1.25") == true && failed.message?.contains("--binarize") == true)
    #expect(one.texts(.warning).isEmpty)
    for number in 4..<8 { try write("p/\(number).nii", fraction: true) }
    let many = try run()
    #expect(many.records.count { $0.status == .failed } == 5)
    #expect(many.texts(.warning).contains { $0.hasPrefix("5 of 10 predictions hold numbers with fractions") })
    // A reference with one has no score at all.
    try write("r/0.nii", fraction: true)
    #expect(try run().record("0").status == .error)
  }

  @Test("Slice numbers at the ends of the integers are no reason to stop")
  func sliceNumbers() {
    let ends = [Int.min, -1, 0, 1, Int.max]
    for one in ends {
      for other in ends {
        _ = SliceOrder.finding(numbers: [one, other, 5], names: ["a", "b", "c"])
        _ = SliceOrder.agree([one, other], [other, one])
        _ = SliceOrder.agree([one, other, 0], [0, 1, 2])
      }
    }
    // One is beyond all integers, and no number then.
    #expect(SliceOrder.finding(in: ["a9223372036854775808", "a0", "a1"]) != nil)
    #expect(SliceOrder.agree([1, 2, 3], [11, 12, 13]) && !SliceOrder.agree([1, 2, 4], [1, 2, 3]))
  }
}
