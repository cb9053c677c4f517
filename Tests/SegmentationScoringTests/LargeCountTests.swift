import LabelMaps
import SegmentationMetrics
import SegmentationScoring
import Testing
import TextFormats

@Suite("Records whose counts no image has")
struct LargeCountTests {
  private static func line(_ more: String, metrics: String = "{}") -> String {
    #"{"case": "a", "reference_file": "r.png", "status": "ok", "metrics": "# + metrics + more + "}"
  }

  private static func record(_ text: String) throws -> CaseRecord { try CaseRecord(JSONValue(parsing: text)) }

  @Test(
    "Sums beyond 2⁶³ are refused with the case's name",
    arguments: [
      line("", metrics: #"{"1": {"TP": 9223372036854775807, "FP": 1, "FN": 0, "TN": 0}}"#),
      line(
        "",
        metrics:
          #"{"1": {"TP": 9223372036854775807, "FP": 9223372036854775807, "FN": 9223372036854775807, "TN": 9223372036854775807}}"#
      ),
      line(#", "confusion": [[1, 1, 9223372036854775807], [1, 1, 9223372036854775807], [2, 1, 5]]"#),
      line(
        "",
        metrics:
          #"{"1": {"TP": 1, "FP": 1, "FN": 0, "TN": 0, "objects": {"TP": 9223372036854775807, "FP": 9223372036854775807, "FN": 9}}}"#
      ),
    ])
  func refused(text: String) throws {
    let error = #expect(throws: ScoreError.self) { try Self.record(text) }
    #expect(error?.description.contains("case 'a'") == true)
  }

  @Test("Shapes that no map has are refused")
  func shapes() throws {
    for shape in [
      "[9223372036854775807, 2]", "[1, 2147483648]", "[-1, 3]", "[1]", "[1, 2, 3, 4]", "[1.5, 2]",
      "[99999999999999999999, 1]",
    ] {
      #expect(throws: ScoreError.self, "\(shape)") {
        try Self.record(Self.line(#", "shape": "# + shape))
      }
    }
    #expect(try Self.record(Self.line(#", "shape": [3, 4]"#)).shape == VoxelShape(rows: 3, columns: 4))
    #expect(try Self.record(Self.line(#", "shape": null"#)).shape == nil)
  }

  @Test("Many such cases add up to the largest number, with a warning")
  func sums() throws {
    let counts = #"{"1": {"TP": 4000000000000000000, "FP": 0, "FN": 5000000000000000000, "TN": 0}}"#
    let records = try (0..<6).map { number in
      var record = try Self.record(
        Self.line(
          #", "voxels": 9000000000000000000, "confusion": [[1, 1, 9000000000000000000]]"#, metrics: counts))
      record.id = "\(number)"
      // The last has more referenced than counted.
      if number == 5 { (record.status, record.counted) = (.failed, 3) }
      return record
    }
    var pairs = PooledPairs()
    for record in records { pairs.compared.add(record.confusion ?? .init()) }
    pairs.unread.add(records[5].confusion ?? .init())
    let result = try ScoreResult(records, settings: ScoreSettings(), pairs: pairs, diagnoses: [])
    #expect(result.summed["1"]?.total == .max)
    #expect(result.pooled["1"]?.falseNegatives == .max)
    #expect(result.diagnoses.contains { $0.kind == .warning && $0.text.contains("2⁶⁴") })
    #expect(LabelHints(pairs.compared, ScoreSettings()).hints().count < 3)
    #expect(CaseRecord.worst(referenced: 5, of: 3) == OverlapCounts(falseNegatives: 5))
    // Sums that fit bring no warning.
    let few = try ScoreResult([records[0]], settings: ScoreSettings(), pairs: PooledPairs(), diagnoses: [])
    #expect(few.diagnoses.isEmpty)
  }

  @Test("Any number of digits, of any number")
  func digits() {
    for value in [
      0, -0.0, 1, 0.1, 1e15, 1e308, -1e308, Double.leastNonzeroMagnitude, .infinity, -.infinity, .nan,
    ] {
      for digits in [.min, -1, 0, 1, 15, 16, 18, 19, 20, 308, 400] {
        #expect(!Decimals.fixed(value, digits: digits).isEmpty)
      }
    }
    #expect(Decimals.fixed(2.25, digits: -3) == "2")
    #expect(Decimals.fixed(0.5, digits: 15) == "0.500000000000000")
    #expect(Decimals.fixed(0.5, digits: 19) == "0.5")
  }

  @Test("Nothing aggregated is NaN, of none")
  func nothing() {
    for aggregate in [Aggregate([]), Aggregate([.nan, .nan])] {
      #expect(aggregate.mean.isNaN && aggregate.median.isNaN && aggregate.standardDeviation.isNaN)
      #expect(aggregate.count == 0)
    }
    #expect(Aggregate([.infinity, -.infinity]).infiniteCount == 2)
  }

  @Test("A bar's metric that was not asked for has the same aggregates for all labels as for each")
  func bars() throws {
    let counts = #"{"1": {"TP": 4, "FP": 1, "FN": 2, "TN": 3}, "2": {"TP": 1, "FP": 0, "FN": 0, "TN": 9}}"#
    let records = try ["a", "b"].map { id in
      var record = try Self.record(Self.line(#", "voxels": 10"#, metrics: counts))
      record.id = id
      return record
    }
    let result = try ScoreResult(records, settings: ScoreSettings(), pairs: PooledPairs(), diagnoses: [])
    let metric = try ScoreSettings.Metric(named: "specificity")
    let all = result.aggregates(["1", "2", "9"], metric)
    #expect(all[0].mean == 0.75 && all[1].mean == 1 && all[2].mean == 1)
    #expect(result.aggregate("1", metric) == all[0])
    #expect(try Gate("specificity=0.8", .under).verdict(on: result).passes)
    #expect(try !Gate("min.specificity=0.8", .under).verdict(on: result).passes)
    #expect(try Gate("2.dice=0.99", .under).verdict(on: result).passes)
  }
}
