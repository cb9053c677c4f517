import Autodiff
import Foundation
import SegmentationLosses
import SystemLimits
import Testing

/// Whatever stands in a call, it ends with an error and not with a trap.
@Suite("Whatever stands in a call, it ends with an error and not with a trap") struct LimitTests {
  private let count = 60_000

  @Test func formulasHaveLimits() throws {
    func repeated(_ text: String) -> String { String(repeating: text, count: count) }
    for (text, limit) in [
      (repeated("p+") + "p", FormulaLoss.mostOperations), (repeated("p*") + "p", FormulaLoss.mostOperations),
      (repeated("(") + "p" + repeated(")"), FormulaLoss.mostDepth),
      (repeated("-") + "p", FormulaLoss.mostDepth),
      (repeated("+") + "p", FormulaLoss.mostDepth), (repeated("p^") + "p", FormulaLoss.mostDepth),
      (repeated("exp(") + "p" + repeated(")"), FormulaLoss.mostDepth),
    ] {
      let error = #expect(throws: LossError.self) { try FormulaLoss(text) }
      #expect(error?.description.contains("more than \(limit) ") == true)
      // An error shows where, and not all.
      #expect((error?.description.count ?? .max) < 1000)
    }
    for text in [
      "1e999", "2^^3", "min(" + repeated("p,") + "p)", repeated("a"), "sum(p," + repeated("b") + ")", "", "²",
      "0." + repeated("1") + "x",
    ] { #expect(throws: LossError.self) { try FormulaLoss(text) } }
  }

  /// Labels are bytes, so there are 256 classes at most; every loss says so, those too that look at the shapes of what they
  /// are given.
  @Test func tooManyClasses() throws {
    let layout = try Layout("cx", [257, 2])
    let logits = try Logits((0..<514).map { Double($0 % 5) / 5 }, layout)
    let labels = try Labels([0, 255], layout.withoutClasses)
    for entry in LossRegistry.entries {
      let loss = try LossSpecification(entry.name).loss()
      #expect(throws: LossError.self, "\(entry.name)") {
        try loss.evaluate(logits, labels, activation: .softmax, want: .all)
      }
    }
    let custom = CustomLoss("first class") { p, t in sum(p.gathered([0], axis: 1) * Double(t.shape[1])) }
    #expect(throws: LossError.self) { try custom.evaluate(logits, labels, activation: .softmax) }
  }

  /// The same of other libraries' losses, in either order of axes and with every word that makes classes of labels.
  @Test(arguments: LibraryPreset.all.flatMap { preset in preset.entries.map { "\(preset.name)/\($0.name)" } })
  func tooManyClasses(library name: String) throws {
    for options in ["", ":to_onehot_y=true,softmax=true", ":mode=multiclass", ":from_logits=true"] {
      guard let loss = try? LibraryLoss(name + options) else { continue }
      for (shape, target) in [
        ([1, 257, 2, 1], [1, 1, 2, 1]), ([1, 2, 1, 257], [1, 2, 1, 1]), ([1, 257, 2], [1, 2]),
      ] {
        let prediction = try ShapedArray((0..<514).map { Double($0 % 5) / 5 }, shape: shape)
        let labels = try ShapedArray([Double](repeating: 1, count: 2), shape: target)
        // Some take such a target for a batch of something else; none ends the process.
        _ = try? loss.evaluate(prediction, labels, want: .all)
      }
    }
  }

  /// As long and as deep as may be, with both derivatives, on a thread with little room.
  @Test func theLargestFormulasRun() throws {
    let terms = (0..<FormulaLoss.mostOperations / 2).map { "p*\($0)" }.joined(separator: "+")
    let factors = [String](repeating: "p", count: FormulaLoss.mostOperations).joined(separator: "*")
    let nested =
      String(repeating: "sigmoid(", count: FormulaLoss.mostDepth - 2) + "p"
      + String(repeating: ")", count: FormulaLoss.mostDepth - 2)
    try withSmallStack {
      let layout = try Layout("x", [3])
      let labels = try Labels([0, 1, 1], layout)
      for text in [terms, factors, nested] {
        let loss = try FormulaLoss(text)
        let result = try loss.evaluate(Logits([0.999, 1, 0.5], layout), labels, want: .all)
        #expect(result.value.isFinite && result.hessianDiagonal?.count == 3)
      }
      // d/dp Σ k p / 3 = Σ k / 3.
      let n = FormulaLoss.mostOperations / 2
      let slope = try FormulaLoss(terms).evaluate(
        Logits([0.999, 1, 0.5], layout), labels, want: .gradient
      ).gradient?[0]
      #expect(abs((slope ?? 0) - Double(n * (n - 1) / 2) / 3) < 1e-6)
      // p^(n+1) at 1: (n + 1) n / 3.
      let curvature = try FormulaLoss(factors).evaluate(
        Logits([0.999, 1, 0.5], layout), labels, want: .hessianDiagonal
      ).hessianDiagonal?[1]
      let m = Double(FormulaLoss.mostOperations)
      #expect(abs((curvature ?? 0) - m * (m - 1) / 3) < 1e-6 * m * m)
    }
  }

