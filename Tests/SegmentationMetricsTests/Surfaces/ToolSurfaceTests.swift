import Foundation
import SegmentationMetrics
import TestSupport
import Testing

@Suite("Numbers of other tools on random masks (fixtures/surfaces.json)")
struct ToolSurfaceTests {
  struct File: Decodable {
    struct Case: Decodable {
      var shape: [Int]
      var spacing: [Double]
      var tolerance: Double
      var prediction, reference: String
      var expected: [String: [String: Double]]

      func mask(_ hex: String) -> [Bool] {
        let digits = Array(hex).compactMap(\.hexDigitValue)
        return (0..<shape.reduce(1, *)).map { index in
          let shift = 3 - index % 4
          return (digits[index / 4] >> shift) & 1 == 1
        }
      }
    }
    var cases: [Case]
  }

  static let cases: [File.Case] = {
    guard let data = FileManager.default.contents(atPath: TestFiles.fixture("surfaces.json")),
      let file = try? JSONDecoder().decode(File.self, from: data)
    else { return [] }
    return file.cases
  }()

  /// The metric here that is each number of a tool; MONAI and seg-metrics compute in single precision.
  static let meanings: [(tool: String, key: String, metric: String, tolerance: Double)] = [
    ("surface-distance", "hd", "hd.surfel", 1e-9), ("surface-distance", "hd95", "hd95.surfel", 1e-9),
    ("surface-distance", "hd80", "hd@80.surfel", 1e-9),
    ("surface-distance", "asd_ref", "asd.ref.surfel", 1e-9),
    ("surface-distance", "asd_pred", "asd.pred.surfel", 1e-9),
    ("surface-distance", "nsd", "nsd.surfel@T", 1e-9),
    ("surface-distance", "overlap_ref", "surface-overlap.ref.surfel@T", 1e-9),
    ("surface-distance", "overlap_pred", "surface-overlap.pred.surfel@T", 1e-9),
    ("medpy", "hd", "hd", 1e-9), ("medpy", "hd95", "hd95.pooled", 1e-9), ("medpy", "assd", "assd", 1e-9),
    ("medpy", "asd", "asd.pred", 1e-9), ("monai", "hd", "hd", 1e-5), ("monai", "hd95", "hd95", 1e-5),
    ("monai", "assd", "assd", 1e-5), ("monai", "asd", "asd.pred", 1e-5), ("monai", "nsd", "nsd@T", 1e-5),
    ("simpleitk", "hd", "hd.voxels", 1e-5), ("simpleitk", "average", "masd.voxels", 1e-5),
    ("seg-metrics", "hd", "hd.erosion26", 1e-5), ("seg-metrics", "hd95", "hd95.pooled.erosion26", 1e-5),
    ("seg-metrics", "msd", "assd.erosion26", 1e-5),
  ]

  @Test("Every number of every tool under the name it has here")
  func tools() throws {
    #expect(Self.cases.count == 72)
    var compared = 0
    for (number, one) in Self.cases.enumerated() {
      let names = Set(
        Self.meanings.map { $0.metric.replacingOccurrences(of: "@T", with: "@\(one.tolerance)") })
      let found = try measured(
        one.mask(one.prediction), one.mask(one.reference), one.shape, Array(names), spacing: one.spacing)
      for meaning in Self.meanings {
        guard let expected = one.expected[meaning.tool]?[meaning.key] else { continue }
        let value = found[meaning.metric.replacingOccurrences(of: "@T", with: "@\(one.tolerance)")] ?? .nan
        #expect(
          abs(value - expected) <= meaning.tolerance * max(1, abs(expected)),
          "case \(number): \(meaning.tool) \(meaning.key) \(expected), \(meaning.metric) \(value)")
        compared += 1
      }
    }
    #expect(compared > 1300)
  }

  @Test("As many components as cc3d finds, by every neighbourhood")
  func components() throws {
    for one in Self.cases {
      for (neighbours, expected) in one.expected["cc3d"] ?? [:] {
        let connectivity = try #require(Connectivity(neighbours: Int(neighbours) ?? 0))
        let found = try measured(one.mask(one.reference), one.mask(one.reference), one.shape, ["objects-ref"])
        {
          $0.shapes.connectivity = connectivity
        }
        #expect(found["objects-ref"] == expected, "\(neighbours) neighbours")
      }
    }
  }
}
