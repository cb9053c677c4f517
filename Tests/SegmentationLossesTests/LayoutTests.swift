// The same voxels in any layout give the same value, and the same derivatives at the permuted places.
import SegmentationLosses
import TestSupport
import Testing

@Suite("The order of axes in memory does not matter to a loss") struct LayoutTests {
  struct Family: Sendable, CustomTestStringConvertible {
    let batch, z, y, x: Int
    let layouts: [String]
    /// Whether the layouts have classes.
    var hasClasses = true
    var testDescription: String { "\(batch) \(z) \(y) \(x) \(layouts)" }
  }

  static let families = [
    Family(
      batch: 2, z: 1, y: 3, x: 5, layouts: ["bcyx", "byxc", "cbyx", "yxbc", "bycx", "ycxb", "xycb", "cxyb"]),
    Family(
      batch: 2, z: 3, y: 2, x: 4, layouts: ["bczyx", "bzyxc", "bzcyx", "zyxcb", "cbzyx", "xbycz", "zcbxy"]),
    Family(batch: 1, z: 1, y: 4, x: 5, layouts: ["cyx", "yxc", "ycx", "bcyx", "zyxcb", "bzyxc", "xyc"]),
    Family(
      batch: 3, z: 1, y: 1, x: 7, layouts: ["bcx", "bxc", "xbc", "xcb", "bcyx", "byxc", "ybxc", "cyxbz"]),
    Family(batch: 3, z: 2, y: 3, x: 1, layouts: ["bczyx", "bzyxc", "zycb", "cxyzb", "xyzcb", "bzcyx"]),
    Family(batch: 4, z: 1, y: 1, x: 1, layouts: ["bcyx", "byxc", "cxb", "xcb", "ybc"]),
    Family(batch: 1, z: 1, y: 1, x: 1, layouts: ["bcyx", "yxc", "cx"]),
    Family(batch: 1, z: 1, y: 4, x: 5, layouts: ["yx", "xy", "byx", "cyx", "yxc"], hasClasses: false),
    Family(batch: 2, z: 1, y: 4, x: 5, layouts: ["bxy", "xyb", "xby", "bcyx", "yxcb"], hasClasses: false),
  ]

  /// Settings chosen by a seed, so that every pair of them comes in some case.
  static func problem(_ family: Family, classes: Int, _ activation: Activation, seed: UInt64) -> PlainProblem
  {
    var random = SeededRandom(seed: seed)
    func flag() -> Bool { .random(using: &random) }
    let ignored: UInt8? = flag() ? (flag() ? 255 : 1) : nil
    let voxels = Voxels(
      batch: family.batch, classes: classes, z: family.z, y: family.y, x: family.x, activation: activation,
      ignored: ignored, seed: seed)
    let loss = PlainLoss(
      kind: PlainLoss.Kind.allCases.randomElement(using: &random) ?? .dice, over: flag() ? .sample : .batch,
      weights: flag() ? (0..<classes).map { 0.5 + Double($0) } : nil, background: flag())
    let isSoft = flag()
    var problem = PlainProblem(
      loss: loss, activation: activation, isSoft: isSoft, ignored: isSoft ? nil : ignored, isMasked: flag(),
      voxels: voxels)
    if isSoft { problem.voxels.labels = problem.voxels.labels.map { $0 % UInt8(max(classes, 2)) } }
    return problem
  }

  @Test(arguments: families, [1, 2, 3, 4, 5, 8])
  func agreesWithPlainLoops(_ family: Family, _ classes: Int) throws {
    guard family.hasClasses || classes == 1 else { return }
    for (number, activation) in Activation.ofProbabilities.enumerated() {
      for round in 0..<2 {
        let seed = UInt64(family.layouts.count * 1000 + family.x * 100 + classes * 10 + number * 2 + round)
        let problem = Self.problem(family, classes: classes, activation, seed: seed)
        try compare(problem, family.layouts)
      }
    }
  }

  private func compare(_ problem: PlainProblem, _ layouts: [String]) throws {
    let plain = problem.plain()
    let first = try problem.library(Double.self, layouts[0])
    try checkDiagonal(problem, first.diagonal)
    for (number, axes) in layouts.enumerated() {
      let note: Comment =
        """
        \(axes), \(problem.voxels.classes) classes, \(problem.loss), \(problem.activation), \
        soft \(problem.isSoft), ignoring \(problem.ignored.map(Int.init) ?? -1), masked \(problem.isMasked)
        """
      let double = try problem.library(Double.self, axes)
      #expect(abs(double.value - plain.value) <= 1e-12, note)
      #expect(isClose(double.gradient, plain.gradient, 1e-11), note)
      #expect(isClose(double.diagonal, first.diagonal, 1e-11), note)
      guard number % 2 == 0 || problem.voxels.classes < 4 else { continue }
      let float = try problem.library(Float.self, axes)
      #expect(abs(float.value - plain.value) <= 2e-6, note)
      #expect(isClose(float.gradient, plain.gradient, 3e-6), note)
      #expect(isClose(float.diagonal, first.diagonal, 1e-5), note)
    }
  }

