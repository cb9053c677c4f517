// What may not be: the error says which array, where, and what is allowed.
import SegmentationLosses
import Testing

@Suite("Wrong arrays and parameters say what is wrong and where") struct ErrorTests {
  static let layouts: [(String, [Int])] = [
    ("bcyx", [2, 3, 4, 5]), ("byxc", [2, 4, 5, 3]), ("ycxb", [4, 3, 5, 2]), ("yxc", [70, 50, 3]),
    ("cx", [3, 1]),
    ("cyx", [1, 4, 5]),
  ]

  private func place(_ axes: String, _ extents: [Int], last: Bool) -> String {
    zip(axes, extents).map { "\($0) \(last ? $1 - 1 : 0)" }.joined(separator: ", ")
  }

  @Test(arguments: layouts) func badNumbersAreNamed(_ axes: String, _ extents: [Int]) throws {
    try badNumbers(Float.self, axes, extents)
    try badNumbers(Double.self, axes, extents)
  }

  private func badNumbers<Scalar: LossScalar>(_ type: Scalar.Type, _ axes: String, _ extents: [Int]) throws {
    let layout = try Layout(axes, extents)
    let good = [Scalar](repeating: 0.5, count: layout.count)
    let labels = try Labels([UInt8](repeating: 0, count: layout.siteCount), layout.withoutClasses)
    for last in [false, true] {
      let place = place(axes, extents, last: last)
      for value in [Double.nan, .infinity, -.infinity, 1.5, -0.1] {
        var bad = good
        bad[last ? layout.count - 1 : 0] = Scalar(value)
        let shown = "\(Double(Scalar(value))) at \(place) is not "
        for want in [Wanted.value, .all] {
          let inProbabilities = #expect(throws: LossError.self) {
            try Dice().evaluate(Probabilities(bad, layout), labels, want: want)
          }
          #expect(inProbabilities?.description == "probabilities: \(shown)a probability in [0, 1]")
          let inSoft = #expect(throws: LossError.self) {
            try Tversky().evaluate(Probabilities(good, layout), SoftTargets(bad, layout), want: want)
          }
          #expect(inSoft?.description == "target: \(shown)a target in [0, 1]")
          guard !value.isFinite else { continue }
          for activation in [Activation.sigmoid, .softmax] {
            let inLogits = #expect(throws: LossError.self) {
              try Dice().evaluate(Logits(bad, layout), labels, activation: activation, want: want)
            }
            #expect(inLogits?.description == "logits: \(shown)a finite number")
          }
        }
      }
      var classes = labels.values
      classes[last ? classes.count - 1 : 0] = 3
      let sites = layout.withoutClasses
      let sitePlace = self.place(sites.axes, sites.extents, last: last)
      for activation in [Activation.sigmoid, .softmax] {
        for (ignored, suffix) in [(nil, ""), (255, " or the ignored label 255")] as [(UInt8?, String)] {
          let inLabels = #expect(throws: LossError.self) {
            try Dice().evaluate(
              Logits(good, layout), Labels(classes, sites, ignoring: ignored), activation: activation,
              want: .all)
          }
          let most = max(layout.classCount, 2) - 1
          #expect(
            inLabels?.description == "labels: 3.0 at \(sitePlace) is not a label from 0 to \(most)\(suffix)")
        }
      }
    }
  }

  @Test func layoutsAreChecked() throws {
    for (axes, extents) in [
      ("bcqx", [1, 1, 1, 1]), ("bcyy", [1, 1, 1, 1]), ("bc", [1]), ("", [1]), ("yx", [3]), ("yx", [3, 0]),
      ("yx", [3, -1]), ("BCYX", [1, 1, 1, 1]), ("yx", [Int.max, 2]), ("hwc", [2, 2, 2]), ("y x", [1, 1, 1]),
    ] {
      let error = #expect(throws: LossError.self) { try Layout(axes, extents) }
      #expect(error?.description.hasPrefix("layout \"\(axes)\" \(extents): ") == true)
    }
    let layout = try Layout("cyx", [2, 3, 4])
    let sites = layout.withoutClasses
    #expect(
      throws: LossError.wrongCount(array: "logits", layout: "\"cyx\" [2, 3, 4]", expected: 24, actual: 23)
    ) { try Logits([Float](repeating: 0, count: 23), layout) }
    #expect(throws: LossError.self) { try Probabilities([Float](repeating: 0, count: 25), layout) }
    #expect(throws: LossError.self) { try SoftTargets([Float](), layout) }
    #expect(throws: LossError.self) { try Labels([0], sites) }
    #expect(throws: LossError.self) { try SiteMask([0], sites) }
    #expect(throws: LossError.self) { try Labels([UInt8](repeating: 0, count: 24), layout) }
    #expect(throws: LossError.self) { try SiteMask([UInt8](repeating: 0, count: 24), layout) }

    let values = try Logits([Float](repeating: 0, count: 24), layout)
    let labels = try Labels([UInt8](repeating: 0, count: 12), sites)
    let turned = try Layout("xy", [4, 3])
    let expected = LossError.layoutsDiffer(
      array: "labels", layout: turned.description, expected: sites.description)
    let other = try Labels([UInt8](repeating: 0, count: 12), turned)
    #expect(throws: expected) { try Dice().evaluate(values, other) }
    let small = try Labels([0], Layout("yx", [1, 1]))
    #expect(throws: LossError.self) { try Dice().evaluate(values, small) }
    let mask = try SiteMask([UInt8](repeating: 1, count: 12), turned)
    #expect(throws: LossError.self) { try Dice().evaluate(values, labels, mask: mask) }
    let soft = try SoftTargets([Float](repeating: 0, count: 24), Layout("yxc", [3, 4, 2]))
    #expect(throws: LossError.self) { try Dice().evaluate(values, soft) }
  }

  @Test func linearizationsCheckTheirArrays() throws {
    let layout = try Layout("cyx", [2, 3, 4])
    let values = try Logits([Float](repeating: 0, count: 24), layout)
    let labels = try Labels([UInt8](repeating: 0, count: 12), layout.withoutClasses)
    let small = try Layout("yx", [3, 3])
    let few = try Labels([UInt8](repeating: 0, count: 9), small)
    let soft = try SoftTargets([Float](repeating: 0, count: 24), Layout("yxc", [3, 4, 2]))
    let mask = try SiteMask([UInt8](repeating: 1, count: 9), small)
    let probabilities = try Probabilities([Float](repeating: 0.5, count: 24), layout)
    #expect(throws: LossError.self) { try Dice().linearize(values, few) }
    #expect(throws: LossError.self) { try Dice().linearize(values, soft) }
    #expect(throws: LossError.self) { try Dice().linearize(values, labels, mask: mask) }
    #expect(throws: LossError.self) { try Dice().linearize(probabilities, labels, activation: .softmax) }
    var bad = values.values
    bad[23] = .nan
    let error = #expect(throws: LossError.self) {
      try Dice().linearize(Logits(bad, layout), labels, activation: .softmax)
    }
    #expect(error?.description == "logits: nan at c 1, y 2, x 3 is not a finite number")
  }

  @Test func parametersAreChecked() throws {
    let layout = try Layout("cyx", [3, 2, 2])
    let values = try Probabilities([Double](repeating: 0.5, count: 12), layout)
    let labels = try Labels([0, 1, 2, 0], layout.withoutClasses)
    for loss in [
      Dice(smoothing: -1), Dice(smoothing: .init(.nan)),
      Dice(smoothing: .init(numerator: 0, denominator: -1)),
      Tversky(alpha: -1), Tversky(beta: .infinity), FocalTversky(gamma: 0), FocalTversky(gamma: .nan),
      FocalTversky(alpha: -1), Dice(classWeights: [1, -1, 1]), Dice(classWeights: [0, 0, 0]),
      Dice(classWeights: [1, .nan, 1]), Dice(classWeights: [1, .infinity, 1]), Dice(classWeights: []),
      Dice() + Tversky(alpha: -1),
    ] as [any Loss] {
      let error = #expect(throws: LossError.self) { try loss.evaluate(values, labels) }
      if case .badParameter? = error { continue }
      Issue.record("\(loss): \(String(describing: error))")
    }
    let loss = Dice()
    let taken = #expect(throws: LossError.self) { try loss.evaluate(values, labels, activation: .softmax) }
    #expect(taken?.description == "dice: probabilities take no activation; pass logits")
  }

  @Test func classWeightsFitTheClasses() throws {
    let layout = try Layout("cyx", [3, 2, 2])
    let values = try Probabilities([Double](repeating: 0.5, count: 12), layout)
    let labels = try Labels([0, 1, 2, 0], layout.withoutClasses)
    for loss in [
      Dice(classWeights: [1, 2]), Dice(classWeights: [1, 2, 3, 4]), Tversky(classWeights: [2]),
    ] as [any Loss] {
      #expect(throws: LossError.self) { try loss.evaluate(values, labels) }
    }
    let none = Dice(classWeights: [1, 0, 0], includesBackground: false)
    #expect(throws: LossError.self) { try none.evaluate(values, labels) }
  }

  @Test func excludedBackgroundMayBeEmpty() throws {
    let layout = try Layout("cx", [2, 3])
    let values = try Probabilities([0, 0, 0, 0.5, 0.5, 0.5], layout)
    let labels = try Labels([1, 1, 1], layout.withoutClasses)
    let result = try Dice(smoothing: 0, includesBackground: false).evaluate(values, labels, want: .all)
    #expect(abs(result.value - (1 - 3 / 4.5)) < 1e-15)
    #expect(result.gradient?.allSatisfy { $0.isFinite } == true)
  }

  @Test func labelsAreBytes() throws {
    let layout = try Layout("cx", [300, 4])
    let values = try Probabilities([Double](repeating: 0.25, count: 1200), layout)
    let labels = try Labels([0, 1, 1, 255], layout.withoutClasses)
    for loss in [Dice(), Tversky(), FocalTversky()] as [any Loss] {
      #expect(throws: LossError.self) { try loss.evaluate(values, labels) }
    }
  }

  @Test func runsCheckWhatTheyAreGiven() throws {
    let layout = try Layout("yxc", [3, 4, 2])
    let values = [Float](repeating: 0, count: 24)
    let (labels, few) = ([UInt8](repeating: 0, count: 12), [UInt8](repeating: 0, count: 11))
    let masked = try Dice().compile(
      for: Logits<Float>.self, layout, activation: .softmax, hasMask: true, want: .all)
    let work = masked.makeWorkspace()
    var room = masked.makeDerivatives()
    #expect(throws: LossError.badParameter(loss: "dice", reason: "compiled with a mask, and given none")) {
      try masked.run(values.span, labels.span, into: &room, work)
    }
    #expect(throws: LossError.self) {
      try masked.run(values.span, few.span, mask: labels.span, into: &room, work)
    }
    #expect(throws: LossError.self) {
      try masked.run(values.span, labels.span, mask: few.span, into: &room, work)
    }
    #expect(throws: LossError.self) {
      try masked.run(values.span, values.span, mask: labels.span, into: &room, work)
    }
    #expect(throws: LossError.self) {
      try masked.run(values.span.extracting(1...), labels.span, mask: labels.span, into: &room, work)
    }
    room.gradient.removeLast()
    let error = #expect(throws: LossError.self) {
      try masked.run(values.span, labels.span, mask: labels.span, into: &room, work)
    }
    #expect(error?.description.hasPrefix("gradient: layout \"yxc\" [3, 4, 2] needs 24 elements") == true)
  }
}