  /// A loss of one's own may be long: nothing on the way is as deep as it.
  @Test func longLossesRun() throws {
    try withSmallStack {
      let layout = try Layout("x", [2])
      let loss = CustomLoss("long") { p, _ in
        (0..<20_000).reduce(p) { sum, k in sum * 0.9999 + Expression(Double(k % 7)) * p }
      }
      let result = try loss.evaluate(
        Logits([0.5, 2], layout), SoftTargets([0, 1], layout), want: .all)
      #expect(result.value.isFinite && result.hessianDiagonal == [0, 0])
    }
  }

  @Test func sumsHaveLimits() throws {
    let many = [String](repeating: "dice", count: count).joined(separator: "+")
    let error = #expect(throws: LossError.self) { try LossSumSpecification(many) }
    #expect(error?.description.contains("100 are the most") == true)
    #expect((error?.description.count ?? .max) < 1000)
    let most = [String](repeating: "dice", count: LossSumSpecification.mostTerms).joined(separator: "+")
    #expect(try LossSumSpecification(most).terms.count == LossSumSpecification.mostTerms)
    #expect(throws: LossError.self) { try LossSpecification(String(repeating: "d", count: count)) }
    #expect(throws: LossError.self) {
      try LossSpecification("dice:" + String(repeating: "a", count: count) + "=1")
    }
  }

  /// Every number of every loss, at numbers that nobody means.
  static let numbers = WantedTests.calls.flatMap { call -> [String] in
    let text = PresetTests.text(call)
    let entry = try? LossSpecification(text).entry
    return (entry?.parameters ?? []).filter { $0.kind == .number || $0.kind == .numbers }.map {
      call + " " + $0.name
    }
  }
  @Test(arguments: numbers) func numbersDoNotTrap(_ call: String) throws {
    let parts = call.split(separator: " ").map(String.init)
    let layout = try Layout("bcyx", [2, 3, 4, 3])
    let values = (0..<layout.count).map { Float(($0 * 7) % 11) / 11 }
    let labels = try Labels((0..<layout.siteCount).map { UInt8($0 % 3) }, layout.withoutClasses)
    for number in [
      "1e308", "-1e308", "1e19", "-1", "0", "0.5", "1e-320", "65535", "1/2", "0/0/0", "nan", "inf",
    ] {
      guard var specification = try? LossSpecification(PresetTests.text(parts[0]).without(parts[1])),
        (try? specification.set(parts[1], number)) != nil, let loss = try? specification.loss()
      else { continue }
      if loss.domain == .probabilities {
        _ = try? loss.evaluate(Probabilities(values, layout), labels, want: .all)
      } else {
        _ = try? loss.evaluate(Logits(values, layout), labels, want: .all)
      }
    }
  }

  @Test func arraysDoNotTrap() throws {
    for shape in [[Int.max, 2], [-1], [-1, -1], [Int.max, Int.max], [0, -3]] {
      #expect(throws: LossError.self) { try ShapedArray([Float](), shape: shape) }
      #expect(throws: LossError.self) { try Layout("yx", shape.count == 2 ? shape : shape + [1]) }
    }
    #expect(throws: LossError.self) { try Layout("yx", [1 << 31, 1 << 31]) }
    let library = try LibraryLoss("monai-1.6/DiceLoss:softmax=true,to_onehot_y=true")
    for shape in [[], [0], [0, 4], [1, 0, 3], [3], [1, 3]] {
      let array = try ShapedArray([Float](repeating: 0, count: shape.reduce(1, *)), shape: shape)
      for other in [[], [0], [2, 2], shape] {
        let target = try ShapedArray([Float](repeating: 0, count: other.reduce(1, *)), shape: other)
        _ = try? library.evaluate(array, target, want: .all)
        _ = try? library.evaluate(levels: [array, target], target, want: .all)
      }
    }
    for shape in [[Int.max, Int.max, 2], [-1, 2], [2, 3, Int.max]] {
      #expect(throws: LossError.self) { try library.arrangement(prediction: shape, target: shape) }
    }
    let score = try LibraryLoss("torchmetrics/DiceScore:num_classes=1e12,input_format=index")
    #expect(throws: LossError.self) {
      try score.evaluate(ShapedArray([0.0, 1], shape: [1, 2]), ShapedArray([0.0, 1], shape: [1, 2]))
    }
  }

  /// Labels of 4 bytes that stand for 256 classes of 4 bytes each: twice of what is free.
  private static let sitesBeyondMemory = FreeMemory.now.bytes / 1024 * 2

  @Test(
    "Labels that stand for more numbers than there is memory for are refused",
    .enabled(if: sitesBeyondMemory < 1 << 26, "the labels alone would take long to make"))
  func classesBeyondMemory() throws {
    let labels = try ShapedArray(
      [Float](repeating: 1, count: Self.sitesBeyondMemory), shape: [1, Self.sitesBeyondMemory])
    let score = try LibraryLoss("torchmetrics/DiceScore:num_classes=256,input_format=index")
    let error = #expect(throws: LossError.self) { try score.evaluate(labels, labels) }
    guard case .insufficientMemory(_, let reason) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(reason.hasPrefix("it needs "))
  }

  @Test(arguments: [1e308, 1e-308, .nan, .infinity, 0, -1, .leastNonzeroMagnitude])
  func spacingsDoNotTrap(_ spacing: Double) throws {
    let layout = try Layout("yx", [4, 5])
    let p = try Probabilities((0..<20).map { Float($0 % 3) / 2 }, layout)
    let t = try Labels((0..<20).map { UInt8($0 % 2) }, layout)
    for name in ["boundary", "hausdorff-distance-transform", "log-hausdorff"] {
      let loss = try LossSpecification(name).loss()
      for spacing in [[spacing, spacing], [1, spacing], [spacing], [], [1, 1, spacing]] {
        if let value = try? loss.evaluate(p, t, spacing: spacing).value { #expect(!value.isNaN) }
      }
    }
  }

  @Test(arguments: [Int.min, -5, 0, 3, 1_000_000_000, Int.max]) func anyNumberOfThreads(_ threads: Int) throws
  {
    let layout = try Layout("yx", [300, 300])
    let p = try Probabilities((0..<90_000).map { Float($0 % 7) / 7 }, layout)
    let t = try Labels((0..<90_000).map { UInt8($0 % 2) }, layout)
    let one = try Dice().evaluate(p, t, want: .all)
    let many = try Dice().evaluate(p, t, want: .all, threads: threads)
    #expect(one.value == many.value && one.hessianDiagonal == many.hessianDiagonal)
  }

  @Test func levelsOfOtherShapes() throws {
    let layout = try Layout("cyx", [2, 4, 4])
    let z = try Logits([Float](repeating: 0, count: 32), layout)
    let t = try Labels([UInt8](repeating: 0, count: 16), layout.withoutClasses)
    let flat = try Logits([Float](repeating: 0, count: 4), Layout("cx", [2, 2]))
    #expect(throws: LossError.self) { try Dice().evaluate(levels: [z, flat], t, activation: .softmax) }
    #expect(throws: LossError.self) {
      try Dice().evaluate(levels: [z, z], t, weighting: .given([1]), activation: .softmax)
    }
    #expect(throws: LossError.self) {
      try Dice().evaluate(levels: [z], t, weighting: .given([.nan]), activation: .softmax)
    }
    #expect(try Dice().evaluate(levels: [Logits<Float>](), t, activation: .softmax).value == 0)
  }

  /// Runs `body` on a thread with the stack that threads have which nobody asked for more.
  private func withSmallStack(_ body: @escaping @Sendable () throws -> Void) throws {
    let outcome = Outcome()
    let thread = Thread { outcome.end(Swift.Result { try body() }) }
    thread.stackSize = 512 << 10
    thread.start()
    try outcome.wait().get()
  }
}

/// What a thread ends with.
private final class Outcome: @unchecked Sendable {
  private let done = DispatchSemaphore(value: 0)
  private var result: Result<Void, any Error> = .success(())
  func end(_ result: Result<Void, any Error>) {
    self.result = result
    done.signal()
  }
  func wait() -> Result<Void, any Error> {
    done.wait()
    return result
  }
}

extension String {
  /// A specification without one of its parameters.
  fileprivate func without(_ parameter: String) -> String {
    let parts = split(separator: ":", maxSplits: 1).map(String.init)
    guard parts.count == 2 else { return self }
    let kept = parts[1].split(separator: ",").filter { !$0.hasPrefix(parameter + "=") }
    return parts[0] + (kept.isEmpty ? "" : ":" + kept.joined(separator: ","))
  }
}
