import Autodiff
import SegmentationLosses
import TestSupport
import Testing

/// Losses that leave classes out keep the structure of their Hessian, and its diagonal is right.
@Suite("Losses that leave classes out keep the structure of their Hessian") struct ChosenClassesTests {
  /// The ways in which losses leave class 0 out.
  private static let flags = [
    "include_background": "false", "ignore_background": "true", "exclude-background": "true",
  ]

  /// Each loss that can, alone and with one more of its flags and words.
  static let calls = WantedTests.calls.flatMap { call -> [String] in
    let text = PresetTests.text(call)
    guard let own = try? LossSpecification(text), own.entry.derivatives != .structureEnds,
      let flag = own.entry.parameters.first(where: { flags[$0.name] != nil })
    else { return [] }
    let base = text + (text.contains(":") ? "," : ":") + "\(flag.name)=\(flags[flag.name] ?? "")"
    let others = own.entry.parameters.flatMap { parameter -> [String] in
      switch parameter.kind {
      case _ where parameter.name == flag.name: []
      case .flag: ["\(parameter.name)=\(parameter.standard == .flag(true) ? "false" : "true")"]
      case .choice(let words):
        words.filter { parameter.standard != .choice($0) }.map { "\(parameter.name)=\($0)" }
      case .numbers where parameter.name.hasPrefix("class"): ["\(parameter.name)=0.5/2/1"]
      case .numbers where parameter.name == "weight": ["\(parameter.name)=2/0.5"]
      default: []
      }
    }
    return [base] + others.map { "\(base),\($0)" }
  }

  @Test func thereAreCalls() { #expect((100...1000).contains(Self.calls.count), "\(Self.calls.count)") }

  /// Against differences of the gradient.
  @Test(arguments: calls) func diagonalIsRight(_ call: String) throws {
    guard let loss = try? LossSpecification(call).loss() else { return }
    let layout = try Layout("bcyx", [2, 3, 4, 3])
    var random = SeededRandom(seed: 5)
    let prediction = (0..<layout.count).map { _ in Double.random(in: 0.1...0.9, using: &random) }
    let labels = (0..<layout.siteCount).map { $0 < 6 ? UInt8($0 % 3) : .random(in: 0...2, using: &random) }
    let distance = (0..<layout.count).map { _ in Double.random(in: 0...2, using: &random) }
    let activation: Activation = loss.ownActivation == nil ? .softmax : .none
    let compiled: CompiledLoss<Logits<Double>>
    // Arguments that exclude each other, and weights of another number of classes.
    do { compiled = try loss.compile(for: Logits<Double>.self, layout, activation: activation) } catch {
      #expect(!"\(error)".contains("no closed form"))
      return
    }
    #expect(compiled.method == .structured, "\(call)")
    let work = compiled.makeWorkspace()
    func derivatives(_ values: [Double]) throws -> Derivatives<Double> {
      var found = compiled.makeDerivatives()
      _ = try compiled.run(
        values.span, labels.span, distance: loss.distanceMap == nil ? nil : distance.span, into: &found, work)
      return found
    }
    let found: [Double]
    // Some are not defined for numbers that are no probabilities.
    do { found = try derivatives(prediction).hessianDiagonal } catch LossError.undefinedValue { return }
    var moved = prediction
    var differences: [Double] = []
    for index in prediction.indices {
      moved[index] = prediction[index] + 1e-5
      let above = try derivatives(moved).gradient[index]
      moved[index] = prediction[index] - 1e-5
      let below = try derivatives(moved).gradient[index]
      moved[index] = prediction[index]
      differences.append((above - below) / 2e-5)
    }
    let scale = max(differences.map(\.magnitude).max() ?? 0, 1e-4)
    for (a, b) in zip(found, differences) { #expect(abs(a - b) < 1e-6 * scale, "\(call): \(a), \(b)") }
  }

  /// MONAI's Dice without class 0 is ours, at a size that products element by element do not reach.
  @Test(arguments: [
    ("DiceLoss", "dice:smooth=1e-5"), ("DiceLoss:batch=true", "dice:smooth=1e-5,over=batch"),
    ("TverskyLoss:alpha=0.3,beta=0.7", "tversky:alpha=0.3,beta=0.7,smooth=1e-5"),
    ("GeneralizedDiceLoss", "generalized-dice"),
  ])
  func asTheNativeLoss(_ library: String, _ own: String) throws {
    let layout = try Layout("bczyx", [2, 4, 8, 16, 16])
    var random = SeededRandom(seed: 7)
    let values = (0..<layout.count).map { _ in Double.random(in: -2...2, using: &random) }
    let labels = (0..<layout.siteCount).map { _ in UInt8.random(in: 0...3, using: &random) }
    let options = "to_onehot_y=true,softmax=true,include_background=false"
    let theirs = try LibraryLoss("monai-1.6/\(library)\(library.contains(":") ? "," : ":")\(options)")
      .evaluate(
        ShapedArray(values, shape: layout.extents),
        ShapedArray(labels.map { Double($0) }, shape: [2, 1, 8, 16, 16]), want: .all)
    let ours = try LossSpecification("\(own),exclude-background=true".withOptions).loss().evaluate(
      Logits(values, layout), Labels(labels, layout.withoutClasses), activation: .softmax, want: .all)
    #expect(theirs.method == .structured && ours.method == .structured)
    #expect(abs(theirs.value - ours.value) < 1e-12)
    for (theirs, ours) in [
      (theirs.gradient?.values, ours.gradient), (theirs.hessianDiagonal?.values, ours.hessianDiagonal),
    ] {
      let (theirs, ours) = (try #require(theirs), try #require(ours))
      let scale = ours.map(\.magnitude).max() ?? 0
      #expect(scale > 0 && zip(theirs, ours).allSatisfy { abs($0 - $1) < 1e-10 * scale })
    }
  }

  /// A class that is left out may be undefined: 0/0 without smoothing, where it is nowhere.
  @Test(arguments: [
    "monai-1.6/DiceLoss:include_background=false,smooth_nr=0,smooth_dr=0",
    "monai-1.6/TverskyLoss:include_background=false,smooth_nr=0,smooth_dr=0",
    "optax/dice_loss:ignore_background=true,smooth=0,apply_softmax=false",
    "dice:exclude-background=true,smooth=0",
  ])
  func leftOutMayBeUndefined(_ call: String) throws {
    let layout = try Layout("bcx", [1, 3, 4])
    let p = [0, 0, 0, 0, 0.3, 0.6, 0.2, 0.9, 0.7, 0.4, 0.8, 0.1]
    let loss = try LossSpecification(call).loss()
    let labels = try Labels([1, 2, 2, 1], layout.withoutClasses)
    let value =
      loss.domain == .probabilities
      ? try loss.evaluate(Probabilities(p, layout), labels).value
      : try loss.evaluate(Logits(p, layout), labels).value
    #expect(value.isFinite)
  }
}

extension String {
  /// "a,b" as "a:b" where it has no options yet.
  fileprivate var withOptions: String {
    guard !contains(":"), let comma = firstIndex(of: ",") else { return self }
    return self[..<comma] + ":" + self[index(after: comma)...]
  }
}
