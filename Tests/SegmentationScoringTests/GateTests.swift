import SegmentationMetrics
import SegmentationScoring
import TestSupport
import Testing

@Suite("Bars that results have to clear")
struct GateTests {
  /// Two labels and a region over three cases, with tumour absent from one of them.
  private func result() throws -> ScoreResult {
    let set = try TinySet(grey: [
      ([1, 1, 0, 0], [1, 1, 0, 0]), ([1, 0, 2, 0], [1, 1, 2, 0]), ([0, 0, 0, 2], [1, 1, 2, 2]),
    ])
    var settings = try ScoreSettings(metrics: "dice", "recall", "fbeta@0.5", "fnr")
    settings.labels = try .init(parsing: "1=liver,2=tumour,whole=1+2")
    return try set.run(settings)
  }

  /// Dice of liver: 1, 2/3, 0; of tumour: NaN, 1, 2/3; recall of tumour: NaN, 1, 1/2. Pooled: liver TP 3, FN 3;
  /// tumour TP 2, FN 1; whole TP 5 of 9 in the reference, none elsewhere. Without label: the mean of the two
  /// labels, the region left out. fbeta@0.5 is 1.25 TP / (1.25 TP + 0.25 FN + FP).
  static let expected: [(String, Double)] = [
    ("liver.dice", 0.5555555555555556), ("1.dice", 0.5555555555555556),
    ("mean.liver.dice", 0.5555555555555556), ("median.liver.dice", 0.6666666666666666),
    ("min.liver.dice", 0), ("tumour.dice", 0.8333333333333334), ("tumour.recall", 0.75),
    ("min.2.recall", 0.5), ("pooled.liver.dice", 0.6666666666666666), ("pooled.tumour.dice", 0.8),
    ("pooled.whole.dice", 0.7142857142857143), ("dice", 0.6944444444444444),
    ("mean.dice", 0.6944444444444444), ("min.dice", 0), ("pooled.dice", 0.7333333333333333),
    ("median.dice", 0.75), ("liver.fnr", 0.5), ("liver.fbeta@0.5", 0.6111111111111112),
  ]

  @Test("The number that is compared is the one named", arguments: expected)
  func values(name: String, value: Double) throws {
    let result = try result()
    for (offset, passes) in [(-1e-6, true), (1e-6, false)] {
      let gate = try Gate("\(name)=\(value + offset)", .under)
      #expect(try gate.verdict(on: result).passes == passes, "\(gate.text)")
      let over = try Gate("\(name)=\(value - offset)", .over)
      #expect(try over.verdict(on: result).passes == passes, "over \(over.text)")
    }
  }

  @Test("A value on the bar passes, in either direction")
  func onTheBar() throws {
    let result = try result()
    #expect(try Gate("tumour.recall=0.75", .under).verdict(on: result).passes)
    #expect(try Gate("tumour.recall=0.75", .over).verdict(on: result).passes)
  }

  @Test("NaN fails in either direction, and the line says so")
  func notANumber() throws {
    let set = try TinySet(grey: [([0, 0], [0, 0])])
    var settings = ScoreSettings()
    settings.labels = try .init(parsing: "1")
    let result = try set.run(settings)
    for direction in [Gate.Direction.under, .over] {
      for text in ["dice=0.5", "1.dice=0.5", "pooled.dice=-1", "min.1.dice=0", "median.dice=2"] {
        let (passes, line) = try Gate(text, direction).verdict(on: result)
        #expect(!passes, "\(text) \(direction)")
        #expect(line.contains("not a number") && line.contains(text))
      }
    }
  }

  @Test("A label that was not scored is wrong usage and the scored ones are listed")
  func unknownLabel() throws {
    let result = try result()
    let gate = try Gate("kidney.dice=0.5", .under)
    let text = try scoreError(.usage) { _ = try gate.verdict(on: result) }
    #expect(text.contains("kidney") && text.contains("liver") && text.contains("whole"))
  }

  @Test("Parts are read as they are named, points within a parameter or a label's name kept")
  func parsing() throws {
    let gate = try Gate("min.left.lobe.fbeta@0.5=0.8", .under)
    #expect(
      gate.selector == .min
        && gate.subject == .metric(try .init(named: "fbeta@0.5"), label: "left.lobe"))
    #expect(gate.bar == 0.8)
    let plain = try Gate("dice=1e-3", .over)
    let dice = try ScoreSettings.Metric(named: "dice")
    #expect(plain.selector == .mean && plain.subject == .metric(dice, label: nil) && plain.bar == 0.001)
    #expect(
      try Gate("pooled.2.iou=0.5", .under).subject == .metric(try .init(named: "iou"), label: "2"))
    let loss = try Gate("median.loss.focal:gamma=2=0.5", .over)
    #expect(loss.selector == .median && loss.subject == .loss("focal:gamma=2") && loss.bar == 0.5)
  }

  @Test(
    "What is no bar is wrong usage and names the flag",
    arguments: [
      "", "dice", "dice=", "dice=x", "dice=nan", "=0.5", "dicee=0.5", "mean.=0.5", "1.=0.5", "fbeta@0=1",
      "pooled.loss.dice=0.5",
    ])
  func faults(text: String) throws {
    #expect(try scoreError(.usage) { _ = try Gate(text, .under) }.contains("--fail-under"))
    #expect(try scoreError(.usage) { _ = try Gate(text, .over) }.contains("--fail-over"))
  }
}