  /// The diagonal in channels-first order, at a few voxels, against differences of the plain gradient.
  private func checkDiagonal(_ problem: PlainProblem, _ diagonal: [Double]) throws {
    var problem = problem
    let scale = max(diagonal.map(\.magnitude).max() ?? 0, 1e-3)
    for k in stride(from: 0, to: diagonal.count, by: max(1, diagonal.count / 4)) {
      let (at, step) = (problem.voxels.prediction[k], 1e-5)
      problem.voxels.prediction[k] = at + step
      let above = problem.plain().gradient[k]
      problem.voxels.prediction[k] = at - step
      let below = problem.plain().gradient[k]
      problem.voxels.prediction[k] = at
      #expect(abs((above - below) / (2 * step) - diagonal[k]) <= 1e-6 * scale)
    }
  }

  private func isClose(_ found: [Double], _ expected: [Double], _ tolerance: Double) -> Bool {
    let scale = max(expected.map(\.magnitude).max() ?? 0, 1e-4)
    return found.count == expected.count
      && zip(found, expected).allSatisfy { abs($0 - $1) <= tolerance * scale }
  }

  @Test(arguments: ["bcyx", "byxc", "ycxb", "yxbc"], [1, 3])
  func whatDoesNotCountDoesNotMatter(_ axes: String, _ classes: Int) throws {
    for kind in PlainLoss.Kind.allCases {
      for activation in Activation.ofProbabilities {
        for isSoft in [false, true] {
          let voxels = Voxels(
            batch: 2, classes: classes, y: 3, x: 5, activation: activation, ignored: isSoft ? nil : 255,
            seed: 9)
          let problem = PlainProblem(
            loss: PlainLoss(kind: kind), activation: activation, isSoft: isSoft,
            ignored: isSoft ? nil : 255, isMasked: true, voxels: voxels)
          var other = problem
          let counts = problem.counts
          for b in 0..<2 {
            for i in 0..<voxels.sites where counts[b * voxels.sites + i] == 0 {
              for c in 0..<classes {
                let k = (b * classes + c) * voxels.sites + i
                other.voxels.prediction[k] = activation == .none ? (c == 0 ? 1 : 0) : (c == 0 ? -1e4 : 70)
                other.voxels.soft[k] = c == 0 ? 0 : 1
              }
              let label = problem.voxels.labels[b * voxels.sites + i]
              other.voxels.labels[b * voxels.sites + i] = label == 255 ? 255 : 0
            }
          }
          for result in [
            try (problem.library(Double.self, axes), other.library(Double.self, axes)),
            try (problem.library(Float.self, axes), other.library(Float.self, axes)),
          ] {
            #expect(result.0.value == result.1.value)
            #expect(result.0.gradient == result.1.gradient)
            #expect(result.0.diagonal == result.1.diagonal)
            for b in 0..<2 {
              for i in 0..<voxels.sites where counts[b * voxels.sites + i] == 0 {
                for c in 0..<classes {
                  #expect(result.1.gradient[(b * classes + c) * voxels.sites + i] == 0)
                  #expect(result.1.diagonal[(b * classes + c) * voxels.sites + i] == 0)
                }
              }
            }
          }
        }
      }
    }
  }

  @Test(arguments: [1, 3, 63, 64, 65, 2047, 2048, 2049, 33_000, 70_000])
  func blocksAndChunks(_ sites: Int) throws {
    for (kind, activation, isSoft, axes, others) in [
      (PlainLoss.Kind.dice, Activation.softmax, false, "cx", ["xc"]),
      (.tversky, .none, true, "bxc", ["bcx", "xcb"]),
      (.custom, .sigmoid, false, "xc", ["cx"]),
    ] {
      let voxels = Voxels(
        batch: axes.contains("b") ? 2 : 1, classes: 2, x: sites, activation: activation, ignored: nil, seed: 3
      )
      let problem = PlainProblem(
        loss: PlainLoss(kind: kind), activation: activation, isSoft: isSoft, isMasked: sites % 2 == 1,
        voxels: voxels)
      let plain = problem.plain()
      let double = try problem.library(Double.self, axes)
      let float = try problem.library(Float.self, axes)
      #expect(abs(double.value - plain.value) <= 1e-12)
      #expect(abs(float.value - plain.value) <= 2e-6)
      let scale = plain.gradient.map(\.magnitude).max() ?? 0
      #expect(zip(double.gradient, plain.gradient).allSatisfy { abs($0 - $1) <= 1e-11 * scale + 1e-16 })
      #expect(zip(float.gradient, plain.gradient).allSatisfy { abs($0 - $1) <= 3e-6 * scale + 1e-9 })
      let most = double.diagonal.map(\.magnitude).max() ?? 0
      #expect(zip(float.diagonal, double.diagonal).allSatisfy { abs($0 - $1) <= 1e-5 * most + 1e-9 })
      for axes in others {
        let other = try problem.library(Double.self, axes)
        #expect(zip(other.gradient, plain.gradient).allSatisfy { abs($0 - $1) <= 1e-11 * scale + 1e-16 })
        #expect(zip(other.diagonal, double.diagonal).allSatisfy { abs($0 - $1) <= 1e-10 * most + 1e-16 })
      }
    }
  }
}
