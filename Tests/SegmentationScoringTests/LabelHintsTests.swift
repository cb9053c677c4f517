import SegmentationMetrics
import SegmentationScoring
import TestSupport
import Testing

@Suite("Hints about labels that do not mean the same on both sides")
struct LabelHintsTests {
  /// A joint histogram of labels that lie well on each other, predicted labels passed through `renamed`.
  private static func joint(_ labels: [UInt32], renamed: (UInt32) -> UInt32) -> JointHistogram {
    JointHistogram(
      labels.flatMap { label in
        let predicted = renamed(label)
        let neighbour = renamed(labels[(Int(label) + 1) % labels.count])
        return [
          JointHistogram.Entry(prediction: predicted, reference: label, count: label == 0 ? 2000 : 100),
          .init(prediction: neighbour, reference: label, count: 3),
        ]
      })
  }

  private static func hints(_ joint: JointHistogram, _ settings: ScoreSettings = ScoreSettings()) -> [String]
  {
    LabelHints(joint, settings).hints().map(\.text)
  }

  /// The mean IoU of the reference's labels.
  private static func meanIoU(_ joint: JointHistogram) -> Double {
    let labels = joint.references.keys
    let values = labels.map { OverlapMetric.iou.value(OverlapCounts(joint, of: [$0])) }
    return values.reduce(0, +) / Double(labels.count)
  }

  /// The relabelling that hints ask for.
  private static func relabelling(_ hints: [String]) throws -> [UInt32: UInt32] {
    var result: [UInt32: UInt32] = [:]
    for hint in hints {
      let list = try #require(hint.split(separator: "--relabel-prediction ").dropFirst().first)
      for part in list.split(separator: ",") {
        let numbers = part.split(separator: "=").compactMap { UInt32($0) }
        try #require(numbers.count == 2)
        result[numbers[0]] = numbers[1]
      }
    }
    return result
  }

  @Test("Labels that are exchanged, shifted or renamed: doing what the hints say mends the scores")
  func mended() throws {
    let renamings: [(String, [UInt32], (UInt32) -> UInt32)] = [
      ("two exchanged", [0, 1, 2, 3, 4], { $0 == 2 ? 3 : $0 == 3 ? 2 : $0 }),
      ("one renamed", [0, 1, 2, 3], { $0 == 3 ? 7 : $0 }),
      ("off by one up", [0, 1, 2, 3, 4], { $0 == 0 ? 0 : $0 + 1 }),
      ("off by one down, background too", [1, 2, 3, 4], { $0 - 1 }),
      ("rotated", [0, 1, 2, 3], { $0 == 0 ? 0 : $0 % 3 + 1 }),
    ]
    for (name, labels, renamed) in renamings {
      let joint = Self.joint(labels, renamed: renamed)
      let hints = Self.hints(joint)
      #expect(!hints.isEmpty, "\(name)")
      let relabelling = try Self.relabelling(hints)
      let mended = joint.mapped(prediction: { relabelling[$0] ?? $0 }, reference: { $0 })
      #expect(Self.meanIoU(mended) > Self.meanIoU(joint) + 0.15, "\(name): \(hints)")
      #expect(Self.meanIoU(mended) > 0.85, "\(name): \(hints)")
    }
  }

