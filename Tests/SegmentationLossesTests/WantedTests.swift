import Autodiff
import SegmentationLosses
import TestSupport
import Testing

/// Every loss with every subset of what can be wanted: nothing is written that was not asked for, and what is asked for does
/// not depend on what else is.
@Suite("What is asked for does not depend on what else is") struct WantedTests {
  static let calls = LossRegistry.entries.map(\.name) + PresetTests.calls
  static let subsets = (0..<16).map { Wanted(rawValue: $0) }
  /// Both summaries and neither array; one array.
  static let few: [Wanted] = [[.gradientSummary, .hessianDiagonalSummary], .hessianDiagonal]
  static let layouts: [(axes: String, extents: [Int], subsets: [Wanted])] = [
    ("x", [1], few), ("x", [2], few), ("x", [7], subsets), ("x", [65], few), ("bcyx", [2, 3, 5, 3], few),
    ("byxc", [1, 3, 4, 3], subsets), ("zyxc", [2, 3, 5, 2], few),
  ]

  @Test(arguments: calls) func everySubset(_ call: String) throws {
    let loss = try LossSpecification(PresetTests.text(call)).loss()
    for (axes, extents, subsets) in Self.layouts {
      let layout = try Layout(axes, extents)
      if loss.domain == .probabilities {
        try check(loss, subsets, Problem(layout, seed: 3) { try Probabilities($0, layout) })
      } else {
        try check(loss, subsets, Problem(layout, seed: 3) { try Logits($0, layout) })
      }
    }
  }

  /// Arrays, labels and, where a loss asks for them, distances.
  struct Problem<Input: Prediction> where Input.Scalar == Float {
    let layout: Layout
    let prediction: Input
    let labels: Labels
    let distance: DistanceMap<Float>

    init(_ layout: Layout, seed: UInt64, _ make: ([Float]) throws -> Input) throws {
      var random = SeededRandom(seed: seed)
      self.layout = layout
      prediction = try make((0..<layout.count).map { _ in .random(in: 0.05...0.95, using: &random) })
      let most = UInt8(max(layout.classCount, 2) - 1)
      labels = try Labels(
        (0..<layout.siteCount).map { _ in .random(in: 0...most, using: &random) }, layout.withoutClasses)
      distance = try DistanceMap(
        (0..<layout.count).map { _ in .random(in: 0...3, using: &random) }, layout)
    }

    /// The value and what was asked for, of arrays between others that must stay as they are; `nil` where the loss is not
    /// defined for such arrays.
    func run(_ loss: any Loss, _ want: Wanted) throws -> Result? {
      let compiled: CompiledLoss<Input>
      do { compiled = try loss.compile(for: Input.self, layout, want: want) } catch { return nil }
      let margin = 64
      func room(_ array: Wanted) -> [Float] {
        [Float](repeating: 7, count: (want.contains(array) ? layout.count : 0) + 2 * margin)
      }
      var (gradient, diagonal) = (room(.gradient), room(.hessianDiagonal))
      let work = compiled.makeWorkspace()
      let value: Double
      do {
        value = try gradient.withUnsafeMutableBufferPointer { gradient in
          try diagonal.withUnsafeMutableBufferPointer { diagonal in
            func inner(_ all: UnsafeMutableBufferPointer<Float>) -> UnsafeMutableBufferPointer<Float> {
              UnsafeMutableBufferPointer(rebasing: all[margin..<all.count - margin])
            }
            var gradientPart = inner(gradient).mutableSpan
            var diagonalPart = inner(diagonal).mutableSpan
            return try compiled.run(
              prediction.values.span, labels.values.span,
              distance: loss.distanceMap == nil ? nil : distance.values.span, gradient: &gradientPart,
              hessianDiagonal: &diagonalPart, work)
          }
        }
      } catch LossError.undefinedValue { return nil }
      let whole = try loss.evaluate(
        prediction, labels, distance: loss.distanceMap == nil ? nil : distance, want: want)
      #expect(whole.value == value && whole.method == compiled.method)
      #expect((whole.gradient != nil) == want.contains(.gradient))
      #expect((whole.hessianDiagonal != nil) == want.contains(.hessianDiagonal))
      #expect((whole.gradientSummary != nil) == want.contains(.gradientSummary))
      #expect((whole.hessianDiagonalSummary != nil) == want.contains(.hessianDiagonalSummary))
      for (array, result) in [(gradient, whole.gradient), (diagonal, whole.hessianDiagonal)] {
        #expect(array.prefix(margin).allSatisfy { $0 == 7 } && array.suffix(margin).allSatisfy { $0 == 7 })
        #expect(Array(array.dropFirst(margin).dropLast(margin)).isSame(as: result ?? []))
      }
      return Result(
        value: value, gradient: whole.gradient, diagonal: whole.hessianDiagonal,
        gradientSummary: whole.gradientSummary, diagonalSummary: whole.hessianDiagonalSummary)
    }
  }

  struct Result {
    let value: Double
    let gradient, diagonal: [Float]?
    let gradientSummary, diagonalSummary: ArraySummary?
  }

  private func check<Input: Prediction>(
    _ loss: any Loss, _ subsets: [Wanted], _ problem: Problem<Input>
  ) throws where Input.Scalar == Float {
    let shown = "\(loss.name) \(problem.layout)"
    guard let all = try problem.run(loss, Wanted(rawValue: 15)) else { return }
    let gradient = try #require(all.gradient)
    let diagonal = try #require(all.diagonal)
    for want in subsets {
      let found = try #require(try problem.run(loss, want), "\(shown) \(want)")
      let isSame =
        found.value == all.value
        || abs(found.value - all.value) <= 1e-6 * max(abs(all.value), 1e-3)
      #expect(isSame, "\(shown) \(want)")
      if let own = found.gradient { #expect(own.isNear(gradient), "\(shown) \(want)") }
      if let own = found.diagonal { #expect(own.isNear(diagonal), "\(shown) \(want)") }
      if let own = found.gradientSummary { #expect(own.isOf(gradient), "\(shown) \(want)") }
      if let own = found.diagonalSummary { #expect(own.isOf(diagonal), "\(shown) \(want)") }
    }
  }
}

extension [Float] {
  fileprivate func isSame(as other: [Float]) -> Bool {
    count == other.count && zip(self, other).allSatisfy { $0 == $1 || ($0.isNaN && $1.isNaN) }
  }
  /// But for rounding: passes are fused in other ways where other things are wanted.
  fileprivate func isNear(_ other: [Float]) -> Bool {
    let scale = Swift.max(other.map(\.magnitude).max() ?? 0, .leastNormalMagnitude)
    return count == other.count
      && zip(self, other).allSatisfy { abs($0 - $1) <= 1e-5 * scale || ($0.isNaN && $1.isNaN) || $0 == $1 }
  }
}

extension ArraySummary {
  fileprivate func isOf(_ array: [Float]) -> Bool {
    if array.contains(where: { !$0.isFinite }) { return true }
    let expected = array.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
    let scale = Swift.max(expected, 1e-30)
    return abs(norm - expected) <= 1e-5 * scale
      && abs(minimum - Double(array.min() ?? .nan)) <= 1e-5 * scale
      && abs(maximum - Double(array.max() ?? .nan)) <= 1e-5 * scale
  }
}
