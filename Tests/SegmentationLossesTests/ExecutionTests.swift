// Threads, workspaces, large arrays, values that may not be, and inputs at the edge.
import SegmentationLosses
import TestSupport
import Testing

@Suite("How a loss is run does not matter to its results") struct ExecutionTests {
  @Test(arguments: ["cyx", "yxc"]) func anyNumberOfThreadsGivesTheSameBits(_ axes: String) throws {
    for kind in [PlainLoss.Kind.squaredDice, .custom] {
      let voxels = Voxels(classes: 3, y: 300, x: 400, activation: .softmax, ignored: 255, seed: 5)
      let problem = PlainProblem(
        loss: PlainLoss(kind: kind), activation: .softmax, ignored: 255, isMasked: true, voxels: voxels)
      let one = try problem.library(Float.self, axes)
      for threads in [2, 3, 5] {
        let other = try problem.library(Float.self, axes, threads: threads)
        #expect(one.value.bitPattern == other.value.bitPattern)
        #expect(one.gradient == other.gradient)
        #expect(one.diagonal == other.diagonal)
      }
    }
  }

  @Test func workspacesAreRunAgainAndAtOnce() async throws {
    let layout = try Layout("byxc", [2, 200, 150, 2])
    let values = numbers(layout.count, -3...3).map { Float($0) }
    let labels = (0..<layout.siteCount).map { UInt8($0 % 7 % 2) }
    let compiled = try FocalTversky().compile(for: Logits<Float>.self, layout, activation: .sigmoid)
    let work = compiled.makeWorkspace(threads: 2)
    var first = compiled.makeDerivatives()
    let value = try compiled.run(values.span, labels.span, into: &first, work)
    // A run that ends early leaves nothing behind.
    var wrong = values
    wrong[77] = .nan
    var scratch = compiled.makeDerivatives()
    #expect(throws: LossError.self) { _ = try compiled.run(wrong.span, labels.span, into: &scratch, work) }
    let expected = first
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<2 {
        group.addTask {
          let work = compiled.makeWorkspace(threads: 2)
          for _ in 0..<2 {
            var found = compiled.makeDerivatives()
            let other = try compiled.run(values.span, labels.span, into: &found, work)
            #expect(other == value)
            #expect(found.gradient == expected.gradient)
            #expect(found.hessianDiagonal == expected.hessianDiagonal)
          }
        }
      }
      try await group.waitForAll()
    }
    var again = compiled.makeDerivatives()
    let last = try compiled.run(values.span, labels.span, into: &again, work)
    #expect(last == value)
    #expect(again.gradient == expected.gradient && again.hessianDiagonal == expected.hessianDiagonal)
  }

  /// Beyond 16 MB results are written past the cache; here also from and to addresses that are not aligned.
  @Test(arguments: ["cx", "xc"]) func largeArraysAgreeWithDouble(_ axes: String) throws {
    let sites = 2_200_001
    let layout = try Layout(axes, axes == "cx" ? [2, sites] : [sites, 2])
    let count = layout.count
    let doubles = numbers(count + 1, -2...2)
    let floats = doubles.map { Float($0) }
    let labels = numbers(sites + 1, 0...2).map { UInt8($0) }
    let single = try Dice().compile(for: Logits<Float>.self, layout, activation: .softmax)
    let double = try Dice().compile(for: Logits<Double>.self, layout, activation: .softmax)
    var gradient = [Float](repeating: 0, count: count + 1)[1...]
    var diagonal = [Float](repeating: 0, count: count + 1)[1...]
    var wide = double.makeDerivatives()
    let value: Double
    do {
      var gradients = gradient.mutableSpan
      var diagonals = diagonal.mutableSpan
      value = try single.run(
        floats.span.extracting(1...), labels.span.extracting(1...), gradient: &gradients,
        hessianDiagonal: &diagonals, single.makeWorkspace(threads: 2))
    }
    let expected = try double.run(
      doubles.span.extracting(1...), labels.span.extracting(1...), into: &wide,
      double.makeWorkspace(threads: 2))
    #expect(abs(value - expected) <= 1e-6)
    for (found, expected) in [(gradient, wide.gradient), (diagonal, wide.hessianDiagonal)] {
      var (most, difference) = (0.0, 0.0)
      for k in 0..<count {
        most = max(most, abs(expected[k]))
        difference = max(difference, abs(Double(found[k + 1]) - expected[k]))
      }
      #expect(most > 0 && difference <= 1e-5 * most)
    }
  }

  private func numbers(_ count: Int, _ range: ClosedRange<Double>) -> [Double] {
    var state: UInt64 = 88_172_645_463_325_252
    return [Double](unsafeUninitializedCapacity: count) { buffer, filled in
      let scale = (range.upperBound - range.lowerBound) / 9_007_199_254_740_992
      for k in 0..<count {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        buffer[k] = range.lowerBound + scale * Double(state >> 11)
      }
      filled = count
    }
  }

  // MARK: Values at the edge

  @Test func squaredDiceOfAnExactPredictionHasItsClosedForm() throws {
    let layout = try Layout("byxc", [2, 4, 3, 2])
    let target = (0..<layout.count).map { Double(($0 * 5) % 7) / 7 + 0.01 }
    let result = try Dice(smoothing: 0, squared: true).evaluate(
      Probabilities(target, layout), SoftTargets(target, layout), want: .all)
    #expect(abs(result.value) < 1e-14)
    for b in 0..<2 {
      for c in 0..<2 {
        let places = (0..<12).map { (b * 12 + $0) * 2 + c }
        let squares = places.reduce(0) { $0 + target[$1] * target[$1] }
        for k in places {
          #expect(abs((result.hessianDiagonal?[k] ?? .nan) * 4 - 1 / squares) < 1e-12 / squares)
          #expect(abs(result.gradient?[k] ?? .nan) < 1e-15)
        }
      }
    }
  }

  @Test func focalTverskyOfAnExactPredictionSaysThatDerivativesAreUndefined() throws {
    let layout = try Layout("yxc", [4, 3, 2])
    let labels = (0..<12).map { UInt8($0 % 2) }
    let target = labels.flatMap { [Double(1 - $0), Double($0)] }
    let result = try FocalTversky().evaluate(
      Probabilities(target, layout), Labels(labels, layout.withoutClasses), want: .all)
    #expect(result.value == 0)
    #expect(result.gradient?.allSatisfy { $0 == 0 } == true)
    #expect(result.hessianDiagonal?.allSatisfy { $0 == 0 } == true)
    #expect(result.hasUndefinedDerivatives)
    let other = try FocalTversky().evaluate(
      Probabilities(target.map { 0.9 * $0 }, layout), Labels(labels, layout.withoutClasses), want: .all)
    #expect(!other.hasUndefinedDerivatives)
  }

  @Test func emptyAndFullMasks() throws {
    let layout = try Layout("byx", [1, 3, 4])
    let (zeros, ones) = ([Double](repeating: 0, count: 12), [Double](repeating: 1, count: 12))
    let s = 0.25
    for loss in [Dice(smoothing: Smoothing(s)), Dice(smoothing: Smoothing(s), squared: true)] {
      for (p, t, expected) in [
        (zeros, zeros, 0), (ones, ones, 0), (ones, zeros, 1 - s / (12 + s)), (zeros, ones, 1 - s / (12 + s)),
      ] {
        let result = try loss.evaluate(Probabilities(p, layout), SoftTargets(t, layout), want: .all)
        #expect(abs(result.value - expected) < 1e-15)
        #expect(result.gradient?.allSatisfy(\.isFinite) == true)
        #expect(result.hessianDiagonal?.allSatisfy(\.isFinite) == true)
      }
    }
    for loss in [Dice(smoothing: 0), Tversky(smoothing: 0), FocalTversky(smoothing: 0)] as [any Loss] {
      for want in [Wanted.value, .gradient, .all] {
        #expect(throws: LossError.undefinedValue(loss: loss.name)) {
          try loss.evaluate(Probabilities(zeros, layout), SoftTargets(zeros, layout), want: want)
        }
      }
      let nothing = try SiteMask([UInt8](repeating: 0, count: 12), layout)
      #expect(throws: LossError.undefinedValue(loss: loss.name)) {
        try loss.evaluate(Probabilities(ones, layout), SoftTargets(ones, layout), mask: nothing)
      }
      let full = try loss.evaluate(Probabilities(ones, layout), SoftTargets(zeros, layout), want: .all)
      #expect(full.value == 1)
    }
  }

  @Test(arguments: ["bcyx", "byxc", "ycxb"]) func extremeLogitsAreFinite(_ axes: String) throws {
    for kind in PlainLoss.Kind.allCases {
      for activation in [Activation.sigmoid, .softmax] {
        for classes in [1, 3] {
          var voxels = Voxels(
            batch: 2, classes: classes, y: 4, x: 5, activation: activation, ignored: nil, seed: 4)
          voxels.prediction = voxels.prediction.enumerated().map { $0 % 3 == 0 ? $1 : $1 > 0 ? 1e4 : -1e4 }
          let problem = PlainProblem(loss: PlainLoss(kind: kind), activation: activation, voxels: voxels)
          for result in [
            try problem.library(Float.self, axes), try problem.library(Double.self, axes),
          ] {
            #expect(result.value.isFinite)
            let isFinite = (result.gradient + result.diagonal).allSatisfy { $0.isFinite }
            #expect(isFinite)
          }
        }
      }
    }
  }
}