  @Test("The hint about a renamed label names both labels, their IoU and the flag")
  func text() {
    let joint = JointHistogram([
      .init(prediction: 0, reference: 0, count: 1000), .init(prediction: 7, reference: 3, count: 96),
      .init(prediction: 0, reference: 3, count: 4),
    ])
    // cli.md gives this very line as its example.
    #expect(
      Self.hints(joint) == ["prediction 7 lies on reference 3 (IoU 0.96): --relabel-prediction 7=3"])
  }

  @Test("Ids that all differ by one number get one hint that says so")
  func offset() {
    let hints = Self.hints(Self.joint([0, 1, 2, 3, 4], renamed: { $0 == 0 ? 0 : $0 + 1 }))
    #expect(hints.count == 1)
    #expect(hints.allSatisfy { $0.contains("+ 1") && $0.contains("2=1,3=2,4=3,5=4") })
  }

  @Test("An inverted binary prediction gets one hint, with the flag that turns it round")
  func inverted() {
    let joint = JointHistogram([
      .init(prediction: 1, reference: 0, count: 900), .init(prediction: 0, reference: 1, count: 95),
      .init(prediction: 1, reference: 1, count: 5),
    ])
    let hints = Self.hints(joint)
    #expect(hints.count == 1)
    #expect(hints.allSatisfy { $0.contains("inverted") && $0.contains("--prediction-binarize zero") })
  }

  @Test(
    "255 that only the reference has, above small labels, looks like ignore; not if it is ignored or asked for"
  )
  func whiteLikeIgnore() throws {
    let joint = JointHistogram([
      .init(prediction: 0, reference: 0, count: 100), .init(prediction: 1, reference: 1, count: 50),
      .init(prediction: 1, reference: 255, count: 9),
    ])
    #expect(Self.hints(joint).contains { $0.contains("--ignore-label 255") })
    var settings = ScoreSettings()
    settings.labels = try .init(parsing: "1,255=white")
    #expect(!Self.hints(joint, settings).contains { $0.contains("--ignore-label 255") })
    settings = ScoreSettings()
    settings.ignored = [255]
    #expect(Self.hints(joint.ignoring(reference: [255]), settings).isEmpty)
    let swapped = JointHistogram(
      joint.entries.map { .init(prediction: $0.reference, reference: $0.prediction, count: $0.count) })
    #expect(Self.hints(swapped).contains { $0.contains("swapped") })
  }

  @Test("Ids of single objects are recognised, in numbers and in the fixture set of instances")
  func instances() throws {
    let labels = Array(UInt32(0)...20)
    let hints = Self.hints(Self.joint(labels, renamed: { $0 == 0 ? 0 : 100 + $0 * 37 % 41 }))
    #expect(hints.count == 1)
    #expect(hints.allSatisfy { $0.contains("single objects") && $0.contains("--binarize nonzero") })
    #expect(try runFixture("instances").texts(.hint).contains { $0.contains("single objects") })
  }

  @Test("Predicted labels that no reference has are named")
  func strangeLabels() {
    let joint = JointHistogram([
      .init(prediction: 0, reference: 0, count: 100), .init(prediction: 1, reference: 1, count: 50),
      .init(prediction: 5, reference: 0, count: 9),
    ])
    #expect(Self.hints(joint).contains { $0.contains("{5}") })
    let disjoint = JointHistogram([
      .init(prediction: 0, reference: 0, count: 100), .init(prediction: 2, reference: 1, count: 20),
      .init(prediction: 0, reference: 1, count: 50), .init(prediction: 2, reference: 0, count: 50),
    ])
    #expect(Self.hints(disjoint).contains { $0.contains("--relabel-prediction 2=1") })
  }

  @Test(
    "Good data gets no hint", arguments: ["organs", "volumes", "flat-stacks", "binary", "palette", "colours"])
  func goodData(name: String) throws {
    let result = try runFixture(name) { try FixtureRunTests.settings(of: name, &$0) }
    #expect(result.diagnoses.filter(\.isStrict) == [])
  }

  @Test("Poor predictions of the right labels get no hint")
  func poorData() throws {
    var random = SeededRandom(seed: 121)
    for _ in 0..<300 {
      // Labels placed anywhere: nothing lies on anything.
      let entries = (UInt32(0)...3).flatMap { reference in
        (UInt32(0)...3).map { prediction in
          JointHistogram.Entry(
            prediction: prediction, reference: reference, count: UInt64.random(in: 80...120, using: &random))
        }
      }
      try #require(Self.hints(JointHistogram(entries)).isEmpty)
    }
  }

  @Test("Hints change no score")
  func hintsChangeNothing() throws {
    let set = try TinySet(grey: [([0, 2, 2, 1, 1], [0, 1, 1, 2, 2])])
    let result = try set.run()
    #expect(result.texts(.hint).count == 1)
    #expect(result.pooled["1"] == OverlapCounts(falsePositives: 2, falseNegatives: 2, trueNegatives: 1))
  }
}
